"""Cohere's embeddings: by its v2 API, and as Bedrock serves them. Pure.

Source: cohere 7.3.1 and Bedrock's reference, checked 2026-11-28.
"""

from collections.abc import Mapping, Sequence

import orjson

from satchel.dialects.cohere import Decoder
from satchel.dialects.json_fields import child, count
from satchel.dialects.openai_embeddings_upstream import texts_of
from satchel.dialects.vectors import VectorDecoder
from satchel.dialects.whole_answer import Refused
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.usage import Usage

_TYPES: Mapping[str | None, str] = {
    None: "search_document",
    "query": "search_query",
    "document": "search_document",
    "classification": "classification",
    "clustering": "clustering",
}


def encode_request(request: EmbeddingRequest, endpoint: Endpoint, *, names_model: bool = True) -> bytes:
    """Return the JSON body that asks `endpoint`; the type of input must be said, and is a document's where the caller says none."""
    body: dict[str, object] = {"model": endpoint.native_model} if names_model else {}
    body |= {"texts": list(texts_of(request, endpoint)), "input_type": _TYPES[request.input_type], "embedding_types": ["float"]}
    if request.dimensions is not None:
        body["output_dimension"] = request.dimensions
    return orjson.dumps(body)


def decoder(request: EmbeddingRequest, endpoint: Endpoint, refused: Refused | None = None) -> VectorDecoder:
    """Return what decodes the answer."""
    return VectorDecoder(endpoint, len(request.inputs), _read, refused or Decoder(endpoint, str).refused)


def _read(answer: Json) -> tuple[Sequence[object], Usage | None]:
    vectors = child(answer, "embeddings").get("float")
    read = count(child(child(answer, "meta"), "billed_units"), "input_tokens")
    return vectors if isinstance(vectors, list) else [], Usage(input_tokens=read) if read else None
