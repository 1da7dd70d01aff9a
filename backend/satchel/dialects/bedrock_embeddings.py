"""Amazon's own embeddings on Bedrock, Titan: one text a request. Cohere's there are in `cohere_embeddings.py`. Pure.

Source: Bedrock's model parameters, checked 2026-11-28.
"""

from collections.abc import Mapping, Sequence

import orjson

from satchel.dialects import cohere_embeddings
from satchel.dialects.bedrock_errors import error_from
from satchel.dialects.json_fields import count
from satchel.dialects.openai_chat_errors import upstream_details
from satchel.dialects.openai_embeddings_upstream import texts_of
from satchel.dialects.vectors import VectorDecoder
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import SatchelError, UnsupportedFeature
from satchel.domain.usage import Usage


def encode_request(request: EmbeddingRequest, endpoint: Endpoint) -> bytes:
    """Return the body of `invoke`.

    Raises:
        UnsupportedFeature: token ids, or several texts where the model takes one.
    """
    if _is_cohere(endpoint):
        return cohere_embeddings.encode_request(request, endpoint, names_model=False)
    texts = texts_of(request, endpoint)
    if len(texts) > 1:
        raise UnsupportedFeature(
            f"{endpoint.name} at {endpoint.provider_name} takes one text at a time; send {len(texts)} requests",
            details={**upstream_details(endpoint), "param": "input", "feature": "several inputs"},
        )
    body: dict[str, object] = {"inputText": texts[0]}
    if request.dimensions is not None:
        body["dimensions"] = request.dimensions
    return orjson.dumps(body)


def decoder(request: EmbeddingRequest, endpoint: Endpoint) -> VectorDecoder:
    """Return what decodes the answer."""

    def refused(status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        return error_from(status, headers, body, endpoint)

    if _is_cohere(endpoint):
        return cohere_embeddings.decoder(request, endpoint, refused)
    return VectorDecoder(endpoint, len(request.inputs), _read, refused)


def _is_cohere(endpoint: Endpoint) -> bool:
    return "cohere." in endpoint.native_model


def _read(answer: Json) -> tuple[Sequence[object], Usage | None]:
    read = count(answer, "inputTextTokenCount")
    return [answer.get("embedding")], Usage(input_tokens=read) if read else None
