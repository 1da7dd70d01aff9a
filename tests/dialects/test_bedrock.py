from functools import partial
from typing import Any

import orjson
import pytest
from tests.yardstick import cost_us

from satchel.domain import errors
from satchel.domain.errors import ProviderGarbled, SatchelError, StreamBroken
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage

from .claude_events import (
    START,
    STOP,
    converse_reader,
    ended,
    event_frame,
    exception_frame,
    frame,
    invoke,
    invoke_reader,
    read,
    reader,
    said,
    sse,
)

METADATA = event_frame("metadata", {"usage": {"inputTokens": 9, "outputTokens": 5, "totalTokens": 14}, "metrics": {"latencyMs": 1}})


def delta(fields: dict[str, Any], index: int = 0) -> bytes:
    return event_frame("contentBlockDelta", {"contentBlockIndex": index, "delta": fields, "p": "abc"})


def started(fields: dict[str, Any], index: int = 0) -> bytes:
    return event_frame("contentBlockStart", {"contentBlockIndex": index, "start": fields})


def stopped(index: int = 0) -> bytes:
    return event_frame("contentBlockStop", {"contentBlockIndex": index})


def ends(reason: str) -> bytes:
    return event_frame("messageStop", {"stopReason": reason})


def finished(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def test_anthropics_events_in_frames_say_what_they_say_in_sse() -> None:
    events = [START, said("Hi"), ended("end_turn"), {**STOP, "amazon-bedrock-invocationMetrics": {"outputTokenCount": 3}}]
    assert read(invoke_reader(), invoke(*events)) == read(reader(), sse(*events))
    message = orjson.dumps({"id": "msg_1", "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn"})
    assert invoke_reader().decode_json(message) == reader().decode_json(message)


@pytest.mark.parametrize("inner", ["!", "e30=", "W10=", "eyJ0eXBl"])
def test_a_chunk_that_holds_no_event_changes_nothing_or_is_garbled(inner: str) -> None:
    stream = invoke(START, said("Hi")) + event_frame("chunk", {"bytes": inner}) + invoke(ended("end_turn"))
    if inner in ("e30=", "W10="):
        assert finished(read(invoke_reader(), stream)).reason is FinishReason.STOP
        return
    subject = invoke_reader()
    assert subject.feed(stream)[-1] == TextDelta("Hi")
    with pytest.raises(ProviderGarbled):
        subject.close()


def test_converse_says_text_thinking_and_calls_with_their_usage() -> None:
    call = {"toolUse": {"toolUseId": "tooluse_1", "name": "look"}}
    events = read(
        converse_reader(native_model="m-1"),
        event_frame("messageStart", {"role": "assistant"}),
        delta({"reasoningContent": {"text": "hm"}}),
        delta({"reasoningContent": {"signature": "c2ln"}}),
        stopped(),
        delta({"reasoningContent": {"redactedContent": "b3Bh"}}, 1),
        delta({"text": "So"}, 2),
        delta({"citation": {"title": "T"}}, 2),
        started(call, 3),
        delta({"toolUse": {"input": '{"a": '}}, 3),
        delta({"toolUse": {"input": "1}"}}, 3),
        stopped(3),
        started({"toolUse": {"name": "rest"}}, 4),
        stopped(4),
        ends("tool_use"),
        METADATA,
    )
    thought = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
    assert events == [
        Started("m-1"),
        ReasoningDelta("hm", details=({**thought, "text": "hm"},)),
        ReasoningDelta("", "c2ln", details=({**thought, "text": "", "signature": "c2ln"},)),
        ReasoningDelta("", details=({"type": "reasoning.encrypted", "data": "b3Bh", "format": "anthropic-claude-v1", "index": 1},)),
        TextDelta("So"),
        ToolCallDelta(0, "", "tooluse_1", "look"),
        ToolCallDelta(0, '{"a": '),
        ToolCallDelta(0, "1}"),
        ToolCallDelta(1, "", "call_minted1", "rest"),
        ToolCallDelta(1, "{}"),
        Finished(FinishReason.TOOL_CALLS, "tool_use", Usage(9, 5)),
    ]


def test_a_whole_converse_answer_says_what_its_stream_says() -> None:
    content = [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}},
        {"reasoningContent": {"redactedContent": "b3Bh"}},
        {"text": "So"},
        {"citationsContent": {"content": [{"text": " it is"}], "citations": [{}]}},
        {"toolUse": {"toolUseId": "tooluse_1", "name": "look", "input": {"a": 1}, "type": "tool_use"}},
        {"toolUse": {"toolUseId": "tooluse_2", "name": "rest", "input": {}}},
        {"toolUse": {"toolUseId": "tooluse_3", "name": "nova_grounding", "input": {"q": 1}, "type": "server_tool_use"}},
    ]
    usage = {"inputTokens": 9, "outputTokens": 5, "cacheReadInputTokenCount": 2, "cacheReadInputTokens": 2, "cacheWriteInputTokens": 1}
    body = {"output": {"message": {"content": content}}, "stopReason": "tool_use", "usage": usage}
    events = converse_reader().decode_json(orjson.dumps(body))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "So it is"
    thoughts = [event for event in events if isinstance(event, ReasoningDelta)]
    assert [(event.text, event.signature) for event in thoughts] == [("hm", "c2ln"), ("", None)]
    assert [event for event in events if isinstance(event, ToolCallDelta)] == [
        ToolCallDelta(0, '{"a":1}', "tooluse_1", "look"),
        ToolCallDelta(1, "", "tooluse_2", "rest"),
        ToolCallDelta(1, "{}"),
    ]
    assert finished(events) == Finished(FinishReason.TOOL_CALLS, "tool_use", Usage(12, 5, 0, 2, 1))


