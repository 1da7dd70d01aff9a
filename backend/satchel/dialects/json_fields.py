"""Fields of JSON objects from upstream, read without trust: a value of another type than expected is as good as none."""

from collections.abc import Mapping
from typing import cast

import orjson

from satchel.domain.chat import Json

_NOTHING: Json = {}


def child(fields: Json, key: str) -> Json:
    """Return the object under `key`, an empty one where there is none."""
    value = fields.get(key)
    return cast(Json, value) if isinstance(value, Mapping) else _NOTHING


def children(fields: Json, key: str) -> list[Json]:
    """Return the objects of the list under `key`; an object that stands alone counts as a list of one."""
    value = fields.get(key)
    if isinstance(value, Mapping):
        return [cast(Json, value)]
    return [cast(Json, item) for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def text(fields: Json, key: str) -> str:
    """Return the text under `key`, an empty one where there is none."""
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def count(fields: Json, key: str) -> int:
    """Return the whole number under `key`, 0 where there is none or a negative one."""
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return max(0, int(value)) if isinstance(value, int) or value.is_integer() else 0


def json_text(value: object) -> str:
    """Return tool arguments as JSON text, whether they came as an object or as a text; nothing means an empty object."""
    if isinstance(value, Mapping):
        return orjson.dumps(value).decode()
    return value if isinstance(value, str) and value not in ("", "null") else "{}"


def json_object(given: str) -> Json:
    """Return the object that a JSON text holds, an empty one where it holds none."""
    try:
        value = orjson.loads(given)
    except orjson.JSONDecodeError:
        return _NOTHING
    return cast(Json, value) if isinstance(value, Mapping) else _NOTHING
