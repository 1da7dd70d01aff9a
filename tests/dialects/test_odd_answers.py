"""Answers that no provider should send: any value anywhere, any byte anywhere. No exception comes out but ours, and every answer ends."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.dialects import cohere, gemini, ollama, openai_responses
from satchel.dialects.upstream_answer import UpstreamAnswer
from satchel.domain.errors import SatchelError
from satchel.domain.events import Finished

from .hosts import endpoint

Chunks = list[dict[str, Any]]

GEMINI: Chunks = [
    {"candidates": [{"index": 0, "content": {"parts": [{"text": "why", "thought": True}, {"text": "so", "thoughtSignature": "S"}]}}]},
    {"candidates": [{"index": 0, "content": {"parts": [{"functionCall": {"id": "x", "name": "f", "args": {"a": 1}}}]}}], "responseId": "r"},
    {"candidates": [{"finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 3, "thoughtsTokenCount": 2}, "modelVersion": "g"},
    {"promptFeedback": {"blockReason": "SAFETY"}},
    {"error": {"code": 503, "message": "no", "status": "UNAVAILABLE", "details": [{"reason": "r", "retryDelay": "4s"}]}},
]
COHERE: Chunks = [
    {"type": "message-start", "id": "m", "delta": {"message": {"content": []}}},
    {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "plan"}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "so", "thinking": "why"}}}},
    {
        "type": "tool-call-start",
        "index": 0,
        "delta": {"message": {"tool_calls": {"id": "x", "function": {"name": "f", "arguments": "{}"}}}},
    },
    {
        "type": "message-end",
        "delta": {"finish_reason": "COMPLETE", "error": "", "usage": {"tokens": {"input_tokens": 1}, "cached_tokens": 1}},
    },
]
OLLAMA: Chunks = [
    {
        "model": "l",
        "message": {"content": "<think>so", "thinking": "why", "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": {}}}]},
    },
    {"error": "no"},
    {"message": {"content": ""}, "done": True, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 4},
]
RESPONSES: Chunks = [
    {"type": "response.created", "response": {"id": "r", "model": "m"}},
    {"type": "response.output_item.added", "output_index": 0, "item": {"type": "function_call", "call_id": "x", "name": "f", "id": "fc"}},
    {"type": "response.function_call_arguments.delta", "output_index": 0, "item_id": "fc", "delta": "{}"},
    {"type": "response.reasoning_summary_part.added", "summary_index": 1},
    {"type": "response.output_text.delta", "output_index": 1, "delta": "so"},
    {"type": "response.refusal.delta", "output_index": 1, "delta": "no"},
    {
        "type": "response.output_item.done",
        "output_index": 2,
        "item": {"type": "reasoning", "encrypted_content": "E", "summary": [{"text": "w"}]},
    },
    {"type": "response.output_item.done", "output_index": 3, "item": {"type": "message", "content": [{"text": "so", "refusal": "no"}]}},
    {"type": "error", "code": "c", "message": "no", "param": None},
    {"type": "response.completed", "response": {"status": "completed", "output": [{"type": "message"}], "usage": {"input_tokens": 3}}},
]
DIALECTS = {
    "gemini": (gemini.Decoder, GEMINI),
    "cohere": (cohere.Decoder, COHERE),
    "ollama": (ollama.Decoder, OLLAMA),
    "openai_responses": (openai_responses.Decoder, RESPONSES),
}
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text("a{}\\é\0", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["text", "type", "id", "error", "index"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to every value inside."""
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(child, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    changed = value.copy()
    changed[path[0]] = replaced(value[path[0]], path[1:], odd)
    return changed


def wire(name: str, chunks: list[Any]) -> bytes:
    if name == "ollama":
        return b"".join(orjson.dumps(chunk) + b"\n" for chunk in chunks)
    return b"".join(b"data: " + orjson.dumps(chunk) + b"\n\n" for chunk in chunks)


def ends(subject: UpstreamAnswer, *pieces: bytes) -> None:
    """Feed and close: the last event is the end, or the error is one of ours."""
    try:
        events = [event for piece in pieces for event in subject.feed(piece)] + subject.close()
    except SatchelError:
        return
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("name", DIALECTS)
@given(data=st.data())
def test_any_value_anywhere_does_no_harm(name: str, data: st.DataObject) -> None:
    kind, chunks = DIALECTS[name]
    chosen = data.draw(st.lists(st.sampled_from(chunks), min_size=1, max_size=5))
    at = data.draw(st.integers(0, len(chosen) - 1))
    path = data.draw(st.sampled_from([(), *places(chosen[at])]))
    chosen[at] = replaced(chosen[at], path, data.draw(ODD))
    ends(kind(endpoint(), str), wire(name, chosen))
    try:
        kind(endpoint(), str).decode_json(orjson.dumps(chosen[at]))
    except SatchelError:
        return


@pytest.mark.parametrize("name", DIALECTS)
@given(data=st.data())
def test_any_byte_anywhere_does_no_harm(name: str, data: st.DataObject) -> None:
    kind, chunks = DIALECTS[name]
    body = bytearray(wire(name, chunks) if data.draw(st.booleans()) else orjson.dumps(chunks))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    ends(kind(endpoint(), str), bytes(body[:cut]), bytes(body[cut:]))
