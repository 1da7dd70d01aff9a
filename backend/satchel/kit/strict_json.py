"""JSON from strangers: parsed once, refused where it nests too deeply."""

import orjson

MAX_DEPTH = 64


class JsonInvalid(Exception):
    """The text is not JSON, or nests deeper than allowed."""


def parse(text: bytes | str, max_depth: int = MAX_DEPTH) -> object:
    """Return the value of a JSON text.

    Raises:
        JsonInvalid: it is not JSON, or arrays and objects nest deeper than `max_depth`.
    """
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        raise JsonInvalid(f"this is not JSON: {wrong.msg} at character {wrong.pos}") from None
    if _may_be_deep(text, max_depth) and _is_deeper(value, max_depth):
        raise JsonInvalid(f"this JSON nests deeper than {max_depth} levels")
    return value


def _may_be_deep(text: bytes | str, max_depth: int) -> bool:
    """Tell fast, from the number of brackets, whether it is worth a look."""
    if isinstance(text, str):
        return text.count("{") + text.count("[") > max_depth
    return text.count(b"{") + text.count(b"[") > max_depth


def _is_deeper(value: object, max_depth: int) -> bool:
    level = [value]
    for _ in range(max_depth):
        below: list[object] = []
        for container in level:
            if isinstance(container, dict):
                below.extend(child for child in container.values() if isinstance(child, dict | list))
            elif isinstance(container, list):
                below.extend(child for child in container if isinstance(child, dict | list))
        if not below:
            return False
        level = below
    return True
