"""Shapes of OpenAI Chat Completions that are rare, each once."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from satchel.dialects.openai_chat_errors import error_from, error_in_stream
from satchel.dialects.openai_chat_reply import JsonEncoder, StreamEncoder
from satchel.dialects.openai_chat_request import parse_request
from satchel.dialects.openai_chat_upstream import encode_request
from satchel.dialects.openai_models import parse_models
from satchel.dialects.openai_responses_upstream import encode_request as encode_for_responses
from satchel.domain.catalog import Quirks
from satchel.domain.chat import ChatRequest, FilePart, ImagePart, Message, OutputFormat, ReasoningPart, TextPart, Tool
from satchel.domain.errors import MalformedRequest, ProviderGarbled, ProviderUnavailable
from satchel.domain.events import Finished, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.kit.sse import MAX_EVENT_BYTES

from .hosts import DONE, chunk, decoded, decoder, endpoint

ASKS: dict[str, Any] = {"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]}


def asking(content: Any, **message: Any) -> dict[str, Any]:
    return {"model": "a/b", "messages": [{"role": "user", "content": content, **message}]}


def called(call: Any) -> dict[str, Any]:
    return {"model": "a/b", "messages": [*ASKS["messages"], {"role": "assistant", "content": None, "tool_calls": call}]}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (asking([5]), "must be an object with a type"),
        (asking(5), "must be a text or a list of parts"),
        (asking([{"type": "image_url", "image_url": 5}]), "image_url must be an object"),
        (asking([{"type": "image_url", "image_url": {"url": "file:///x.png"}}]), "must be an https: or data: URL"),
        (asking([{"type": "file", "file": {"filename": "a.pdf"}}]), "must have file_data or file_id"),
        (called({}), "tool_calls must be a list"),
        (called([5]), r"tool_calls\[0\] must be an object"),
        (called([{"id": "c", "function": {"name": "f", "arguments": 5}}]), "must be JSON in a text"),
        ({**ASKS, "tool_choice": "maybe"}, "tool_choice must be"),
        ({**ASKS, "tool_choice": {"type": "function", "function": {"name": ""}}}, "must name a function"),
        ({**ASKS, "reasoning_effort": "low", "reasoning": {"effort": "high"}}, "says 'low' while"),
        ({**ASKS, "max_tokens": 1.5}, "must be an integer"),
        ({**ASKS, "response_format": {"type": "xml"}}, "response_format.type must be"),
    ],
)
def test_what_has_the_wrong_shape_is_named(body: dict[str, Any], complaint: str) -> None:
    with pytest.raises(MalformedRequest, match=complaint):
        parse_request(body)


def test_what_means_the_same_is_read_the_same() -> None:
    assert parse_request({**ASKS, "max_tokens": 5.0}).max_output_tokens == 5
    assert parse_request({**ASKS, "response_format": {"type": "text"}}).output_format == OutputFormat("text")
    assert parse_request({**ASKS, "response_format": {"type": "json_object"}}).output_format == OutputFormat("json_object")
    assert parse_request({**ASKS, "reasoning": {"enabled": True}}).tuning.reasoning_effort == "medium"
    (message,) = parse_request(asking([{"type": "image_url", "image_url": "https://a.example/x.png"}])).messages
    assert message.parts == (ImagePart("https://a.example/x.png"),)
    call = {"id": "c", "function": {"name": "f", "arguments": {"a": 1}}}
    assert parse_request(called([call])).messages[1].parts[0].arguments == '{"a":1}'  # type: ignore[union-attr]


def body_of(*messages: Message, **changes: Any) -> Any:
    request = ChatRequest("a/b", messages, **changes)
    return orjson.loads(encode_request(request, endpoint(quirks=Quirks(reasoning_replay="reasoning_details"))))


def test_what_a_turn_has_is_sent_in_its_own_place() -> None:
    file = FilePart("data:application/pdf;base64,AA==", filename="a.pdf")
    parts = (TextPart("See"), ImagePart("https://a.example/x.png", "low"), file)
    body = body_of(Message("user", parts), Message("user", ()), tools=(Tool("f"),), output_format=OutputFormat("json_schema", schema={}))
    text, image, sent_file = body["messages"][0]["content"]
    assert text == {"type": "text", "text": "See"}
    assert image["image_url"] == {"url": "https://a.example/x.png", "detail": "low"}
    assert sent_file["file"] == {"file_data": "data:application/pdf;base64,AA==", "filename": "a.pdf"}
    assert body["messages"][1]["content"] == ""
    assert body["tools"] == [{"type": "function", "function": {"name": "f"}}]
    assert body["response_format"]["json_schema"] == {"name": "answer", "schema": {}}
    assert body_of(Message("user", ()), output_format=OutputFormat("json_object"))["response_format"] == {"type": "json_object"}


def test_reasoning_without_details_is_given_back_as_text() -> None:
    thought = Message("assistant", (ReasoningPart("because"), TextPart("so")))
    assert body_of(thought)["messages"][0]["reasoning"] == "because"
    assert "reasoning" not in body_of(Message("assistant", (TextPart("so"),)))["messages"][0]


def test_a_file_by_address_is_one_for_responses() -> None:
    message = Message("user", (FilePart("https://a.example/a.pdf"),))
    body = orjson.loads(encode_for_responses(ChatRequest("m", (message,)), endpoint()))
    assert body["input"][0]["content"] == [{"type": "input_file", "file_url": "https://a.example/a.pdf"}]


@pytest.mark.parametrize(
    ("status", "body", "code", "words"),
    [
        (400, {"error": {"message": "The model x does not exist", "type": "bad"}}, "unknown_model", "does not exist"),
        (500, [], "provider_unavailable", ""),
        (500, "words", "provider_unavailable", "words"),
        (
            502,
            {"error": {"code": 502, "message": "Provider returned error", "metadata": {"raw": "no JSON"}}},
            "provider_unavailable",
            "no JSON",
        ),
        (500, {"error": {"error": "inner"}}, "provider_unavailable", "inner"),
        (500, {"error": {"odd": 1}}, "provider_unavailable", ""),
    ],
)
def test_an_odd_error_body_still_has_a_class(status: int, body: Any, code: str, words: str) -> None:
    error = error_from(status, {}, orjson.dumps(body), endpoint())
    assert error.code == code
    assert words in error.message


def test_a_reset_time_that_an_aggregator_passes_on_is_a_wait() -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    metadata = {"headers": {"X-RateLimit-Reset": str(int(now.timestamp() * 1000) + 5_000)}}
    body = orjson.dumps({"error": {"code": 429, "message": "slow", "metadata": metadata}})
    assert error_from(429, {"date": "Sat, 28 Nov 2026 00:00:00 GMT"}, body, endpoint()).retry_after_s == 5.0
    assert error_in_stream({"error": {"code": 429, "message": "slow"}}, endpoint()).retry_after_s is None
    details = [{"reason": "x"}, {"retryDelay": "soon"}, {"retryDelay": "48s"}]
    assert error_in_stream({"error": {"code": 429, "message": "slow", "details": details}}, endpoint()).retry_after_s == 48.0


def test_an_event_without_end_is_garbled() -> None:
    subject = decoder()
    assert subject.feed(b"data: " + b"x" * (MAX_EVENT_BYTES + 1)) == []
    with pytest.raises(ProviderGarbled, match="without end"):
        subject.close()


def test_chunks_and_choices_of_another_kind_are_passed_over() -> None:
    events = decoded(b"data: 5\n\n", b'data: {"choices": [5]}\n\n', chunk({"content": "a"}, "stop"), DONE)
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["a"]


def test_a_think_tag_that_a_tool_call_cuts_short_is_what_it_looks_like() -> None:
    call = {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}]}
    inside = decoded(chunk({"content": "<think>because</thi"}), chunk(call), chunk({}, "tool_calls"), DONE)
    assert "".join(event.text for event in inside if isinstance(event, ReasoningDelta)) == "because</thi"
    outside = decoded(chunk({"content": "<thi"}), chunk(call), chunk({}, "tool_calls"), DONE)
    assert [type(event) for event in outside] == [Started, TextDelta, ToolCallDelta, Finished]


def test_parts_of_thinking_come_as_texts_or_as_lists() -> None:
    parts = [
        {"type": "thinking", "thinking": "a"},
        {"type": "thinking", "thinking": [{"type": "text", "text": "b"}, 5]},
        {"type": "reference"},
    ]
    events = decoded(chunk({"content": [*parts, {"type": "text", "text": "c"}]}, "stop"), DONE)
    assert "".join(event.text for event in events if isinstance(event, ReasoningDelta)) == "ab"
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "c"


def test_a_failure_without_usage_or_metadata_is_a_last_chunk_all_the_same() -> None:
    wire = StreamEncoder("gen_1", "a/b", 1, "X").failure(ProviderUnavailable("away")).decode()
    told = orjson.loads(wire.split("\n\n")[0][6:])
    assert told["error"] == {"code": 502, "message": "away"}
    assert "usage" not in told


def test_a_body_begins_before_its_first_word() -> None:
    encoder = JsonEncoder("gen_1", "a/b", 1, "X")
    encoder.add(Started("a/b"))
    assert orjson.loads(encoder.body())["choices"][0]["finish_reason"] == "error"


def test_a_price_that_is_no_number_is_unknown() -> None:
    (listed,) = (
        parse_models({"data": [{"id": "m", "pricing": {"prompt": "much", "completion": "1"}}]}, datetime(2026, 1, 1, tzinfo=UTC).date())
        or []
    )
    assert listed.price is None


def test_counts_that_are_no_whole_numbers_still_count() -> None:
    (*_, end) = decoded(chunk({"content": "a"}, "stop", usage={"prompt_tokens": 7.0, "completion_tokens": "2", "total_tokens": 9}), DONE)
    assert isinstance(end, Finished)
    assert end.usage is not None
    assert (end.usage.input_tokens, end.usage.output_tokens) == (7, 0)
