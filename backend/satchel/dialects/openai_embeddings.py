"""The door side of OpenAI's embeddings: texts or token ids in, a list of vectors out, as numbers or as base64. Pure.

Source: OpenAI's reference and the `openai` clients (PyPI 3.54, npm 6), checked 2026-11-28. The npm client asks for base64 where its caller
says nothing, and reads a list of numbers as an empty vector then.
"""

import struct
from base64 import b64encode
from typing import Literal, cast

import orjson

from satchel.dialects.openai_chat_reply import usage_object
from satchel.dialects.request_fields import Body, integer, kind_of, text, wrong
from satchel.domain.catalog import PREFERRED
from satchel.domain.chat import Json
from satchel.domain.embeddings import EmbeddingRequest, InputType
from satchel.domain.errors import UnsupportedFeature
from satchel.domain.events import Embedding, Event, Finished, FinishReason

Format = Literal["float", "base64"]

ANY_MODEL = "satchel/embeddings"
_MAX_INPUTS = 2_048
_MAX_DIMENSIONS = 65_536
_TYPES: dict[str, InputType] = {
    "query": "query",
    "search_query": "query",
    "document": "document",
    "search_document": "document",
    "passage": "document",
    "classification": "classification",
    "clustering": "clustering",
}


def parse_request(body: Body) -> EmbeddingRequest:
    """Return the request that `body` makes.

    Raises:
        MalformedRequest: a field is missing, of the wrong type or out of range; `details.param` names it.
        UnsupportedFeature: it wants vectors of something that is no text.
    """
    model = text(body, "model") or ANY_MODEL
    return EmbeddingRequest(
        model=ANY_MODEL if model == PREFERRED else model,
        inputs=_inputs(body.get("input")),
        dimensions=integer(body, "dimensions", 1, _MAX_DIMENSIONS),
        input_type=_input_type(body),
        user=text(body, "user"),
    )


def parse_format(body: Body) -> Format:
    """Return how the caller wants numbers written."""
    given = text(body, "encoding_format") or "float"
    if given not in ("float", "base64"):
        raise wrong("encoding_format", f"must be float or base64, not {given!r}")
    return cast(Format, given)


def _inputs(given: object) -> tuple[str, ...] | tuple[tuple[int, ...], ...]:
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or not given:
        raise wrong("input", f"must be a text, or a list that is not empty, not {kind_of(given)}")
    if all(_is_token(one) for one in given):
        given = [given]
    if len(given) > _MAX_INPUTS:
        raise wrong("input", f"may hold {_MAX_INPUTS:,} texts at the most, not {len(given):,}")
    if any(isinstance(one, dict) for one in given):
        message = "input must be texts: vectors of images and other content are not supported here"
        raise UnsupportedFeature(message, details={"param": "input", "feature": "multimodal embeddings"})
    for at, one in enumerate(given):
        if not one or not (isinstance(one, str) or (isinstance(one, list) and all(_is_token(token) for token in one))):
            raise wrong(f"input[{at}]", "must be a text that is not empty, or token ids")
    if len({type(one) for one in given}) > 1:
        raise wrong("input", "must be all texts, or all token ids")
    return tuple(given) if isinstance(given[0], str) else tuple(tuple(one) for one in given)


def _is_token(value: object) -> bool:
    return type(value) is int and value >= 0


def _input_type(body: Body) -> InputType | None:
    given = text(body, "input_type")
    if given is None:
        return None
    if given not in _TYPES:
        raise wrong("input_type", f"must be one of {', '.join(_TYPES)}, not {given!r}")
    return _TYPES[given]


class JsonEncoder:
    """Collect one generation's events into the list that clients read."""

    __slots__ = ("_data", "_finished", "_format", "_model")

    def __init__(self, model: str, encoding_format: Format) -> None:
        self._model = model
        self._format = encoding_format
        self._data: list[Json] = []
        self._finished = Finished(FinishReason.ERROR)

    def add(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, Embedding):
            self._data.append({"object": "embedding", "index": event.index, "embedding": _written(event.values, self._format)})
        elif isinstance(event, Finished):
            self._finished = event

    def body(self) -> bytes:
        """Return the whole body."""
        end = self._finished
        usage = usage_object(end.usage, end.cost)
        served = {"provider": end.provider} if end.provider else {}
        return orjson.dumps({"object": "list", "data": self._data, "model": end.model or self._model, "usage": usage, **served})


def _written(values: tuple[float, ...], encoding_format: Format) -> tuple[float, ...] | str:
    """Return a vector as numbers, or as base64 of 32-bit floats, the least significant byte first."""
    return values if encoding_format == "float" else b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
