"""Recorded answers of Claude at Anthropic, Azure, Vertex and Bedrock, and of other models at Bedrock, under every split."""

import json
from typing import Any

import pytest

from satchel.dialects import anthropic_messages, bedrock_converse, bedrock_invoke
from satchel.domain.errors import (
    KeyRejected,
    MalformedRequest,
    ProviderThrottled,
    SatchelError,
    UnknownModel,
    UnsupportedFeature,
)
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage

from .cases import MISSING, Case
from .claude_reading import Facts, FramedCase, converse_facts, framed_cases, messages_facts, sse_cases
from .replay import DecoderType, check_every_split, decode, each, end_of, endpoint

CASES = [*sse_cases(), *framed_cases("bedrock-invoke"), *framed_cases("bedrock-converse")]
ANSWERS = [case for case in CASES if case.status == 200]
STREAMS = [case for case in ANSWERS if case.is_stream]
REFUSALS = [case for case in CASES if case.status != 200]
REASONS = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "guardrail_intervened": FinishReason.CONTENT_FILTER,
}


def decoder_of(case: Case) -> DecoderType:
    if case.surface == "bedrock-converse":
        return bedrock_converse.Decoder
    return bedrock_invoke.Decoder if isinstance(case, FramedCase) else anthropic_messages.Decoder


def plainly(case: Case) -> Facts:
    return converse_facts(case) if case.surface == "bedrock-converse" else messages_facts(case)


def expected_usage(facts: Facts) -> Usage:
    """Cache outside the input in every report: our input is the sum of the three."""
    told = {key: facts.usage.get(key, 0) for key in facts.usage}
    read = told.get("cache_read_input_tokens", told.get("cacheReadInputTokens", 0))
    write = told.get("cache_creation_input_tokens", told.get("cacheWriteInputTokens", 0))
    fresh, output = told.get("input_tokens", told.get("inputTokens", 0)), told.get("output_tokens", told.get("outputTokens", 0))
    return Usage(fresh + read + write, output, told.get("thinking_tokens", 0), read, write)


@each(STREAMS)
def test_every_split_gives_the_same_events(case: Case) -> None:
    check_every_split(decoder_of(case), case)


@each(ANSWERS)
def test_text_thinking_signatures_and_calls_are_those_of_the_body(case: Case) -> None:
    events, error = decode(decoder_of(case), case)
    assert error is None
    facts = plainly(case)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == facts.text
    thoughts = [event for event in events if isinstance(event, ReasoningDelta)]
    assert "".join(event.text for event in thoughts) == facts.reasoning
    assert "".join(str(detail["text"]) for event in thoughts for detail in event.details) == facts.reasoning
    assert [detail["signature"] for event in thoughts for detail in event.details if "signature" in detail] == facts.opaque
    calls = [event for event in events if isinstance(event, ToolCallDelta)]
    assert [[call.id, call.name, json.loads(call.arguments)] for call in calls] == facts.calls
    assert [call.call for call in calls] == list(range(len(calls)))


@each(ANSWERS)
def test_an_answer_starts_and_ends_once_with_a_normal_reason_and_the_merged_usage(case: Case) -> None:
    events, facts = decode(decoder_of(case), case)[0], plainly(case)
    assert [event for event in events if isinstance(event, Started)] == events[:1]
    assert events[0] == Started(facts.model or "m", facts.upstream_id)
    assert [event for event in events if isinstance(event, Finished)] == events[-1:]
    end = end_of(events)
    assert facts.native
    assert (end.reason, end.native_reason, end.usage) == (REASONS[facts.native], facts.native, expected_usage(facts))
    if "totalTokens" in facts.usage:
        assert end.usage
        assert end.usage.input_tokens + end.usage.output_tokens == facts.usage["totalTokens"]


@each(STREAMS)
def test_a_stream_cut_short_before_its_reason_never_ends_well(case: Case) -> None:
    kind = decoder_of(case)
    broken = 0
    for cut in [*range(1, 200), *range(len(case.body) - 3000, len(case.body))]:
        events, error = decode(kind, case, [case.body[: max(1, cut)]])
        if error is None:
            assert end_of(events).native_reason == plainly(case).native
        else:
            broken += 1
            assert error.code == "stream_broken" or (cut < 40 and error.code == "provider_garbled"), cut
            assert not any(isinstance(event, Finished) for event in events)
    assert broken >= 199


@pytest.mark.parametrize("surface", ["bedrock-invoke", "bedrock-converse"])
def test_a_changed_byte_in_a_frame_is_garbled_after_what_came_before_it(surface: str) -> None:
    cases = [case for case in framed_cases(surface) if case.is_stream] if CASES else pytest.skip(MISSING)
    for case in cases:
        body = bytearray(case.body)
        body[len(body) // 2] ^= 0x40
        whole, _ = decode(decoder_of(case), case)
        events, error = decode(decoder_of(case), case, [bytes(body)])
        assert error is not None
        assert error.code == "provider_garbled"
        said = "".join(event.text for event in events if isinstance(event, TextDelta))
        assert "".join(event.text for event in whole if isinstance(event, TextDelta)).startswith(said)


@each(REFUSALS)
def test_a_refusal_has_the_class_of_its_cause_and_the_providers_words(case: Case) -> None:
    kind = decoder_of(case)
    error = kind(endpoint(), str).refused(case.status, case.headers, case.body)  # type: ignore[arg-type]
    body = case.content["response"]["json"]
    words = body["error"]["message"] if "error" in body else body["message"]
    assert error.details["provider_message"] == words
    assert words in error.message
    assert error.details["status"] == case.status
    assert type(error) is expected_class(case, words)
    assert error.retryable == (case.status == 503)


def expected_class(case: Case, words: str) -> type[SatchelError]:
    if case.status == 503:
        return ProviderThrottled
    if case.status == 404 or "identifier is invalid" in words:
        return UnknownModel
    if case.status == 403:
        return KeyRejected
    return UnsupportedFeature if "support" in words else MalformedRequest


def shape(events: list[Event]) -> list[Any]:
    """What must not differ between hosts: kinds and order, names, argument keys, the reason. Thinking was asked of two of them only."""
    found: list[Any] = []
    for event in events:
        match event:
            case ToolCallDelta():
                found.append((event.name, sorted(json.loads(event.arguments)), bool(event.id)))
            case Finished(reason=reason, usage=usage):
                assert usage
                found.append((reason, usage.input_tokens > 0, usage.output_tokens > 0, usage.estimated, usage.cached_tokens))
            case ReasoningDelta():
                pass
            case _:
                found.append(type(event))
    return found


@pytest.mark.parametrize("group", ["claude-haiku-4-5/multi_tool", "claude-haiku-4-5/streaming"])
def test_one_claude_looks_the_same_from_four_hosts(group: str) -> None:
    cases = [case for case in CASES if case.content.get("parity_group") == group]
    if not CASES:
        pytest.skip(MISSING)
    assert len({case.surface for case in cases}) == 4
    shapes = [shape(decode(decoder_of(case), case)[0]) for case in cases]
    assert all(each_shape == shapes[0] for each_shape in shapes)


def test_the_recordings_are_there_or_their_absence_is_said() -> None:
    if not CASES:
        pytest.skip(MISSING)
    assert len(STREAMS) == 21
    assert len(ANSWERS) == 39
