"""Images, audio and files of a request as a type and base64 data, for dialects that do not take data URLs."""

import mimetypes
from typing import NamedTuple
from urllib.parse import urlsplit

from satchel.domain.chat import AudioPart, FilePart, ImagePart
from satchel.domain.errors import MalformedRequest, UnsupportedFeature

_UNKNOWN = "application/octet-stream"
_AUDIO = {"mp3": "audio/mp3", "wav": "audio/wav", "pcm16": "audio/pcm"}


class Inline(NamedTuple):
    """Data that travels inside the request, as base64 text."""

    media_type: str
    data: str


class Linked(NamedTuple):
    """Data that lies elsewhere; the type is a guess by its name, None where there is no guess."""

    media_type: str | None
    url: str


def media_of(part: ImagePart | AudioPart | FilePart) -> Inline | Linked:
    """Return where a part's data is.

    Raises:
        MalformedRequest: a data URL that is none, or a file without data.
    """
    match part:
        case ImagePart(url=url):
            return _from_url(url, "image/png")
        case AudioPart(data=data, format=kind):
            return Inline(_AUDIO.get(kind, f"audio/{kind}"), data)
        case FilePart(data=None, file_id=str(file_id)):
            return Linked(_guess(part.filename), file_id)
        case FilePart(data=str(data)) if data.startswith(("data:", "https:", "http:")):
            return _from_url(data, _guess(part.filename) or _UNKNOWN)
        case FilePart(data=str(data)):
            return Inline(_guess(part.filename) or _UNKNOWN, data)
        case _:
            raise MalformedRequest("a file must have file_data or file_id", details={"param": "messages"})


def unsupported(what: str, provider_name: str) -> UnsupportedFeature:
    """Return the error for a kind of input that a provider does not take."""
    return UnsupportedFeature(f"{provider_name} does not take {what}", details={"param": "messages", "feature": what})


def _from_url(url: str, otherwise: str) -> Inline | Linked:
    if not url.startswith("data:"):
        return Linked(_guess(urlsplit(url).path), url)
    head, comma, data = url.removeprefix("data:").partition(",")
    media_type, *options = head.split(";")
    if not comma or "base64" not in options:
        raise MalformedRequest("a data: URL must hold base64 data", details={"param": "messages"})
    return Inline(media_type or otherwise, data)


def _guess(name: str | None) -> str | None:
    return mimetypes.guess_type(name)[0] if name else None
