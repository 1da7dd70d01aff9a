"""OpenAI's transcription, the upstream side: a form out, JSON back, as OpenAI and its kin take and give it. Pure.

A model that is paid by the minute is asked for the whole of what it knows, because that alone says how long the sound was.
Source: the references of OpenAI, Groq, Mistral and Together, checked 2026-11-28.
"""

import math
from collections.abc import Mapping
from hashlib import sha256

from satchel.dialects.json_fields import child, count, text
from satchel.dialects.whole_answer import WholeAnswer
from satchel.domain.audio import TranscriptionRequest
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.events import Event, Finished, FinishReason, Started, Transcript
from satchel.domain.usage import Usage

_NOT_DETAIL = frozenset({"text", "usage", "x_groq", "model"})


def encode_request(request: TranscriptionRequest, endpoint: Endpoint) -> tuple[str, bytes]:
    """Return content type and body of the form that asks `endpoint`."""
    timed = request.timed or "whisper" in endpoint.native_model.lower()
    fields = [("model", endpoint.native_model)]
    fields += [(name, value) for name, value in (("language", request.language), ("prompt", request.prompt)) if value is not None]
    fields += [("temperature", f"{request.temperature:g}")] if request.temperature is not None else []
    fields += [("response_format", "verbose_json" if timed else "json")] if "transcript_format" not in endpoint.quirks.unsupported else []
    fields += [("timestamp_granularities[]", one) for one in request.granularities]
    boundary = f"satchel-{sha256(request.sound).hexdigest()[:32]}"
    pieces = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields]
    head = (
        f'Content-Disposition: form-data; name="file"; filename="{_plain(request.filename)}"\r\nContent-Type: {_plain(request.media_type)}'
    )
    pieces += [f"--{boundary}\r\n{head}\r\n\r\n".encode(), request.sound, f"\r\n--{boundary}--\r\n".encode()]
    return f"multipart/form-data; boundary={boundary}", b"".join(pieces)


class TranscriptDecoder(WholeAnswer):
    """Decode one transcript."""

    def _events(self, answer: Json) -> list[Event]:
        if not isinstance(answer.get("text"), str):
            raise self._garbled("no transcript")
        detail = {name: value for name, value in answer.items() if name not in _NOT_DETAIL}
        started = Started(self._endpoint.native_model)
        return [started, Transcript(text(answer, "text"), detail), Finished(FinishReason.STOP, usage=_usage(answer))]


def _usage(answer: Json) -> Usage | None:
    report = child(answer, "usage")
    seconds = _seconds(report, "seconds") or _seconds(report, "prompt_audio_seconds") or _seconds(answer, "duration")
    read = count(report, "input_tokens") or count(report, "prompt_tokens")
    heard = count(child(report, "input_token_details"), "audio_tokens")
    written = count(report, "output_tokens") or count(report, "completion_tokens")
    if not (read or written or seconds):
        return None
    return Usage(input_tokens=read, output_tokens=written, audio_tokens=min(heard, read), seconds=seconds)


def _seconds(fields: Mapping[str, object], name: str) -> int:
    value = fields.get(name)
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0
    return math.ceil(value) if usable and isinstance(value, int | float) else 0


def _plain(name: str) -> str:
    """Return a name that cannot end the line or the quotes that it stands in."""
    return "".join(character for character in name if character.isprintable() and character not in '"\\') or "audio"
