"""Embeddings in every dialect: what is sent, what is read, and what is refused. Bodies are written by the providers' references."""

from typing import Any

import orjson
import pytest

from satchel.dialects import bedrock_embeddings, cohere_embeddings, gemini_embeddings, openai_embeddings_upstream
from satchel.dialects.openai_embeddings import parse_request
from satchel.domain.catalog import Quirks
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import KeyForbidden, ProviderGarbled, ProviderThrottled, UnsupportedFeature
from satchel.domain.events import Embedding, Finished, FinishReason, Started
from satchel.domain.prompt_size import input_tokens_bound, usage_estimate
from satchel.domain.usage import Usage

from .hosts import endpoint

TEXTS = EmbeddingRequest("a/b", ("one", "two"), 2, "query", "me")
ONE = EmbeddingRequest("a/b", ("one",), 2)
NUMBERED = EmbeddingRequest("a/b", ((1, 2), (3,)))
OPENAI = {"data": [{"index": 1, "embedding": [3, 4]}, {"index": 0, "embedding": [1, 2]}], "usage": {"prompt_tokens": 6}}
COHERE = {"embeddings": {"float": [[1, 2], [3, 4]]}, "meta": {"billed_units": {"input_tokens": 6}}}
BATCH = {"embeddings": [{"values": [1, 2]}, {"values": [3, 4]}], "usageMetadata": {"promptTokenCount": 6}}
PREDICTED = {
    "predictions": [
        {"embeddings": {"values": [1, 2], "statistics": {"token_count": 2}}},
        {"embeddings": {"values": [3, 4], "statistics": {"token_count": 4}}},
    ]
}


@pytest.mark.parametrize(
    ("dialect", "answer"),
    [
        (openai_embeddings_upstream.decoder, OPENAI),
        (cohere_embeddings.decoder, COHERE),
        (gemini_embeddings.batch_decoder, BATCH),
        (gemini_embeddings.predict_decoder, PREDICTED),
    ],
    ids=["openai", "cohere", "gemini", "vertex"],
)
def test_every_dialect_gives_the_same_vectors_and_usage(dialect: Any, answer: dict[str, object]) -> None:
    events = dialect(TEXTS, endpoint()).decode_json(orjson.dumps(answer))
    assert events == [
        Started(endpoint().native_model),
        Embedding((1.0, 2.0), 0),
        Embedding((3.0, 4.0), 1),
        Finished(FinishReason.STOP, usage=Usage(input_tokens=6)),
    ]
    silent = {key: value for key, value in answer.items() if key not in ("usage", "meta", "usageMetadata")}
    assert isinstance(dialect(TEXTS, endpoint()).decode_json(orjson.dumps(silent))[-1], Finished)


def test_amazon_s_own_model_takes_one_text() -> None:
    titan = endpoint(native_model="amazon.titan-embed-text-v2:0")
    assert orjson.loads(bedrock_embeddings.encode_request(ONE, titan)) == {"inputText": "one", "dimensions": 2}
    assert orjson.loads(bedrock_embeddings.encode_request(EmbeddingRequest("a/b", ("one",)), titan)) == {"inputText": "one"}
    answer = orjson.dumps({"embedding": [1, 2], "inputTextTokenCount": 3})
    assert bedrock_embeddings.decoder(ONE, titan).decode_json(answer)[1:] == [
        Embedding((1.0, 2.0), 0),
        Finished(FinishReason.STOP, usage=Usage(input_tokens=3)),
    ]
    with pytest.raises(UnsupportedFeature, match="takes one text at a time; send 2 requests"):
        bedrock_embeddings.encode_request(TEXTS, titan)


def test_cohere_on_bedrock_is_cohere_without_the_model_s_name() -> None:
    there = endpoint(native_model="cohere.embed-v4:0")
    body = orjson.loads(bedrock_embeddings.encode_request(TEXTS, there))
    assert body == {"texts": ["one", "two"], "input_type": "search_query", "embedding_types": ["float"], "output_dimension": 2}
    decoder = bedrock_embeddings.decoder(TEXTS, there)
    assert len(decoder.decode_json(orjson.dumps(COHERE))) == 4
    refused = decoder.refused(403, {"x-amzn-errortype": "AccessDeniedException"}, b'{"message": "no"}')
    assert isinstance(refused, KeyForbidden)


