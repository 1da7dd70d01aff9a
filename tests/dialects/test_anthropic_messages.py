from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.yardstick import cost_us

from satchel.domain import errors
from satchel.domain.errors import ContentFiltered, ProviderGarbled, ProviderUnavailable, SatchelError, StreamBroken
from satchel.domain.events import Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage
from satchel.kit.sse import MAX_EVENT_BYTES

from .claude_events import START, STOP, began, delta, ended, read, reader, said, sse, stopped
from .hosts import endpoint

TOOL = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}


def arguments(piece: str, index: int = 0) -> dict[str, Any]:
    return delta({"type": "input_json_delta", "partial_json": piece}, index)


def test_started_comes_with_the_first_word_and_not_before() -> None:
    subject = reader()
    assert subject.feed(sse(START, {"type": "ping"}, began({"type": "text", "text": ""}))) == []
    assert subject.feed(sse(said("Hi"))) == [Started("claude-x", "msg_1"), TextDelta("Hi")]


def test_an_answer_without_a_word_still_starts_and_ends() -> None:
    assert read(reader(), sse(START, ended("end_turn"), STOP)) == [
        Started("claude-x", "msg_1"),
        Finished(FinishReason.STOP, "end_turn", Usage(9, 5)),
    ]


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("pause_turn", FinishReason.STOP),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("tool_use", FinishReason.TOOL_CALLS),
        ("refusal", FinishReason.CONTENT_FILTER),
        ("something_new", FinishReason.STOP),
    ],
)
def test_stop_reasons_are_normalised_and_kept(native: str, reason: FinishReason) -> None:
    end = read(reader(), sse(START, said("x"), ended(native), STOP))[-1]
    assert end == Finished(reason, native, Usage(9, 5))


def test_an_unknown_reason_without_a_word_is_an_error_and_after_a_call_a_call() -> None:
    assert read(reader(), sse(START, ended("something_new")))[-1] == Finished(FinishReason.ERROR, "something_new", Usage(9, 5))
    end = read(reader(), sse(START, began(TOOL), ended("end_turn")))[-1]
    assert isinstance(end, Finished)
    assert end.reason is FinishReason.TOOL_CALLS


def test_a_refusal_without_a_word_says_why_and_one_after_words_ends_filtered() -> None:
    why = {"type": "refusal", "category": "bio", "explanation": "This could harm."}
    refused = {"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": why}, "usage": {"output_tokens": 5}}
    with pytest.raises(ContentFiltered, match=r"Acme: This could harm\.") as caught:
        read(reader(), sse(START, refused, STOP))
    assert caught.value.details["provider_message"] == "This could harm."
    assert read(reader(), sse(START, said("Well"), refused, STOP))[-1] == Finished(FinishReason.CONTENT_FILTER, "refusal", Usage(9, 5))


def test_usage_is_merged_and_a_missing_count_erases_nothing() -> None:
    first = {"input_tokens": 3, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 100, "output_tokens": 1, "service_tier": "x"}
    start = {"type": "message_start", "message": {"usage": first}}
    last = ended("end_turn", output_tokens=50, input_tokens=None, output_tokens_details={"thinking_tokens": 20})
    end = read(reader(), sse(start, said("x"), ended("end_turn", output_tokens=7), last, STOP))[-1]
    assert end == Finished(FinishReason.STOP, "end_turn", Usage(113, 50, 20, 100, 10))


def test_thinking_never_exceeds_the_output_and_no_report_is_no_usage() -> None:
    odd = ended("end_turn", output_tokens=-3, output_tokens_details={"thinking_tokens": 20, "x": True})
    assert read(reader(), sse(said("x"), odd))[-1] == Finished(FinishReason.STOP, "end_turn", Usage())
    silent = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": None}
    assert read(reader(), sse(said("x"), silent))[-1] == Finished(FinishReason.STOP, "end_turn", None)


