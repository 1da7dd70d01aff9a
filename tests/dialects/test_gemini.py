"""What no recording shows of Gemini's answers. Bodies are synthetic, after google-genai 3.4.0."""

import itertools
from typing import Any

import orjson
import pytest

from satchel.dialects.gemini import Decoder
from satchel.domain.errors import ContentFiltered, ProviderGarbled, ProviderThrottled, ProviderUnavailable, SatchelError, StreamBroken
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage

from .hosts import endpoint


def decoder() -> Decoder:
    numbers = itertools.count(1)
    return Decoder(endpoint(), lambda: f"call_minted{next(numbers)}")


def said(*parts: dict[str, Any], finish: str | None = None, index: int | None = None, **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}}
    if finish:
        candidate["finishReason"] = finish
    if index is not None:
        candidate["index"] = index
    return {"candidates": [candidate], "modelVersion": "g-1", "responseId": "r-1", **more}


def sse(*chunks: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + orjson.dumps(chunk) + b"\r\n\r\n" for chunk in chunks)


def decoded(body: bytes) -> list[Event]:
    subject = decoder()
    return subject.feed(body) + subject.close()


def failure(body: bytes) -> SatchelError:
    with pytest.raises(SatchelError) as caught:
        decoded(body)
    return caught.value


def test_an_answer_starts_with_its_first_word() -> None:
    assert decoded(sse(said({"text": ""}), said({"text": "Hi"}), said({"text": ""}, finish="STOP"))) == [
        Started("g-1", "r-1"),
        TextDelta("Hi"),
        Finished(FinishReason.STOP, "STOP"),
    ]


def test_ids_are_minted_where_none_came_and_where_two_calls_share_one() -> None:
    call = {"functionCall": {"name": "f", "args": {"a": 1}}}
    same = {"functionCall": {"name": "g", "id": "x1"}}
    calls = [event for event in decoded(sse(said(call, same, same, finish="STOP"))) if isinstance(event, ToolCallDelta)]
    assert calls == [
        ToolCallDelta(0, '{"a":1}', "call_minted1", "f"),
        ToolCallDelta(1, "{}", "x1", "g"),
        ToolCallDelta(2, "{}", "call_minted2", "g"),
    ]


def test_a_signature_comes_with_the_call_or_the_text_it_belongs_to() -> None:
    call = {"functionCall": {"name": "f", "args": {}, "id": "x1"}, "thoughtSignature": "S1"}
    events = decoded(sse(said({"text": "why", "thought": True}, call, {"text": "", "thoughtSignature": "S2"}, finish="STOP")))
    details = [event.details[0] for event in events if isinstance(event, ReasoningDelta) and event.details]
    assert [(detail["data"], detail.get("id")) for detail in details] == [("S1", "x1"), ("S2", None)]
    assert events[1] == ReasoningDelta("why")


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("IMAGE_SAFETY", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", "error"),
        ("NOVEL", "error"),
    ],
)
def test_finish_reasons_are_normalised_and_kept(native: str, reason: str) -> None:
    assert decoded(sse(said(finish=native)))[-1] == Finished(FinishReason(reason), native)


def test_an_unknown_reason_after_words_is_a_stop_and_after_a_call_a_call() -> None:
    assert decoded(sse(said({"text": "a"}, finish="NOVEL")))[-1] == Finished(FinishReason.STOP, "NOVEL")
    assert decoded(sse(said({"functionCall": {"name": "f"}}, finish="NOVEL")))[-1] == Finished(FinishReason.TOOL_CALLS, "NOVEL")


def test_prompts_of_tools_at_the_server_count_as_input_and_the_last_report_wins() -> None:
    early = {"promptTokenCount": 5, "totalTokenCount": 5}
    last = {"promptTokenCount": 5, "toolUsePromptTokenCount": 7, "candidatesTokenCount": 3, "thoughtsTokenCount": 2, "totalTokenCount": 17}
    events = decoded(sse(said({"text": "a"}, usageMetadata=early), said(finish="STOP", usageMetadata=last), {"usageMetadata": {}}))
    assert events[-1] == Finished(FinishReason.STOP, "STOP", Usage(12, 5, reasoning_tokens=2))


