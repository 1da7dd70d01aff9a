import orjson
import pytest

from satchel.dialects.openai_chat_reply import KEEP_ALIVE, JsonEncoder, StreamEncoder
from satchel.domain.errors import ProviderUnavailable
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, Sound, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import UNPRICED, Cost, Usage

USAGE_KEYS = {
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cost",
    "is_byok",
    "prompt_tokens_details",
    "completion_tokens_details",
    "cost_details",
}
END = Finished(FinishReason.STOP, "end_turn", Usage(10, 5, 2, 3, 1), Cost(30_000, input_nusd=10_000), "a/b", "X")


def stream(*events: Event) -> list[dict[str, object]]:
    encoder = StreamEncoder("gen_1", "a/b", 1, "X")
    wire = b"".join(encoder.event(event) for event in events).decode()
    blocks = wire.split("\n\n")
    assert blocks[-2:] == ["data: [DONE]", ""]
    assert all(block.startswith("data: ") and "\n" not in block for block in blocks[:-1])
    return [orjson.loads(block[6:]) for block in blocks[:-2]]


def body(*events: Event) -> dict[str, object]:
    encoder = JsonEncoder("gen_1", "a/b", 1, "X")
    for event in events:
        encoder.add(event)
    found = orjson.loads(encoder.body())
    assert isinstance(found, dict)
    return found


def test_a_stream_has_the_golden_shape() -> None:
    head = {"id": "gen_1", "object": "chat.completion.chunk", "created": 1, "model": "a/b", "provider": "X"}
    first, second, finish, last = stream(Started("a/b", provider="X"), TextDelta('he"y'), TextDelta("\n🙂"), END)
    assert first == {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": 'he"y'}, "finish_reason": None}]}
    assert second == {**head, "choices": [{"index": 0, "delta": {"content": "\n🙂"}, "finish_reason": None}]}
    ending = {"index": 0, "delta": {"content": ""}, "finish_reason": "stop", "native_finish_reason": "end_turn"}
    assert finish == {**head, "choices": [ending]}
    usage = last.pop("usage")
    assert last == {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]}
    assert isinstance(usage, dict)
    assert usage.keys() == USAGE_KEYS


def test_usage_is_complete_and_all_of_it_numbers() -> None:
    usage = body(TextDelta("hey"), END)["usage"]
    assert usage == {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "cost": 0.00003,
        "is_byok": True,
        "prompt_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 1, "audio_tokens": 0, "video_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 2, "image_tokens": 0, "audio_tokens": 0},
        "cost_details": {
            "upstream_inference_cost": 0.00003,
            "upstream_inference_prompt_cost": 0.00001,
            "upstream_inference_completions_cost": 0.00002,
        },
    }


def test_an_unknown_price_is_said_to_be_unknown() -> None:
    usage = body(TextDelta("hey"), Finished(FinishReason.STOP, cost=UNPRICED))["usage"]
    assert isinstance(usage, dict)
    assert (usage["cost"], usage["cost_details"]["price_known"]) == (0, False)


def test_a_whole_body_has_every_key_that_strict_clients_want() -> None:
    found = body(TextDelta("hey"), END)
    assert {key: found[key] for key in ("id", "object", "created", "model", "provider", "system_fingerprint")} == {
        "id": "gen_1",
        "object": "chat.completion",
        "created": 1,
        "model": "a/b",
        "provider": "X",
        "system_fingerprint": None,
    }
    assert found["choices"] == [
        {
            "index": 0,
            "finish_reason": "stop",
            "native_finish_reason": "end_turn",
            "logprobs": None,
            "message": {"role": "assistant", "content": "hey", "refusal": None},
        }
    ]


