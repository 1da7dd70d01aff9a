"""Fields of a caller's body, read strictly: a value of the wrong type is refused, and the complaint names it. Null means absent."""

from collections.abc import Mapping
from typing import TypeVar, cast

from satchel.domain.catalog import PREFERRED
from satchel.domain.chat import Json
from satchel.domain.errors import MalformedRequest

Body = Mapping[str, object]

N = TypeVar("N", int, float)


def asked_model(body: Body) -> str:
    """Return the model that a body asks for: `model`, else the first of `models`, else whatever the person chose."""
    model = text(body, "model")
    if not model:
        models = body.get("models")
        model = models[0] if isinstance(models, list) and models and isinstance(models[0], str) else PREFERRED
    return model


def text(fields: Body, key: str, at: str = "") -> str | None:
    """Return the text under `key`; `at` is what stands before the key in a complaint."""
    value = fields.get(key)
    if value is not None and not isinstance(value, str):
        raise wrong(at + key, f"must be a text, not {kind_of(value)}")
    return value


def needed_text(fields: Body, key: str, at: str = "") -> str:
    """Return the text under `key`, which must be there and not empty."""
    value = text(fields, key, at)
    if not value:
        raise wrong(at + key, "must be a text that is not empty")
    return value


def boolean(fields: Body, key: str, at: str = "") -> bool | None:
    """Return the truth value under `key`."""
    value = fields.get(key)
    if value is not None and not isinstance(value, bool):
        raise wrong(at + key, f"must be true or false, not {kind_of(value)}")
    return value


def integer(fields: Body, key: str, least: int | None = None, most: int | None = None, at: str = "") -> int | None:
    """Return the whole number under `key`, within bounds; 3.0 is one."""
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong(at + key, f"must be an integer, not {kind_of(value)}")
    return _within(value, at + key, least, most)


def number(fields: Body, key: str, least: float, most: float, at: str = "") -> float | None:
    """Return the number under `key`, within bounds."""
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise wrong(at + key, f"must be a number, not {kind_of(value)}")
    return _within(value, at + key, least, most)


def object_at(value: object, at: str) -> Json:
    """Return `value` as the object that it must be."""
    if not isinstance(value, Mapping):
        raise wrong(at, f"must be an object, not {kind_of(value)}")
    return cast(Json, value)


def list_at(value: object, at: str) -> list[object]:
    """Return `value` as the list that it must be; null is an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong(at, f"must be a list, not {kind_of(value)}")
    return value


def refuse_uncarried(body: Body, uncarried: Mapping[str, str]) -> None:
    """Refuse the first of `uncarried` that a body asks for, with what to do in its place; null, false, 0 and an empty list ask for nothing.

    For what would change the answer. What is only a hint (`service_tier`, `prediction`) is passed over like all that is unknown.
    """
    for name, instead in uncarried.items():
        if body.get(name) not in (None, False, 0, []):
            raise wrong(name, f"is not possible: {instead}")


def kind_of(value: object) -> str:
    """Name a JSON type for people."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def wrong(param: str, why: str) -> MalformedRequest:
    """Return the complaint about a field."""
    return MalformedRequest(f"{param} {why}", details={"param": param})


def _within(value: N, key: str, least: float | None, most: float | None) -> N:
    if (least is not None and value < least) or (most is not None and value > most):
        bounds = f"{least} or more" if most is None else f"between {least} and {most}"
        raise wrong(key, f"must be {bounds}, not {value}")
    return value
