"""Recorded answers of six hosts that speak OpenAI Responses, under every split."""

import json
from typing import Any

import pytest

from satchel.dialects.openai_responses import Decoder
from satchel.dialects.upstream_words import quoted
from satchel.domain.errors import StreamBroken
from satchel.domain.events import FinishReason
from satchel.domain.usage import Usage

from .cases import MISSING, Case
from .replay import Told, cases_of, check_every_split, decode, each, end_of, endpoint, told_by

CASES = cases_of(
    *("openai-responses", "azure-responses", "deepseek-responses", "openrouter-responses", "xai-responses", "bedrock-mantle"),
)
ANSWERS = [case for case in CASES if case.status == 200]
STREAMS = [case for case in ANSWERS if case.is_stream]
LAST = ("response.completed", "response.incomplete", "response.failed")


def response(case: Case) -> dict[str, Any]:
    """Return the whole answer: the body, or what the last event repeats of it."""
    if not case.is_stream:
        return dict(case.content["response"]["json"])
    lines = case.content["response"]["text"].replace("\r\n", "\n").split("\n")
    events = [json.loads(line[5:]) for line in lines if line.startswith("data:") and "[DONE]" not in line]
    return next(dict(event["response"]) for event in events if event["type"] in LAST)


def plainly(case: Case) -> Told:
    """Read the finished items; a stream's deltas must say the same."""
    told = Told()
    for item in response(case)["output"]:
        match item["type"]:
            case "message":
                told.text += "".join(part["text"] for part in item["content"])
            case "function_call":
                told.calls.append([item["call_id"], item["name"], json.loads(item["arguments"] or "{}")])
            case "reasoning":
                told.reasoning += "\n\n".join(part["text"] for part in item["summary"])
                told.reasoning += "".join(part["text"] for part in item.get("content") or [])
                told.opaque += [item["encrypted_content"]] if item.get("encrypted_content") else []
    return told


@each(STREAMS)
def test_every_split_gives_the_same_events(case: Case) -> None:
    check_every_split(Decoder, case)


@each(ANSWERS)
def test_text_reasoning_and_calls_are_those_of_the_finished_items(case: Case) -> None:
    events, error = decode(Decoder, case)
    assert error is None
    told, plain = told_by(events), plainly(case)
    if case.is_stream:  # the last event encrypts anew: the parts of the stream's own items are what counts
        assert all(json.dumps(opaque) in case.content["response"]["text"] for opaque in told.opaque)
        assert len(told.opaque) == len(plain.opaque)
        told.opaque = plain.opaque
    assert told == plain


@each(ANSWERS)
def test_an_answer_ends_with_a_normal_reason_and_everything_inside_the_counts(case: Case) -> None:
    end, whole = end_of(decode(Decoder, case)[0]), response(case)
    called = any(item["type"] == "function_call" for item in whole["output"])
    if whole["status"] == "incomplete":
        assert (end.reason, end.native_reason) == (FinishReason.LENGTH, whole["incomplete_details"]["reason"])
    else:
        assert (end.reason, end.native_reason) == (FinishReason.TOOL_CALLS if called else FinishReason.STOP, "completed")
    usage = whole["usage"]
    inside, outside = usage["input_tokens_details"], usage["output_tokens_details"]
    cached, written = inside["cached_tokens"], inside.get("cache_write_tokens", 0)
    assert end.usage == Usage(usage["input_tokens"], usage["output_tokens"], outside["reasoning_tokens"], cached, written)
    assert end.usage.input_tokens + end.usage.output_tokens == usage["total_tokens"]


@each(STREAMS)
def test_a_stream_that_is_cut_short_never_ends_well(case: Case) -> None:
    text = case.content["response"]["text"]
    done = max(text.rfind('"type":"response.completed"'), text.rfind('"type": "response.completed"'))
    finish = len(text[:done].encode())
    for cut in range(finish, max(8, finish - 300), -1):
        assert isinstance(decode(Decoder, case, [case.body[:cut]])[1], StreamBroken), cut


@each([case for case in CASES if case.status != 200])
def test_a_refusal_has_the_class_of_its_cause_and_the_providers_words(case: Case) -> None:
    error = Decoder(endpoint(), str).refused(case.status, case.headers, case.body)
    given = case.content["response"]["json"]
    given_error = given["error"]
    assert error.details["provider_message"] == quoted(given_error if isinstance(given_error, str) else given_error["message"])
    if "API key" in error.message:
        assert error.code == "key_rejected"
    else:
        assert error.code == ("unknown_model" if given_error["code"] == "model_not_found" else "malformed_request")


def test_the_recordings_are_there_or_their_absence_is_said() -> None:
    if not CASES:
        pytest.skip(MISSING)
    assert (len(ANSWERS), len(STREAMS)) == (24, 15)