def test_thinking_keeps_its_signature_and_its_place() -> None:
    events = read(
        reader(),
        sse(
            START,
            began({"type": "thinking", "thinking": "", "signature": ""}),
            delta({"type": "thinking_delta", "thinking": "hm"}),
            delta({"type": "signature_delta", "signature": "c2ln"}),
            stopped(),
            began({"type": "redacted_thinking", "data": "b3BhcXVl"}, 1),
            began({"type": "redacted_thinking"}, 2),
            said("so", 3),
            ended("end_turn"),
            STOP,
        ),
    )
    thought = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
    hidden = {"type": "reasoning.encrypted", "data": "b3BhcXVl", "format": "anthropic-claude-v1", "index": 1}
    assert events[1:5] == [
        ReasoningDelta("hm", details=({**thought, "text": "hm"},)),
        ReasoningDelta("", "c2ln", details=({**thought, "text": "", "signature": "c2ln"},)),
        ReasoningDelta("", details=(hidden,)),
        TextDelta("so"),
    ]


def test_arguments_come_in_pieces_and_a_call_without_any_has_an_empty_object() -> None:
    second, third = {**TOOL, "id": "toolu_2"}, {**TOOL, "id": "toolu_3", "input": {"all": 1}}
    events = read(
        reader(),
        sse(
            *(START, began(TOOL), arguments(""), arguments('{"a":'), arguments(" 1}"), stopped()),
            *(began(second, 1), arguments("", 1), stopped(1), stopped(1), began(third, 2), stopped(2)),
            *(ended("tool_use"), STOP),
        ),
    )
    assert events[1:-1] == [
        ToolCallDelta(0, "", "toolu_1", "look"),
        ToolCallDelta(0, '{"a":'),
        ToolCallDelta(0, " 1}"),
        ToolCallDelta(1, "", "toolu_2", "look"),
        ToolCallDelta(1, "{}"),
        ToolCallDelta(2, '{"all":1}', "toolu_3", "look"),
    ]


def test_a_call_whose_block_never_stopped_still_has_arguments() -> None:
    assert read(reader(), sse(START, began(TOOL), ended("tool_use")))[-2] == ToolCallDelta(0, "{}")


def test_missing_and_repeated_ids_are_minted() -> None:
    nameless = {"type": "tool_use", "input": {}}
    events = read(reader(), sse(began(nameless), began(TOOL, 1), began(TOOL, 2), ended("tool_use")))
    assert [event.id for event in events if isinstance(event, ToolCallDelta) and event.id] == ["call_minted1", "toolu_1", "call_minted2"]


def test_tools_of_the_provider_are_never_shown_as_the_callers() -> None:
    search = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    found = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [{"type": "web_search_result", "title": "T"}]}
    cited = {"type": "citations_delta", "citation": {"type": "web_search_result_location", "cited_text": "quoted"}}
    events = read(
        reader(),
        sse(
            *(
                START,
                began(search),
                arguments('{"query": 1}'),
                stopped(),
                began(found, 1),
                stopped(1),
                began({"type": "text", "text": ""}, 2),
            ),
            *(delta(cited, 2), said("It is so.", 2), stopped(2), ended("end_turn"), STOP),
        ),
    )
    assert events == [Started("claude-x", "msg_1"), TextDelta("It is so."), Finished(FinishReason.STOP, "end_turn", Usage(9, 5))]


@pytest.mark.parametrize(
    "odd", [{"type": "new"}, {}, [], "text", delta({"type": "new"}), began({"type": "new"}), {"type": "content_block_delta", "index": [1]}]
)
def test_what_is_unknown_changes_nothing(odd: Any) -> None:
    events = read(reader(), sse(START, odd, said("Hi"), odd, ended("end_turn"), odd, STOP))
    assert events == [Started("claude-x", "msg_1"), TextDelta("Hi"), Finished(FinishReason.STOP, "end_turn", Usage(9, 5))]


