"""Base64 data that a caller sends inside a request, checked before anything is sent on."""

import binascii
from base64 import b64decode

from satchel.dialects.request_fields import wrong

_MAGIC = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
    "application/pdf": (b"%PDF-",),
}
_ANY_IMAGE = "image/*"
_HEAD_CHARACTERS = 16


def data_url(media_type: str, data: str, at: str) -> str:
    """Return base64 data as a data URL.

    Raises:
        MalformedRequest: it is not base64, or does not begin as its type does: an image that is none. The message names it as `at`.
    """
    try:
        head = b64decode(data[:_HEAD_CHARACTERS], validate=True)
    except (binascii.Error, ValueError):
        raise wrong(at, "must be base64 data") from None
    if media_type in _MAGIC and not head.startswith(_MAGIC[media_type]):
        raise wrong(at, f"is not {media_type}")
    return f"data:{media_type};base64,{data}"


def picture_url(data: str, at: str) -> str:
    """Return a picture in base64 as a data URL of the type that it begins like.

    Raises:
        MalformedRequest: it is not base64, or no picture that we know. The message names it as `at`.
    """
    head = b64decode(data_url(_ANY_IMAGE, data, at).partition(",")[2][:_HEAD_CHARACTERS])
    kind = next((kind for kind, starts in _MAGIC.items() if kind.startswith("image/") and head.startswith(starts)), None)
    if kind is None:
        raise wrong(at, "is no PNG, JPEG, GIF or WebP picture")
    return f"data:{kind};base64,{data}"


def image_url(url: str, at: str) -> str:
    """Return the URL of an image as it came.

    Raises:
        MalformedRequest: it is no URL, or a `data:` URL that holds no image. The message names it as `at`.
    """
    if not url.startswith("data:"):
        if not url.startswith(("https:", "http:")):
            raise wrong(at, "must be an https: or data: URL")
        return url
    head, comma, data = url.removeprefix("data:").partition(",")
    media_type, *options = head.split(";")
    if not comma or "base64" not in options:
        raise wrong(at, "must hold base64 data, as in data:image/png;base64,…")
    if media_type and not media_type.startswith("image/"):
        raise wrong(at, f"is no image but {media_type}")
    data_url(media_type or _ANY_IMAGE, data, at)
    return url