def test_several_candidates_keep_their_texts_and_their_ends() -> None:
    events = decoded(sse(said({"text": "a"}, finish="STOP", index=0), said({"text": "b"}, finish="MAX_TOKENS", index=1)))
    assert events[1:3] == [TextDelta("a"), TextDelta("b", 1)]
    assert events[-1] == Finished(FinishReason.STOP, "STOP", choices=((FinishReason.STOP, "STOP"), (FinishReason.LENGTH, "MAX_TOKENS")))


@pytest.mark.parametrize(
    ("feedback", "words"),
    [({"blockReason": "SAFETY"}, "SAFETY"), ({"blockReason": "OTHER", "blockReasonMessage": "not that"}, "not that")],
)
def test_a_blocked_prompt_is_content_filtered_with_its_reason(feedback: dict[str, str], words: str) -> None:
    body = {"promptFeedback": feedback, "usageMetadata": {"promptTokenCount": 4}}
    for error in (failure(sse(body)), failure(b"[" + orjson.dumps(body) + b"]")):
        assert isinstance(error, ContentFiltered)
        assert words in error.message
    with pytest.raises(ContentFiltered, match=words):
        decoder().decode_json(orjson.dumps(body))


def test_a_body_without_candidates_is_content_filtered_and_a_stream_is_broken() -> None:
    body = {"usageMetadata": {"promptTokenCount": 4}}
    with pytest.raises(ContentFiltered):
        decoder().decode_json(orjson.dumps(body))
    assert isinstance(failure(sse(body)), StreamBroken)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}, ProviderUnavailable),
        ({"code": 429, "message": "slow"}, ProviderThrottled),
    ],
)
def test_an_error_inside_an_answer_is_its_error(error: dict[str, Any], kind: type[SatchelError]) -> None:
    for body in (sse(said({"text": "a"}), {"error": error}), b"[" + orjson.dumps({"error": error}) + b"]"):
        assert isinstance(failure(body), kind)
    with pytest.raises(kind):
        decoder().decode_json(orjson.dumps([{"error": error}, said({"text": "a"}, finish="STOP")]))


def test_throttling_says_how_long_to_wait() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "48s"}]
    body = orjson.dumps({"error": {"code": 429, "message": "quota", "status": "RESOURCE_EXHAUSTED", "details": details}})
    error = decoder().refused(429, {}, body)
    assert (error.code, error.retry_after_s, error.retryable) == ("provider_throttled", 48.0, True)


def test_a_bad_key_is_not_always_401() -> None:
    details = [{"reason": "API_KEY_INVALID"}]
    body = orjson.dumps({"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT", "details": details}})
    assert decoder().refused(400, {}, body).code == "key_rejected"


@pytest.mark.parametrize("body", [b"", b" \n", b"[", b'[{"candidates":[{"content":{"par', sse(said({"text": "a"})), b"data: {"])
def test_a_stream_that_just_ends_is_broken(body: bytes) -> None:
    assert isinstance(failure(body), StreamBroken if body not in (b" \n", b"[") else (StreamBroken, ProviderGarbled))


@pytest.mark.parametrize("body", [b"<html>no</html>", b"data: {nonsense}\n\n"])
def test_what_is_no_answer_is_garbled(body: bytes) -> None:
    assert isinstance(failure(body), ProviderGarbled)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"3", b"<html>"])
def test_a_json_body_that_is_no_answer_is_garbled(body: bytes) -> None:
    with pytest.raises(ProviderGarbled):
        decoder().decode_json(body)


@pytest.mark.parametrize("before", [b"", b" \r\n"])
def test_an_answer_may_come_in_pieces_and_as_events_or_one_array(before: bytes) -> None:
    chunks = [said({"text": "Hi"}), said({"text": ""}, finish="STOP")]
    for body in (sse(*chunks), orjson.dumps(chunks)):
        subject = decoder()
        events = [event for at in range(0, len(before + body), 7) for event in subject.feed((before + body)[at : at + 7])]
        assert [*events, *subject.close()] == decoded(body)


def test_odd_types_do_no_harm() -> None:
    odd: dict[str, Any] = {
        "candidates": [3, {"index": "x", "content": {"parts": [4, {"text": 5}, {"functionCall": 6}]}}],
        "usageMetadata": [],
    }
    assert decoded(sse(odd, said(finish="STOP")))[-1].reason is FinishReason.TOOL_CALLS  # type: ignore[union-attr]
