"""Recorded answers of Cohere, under every split."""

import json
from typing import Any

import pytest

from satchel.dialects.cohere import Decoder
from satchel.domain.errors import ContextTooLong, StreamBroken
from satchel.domain.events import FinishReason
from satchel.domain.usage import Usage

from .cases import MISSING, Case
from .replay import Told, cases_of, check_every_split, decode, each, end_of, endpoint, told_by

CASES = cases_of("cohere")
ANSWERS = [case for case in CASES if case.status == 200]
STREAMS = [case for case in ANSWERS if case.is_stream]
REASONS = {"COMPLETE": FinishReason.STOP, "TOOL_CALL": FinishReason.TOOL_CALLS}


def objects(case: Case) -> list[dict[str, Any]]:
    """Return every object of a body, read all at once."""
    if not case.is_stream:
        return [case.content["response"]["json"]]
    lines = case.content["response"]["text"].split("\n")
    return [json.loads(line[5:]) for line in lines if line.startswith("data:") and "[DONE]" not in line]


def plainly(case: Case) -> Told:
    told = Told()
    pieces: dict[int, list[str]] = {}
    for one in objects(case):
        message = one.get("message") or one.get("delta", {}).get("message") or {}
        told.reasoning += message.get("tool_plan") or ""
        content = message.get("content") or []
        for part in content if isinstance(content, list) else [content]:
            told.text += part.get("text", "")
            told.reasoning += part.get("thinking", "")
        calls = message.get("tool_calls") or []
        for position, call in enumerate(calls if isinstance(calls, list) else [calls]):
            if call.get("id"):
                told.calls.append([call["id"], call["function"]["name"], None])
            pieces.setdefault(one.get("index", position), []).append(call["function"]["arguments"])
    for call, arguments in zip(told.calls, pieces.values(), strict=True):
        call[2] = json.loads("".join(arguments))
    return told


def last(case: Case) -> dict[str, Any]:
    final = objects(case)[-1]
    return dict(final["delta"] if case.is_stream else final)


@each(STREAMS)
def test_every_split_gives_the_same_events(case: Case) -> None:
    check_every_split(Decoder, case)


@each(ANSWERS)
def test_text_reasoning_and_calls_are_those_of_the_body(case: Case) -> None:
    events, error = decode(Decoder, case)
    assert error is None
    assert told_by(events) == plainly(case)


@each(ANSWERS)
def test_an_answer_ends_with_a_normal_reason_and_the_tokens_the_model_saw(case: Case) -> None:
    end, final = end_of(decode(Decoder, case)[0]), last(case)
    assert (end.native_reason, end.reason) == (final["finish_reason"], REASONS[final["finish_reason"]])
    tokens = final["usage"]["tokens"]
    reasoning, cached = tokens.get("reasoning_tokens", 0), final["usage"].get("cached_tokens", 0)
    assert end.usage == Usage(tokens["input_tokens"], tokens["output_tokens"], reasoning, cached)


@each(STREAMS)
def test_a_stream_that_is_cut_short_never_ends_well(case: Case) -> None:
    finish = case.body.index(b'"finish_reason"')
    for cut in range(finish, finish - 300, -1):
        assert isinstance(decode(Decoder, case, [case.body[:cut]])[1], StreamBroken), cut


@each([case for case in CASES if case.status != 200])
def test_a_refusal_has_the_class_of_its_cause_and_the_providers_words(case: Case) -> None:
    error = Decoder(endpoint(), str).refused(case.status, case.headers, case.body)
    assert isinstance(error, ContextTooLong)
    assert error.details["provider_message"] == case.content["response"]["json"]["message"]


def test_the_recordings_are_there_or_their_absence_is_said() -> None:
    if not CASES:
        pytest.skip(MISSING)
    assert len(ANSWERS) == 7
