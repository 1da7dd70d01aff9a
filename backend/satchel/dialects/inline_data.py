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