def test_tools_that_the_provider_runs_are_not_the_callers() -> None:
    own = started({"toolUse": {"toolUseId": "t", "name": "nova_grounding", "type": "server_tool_use"}})
    result = started({"toolResult": {"toolUseId": "t"}}, 1)
    stream = (
        own + delta({"toolUse": {"input": "{}"}}) + stopped() + result + stopped(1) + delta({"text": "Hi"}, 2) + ends("end_turn") + METADATA
    )
    assert read(converse_reader(), stream)[1:] == [TextDelta("Hi"), Finished(FinishReason.STOP, "end_turn", Usage(9, 5))]


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("guardrail_intervened", FinishReason.CONTENT_FILTER),
        ("content_filtered", FinishReason.CONTENT_FILTER),
        ("malformed_model_output", FinishReason.ERROR),
        ("malformed_tool_use", FinishReason.ERROR),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("", FinishReason.STOP),
    ],
)
def test_the_reasons_that_bedrock_adds_are_normalised(native: str, reason: FinishReason) -> None:
    assert finished(read(converse_reader(), delta({"text": "x"}), ends(native), METADATA)).reason is reason


def test_the_end_is_the_usage_after_the_reason_or_the_reason_alone() -> None:
    subject = converse_reader()
    subject.feed(METADATA)
    assert not subject.ended
    with pytest.raises(StreamBroken):
        subject.close()
    assert finished(read(converse_reader(), delta({"text": "x"}), ends("end_turn"))).usage is None
    assert finished(read(converse_reader(), delta({"text": "x"}), ends("end_turn"), event_frame("metadata", {}))).usage is None
    subject = converse_reader()
    subject.feed(delta({"text": "x"}) + ends("end_turn") + METADATA + delta({"text": "never"}))
    assert subject.ended


@pytest.mark.parametrize(
    ("kind", "expected", "retryable"),
    [
        ("throttlingException", errors.ProviderThrottled, True),
        ("serviceUnavailableException", errors.ProviderUnavailable, True),
        ("internalServerException", errors.ProviderUnavailable, True),
        ("modelStreamErrorException", errors.ProviderUnavailable, True),
        ("modelTimeoutException", errors.ProviderTimeout, True),
        ("validationException", errors.MalformedRequest, False),
        ("aNewException", errors.ProviderUnavailable, True),
    ],
)
@pytest.mark.parametrize("surface", ["invoke", "converse"])
def test_an_exception_inside_a_stream_comes_out_after_the_words_before_it(
    surface: str, kind: str, expected: type[SatchelError], retryable: bool
) -> None:
    subject: Any = invoke_reader() if surface == "invoke" else converse_reader()
    words = invoke(START, said("Hi")) if surface == "invoke" else delta({"text": "Hi"})
    assert subject.feed(words + exception_frame(kind, {"message": "Too much"}) + words)[1:] == [TextDelta("Hi")]
    with pytest.raises(expected, match=r"Acme.*: Too much") as caught:
        subject.close()
    assert caught.value.details["provider_body"]["type"] == kind
    assert caught.value.retryable is retryable


def test_an_exception_keeps_the_models_own_words_and_an_error_frame_its_headers() -> None:
    inner = {"message": "The model failed", "originalStatusCode": 424, "originalMessage": "out of memory"}
    with pytest.raises(errors.ProviderUnavailable, match="Acme: out of memory"):
        read(converse_reader(), exception_frame("modelStreamErrorException", inner))
    with pytest.raises(errors.ProviderThrottled, match="Acme: slow down"):
        read(converse_reader(), frame(b"", message_type="error", error_code="ThrottlingException", error_message="slow down"))
    with pytest.raises(errors.ProviderUnavailable, match="no reason"):
        read(invoke_reader(), frame(b"", message_type="error"))


