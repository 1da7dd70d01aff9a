"""What a delta of text costs to decode: at most 15 µs."""

from typing import Any

import orjson
import pytest
from tests.yardstick import cost_us

from satchel.dialects import cohere, gemini, ollama, openai_responses
from satchel.dialects.openai_responses_reply import StreamEncoder
from satchel.domain.chat import ChatRequest
from satchel.domain.events import TextDelta

from .hosts import endpoint

USAGE = {
    "promptTokenCount": 8,
    "candidatesTokenCount": 10,
    "totalTokenCount": 169,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 8}],
}
GEMINI = {
    "candidates": [{"content": {"parts": [{"text": "a word"}], "role": "model"}, "index": 0}],
    "usageMetadata": USAGE,
    "modelVersion": "g-1",
}
COHERE = {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "a word"}}}}
OLLAMA = {"model": "l", "created_at": "2026-11-23T00:00:00Z", "message": {"role": "assistant", "content": "a word"}, "done": False}
RESPONSES = {
    "type": "response.output_text.delta",
    "content_index": 0,
    "delta": "a word",
    "item_id": "msg_1",
    "logprobs": [],
    "output_index": 1,
}


@pytest.mark.parametrize(
    ("kind", "before", "chunk", "after"),
    [
        (gemini.Decoder, b"data: ", GEMINI, b"\r\n\r\n"),
        (cohere.Decoder, b"event: content-delta\ndata: ", COHERE, b"\n\n"),
        (ollama.Decoder, b"", OLLAMA, b"\n"),
        (openai_responses.Decoder, b"event: response.output_text.delta\ndata: ", RESPONSES, b"\n\n"),
    ],
    ids=["gemini", "cohere", "ollama", "openai_responses"],
)
def test_a_delta_of_text_costs_microseconds(kind: Any, before: bytes, chunk: dict[str, Any], after: bytes) -> None:
    line, subject = before + orjson.dumps(chunk) + after, kind(endpoint(), str)
    assert subject.feed(line)
    assert cost_us(lambda: subject.feed(line)) < 15


def test_a_delta_of_text_costs_microseconds_at_the_door_too() -> None:
    subject = StreamEncoder("gen_1", ChatRequest("m", ()), 1, lambda: 2)
    assert subject.event(TextDelta("a word"))
    assert cost_us(lambda: subject.event(TextDelta("a word"))) < 15
