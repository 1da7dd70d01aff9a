"""Opaque reasoning in a caller's hands, in a dialect that has one text's room for it: the whole `reasoning_details` object, packed.

Only its maker can open what is inside, and wants it back unmodified, whichever of our doors it went out by.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import orjson

from satchel.dialects.json_fields import json_object
from satchel.domain.chat import Json

_PACKED = "satchel1."


def packed(detail: Json) -> str:
    """Return a detail as a text."""
    return _PACKED + urlsafe_b64encode(orjson.dumps(detail)).decode()


def is_packed(given: str) -> bool:
    """Tell whether a text is one of ours."""
    return given.startswith(_PACKED)


def unpacked(given: str) -> Json:
    """Return the detail in a text; one that somebody spoilt is as good as none: empty."""
    try:
        return json_object(urlsafe_b64decode(given.removeprefix(_PACKED)).decode())
    except ValueError:
        return {}
