"""What no recording shows of Cohere's answers. Bodies are synthetic, after cohere 7.3.1."""

import itertools
from typing import Any

import orjson
import pytest

from satchel.dialects.cohere import Decoder
from satchel.domain.errors import ProviderGarbled, ProviderUnavailable, SatchelError, StreamBroken
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage

from .hosts import endpoint


def decoder() -> Decoder:
    numbers = itertools.count(1)
    return Decoder(endpoint(), lambda: f"call_minted{next(numbers)}")


def said(kind: str, index: int | None = None, **message: Any) -> bytes:
    body: dict[str, Any] = {"type": kind, "delta": {"message": message}}
    if index is not None:
        body["index"] = index
    return f"event: {kind}\ndata: ".encode() + orjson.dumps(body) + b"\n\n"


def ended(reason: str = "COMPLETE", **delta: Any) -> bytes:
    return b"data: " + orjson.dumps({"type": "message-end", "delta": {"finish_reason": reason, **delta}}) + b"\n\ndata: [DONE]\n\n"


def called(index: int | None, call_id: str, name: str, arguments: str = "", kind: str = "tool-call-start") -> bytes:
    return said(kind, index, tool_calls={"id": call_id, "function": {"name": name, "arguments": arguments}})


def decoded(*pieces: bytes) -> list[Event]:
    subject = decoder()
    return [event for piece in pieces for event in subject.feed(piece)] + subject.close()


START = b'data: {"id":"m-9","type":"message-start","delta":{"message":{"role":"assistant"}}}\n\n'


def test_text_thinking_and_plan_are_told_apart() -> None:
    events = decoded(
        START,
        said("tool-plan-delta", tool_plan="plan "),
        said("content-start", 0, content={"type": "thinking", "thinking": "why"}),
        said("content-delta", 1, content={"text": "so"}),
        said("citation-start", 0, citations={"text": "so"}),
        ended(),
    )
    assert events == [
        Started("m-1", "m-9"),
        ReasoningDelta("plan "),
        ReasoningDelta("why"),
        TextDelta("so"),
        Finished(FinishReason.STOP, "COMPLETE"),
    ]


def test_calls_are_told_apart_by_number_and_get_ids_and_arguments_of_their_own() -> None:
    pieces = [
        called(0, "a", "f"),
        called(1, "a", "g"),
        called(1, "", "", '{"x":1}', "tool-call-delta"),
        called(0, "", "", "", "tool-call-delta"),
    ]
    assert decoded(*pieces, ended("COMPLETE"))[1:] == [
        ToolCallDelta(0, "", "a", "f"),
        ToolCallDelta(1, "", "call_minted1", "g"),
        ToolCallDelta(1, '{"x":1}'),
        ToolCallDelta(0, "{}"),
        Finished(FinishReason.TOOL_CALLS, "COMPLETE"),
    ]


def test_calls_without_a_number_follow_each_other() -> None:
    pieces = [called(None, "a", "f", "{"), called(None, "", "", "}", "tool-call-delta"), called(None, "b", "g", "{}")]
    assert [(call.call, call.arguments) for call in decoded(*pieces, ended("TOOL_CALL")) if isinstance(call, ToolCallDelta)] == [
        (0, "{"),
        (0, "}"),
        (1, "{}"),
    ]


@pytest.mark.parametrize(
    ("native", "reason"),
    [("STOP_SEQUENCE", "stop"), ("MAX_TOKENS", "length"), ("ERROR", "error"), ("TIMEOUT", "error"), ("NOVEL", "error")],
)
def test_finish_reasons_are_normalised_and_kept(native: str, reason: str) -> None:
    assert decoded(ended(native))[-1] == Finished(FinishReason(reason), native)


def test_billed_units_stand_in_where_no_tokens_are_told() -> None:
    usage = {"billed_units": {"input_tokens": 3, "output_tokens": 2}, "cached_tokens": 9}
    assert decoded(said("content-delta", 0, content={"text": "a"}), ended("NOVEL", usage=usage))[-1] == Finished(
        FinishReason.STOP, "NOVEL", Usage(3, 2, cached_tokens=3)
    )


@pytest.mark.parametrize(
    "bad",
    [b'data: {"message":"out of order"}\n\n', b'data: {"error":{"message":"out of order"}}\n\n', ended("ERROR", error="out of order")],
)
def test_an_error_inside_a_stream_comes_out_after_the_words_before_it(bad: bytes) -> None:
    subject = decoder()
    assert TextDelta("Hel") in subject.feed(said("content-delta", 0, content={"text": "Hel"}) + bad)
    with pytest.raises(ProviderUnavailable, match="out of order"):
        subject.close()


@pytest.mark.parametrize("body", [{"message": "no"}, {"error": "no"}])
def test_an_error_with_status_200_is_an_error(body: dict[str, str]) -> None:
    with pytest.raises(ProviderUnavailable, match="no"):
        decoder().decode_json(orjson.dumps(body))


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, b'{"error_type":"TOO_MANY_TOKENS","message":"too many tokens: size limit"}', "context_too_long"),
        (401, b'{"id":"1","message":"invalid api token"}', "key_rejected"),
        (498, b'{"message":"blocked token"}', "key_rejected"),
        (404, b'{"message":"model \'x\' not found"}', "unknown_model"),
        (429, b'{"message":"trial limit"}', "provider_throttled"),
        (500, b"<html>", "provider_unavailable"),
    ],
)
def test_refusals_have_the_class_of_their_cause(status: int, body: bytes, code: str) -> None:
    target = endpoint()
    assert Decoder(target, str).refused(status, {}, body).code == code


@pytest.mark.parametrize("body", [b"", START, said("content-delta", 0, content={"text": "a"}), b'data: {"type":"mess'])
def test_a_stream_that_just_ends_is_broken(body: bytes) -> None:
    with pytest.raises(StreamBroken):
        decoded(body)


def test_an_end_without_its_blank_line_counts() -> None:
    assert isinstance(decoded(START, ended().split(b"\n\n")[0])[-1], Finished)


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>"])
def test_a_body_that_is_no_answer_is_garbled(body: bytes) -> None:
    with pytest.raises(ProviderGarbled):
        decoder().decode_json(body)


def test_events_after_an_error_are_passed_over() -> None:
    subject = decoder()
    subject.feed(b"data: {nonsense\n\n" + said("content-delta", 0, content={"text": "a"}))
    with pytest.raises(SatchelError):
        subject.close()


def test_a_whole_answer_says_the_same() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    message = {"role": "assistant", "tool_plan": "First", "content": [{"type": "text", "text": "Hi"}], "tool_calls": [call]}
    events = decoder().decode_json(orjson.dumps({"id": "1", "message": message, "finish_reason": "TOOL_CALL"}))
    assert [event for event in events if isinstance(event, ReasoningDelta | TextDelta)] == [ReasoningDelta("First"), TextDelta("Hi")]
    assert "".join(event.arguments for event in events if isinstance(event, ToolCallDelta)) == '{"a":1}'
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is FinishReason.TOOL_CALLS
