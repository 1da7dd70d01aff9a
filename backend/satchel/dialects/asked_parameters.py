"""The plain parameters that a caller set, by the names the doors know: what an encoder writes under a dialect's own names, or drops."""

from collections.abc import Mapping
from dataclasses import fields

from satchel.domain.chat import ChatRequest, Tuning

DRAWING = "image_generation."
_TUNING = tuple(field.name for field in fields(Tuning))


def asked_parameters(request: ChatRequest) -> dict[str, object]:
    """Return name and value of each parameter that was set; messages, tools and output format are no parameters."""
    asked: dict[str, object] = {}
    if request.max_output_tokens is not None:
        asked["max_tokens"] = request.max_output_tokens
    if request.stop:
        asked["stop"] = list(request.stop)
    if request.n != 1:
        asked["n"] = request.n
    if request.parallel_tool_calls is not None:
        asked["parallel_tool_calls"] = request.parallel_tool_calls
    for name in _TUNING:
        value = getattr(request.tuning, name)
        if value is not None:
            asked[name] = dict(value) if isinstance(value, Mapping) else value
    for name, said in request.drawing.items():
        asked[DRAWING + name] = said
    if request.user is not None:
        asked["user"] = request.user
    return asked


def native_parameters(request: ChatRequest, names: Mapping[str, str], unsupported: frozenset[str]) -> dict[str, object]:
    """Return what was asked for under a dialect's own `names`, without what the endpoint does not take."""
    asked = asked_parameters(request).items()
    return {names[name]: value for name, value in asked if name in names and name not in unsupported}


def dropped_from(request: ChatRequest, known: frozenset[str], unsupported: frozenset[str]) -> tuple[str, ...]:
    """Return what was asked for and is not sent, by the names the doors know, in the order they are written."""
    return tuple(name for name in asked_parameters(request) if name not in known or name in unsupported)
