"""Recorded answers of Gemini, at its own API and at Vertex, under every split."""

import json
import re
from typing import Any

import pytest

from satchel.dialects.gemini import Decoder
from satchel.dialects.upstream_words import quoted
from satchel.domain.errors import StreamBroken, UpstreamError
from satchel.domain.events import FinishReason, Image
from satchel.domain.usage import Usage

from .cases import MISSING, Case
from .replay import Told, cases_of, check_every_split, decode, each, end_of, endpoint, told_by

CASES = cases_of("gemini", "vertex-gemini")
ANSWERS = [case for case in CASES if case.status == 200]
STREAMS = [case for case in ANSWERS if case.is_stream]


def objects(case: Case) -> list[dict[str, Any]]:
    """Return every object of a body, read all at once."""
    if not case.is_stream:
        return [case.content["response"]["json"]]
    text = case.content["response"]["text"]
    if text.startswith("["):
        return list(json.loads(text))
    return [json.loads(line[5:]) for line in text.split("\r\n") if line.startswith("data:")]


def parts(case: Case) -> list[dict[str, Any]]:
    return [part for one in objects(case) for part in one["candidates"][0].get("content", {}).get("parts", [])]


def plainly(case: Case) -> Told:
    told = Told()
    for part in parts(case):
        if part.get("thoughtSignature"):
            told.opaque.append(part["thoughtSignature"])
        if "functionCall" in part:
            call = part["functionCall"]
            told.calls.append([call.get("id"), call["name"], call["args"]])
        elif part.get("thought"):
            told.reasoning += part["text"]
        else:
            told.text += part.get("text", "")
    return told


@each(STREAMS)
def test_every_split_gives_the_same_events(case: Case) -> None:
    check_every_split(Decoder, case)


@each(ANSWERS)
def test_text_thoughts_signatures_and_calls_are_those_of_the_body(case: Case) -> None:
    events, error = decode(Decoder, case)
    assert error is None
    assert told_by(events) == plainly(case)
    media = [part["inlineData"] for part in parts(case) if "inlineData" in part]
    assert [event.inline for event in events if isinstance(event, Image)] == [(one["mimeType"], one["data"]) for one in media]


@each(ANSWERS)
def test_an_answer_ends_with_a_normal_reason_and_thoughts_inside_the_output(case: Case) -> None:
    end = end_of(decode(Decoder, case)[0])
    native = [one["candidates"][0]["finishReason"] for one in objects(case) if "finishReason" in one["candidates"][0]][-1]
    called = any("functionCall" in part for part in parts(case))
    assert end.native_reason == native
    assert end.reason is (FinishReason.TOOL_CALLS if called else {"STOP": FinishReason.STOP, "MAX_TOKENS": FinishReason.LENGTH}[native])
    report = [one["usageMetadata"] for one in objects(case)][-1]
    thoughts = report.get("thoughtsTokenCount", 0)
    output = report.get("candidatesTokenCount", 0) + thoughts
    drawn = sum(one["tokenCount"] for one in report.get("candidatesTokensDetails", []) if one["modality"] == "IMAGE")
    cached = report.get("cachedContentTokenCount", 0)
    assert end.usage == Usage(report["promptTokenCount"], output, thoughts, cached, image_tokens=drawn)
    assert end.usage.input_tokens + end.usage.output_tokens == report["totalTokenCount"]


@each(STREAMS)
def test_a_stream_that_is_cut_short_never_ends_well(case: Case) -> None:
    finish = re.search(rb'"finishReason"', case.body)
    assert finish
    for cut in range(finish.start(), max(8, finish.start() - 300), -1):
        assert isinstance(decode(Decoder, case, [case.body[:cut]])[1], StreamBroken), cut


@each([case for case in CASES if case.status != 200])
def test_a_refusal_has_the_class_of_its_cause_and_the_providers_words(case: Case) -> None:
    error = Decoder(endpoint(), str).refused(case.status, case.headers, case.body)
    assert error.code == {400: "malformed_request", 404: "unknown_model"}[case.status]
    assert error.details["provider_message"] == quoted(case.content["response"]["json"]["error"]["message"])
    assert not isinstance(error, UpstreamError)


def test_the_recordings_are_there_or_their_absence_is_said() -> None:
    if not CASES:
        pytest.skip(MISSING)
    assert len(ANSWERS) >= 17
