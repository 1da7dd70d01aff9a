"""Google's embeddings: Gemini's `batchEmbedContents`, and Vertex AI's `predict`. Pure. Source: both references, checked 2026-11-28."""

from collections.abc import Mapping, Sequence

import orjson

from satchel.dialects.json_fields import child, children, count
from satchel.dialects.openai_embeddings_upstream import texts_of
from satchel.dialects.vectors import VectorDecoder
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.usage import Usage

_TASKS: Mapping[str, str] = {
    "query": "RETRIEVAL_QUERY",
    "document": "RETRIEVAL_DOCUMENT",
    "classification": "CLASSIFICATION",
    "clustering": "CLUSTERING",
}


def encode_batch(request: EmbeddingRequest, endpoint: Endpoint, model_path: str) -> bytes:
    """Return the body of `batchEmbedContents`."""
    same: dict[str, object] = {"model": model_path}
    if request.dimensions is not None:
        same["outputDimensionality"] = request.dimensions
    if request.input_type is not None:
        same["taskType"] = _TASKS[request.input_type]
    return orjson.dumps({"requests": [{**same, "content": {"parts": [{"text": text}]}} for text in texts_of(request, endpoint)]})


def encode_predict(request: EmbeddingRequest, endpoint: Endpoint) -> bytes:
    """Return the body of `predict`."""
    same = {} if request.input_type is None else {"task_type": _TASKS[request.input_type]}
    body: dict[str, object] = {"instances": [{"content": text, **same} for text in texts_of(request, endpoint)]}
    if request.dimensions is not None:
        body["parameters"] = {"outputDimensionality": request.dimensions}
    return orjson.dumps(body)


def batch_decoder(request: EmbeddingRequest, endpoint: Endpoint) -> VectorDecoder:
    """Return what decodes the answer of `batchEmbedContents`."""
    return VectorDecoder(endpoint, len(request.inputs), _read_batch)


def predict_decoder(request: EmbeddingRequest, endpoint: Endpoint) -> VectorDecoder:
    """Return what decodes the answer of `predict`."""
    return VectorDecoder(endpoint, len(request.inputs), _read_predictions)


def _read_batch(answer: Json) -> tuple[Sequence[object], Usage | None]:
    read = count(child(answer, "usageMetadata"), "promptTokenCount")
    return [one.get("values") for one in children(answer, "embeddings")], Usage(input_tokens=read) if read else None


def _read_predictions(answer: Json) -> tuple[Sequence[object], Usage | None]:
    found = [child(prediction, "embeddings") for prediction in children(answer, "predictions")]
    read = sum(count(child(one, "statistics"), "token_count") for one in found)
    return [one.get("values") for one in found], Usage(input_tokens=read) if read else None