@pytest.mark.parametrize(
    ("kind", "expected", "retryable"),
    [
        ("overloaded_error", errors.ProviderUnavailable, True),
        ("api_error", errors.ProviderUnavailable, True),
        ("rate_limit_error", errors.ProviderThrottled, True),
        ("timeout_error", errors.ProviderTimeout, True),
        ("authentication_error", errors.KeyRejected, False),
        ("permission_error", errors.KeyForbidden, False),
        ("billing_error", errors.KeyExhausted, False),
        ("request_too_large", errors.RequestTooLarge, False),
        ("invalid_request_error", errors.MalformedRequest, False),
        ("not_found_error", errors.ProviderRefused, False),
        ("a_new_error", errors.ProviderUnavailable, True),
    ],
)
def test_an_error_inside_a_stream_comes_out_after_the_words_before_it(kind: str, expected: type[SatchelError], retryable: bool) -> None:
    subject = reader()
    failed = {"type": "error", "error": {"type": kind, "message": "Too  much\nnow"}}
    assert subject.feed(sse(START, said("Hi"), failed, said("never"))) == [Started("claude-x", "msg_1"), TextDelta("Hi")]
    assert subject.ended
    with pytest.raises(expected, match=r"Acme.*: Too much now") as caught:
        subject.close()
    assert caught.value.details["provider_body"]["type"] == kind
    assert caught.value.retryable is retryable


def test_an_error_without_words_or_shape_is_still_one() -> None:
    for odd in ({"type": "error"}, {"type": "error", "error": None}, {"error": {}}):
        with pytest.raises(ProviderUnavailable, match="no reason"):
            read(reader(), sse(START, {**odd, "error": odd.get("error")}))


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"", StreamBroken),
        (sse(START, said("Hi")), StreamBroken),
        (sse(START, said("Hi"), STOP), StreamBroken),
        (sse(START, said("Hi"), ended("end_turn"))[:-30], StreamBroken),
        (b"<html>go away</html>", ProviderGarbled),
        (b"data: {broken\n\n", ProviderGarbled),
    ],
)
def test_a_stream_without_its_end_is_broken_or_garbled(stream: bytes, expected: type[SatchelError]) -> None:
    with pytest.raises(expected):
        read(reader(), stream)


def test_an_event_without_end_is_garbled() -> None:
    subject = reader()
    subject.feed(b"data: " + b"x" * (MAX_EVENT_BYTES + 1))
    with pytest.raises(ProviderGarbled):
        subject.close()


def test_a_reason_without_a_message_stop_or_a_last_blank_line_is_a_whole_answer() -> None:
    whole = sse(START, said("Hi"), ended("end_turn"))
    assert read(reader(), whole) == read(reader(), whole[:-2]) == read(reader(), whole + sse(STOP))


def test_a_whole_message_says_what_its_stream_says() -> None:
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "s", "input": {"q": 1}},
        {"type": "text", "text": "Hi", "citations": [{}]},
        {**TOOL, "input": {"a": 1}},
        {**TOOL, "id": "toolu_2"},
        "no block",
    ]
    body = {
        "id": "msg_1",
        "model": "claude-x",
        "content": content,
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 9, "output_tokens": 5},
    }
    thought = {"type": "reasoning.text", "text": "hm", "format": "anthropic-claude-v1", "index": 0, "signature": "c2ln"}
    assert reader().decode_json(orjson.dumps(body)) == [
        Started("claude-x", "msg_1"),
        ReasoningDelta("hm", "c2ln", details=(thought,)),
        TextDelta("Hi"),
        ToolCallDelta(0, '{"a":1}', "toolu_1", "look"),
        ToolCallDelta(1, "", "toolu_2", "look"),
        ToolCallDelta(1, "{}"),
        Finished(FinishReason.TOOL_CALLS, "tool_use", Usage(9, 5)),
    ]


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"content": []}', b'{"content": 1, "stop_reason": 2}'])
def test_a_body_that_is_no_message_is_garbled(body: bytes) -> None:
    with pytest.raises(ProviderGarbled):
        reader().decode_json(body)


def test_an_error_in_a_body_with_status_200_is_one() -> None:
    with pytest.raises(ProviderUnavailable, match="Overloaded"):
        reader().decode_json(b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}')


