"""Recorded answers of fourteen OpenAI-compatible hosts, under every split."""

import itertools
import json
from dataclasses import replace

import pytest

from satchel.dialects.openai_chat import Decoder
from satchel.domain.catalog import Endpoint, Quirks
from satchel.domain.errors import KeyProblem, RequestInvalid, SatchelError, StreamBroken, UpstreamError
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage

from .cases import MISSING, Case, cases, splits
from .simple_reading import Reading, read_json, read_stream

CASES = cases()
ANSWERS = [case for case in CASES if case.status == 200]
STREAMS = [case for case in ANSWERS if case.is_stream]
REFUSALS = [case for case in CASES if case.status != 200]


def parametrize(chosen: list[Case]) -> pytest.MarkDecorator:
    marks = [pytest.param(case, id=case.id) for case in chosen]
    return pytest.mark.parametrize("case", marks or [pytest.param(None, marks=pytest.mark.skip(reason=MISSING))])


def decoder_for(case: Case) -> Decoder:
    numbers = itertools.count(1)
    quirks = Quirks(reasoning_tokens="outside" if case.surface == "xai" else "inside")
    endpoint = Endpoint("x:m", "x:m", "x", "m", "https://x.example/v1", "M", "X", key_id="key_1", quirks=quirks)
    return Decoder(endpoint, lambda: f"minted_{next(numbers)}")


def decode(case: Case, pieces: list[bytes]) -> tuple[list[Event], SatchelError | None]:
    decoder = decoder_for(case)
    events: list[Event] = []
    try:
        if not case.is_stream:
            return decoder.decode_json(case.body), None
        for piece in pieces:
            events += decoder.feed(piece)
        events += decoder.close()
    except SatchelError as error:
        return joined(events), error
    return joined(events), None


def joined(events: list[Event]) -> list[Event]:
    """Join neighbouring deltas of one part."""
    result: list[Event] = []
    for event in events:
        match (result[-1] if result else None, event):
            case (TextDelta() as last, TextDelta()) if last.index == event.index:
                result[-1] = replace(last, text=last.text + event.text)
            case (ReasoningDelta() as last, ReasoningDelta()) if last.index == event.index:
                details = last.details + event.details
                result[-1] = replace(last, text=last.text + event.text, signature=last.signature or event.signature, details=details)
            case (ToolCallDelta() as last, ToolCallDelta()) if (last.index, last.call) == (event.index, event.call):
                result[-1] = replace(last, arguments=last.arguments + event.arguments)
            case _:
                result.append(event)
    return result


def plainly(case: Case) -> Reading:
    return read_stream(case.content["response"]["text"]) if case.is_stream else read_json(case.content["response"]["json"])


@parametrize(STREAMS)
def test_every_split_gives_the_same_events(case: Case) -> None:
    events, error = decode(case, [case.body])
    for name, pieces in splits(case):
        assert b"".join(pieces) == case.body
        again, other = decode(case, pieces)
        assert again == events, name
        assert (type(other), str(other)) == (type(error), str(error)), name


@parametrize(ANSWERS)
def test_text_reasoning_and_tools_are_those_of_the_body(case: Case) -> None:
    events, error = decode(case, [case.body])
    plain = plainly(case)
    assert (error is not None) == plain.error
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == plain.text
    assert "".join(event.text for event in events if isinstance(event, ReasoningDelta)) == plain.reasoning
    calls: dict[int, ToolCallDelta] = {}
    for event in events:
        if isinstance(event, ToolCallDelta):
            so_far = calls.get(event.call)
            calls[event.call] = replace(so_far, arguments=so_far.arguments + event.arguments) if so_far else event
    assert [call.name for call in calls.values()] == [tool["name"] for tool in plain.tools.values()]
    assert [call.arguments for call in calls.values()] == [tool["arguments"] or "{}" for tool in plain.tools.values()]
    if b'"custom"' not in case.body:
        assert all(isinstance(json.loads(call.arguments), dict) for call in calls.values())
    ids = [call.id for call in calls.values()]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    assert all(given in ("", own) for given, own in zip([tool["id"] for tool in plain.tools.values()], ids, strict=True))


@parametrize(ANSWERS)
def test_an_answer_ends_once_with_a_normal_reason_and_the_last_usage(case: Case) -> None:
    events, error = decode(case, [case.body])
    if error is not None:
        assert not any(isinstance(event, Finished) for event in events)
        return
    assert isinstance(events[0], Started)
    assert [event for event in events if isinstance(event, Finished)] == events[-1:]
    end, plain = events[-1], plainly(case)
    assert isinstance(end, Finished)
    assert end.native_reason == plain.native
    called = any(isinstance(event, ToolCallDelta) for event in events)
    assert end.reason in ({FinishReason.TOOL_CALLS} if called else {FinishReason.STOP, FinishReason.LENGTH})
    check_usage(case, end.usage, plain)


def check_usage(case: Case, usage: Usage | None, plain: Reading) -> None:
    if plain.usage is None:
        assert usage is None
        return
    assert usage is not None
    assert usage.input_tokens == plain.usage["prompt_tokens"]
    reasoning = (plain.usage.get("completion_tokens_details") or {}).get("reasoning_tokens") or plain.usage.get("reasoning_tokens") or 0
    outside = reasoning if case.surface == "xai" else 0
    assert usage.output_tokens == plain.usage["completion_tokens"] + outside
    assert 0 <= usage.reasoning_tokens <= usage.output_tokens
    assert 0 <= usage.cached_tokens + usage.cache_write_tokens <= usage.input_tokens
    audio = "prompt_audio_seconds" in plain.usage or "audio" in case.id
    if not audio and case.surface != "gemini-openai-compat":
        assert usage.input_tokens + usage.output_tokens == plain.usage["total_tokens"]


@parametrize([case for case in STREAMS if decode(case, [case.body])[1] is None])
def test_a_stream_that_is_cut_short_never_ends_well(case: Case) -> None:
    finish = max(case.body.rfind(mark) for mark in (b'"finish_reason":"', b'"finish_reason": "'))
    for cut in range(finish - 1, max(0, finish - 300), -1):
        _, broken = decode(case, [case.body[:cut]])
        if b'"finish_reason":"' in case.body[:cut] or b'"finish_reason": "' in case.body[:cut]:
            return
        assert isinstance(broken, UpstreamError), cut
    assert isinstance(decode(case, [case.body[:10]])[1], StreamBroken | UpstreamError)


@parametrize(REFUSALS)
def test_a_refusal_has_the_class_of_its_cause_and_the_providers_words(case: Case) -> None:
    error = decoder_for(case).refused(case.status, case.headers, case.body)
    text = json.dumps(case.content["response"]["json"])
    words = str(error.details["provider_message"])
    assert words
    assert len(words) <= 300
    assert words.split(": ")[-1][:40] in json.loads(json.dumps(text)).replace('\\"', '"').replace("\\\\", "\\") or words[:20] in text
    if case.status == 401:
        assert isinstance(error, KeyProblem)
    elif case.status == 404 or "decommissioned" in text:
        assert error.code == "unknown_model"
    elif "context length" in text or "too long" in text:
        assert error.code == "context_too_long"
    elif "violates usage guidelines" in text:
        assert error.code == "content_filtered"
        assert words.startswith("xAI: Content violates")
    else:
        assert isinstance(error, RequestInvalid | UpstreamError)
    assert error.details["status"] == case.status
    assert not error.retryable


def test_the_recordings_are_there_or_their_absence_is_said() -> None:
    if not CASES:
        pytest.skip(MISSING)
    assert len(STREAMS) >= 40
