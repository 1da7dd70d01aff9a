"""Recorded answers of Ollama's own surface, under every split."""

import json
from typing import Any

import pytest

from satchel.dialects.ollama import Decoder
from satchel.domain.errors import StreamBroken
from satchel.domain.events import FinishReason
from satchel.domain.usage import Usage

from .cases import MISSING, Case
from .replay import Told, cases_of, check_every_split, decode, each, end_of, told_by

CASES = cases_of("ollama")
STREAMS = [case for case in CASES if case.is_stream]


def objects(case: Case) -> list[dict[str, Any]]:
    """Return every object of a body, read all at once."""
    if not case.is_stream:
        return [case.content["response"]["json"]]
    return [json.loads(line) for line in case.content["response"]["text"].splitlines() if line]


def plainly(case: Case) -> Told:
    told = Told()
    for one in objects(case):
        message = one["message"]
        told.text += message["content"]
        told.reasoning += message.get("thinking") or ""
        calls = message.get("tool_calls") or []
        told.calls += [[call.get("id"), call["function"]["name"], call["function"]["arguments"]] for call in calls]
    return told


@each(STREAMS)
def test_every_split_gives_the_same_events(case: Case) -> None:
    check_every_split(Decoder, case)


@each(CASES)
def test_text_thinking_and_calls_are_those_of_the_body(case: Case) -> None:
    events, error = decode(Decoder, case)
    assert error is None
    assert told_by(events) == plainly(case)


@each(CASES)
def test_an_answer_ends_with_a_normal_reason_and_its_counts(case: Case) -> None:
    end, last = end_of(decode(Decoder, case)[0]), objects(case)[-1]
    assert end.native_reason == last["done_reason"] == "stop"
    assert end.reason is (FinishReason.TOOL_CALLS if "tool-call" in case.content["features"] else FinishReason.STOP)
    assert end.usage == Usage(last["prompt_eval_count"], last["eval_count"])


@each(STREAMS)
def test_a_stream_that_is_cut_short_never_ends_well(case: Case) -> None:
    done = case.body.index(b'"done":true')
    for cut in range(done, done - 300, -1):
        assert isinstance(decode(Decoder, case, [case.body[:cut]])[1], StreamBroken), cut


def test_the_recordings_are_there_or_their_absence_is_said() -> None:
    if not CASES:
        pytest.skip(MISSING)
    assert len(STREAMS) == 2
