"""Speech by Google's models that say what they are given: asked by `generateContent`, answered with bare samples. Pure.

Source: Google's reference and its guide to speech, checked 2026-11-28. Voices have Google's own names, `Kore` for one.
"""

import re
import struct
from base64 import b64decode
from binascii import Error as NotBase64

import orjson

from satchel.dialects.json_fields import child, children, count, text
from satchel.dialects.openai_chat_errors import upstream_details
from satchel.dialects.whole_answer import WholeAnswer
from satchel.domain.audio import SPEECH_TYPES, SpeechRequest
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import ContentFiltered, UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Sound, Started
from satchel.domain.usage import Usage

# Clients of OpenAI's must name a voice; these are OpenAI's own, which Google does not have.
_VOICES_ELSEWHERE = frozenset(
    {"alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer", "verse"}
)
_RATE = re.compile(r"rate=(\d{4,6})\b")
_USUAL_RATE_HZ = 24_000
_BYTES_PER_SAMPLE = 2


def encode_request(request: SpeechRequest, endpoint: Endpoint) -> bytes:
    """Return the body of `generateContent`. How to say it stands before what to say: there is no other place.

    Raises:
        UnsupportedFeature: a format that nobody makes there.
    """
    if request.format not in (None, "wav", "pcm"):
        message = f"{endpoint.provider_name} speaks wav and pcm, not {request.format}; ask for one of them as response_format"
        details = {**upstream_details(endpoint), "param": "response_format", "feature": request.format}
        raise UnsupportedFeature(message, details=details)
    said = f"{request.instructions}:\n{request.text}" if request.instructions else request.text
    config: dict[str, object] = {"responseModalities": ["AUDIO"]}
    if _has_voice(request):
        config["speechConfig"] = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": request.voice}}}
    return orjson.dumps({"contents": [{"role": "user", "parts": [{"text": said}]}], "generationConfig": config})


def dropped_parameters(request: SpeechRequest) -> tuple[str, ...]:
    """Return what the caller set and Google does not take."""
    foreign = request.voice is not None and not _has_voice(request)
    return (*(["voice"] if foreign else []), *(["speed"] if request.speed is not None else []))


def _has_voice(request: SpeechRequest) -> bool:
    return request.voice is not None and request.voice not in _VOICES_ELSEWHERE


class SpeechDecoder(WholeAnswer):
    """Decode one answer; its samples become a file, unless bare ones are wanted."""

    def __init__(self, endpoint: Endpoint, request: SpeechRequest) -> None:
        super().__init__(endpoint)
        self._request = request

    def _events(self, answer: Json) -> list[Event]:
        candidates = children(answer, "candidates")
        if reason := text(child(answer, "promptFeedback"), "blockReason"):
            raise ContentFiltered(
                f"{self._endpoint.provider_name}: the text was blocked: {reason}", details=upstream_details(self._endpoint, 200, reason)
            )
        media = [child(part, "inlineData") for one in candidates for part in children(child(one, "content"), "parts")]
        media = [one for one in media if text(one, "mimeType").startswith("audio/")]
        try:
            samples = b"".join(b64decode(text(one, "data"), validate=True) for one in media)
        except NotBase64 as error:
            raise self._garbled("something that is no sound") from error
        if not samples:
            raise self._garbled("no sound")
        found = _RATE.search(text(media[0], "mimeType"))
        bare = self._request.format == "pcm"
        sound = samples if bare else wav(samples, int(found[1]) if found else _USUAL_RATE_HZ)
        started = Started(text(answer, "modelVersion") or self._endpoint.native_model, text(answer, "responseId") or None)
        end = Finished(FinishReason.STOP, text(candidates[0], "finishReason") or None, self._usage(child(answer, "usageMetadata")))
        return [started, Sound(sound, SPEECH_TYPES["pcm" if bare else "wav"]), end]

    def _usage(self, report: Json) -> Usage | None:
        said = count(report, "candidatesTokenCount")
        if not said:
            return None
        return Usage(input_tokens=count(report, "promptTokenCount"), output_tokens=said, characters=len(self._request.text))


def wav(samples: bytes, rate_hz: int) -> bytes:
    """Return one channel of 16-bit samples as a WAV file."""
    shape = struct.pack("<IHHIIHH", 16, 1, 1, rate_hz, rate_hz * _BYTES_PER_SAMPLE, _BYTES_PER_SAMPLE, 8 * _BYTES_PER_SAMPLE)
    body = b"WAVEfmt " + shape + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body