def refused(status: int, kind: str, message: str, headers: dict[str, str] | None = None, **changes: Any) -> SatchelError:
    body = orjson.dumps({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"})
    return reader(**changes).refused(status, headers or {}, body)


@pytest.mark.parametrize(
    ("status", "kind", "message", "expected"),
    [
        (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", errors.ContextTooLong),
        (400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", errors.KeyExhausted),
        (400, "invalid_request_error", "You have reached your specified API usage limits.", errors.KeyExhausted),
        (400, "invalid_request_error", "thinking: adaptive is not supported on this model", errors.UnsupportedFeature),
        (400, "invalid_request_error", "messages: at least one message is required", errors.MalformedRequest),
        (401, "authentication_error", "invalid x-api-key", errors.KeyRejected),
        (402, "billing_error", "pay first", errors.KeyExhausted),
        (403, "permission_error", "not for you", errors.KeyForbidden),
        (404, "not_found_error", "model: claude-0", errors.UnknownModel),
        (404, "not_found_error", "Not found", errors.ProviderRefused),
        (413, "request_too_large", "Request exceeds the maximum size", errors.RequestTooLarge),
        (418, "teapot_error", "short and stout", errors.ProviderRefused),
        (500, "api_error", "Internal server error", errors.ProviderUnavailable),
        (529, "overloaded_error", "Overloaded", errors.ProviderUnavailable),
    ],
)
def test_a_refusal_has_the_class_of_its_cause(status: int, kind: str, message: str, expected: type[SatchelError]) -> None:
    error = refused(status, kind, message)
    assert type(error) is expected
    assert f"{message} (" in f"{error.message} ("
    assert "Acme" in error.message
    assert error.details["provider_message"] == message
    assert error.details["status"] == status


def test_a_refusal_names_the_field_and_the_key_at_fault() -> None:
    assert refused(400, "invalid_request_error", "messages.0.content: bad").details["param"] == "messages.0.content"
    assert "param" not in refused(400, "invalid_request_error", "It is bad: really").details
    assert refused(401, "authentication_error", "no", key_label="mine").details["key_label"] == "mine"
    assert type(refused(401, "authentication_error", "no", key_id=None)) is errors.KeyMissing


def test_a_delay_is_read_where_waiting_helps_and_nowhere_else() -> None:
    assert refused(429, "rate_limit_error", "slow down", {"retry-after": "7"}).retry_after_s == 7
    assert refused(400, "invalid_request_error", "no", {"retry-after": "7"}).retry_after_s is None


def test_an_error_of_the_platform_before_it_is_read_as_the_platforms() -> None:
    subject = reader()
    google = {"error": {"code": 429, "message": "Quota exceeded", "status": "RESOURCE_EXHAUSTED"}}
    assert type(subject.refused(429, {}, orjson.dumps(google))) is errors.ProviderThrottled
    azure = {"error": {"code": "DeploymentNotFound", "message": "The API deployment does not exist."}}
    assert type(subject.refused(404, {}, orjson.dumps(azure))) is errors.UnknownModel
    assert type(subject.refused(502, {}, b"<html>bad gateway</html>")) is errors.ProviderUnavailable


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["text", "tool_use", "error", "index", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "index", "delta", "content_block", "message", "usage", "error", "text", "id"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
KINDS = st.sampled_from(["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "error"])


@given(st.lists(st.tuples(KINDS, JUNK), max_size=6))
def test_junk_of_any_shape_raises_nothing_but_our_errors(events: list[tuple[str, Any]]) -> None:
    subject = reader()
    for kind, junk in events:
        subject.feed(sse({**(junk if isinstance(junk, dict) else {"delta": junk, "content_block": junk, "message": junk}), "type": kind}))
    try:
        subject.close()
    except SatchelError as error:
        assert error.details["provider"] == endpoint().provider


def test_a_delta_of_text_costs_microseconds() -> None:
    line, subject = sse(said("a word")), reader()
    assert cost_us(lambda: subject.feed(line)) < 15