def test_tool_calls_stream_in_pieces_and_stand_whole_in_a_body() -> None:
    events = (ToolCallDelta(0, "", "call_1", "f"), ToolCallDelta(0, '{"a"'), ToolCallDelta(0, ":1}"))
    end = Finished(FinishReason.TOOL_CALLS, "stop")
    deltas = [chunk["choices"][0]["delta"] for chunk in stream(*events, end)]  # type: ignore[index]
    assert deltas[0]["tool_calls"] == [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}]
    assert deltas[1] == {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}
    message = body(*events, end)["choices"][0]["message"]  # type: ignore[index]
    assert message["content"] is None
    assert message["tool_calls"] == [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}]


def test_reasoning_stands_in_both_of_its_fields() -> None:
    delta = stream(ReasoningDelta("why", "sig"), END)[0]["choices"][0]["delta"]  # type: ignore[index]
    detail = {"type": "reasoning.text", "text": "why", "format": None, "index": 0, "signature": "sig"}
    assert delta == {"role": "assistant", "content": "", "reasoning": "why", "reasoning_details": [detail]}
    message = body(ReasoningDelta("wh"), ReasoningDelta("y"), TextDelta("so"), END)["choices"][0]["message"]  # type: ignore[index]
    assert (message["reasoning"], message["content"]) == ("why", "so")


def test_each_choice_has_its_own_role_and_end() -> None:
    end = Finished(FinishReason.STOP, "stop", choices=((FinishReason.STOP, "stop"), (FinishReason.LENGTH, "length")))
    chunks = stream(TextDelta("a", 1), TextDelta("b"), end)
    assert [(c["choices"][0]["index"], c["choices"][0]["delta"].get("role")) for c in chunks[:2]] == [(1, "assistant"), (0, "assistant")]  # type: ignore[index]
    assert [c["choices"][0]["finish_reason"] for c in chunks[2:]] == ["stop", "length", None]  # type: ignore[index]
    choices = body(TextDelta("a", 1), TextDelta("b"), end)["choices"]
    assert [(c["message"]["content"], c["finish_reason"]) for c in choices] == [("b", "stop"), ("a", "length")]  # type: ignore[attr-defined]


def test_a_cancelled_answer_ends_with_stop_and_its_usage() -> None:
    finish, last = stream(TextDelta("a"), Finished(FinishReason.CANCELLED, None, Usage(1, 1)))[1:]
    assert finish["choices"][0]["native_finish_reason"] == "cancelled"  # type: ignore[index]
    assert finish["choices"][0]["finish_reason"] == "stop"  # type: ignore[index]
    assert "usage" in last


def test_a_failure_in_mid_stream_is_a_normal_last_chunk() -> None:
    encoder = StreamEncoder("gen_1", "a/b", 1, "X")
    encoder.event(TextDelta("a"))
    wire = encoder.failure(ProviderUnavailable("X: overloaded"), 502, {"error_type": "provider_unavailable"}, Usage(3, 1), UNPRICED)
    chunk, done = wire.split(b"\n\n")[:2]
    found = orjson.loads(chunk.removeprefix(b"data: "))
    assert found["error"] == {"code": 502, "message": "X: overloaded", "metadata": {"error_type": "provider_unavailable"}}
    assert found["choices"] == [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]
    assert found["usage"]["completion_tokens"] == 1
    assert done == b"data: [DONE]"


@pytest.mark.parametrize("event", [TextDelta("a"), ReasoningDelta("a"), ToolCallDelta(0, "{}", "c", "f")])
def test_what_is_absent_is_left_out_of_chunks(event: Event) -> None:
    for chunk in stream(event, Finished(FinishReason.STOP)):
        assert "system_fingerprint" not in chunk
        assert chunk.get("usage", {}) is not None
        assert "finish_reason" in chunk["choices"][0]  # type: ignore[index]
        assert chunk["choices"][0]["delta"].get("tool_calls", []) is not None  # type: ignore[index]


def test_waiting_is_a_comment() -> None:
    assert KEEP_ALIVE == b": keep-alive\n\n"


def test_a_sound_has_no_place_in_a_chat() -> None:
    assert StreamEncoder("gen_1", "a/b", 1).event(Sound(b"RIFF", "audio/wav")) == b""
