"""The upstream side of OpenAI's embeddings, `POST /embeddings`, as OpenAI and its kin take it. Pure.

Source: the references of OpenAI, Azure, Mistral, Together, vLLM, llama.cpp and Ollama, checked 2026-11-28.
"""

from collections.abc import Sequence

import orjson

from satchel.dialects.json_fields import child, children, count
from satchel.dialects.openai_chat_errors import upstream_details
from satchel.dialects.vectors import VectorDecoder
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import UnsupportedFeature
from satchel.domain.usage import Usage

NUMBERS = "numbered_input"
"""What `Quirks.unsupported` says of a host that takes texts only, no token ids."""


def encode_request(request: EmbeddingRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks `endpoint`. Raises `UnsupportedFeature` for token ids where it takes texts only."""
    quirks = endpoint.quirks
    body: dict[str, object] = {"model": endpoint.native_model, "input": request.inputs}
    if NUMBERS in quirks.unsupported:
        body["input"] = texts_of(request, endpoint)
    if request.dimensions is not None:
        body[quirks.dimensions_key] = request.dimensions
    if request.user is not None and "user" not in quirks.unsupported:
        body["user"] = request.user
    return orjson.dumps(body)


def dropped_parameters(request: EmbeddingRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return what the caller set and `encode_request` leaves out."""
    dropped = [] if request.input_type is None else ["input_type"]
    return (*dropped, "user") if request.user is not None and "user" in endpoint.quirks.unsupported else tuple(dropped)


def decoder(request: EmbeddingRequest, endpoint: Endpoint) -> VectorDecoder:
    """Return what decodes the answer."""
    return VectorDecoder(endpoint, len(request.inputs), _read)


def texts_of(request: EmbeddingRequest, endpoint: Endpoint) -> Sequence[str]:
    """Return the texts, for an endpoint that takes nothing else. Raises `UnsupportedFeature`."""
    texts = request.texts
    if texts is None:
        raise UnsupportedFeature(
            f"{endpoint.provider_name} takes texts for embeddings, not token ids; send the texts themselves",
            details={**upstream_details(endpoint), "param": "input", "feature": NUMBERS},
        )
    return texts


def _read(answer: Json) -> tuple[Sequence[object], Usage | None]:
    found = children(answer, "data")
    ordered = sorted(found, key=lambda one: count(one, "index"))
    usage = child(answer, "usage")
    read = count(usage, "prompt_tokens") or count(usage, "total_tokens")
    return [one.get("embedding") for one in ordered], Usage(input_tokens=read) if read else None
