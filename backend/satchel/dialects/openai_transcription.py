"""OpenAI's transcription, the door side: the fields of a form become a request; what was said is told as JSON, text or subtitles. Pure.

Source: OpenAI's reference and the `openai` clients (PyPI 3.54, npm 6), checked 2026-11-28.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from satchel.dialects.json_fields import children, text
from satchel.dialects.openai_chat_reply import usage_object
from satchel.dialects.request_fields import Body, list_at, needed_text, number, wrong
from satchel.dialects.request_fields import text as text_at
from satchel.domain.audio import TranscriptionRequest
from satchel.domain.catalog import PREFERRED
from satchel.domain.chat import Json
from satchel.domain.errors import UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Transcript

ANY_MODEL = "satchel/transcription"
FORMATS = ("json", "text", "verbose_json", "srt", "vtt")
_TIMED = ("verbose_json", "srt", "vtt")
_GRANULARITIES = ("segment", "word")
_LONGEST_S = 360_000
_ENDINGS = {"mpeg": "mp3", "wave": "wav", "octet-stream": "wav"}


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent: texts by name, each as often as it came, and one file with its name and type."""

    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    file: bytes | None = field(default=None, repr=False)
    filename: str = "audio"
    media_type: str = "application/octet-stream"

    def text(self, name: str) -> str | None:
        """Return the last text of a name; an empty one counts as none."""
        return (self.texts.get(name) or [""])[-1] or None


def form_of(body: Body) -> Form:
    """Return the form that a JSON body stands for: its `file` is a `data:` URL, and times are asked for by naming their granularities.

    Raises:
        MalformedRequest: a field is missing or of the wrong type; `details.param` names it.
    """
    head, _, data = needed_text(body, "file").partition(";base64,")
    try:
        sound = b64decode(data, validate=True)
    except NotBase64:
        sound = b""
    if not head.startswith("data:") or not sound:
        raise wrong("file", "must be a data: URL that holds a sound in base64")
    media_type = head.removeprefix("data:").partition(";")[0] or "application/octet-stream"
    granularities = [str(one) for one in list_at(body.get("timestamp_granularities"), "timestamp_granularities")]
    texts = {name: [said] for name in ("model", "language", "prompt") if (said := text_at(body, name))}
    temperature = number(body, "temperature", 0, 1)
    return Form(
        texts={
            **texts,
            **({"temperature": [str(temperature)]} if temperature is not None else {}),
            **({"timestamp_granularities": granularities, "response_format": ["verbose_json"]} if granularities else {}),
        },
        file=sound,
        filename=text_at(body, "filename") or _named(media_type),
        media_type=media_type,
    )


def _named(media_type: str) -> str:
    """Return a name for a file of this type: providers go by its ending."""
    kind = media_type.rpartition("/")[2].removeprefix("x-")
    return f"audio.{_ENDINGS.get(kind, kind)}"


def parse_request(form: Form) -> TranscriptionRequest:
    """Return the request that a form makes.

    Raises:
        MalformedRequest: a field is missing or wrong; `details.param` names it.
        UnsupportedFeature: it wants a stream.
    """
    if form.text("stream") not in (None, "false", "False"):
        raise UnsupportedFeature("transcripts come whole here, not as a stream", details={"param": "stream", "feature": "stream"})
    if not form.file:
        raise wrong("file", "must be a file that is not empty")
    model = form.text("model") or ANY_MODEL
    return TranscriptionRequest(
        model=ANY_MODEL if model == PREFERRED else model,
        sound=form.file,
        filename=form.filename,
        media_type=form.media_type,
        language=form.text("language"),
        prompt=form.text("prompt"),
        temperature=_temperature(form),
        timed=parse_format(form) in _TIMED,
        granularities=_granularities(form),
    )


def parse_format(form: Form) -> str:
    """Return how the caller wants the words written."""
    given = form.text("response_format") or "json"
    if given not in FORMATS:
        raise wrong("response_format", f"must be one of {', '.join(FORMATS)}, not {given!r}")
    return given


def _temperature(form: Form) -> float | None:
    given = form.text("temperature")
    if given is None:
        return None
    try:
        value = float(given)
    except ValueError:
        raise wrong("temperature", "must be a number") from None
    if not 0 <= value <= 1:
        raise wrong("temperature", f"must be between 0 and 1, not {given}")
    return value


def _granularities(form: Form) -> tuple[str, ...]:
    given = tuple(form.texts.get("timestamp_granularities[]") or form.texts.get("timestamp_granularities") or ())
    for one in given:
        if one not in _GRANULARITIES:
            raise wrong("timestamp_granularities", f"must be of segment and word, not {one!r}")
    return given


class Encoder:
    """Collect one generation's events into what the caller reads."""

    __slots__ = ("_detail", "_finished", "_format", "_text")

    def __init__(self, written: str) -> None:
        self._format = written
        self._text = ""
        self._detail: Json = {}
        self._finished = Finished(FinishReason.ERROR)

    @property
    def media_type(self) -> str:
        """Return what the body is."""
        return "application/json" if self._format.endswith("json") else "text/plain; charset=utf-8"

    def add(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, Transcript):
            self._text, self._detail = event.text, event.detail
        elif isinstance(event, Finished):
            self._finished = event

    def body(self) -> bytes:
        """Return the whole body."""
        match self._format:
            case "text":
                return f"{self._text}\n".encode()
            case "srt":
                return "".join(f"{at}\n{_span(one, ',')}\n{_words(one)}\n\n" for at, one in enumerate(self._segments(), 1)).encode()
            case "vtt":
                return "".join(["WEBVTT\n\n", *(f"{_span(one, '.')}\n{_words(one)}\n\n" for one in self._segments())]).encode()
            case _:
                detail = {"task": "transcribe", **self._detail} if self._format == "verbose_json" else {}
                return orjson.dumps({"text": self._text, **detail, "usage": self._usage()})

    def _segments(self) -> list[Json]:
        return children(self._detail, "segments") or [{"start": 0.0, "end": self._detail.get("duration"), "text": self._text}]

    def _usage(self) -> Json:
        usage = usage_object(self._finished.usage, self._finished.cost)
        same = {"type": "tokens", "input_tokens": usage["prompt_tokens"], "output_tokens": usage["completion_tokens"]}
        seconds = self._finished.usage.seconds if self._finished.usage else 0
        return {**usage, **({"type": "duration", "seconds": seconds} if seconds else same)}


def _span(segment: Json, point: str) -> str:
    return f"{_clock(segment.get('start'), point)} --> {_clock(segment.get('end'), point)}"


def _clock(seconds: object, point: str) -> str:
    milliseconds = round(1000 * seconds) if isinstance(seconds, int | float) and 0 <= seconds < _LONGEST_S else 0
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _words(segment: Json) -> str:
    return " ".join(text(segment, "text").split())