def test_a_stream_cut_inside_a_frame_is_broken_and_one_of_something_else_is_garbled() -> None:
    for subject, words in ((invoke_reader(), invoke(START, said("Hi"))), (converse_reader(), delta({"text": "Hi"}))):
        with pytest.raises(StreamBroken):
            read(subject, words + words[:-5])
    for other in (invoke_reader(), converse_reader()):
        with pytest.raises(ProviderGarbled, match="checksum"):
            read(other, b"data: not a frame\n\n")
    for other in (invoke_reader(), converse_reader()):
        with pytest.raises(ProviderGarbled):
            read(other, event_frame("chunk", "text") + frame(b"{", event_type="chunk", message_type="event"))


def refused(status: int, name: str, message: str, **changes: Any) -> SatchelError:
    headers = {"x-amzn-errortype": f"{name}:http://internal.amazon.com/coral/", "retry-after": "3"} if name else {}
    return converse_reader(**changes).refused(status, headers, orjson.dumps({"message": message}))


@pytest.mark.parametrize(
    ("status", "name", "message", "expected"),
    [
        (400, "ValidationException", "The provided model identifier is invalid.", errors.UnknownModel),
        (400, "ValidationException", "Invocation of model ID x with on-demand throughput isn't supported.", errors.UnknownModel),
        (400, "ValidationException", "Input is too long for requested model.", errors.ContextTooLong),
        (400, "ValidationException", "This model doesn't support tool use.", errors.UnsupportedFeature),
        (400, "ValidationException", "messages.0.content is empty", errors.MalformedRequest),
        (400, "ServiceQuotaExceededException", "Too many", errors.ProviderThrottled),
        (403, "AccessDeniedException", "You don't have access to the model.", errors.KeyForbidden),
        (403, "UnrecognizedClientException", "invalid token", errors.KeyRejected),
        (403, "", "Forbidden", errors.KeyForbidden),
        (404, "ResourceNotFoundException", "no such profile", errors.UnknownModel),
        (404, "", "gone", errors.UnknownModel),
        (408, "ModelTimeoutException", "slow", errors.ProviderTimeout),
        (409, "ConflictException", "conflict", errors.ProviderRefused),
        (413, "", "too large", errors.RequestTooLarge),
        (424, "ModelErrorException", "failed", errors.ProviderUnavailable),
        (429, "ThrottlingException", "Too many requests", errors.ProviderThrottled),
        (429, "ModelNotReadyException", "warming up", errors.ProviderThrottled),
        (503, "ServiceUnavailableException", "Bedrock is unable to process your request.", errors.ProviderUnavailable),
        (503, "ServiceUnavailableException", "Model is getting throttled.", errors.ProviderThrottled),
        (502, "", "bad gateway", errors.ProviderUnavailable),
    ],
)
def test_a_refusal_has_the_class_of_its_cause(status: int, name: str, message: str, expected: type[SatchelError]) -> None:
    error = refused(status, name, message)
    assert type(error) is expected
    assert f"{message} (" in f"{error.message} ("
    assert "Acme" in error.message
    assert error.details["status"] == status
    assert error.retry_after_s == (3 if status in (429, 503) and name else None)


def test_a_refusal_without_a_key_or_a_shape_is_told_from_one_with() -> None:
    assert type(refused(403, "AccessDeniedException", "no", key_id=None)) is errors.ProviderRefused
    assert type(refused(403, "UnrecognizedClientException", "no", key_id=None)) is errors.KeyMissing
    assert refused(403, "AccessDeniedException", "no", key_label="mine").details["key_label"] == "mine"
    typed = orjson.dumps({"__type": "com.amazon.coral#ThrottlingException", "Message": "slow"})
    assert type(invoke_reader().refused(400, {}, typed)) is errors.ProviderThrottled
    assert type(invoke_reader().refused(502, {}, b"<html>")) is errors.ProviderUnavailable
    assert invoke_reader().refused(500, {}, b"[]").message == "Acme: HTTP status 500 and no reason"


def test_a_delta_of_text_costs_microseconds() -> None:
    for subject, line in ((invoke_reader(), invoke(said("a word"))), (converse_reader(), delta({"text": "a word"}))):
        assert cost_us(partial(subject.feed, line)) < 15
