"""OpenAI's speech, both sides: the door's body becomes a request, a request becomes the body for an endpoint, its answer is sound. Pure.

Source: the references of OpenAI, Groq, Mistral and Together, checked 2026-11-28.
"""

from base64 import b64decode
from binascii import Error as NotBase64

import orjson

from satchel.dialects.json_fields import text as text_at
from satchel.dialects.request_fields import Body, needed_text, number, text, wrong
from satchel.dialects.whole_answer import WholeAnswer
from satchel.domain.audio import SPEECH_TYPES, SpeechRequest
from satchel.domain.catalog import PREFERRED, Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Sound, Started

ANY_MODEL = "satchel/speech"
_MARKS = ((b"RIFF", "wav"), (b"ID3", "mp3"), (b"OggS", "opus"), (b"fLaC", "flac"), (b"\xff\xf1", "aac"), (b"\xff", "mp3"))


def parse_request(body: Body) -> SpeechRequest:
    """Return the request that `body` makes.

    Raises:
        MalformedRequest: a field is missing, of the wrong type or out of range; `details.param` names it.
        UnsupportedFeature: it wants server-sent events.
    """
    if text(body, "stream_format") not in (None, "audio"):
        raise UnsupportedFeature(
            "speech comes as sound here, not as events", details={"param": "stream_format", "feature": "stream_format"}
        )
    model, wanted = text(body, "model") or ANY_MODEL, text(body, "response_format")
    if wanted is not None and wanted not in SPEECH_TYPES:
        raise wrong("response_format", f"must be one of {', '.join(SPEECH_TYPES)}, not {wanted!r}")
    return SpeechRequest(
        model=ANY_MODEL if model == PREFERRED else model,
        text=needed_text(body, "input"),
        voice=text(body, "voice"),
        format=wanted,
        speed=number(body, "speed", 0.25, 4.0),
        instructions=text(body, "instructions"),
    )


def encode_request(request: SpeechRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks `endpoint`."""
    given = {"voice": request.voice, "response_format": request.format, "speed": request.speed, "instructions": request.instructions}
    kept = {name: value for name, value in given.items() if value is not None and name not in endpoint.quirks.unsupported}
    return orjson.dumps({"model": endpoint.native_model, "input": request.text, **kept})


def dropped_parameters(request: SpeechRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return what the caller set and `encode_request` leaves out."""
    given = {"voice": request.voice, "response_format": request.format, "speed": request.speed, "instructions": request.instructions}
    return tuple(name for name, value in given.items() if value is not None and name in endpoint.quirks.unsupported)


class SoundDecoder(WholeAnswer):
    """Pass on sound as it comes; what it is, its first bytes tell where the request does not. Some hosts wrap it whole in JSON."""

    def __init__(self, endpoint: Endpoint, wanted: str | None) -> None:
        super().__init__(endpoint)
        self._format = wanted
        self._started = False
        self._is_page = False

    def feed(self, data: bytes) -> list[Event]:
        """Return the sound in `data`; a page of HTML is none, which `close` tells."""
        if not data:
            return []
        events: list[Event] = []
        if not self._started:
            if data.lstrip()[:1] == b"<":
                self._is_page = self.ended = True
                return []
            self._started = True
            self._format = self._format or next((kind for mark, kind in _MARKS if data.startswith(mark)), "mp3")
            events.append(Started(self._endpoint.native_model))
        return [*events, Sound(data, SPEECH_TYPES[self._format or "mp3"])]

    def close(self) -> list[Event]:
        """Return the end. Raises `ProviderGarbled` where nothing was said."""
        if not self._started:
            raise self._garbled("a page, not sound" if self._is_page else "no sound")
        self.ended = True
        return [Finished(FinishReason.STOP)]

    def _events(self, answer: Json) -> list[Event]:
        try:
            sound = b64decode(text_at(answer, "audio_data") or text_at(answer, "audio"), validate=True)
        except NotBase64 as error:
            raise self._garbled("something that is no sound") from error
        return [*self.feed(sound), *self.close()]
