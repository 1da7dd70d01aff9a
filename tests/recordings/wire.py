"""How recorded requests are compared: as JSON, after dropping what means nothing or what the test names as not carried."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from satchel.domain.catalog import Endpoint
from satchel.domain.chat import ChatRequest

from .replay import endpoint

Encoder = Callable[[ChatRequest, Endpoint], bytes]


def written(encode: Encoder, request: ChatRequest, **changes: Any) -> dict[str, Any]:
    """Return the body that a request is sent as."""
    body: dict[str, Any] = orjson.loads(encode(request, endpoint(native_model=request.model, **changes)))
    return body


def without(value: Any, *keys: str) -> Any:
    """Return a JSON value without some keys and without what says nothing: null, empty texts, lists and objects."""
    if isinstance(value, Mapping):
        kept = {key: without(child, *keys) for key, child in value.items() if key not in keys}
        return {key: child for key, child in kept.items() if child not in (None, "", [], {})}
    return [without(child, *keys) for child in value] if isinstance(value, list) else value


def lowered(schema: Any) -> Any:
    """Return a schema with the type names of JSON schema, where it has those of OpenAPI."""
    if isinstance(schema, Mapping):
        return {key: child.lower() if key == "type" and isinstance(child, str) else lowered(child) for key, child in schema.items()}
    return [lowered(child) for child in schema] if isinstance(schema, list) else schema