def test_each_request_is_in_its_host_s_own_words() -> None:
    host = endpoint(native_model="m")
    assert orjson.loads(openai_embeddings_upstream.encode_request(TEXTS, host)) == {
        "model": "m",
        "input": ["one", "two"],
        "dimensions": 2,
        "user": "me",
    }
    assert openai_embeddings_upstream.dropped_parameters(TEXTS, host) == ("input_type",)
    assert orjson.loads(cohere_embeddings.encode_request(EmbeddingRequest("a/b", ("one",)), host)) == {
        "model": "m",
        "texts": ["one"],
        "input_type": "search_document",
        "embedding_types": ["float"],
    }
    each = {"model": "models/m", "outputDimensionality": 2, "taskType": "RETRIEVAL_QUERY"}
    assert orjson.loads(gemini_embeddings.encode_batch(TEXTS, host, "models/m")) == {
        "requests": [{**each, "content": {"parts": [{"text": text}]}} for text in ("one", "two")]
    }
    assert orjson.loads(gemini_embeddings.encode_batch(EmbeddingRequest("a/b", ("one",)), host, "models/m"))["requests"] == [
        {"model": "models/m", "content": {"parts": [{"text": "one"}]}}
    ]
    assert orjson.loads(gemini_embeddings.encode_predict(TEXTS, host)) == {
        "instances": [{"content": text, "task_type": "RETRIEVAL_QUERY"} for text in ("one", "two")],
        "parameters": {"outputDimensionality": 2},
    }
    assert orjson.loads(gemini_embeddings.encode_predict(EmbeddingRequest("a/b", ("one",)), host)) == {"instances": [{"content": "one"}]}


def test_a_host_with_its_own_ways_is_asked_in_them() -> None:
    mistral = endpoint(quirks=Quirks(dimensions_key="output_dimension", unsupported=frozenset({"user", "numbered_input"})))
    body = orjson.loads(openai_embeddings_upstream.encode_request(TEXTS, mistral))
    assert (body["output_dimension"], "user" in body) == (2, False)
    assert openai_embeddings_upstream.dropped_parameters(TEXTS, mistral) == ("input_type", "user")
    with pytest.raises(UnsupportedFeature, match="not token ids"):
        openai_embeddings_upstream.encode_request(NUMBERED, mistral)
    assert orjson.loads(openai_embeddings_upstream.encode_request(NUMBERED, endpoint()))["input"] == [[1, 2], [3]]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"data": [{"embedding": [1]}]}',
        b'{"data": [{"embedding": [1]}, {"embedding": []}]}',
        b'{"data": [{"embedding": [1]}, {"embedding": ["x"]}]}',
        b'{"data": [{"embedding": [1]}, {"embedding": [null]}]}',
        b'{"data": [{"embedding": "AAAA"}, {"embedding": [1]}]}',
        b'{"data": [{"embedding": [1]}, {"embedding": [1e39]}]}',
    ],
)
def test_what_is_no_list_of_vectors_is_garbled(body: bytes) -> None:
    with pytest.raises(ProviderGarbled):
        openai_embeddings_upstream.decoder(TEXTS, endpoint()).decode_json(body)


def test_errors_come_with_any_status_and_a_page_of_html_is_none() -> None:
    decoder = openai_embeddings_upstream.decoder(TEXTS, endpoint())
    assert isinstance(decoder.refused(429, {}, b'{"error": {"message": "slow"}}'), ProviderThrottled)
    with pytest.raises(ProviderThrottled):
        decoder.decode_json(b'{"error": {"message": "slow", "code": 429}}')
    assert decoder.feed(b"<h1>") == []
    assert decoder.ended
    with pytest.raises(ProviderGarbled):
        decoder.close()


def test_the_bound_of_a_request_is_above_its_estimate() -> None:
    for request in (TEXTS, NUMBERED, EmbeddingRequest("a/b", ("日本語のテキスト" * 20,))):
        assert input_tokens_bound(request) >= usage_estimate(request, 0, 0, 0).input_tokens > 0


def test_no_model_means_the_first_that_can() -> None:
    for model in ({}, {"model": "satchel/preferred"}, {"model": None}):
        assert parse_request({"input": "one", **model}).model == "satchel/embeddings"
    assert parse_request({"input": "one", "model": "a/b", "input_type": "search_query"}).input_type == "query"
