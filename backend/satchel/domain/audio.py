"""Requests about the spoken word, in Satchel's own words: text to be said, and sound to be written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SPEECH_TYPES: Mapping[str, str] = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
"""The formats of speech, and what each is called in a header."""


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """`text` to be said by `voice`. `format` is one of `SPEECH_TYPES`, None is the model's own."""

    model: str
    text: str
    voice: str | None = None
    format: str | None = None
    speed: float | None = None
    instructions: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptionRequest:
    """`sound`, the bytes of a file, to be written down.

    `timed` asks for the times of what was said, by `granularities` (`segment`, `word`). `language` is a code such as `en`.
    """

    model: str
    sound: bytes = field(repr=False)
    filename: str = "audio"
    media_type: str = "application/octet-stream"
    language: str | None = None
    prompt: str | None = None
    temperature: float | None = None
    timed: bool = False
    granularities: tuple[str, ...] = ()
