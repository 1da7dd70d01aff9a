"""What no recording shows of Responses answers. Bodies are synthetic, after openai 3.54.0 and llama.cpp's server."""

import itertools
from typing import Any

import orjson
import pytest

from satchel.dialects.openai_responses import Decoder
from satchel.domain.errors import (
    ContentFiltered,
    ContextTooLong,
    KeyExhausted,
    ProviderGarbled,
    ProviderThrottled,
    ProviderUnavailable,
    SatchelError,
    StreamBroken,
)
from satchel.domain.events import Event, Finished, FinishReason, Image, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage

from .hosts import endpoint


def decoder(**changes: Any) -> Decoder:
    numbers = itertools.count(1)
    return Decoder(endpoint(**changes), lambda: f"call_minted{next(numbers)}")


def told(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: ".encode() + orjson.dumps({"type": f"response.{kind}", **fields}) + b"\n\n"


def item(kind: str, place: int | None = 0, **fields: Any) -> bytes:
    where = {} if place is None else {"output_index": place}
    return told(f"output_item.{kind}", item=fields, **where)


def ended(status: str = "completed", **response: Any) -> bytes:
    return told(status, response={"status": status, "model": "r-1", "id": "resp_1", **response})


def call(name: str = "f", call_id: str = "c1", **fields: Any) -> dict[str, Any]:
    return {"type": "function_call", "id": f"fc_{name}", "call_id": call_id, "name": name, **fields}


def decoded(*pieces: bytes, **changes: Any) -> list[Event]:
    subject = decoder(**changes)
    return [event for piece in pieces for event in subject.feed(piece)] + subject.close()


def words(text: str, place: int = 0) -> bytes:
    return told("output_text.delta", output_index=place, delta=text)


MESSAGE = {"type": "message", "content": [{"type": "output_text", "text": "so"}]}


def test_pictures_that_a_tool_at_the_server_drew_are_pictures() -> None:
    plain = {"type": "image_generation_call", "id": "ig_1", "result": "iVBORw0KGgo="}
    told_more = {**plain, "result": "AA==", "output_format": "webp", "revised_prompt": "a cat"}
    events = decoded(item("done", 0, **plain), item("done", 1, **told_more), item("done", 2, **{**plain, "result": None}), ended())
    assert events[1:3] == [Image("data:image/png;base64,iVBORw0KGgo="), Image("data:image/webp;base64,AA==", revised_prompt="a cat")]
    assert [type(event) for event in events[3:]] == [Finished]


def test_the_start_has_the_hosts_names() -> None:
    created = told("created", response={"model": "r-0", "id": "resp_0"})
    assert decoded(created, words("a"), words(""), ended())[0] == Started("r-0", "resp_0")


@pytest.mark.parametrize(
    "pieces",
    [
        [words("so"), item("done", **MESSAGE), ended(output=[MESSAGE])],
        [item("done", **MESSAGE), ended(output=[MESSAGE])],
        [ended(output=[MESSAGE])],
    ],
    ids=["deltas", "whole items", "only the end"],
)
def test_text_comes_once_wherever_a_host_puts_it(pieces: list[bytes]) -> None:
    assert [event for event in decoded(*pieces) if isinstance(event, TextDelta)] == [TextDelta("so")]


@pytest.mark.parametrize(
    "pieces",
    [
        [
            item("added", **call(arguments="")),
            told("function_call_arguments.delta", output_index=0, delta="{}"),
            item("done", **call(arguments="{}")),
        ],
        [item("added", **call()), item("done", **call(arguments="{}"))],
        [item("done", **call(arguments="{}"))],
        [item("added", **call()), item("done", **call(arguments=""))],
        [
            item("added", None, **call()),
            told("function_call_arguments.delta", item_id="fc_f", delta="{}"),
            item("done", None, **call(arguments="{}")),
        ],
        [item("added", type="custom_tool_call", call_id="c1", name="f"), told("custom_tool_call_input.delta", output_index=0, delta="{}")],
    ],
    ids=["deltas", "whole at the end", "only whole", "no arguments", "no places", "custom"],
)
def test_a_call_comes_once_with_its_arguments(pieces: list[bytes]) -> None:
    calls = [event for event in decoded(*pieces, ended()) if isinstance(event, ToolCallDelta)]
    assert calls[0] == ToolCallDelta(0, "", "c1", "f")
    assert "".join(event.arguments for event in calls) == "{}"


def test_ids_are_minted_where_none_came_and_where_two_calls_share_one() -> None:
    pieces = [item("done", 0, **call(call_id="")), item("done", 1, **call(call_id="x")), item("done", 2, **call(call_id="x"))]
    stray = told("function_call_arguments.delta", output_index=9, delta="{}")
    ids = [event.id for event in decoded(*pieces, stray, ended()) if isinstance(event, ToolCallDelta) and event.id]
    assert ids == ["call_minted1", "x", "call_minted2"]


def test_summaries_are_parted_by_paragraphs() -> None:
    parts = [told("reasoning_summary_part.added", output_index=0, summary_index=at) for at in (0, 1)]
    deltas = [told("reasoning_summary_text.delta", output_index=0, summary_index=at, delta=text) for at, text in enumerate("ab")]
    streamed = decoded(parts[0], deltas[0], parts[1], deltas[1], told("reasoning_text.delta", delta=""), ended())
    assert "".join(event.text for event in streamed if isinstance(event, ReasoningDelta)) == "a\n\nb"
    reasoning = {"type": "reasoning", "summary": [{"type": "summary_text", "text": text} for text in "ab"]}
    whole = decoder().decode_json(orjson.dumps({"status": "completed", "output": [reasoning]}))
    assert [event.text for event in whole if isinstance(event, ReasoningDelta)] == ["a\n\nb"]


@pytest.mark.parametrize(
    ("provider", "given", "whose"),
    [
        ("openai", None, "openai-responses-v1"),
        ("xai", None, "xai-responses-v1"),
        ("azure-openai", None, "azure-openai-responses-v1"),
        ("openrouter", "xai-responses-v1", "xai-responses-v1"),
    ],
)
def test_encrypted_reasoning_says_whose_it_is(provider: str, given: str | None, whose: str) -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gA==", "format": given}
    events = decoded(item("done", **reasoning), ended(), provider=provider)
    detail = {"type": "reasoning.encrypted", "data": "gA==", "id": "rs_1", "format": whose, "index": 0}
    assert events[1] == ReasoningDelta("", details=(detail,))


@pytest.mark.parametrize(
    ("end", "reason", "native"),
    [
        (ended(), "stop", "completed"),
        (ended("incomplete", incomplete_details={"reason": "max_output_tokens"}), "length", "max_output_tokens"),
        (ended("incomplete", incomplete_details={"reason": "content_filter"}), "content_filter", "content_filter"),
        (ended("incomplete", incomplete_details={"reason": "steered"}), "error", "steered"),
        (ended("incomplete"), "error", "incomplete"),
    ],
)
def test_ends_are_normalised_and_kept(end: bytes, reason: str, native: str) -> None:
    assert decoded(end)[-1] == Finished(FinishReason(reason), native)


def test_a_stop_for_an_unknown_reason_after_words_is_a_stop() -> None:
    assert decoded(words("a"), ended("incomplete"))[-1] == Finished(FinishReason.STOP, "incomplete")


def test_usage_holds_no_part_larger_than_its_whole() -> None:
    report = {"input_tokens": 4, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 9}}
    end = decoded(ended(usage={**report, "output_tokens_details": {"reasoning_tokens": 5}}))[-1]
    assert end == Finished(FinishReason.STOP, "completed", Usage(4, 2, reasoning_tokens=2, cached_tokens=3, cache_write_tokens=1))


def test_a_refusal_is_shown_in_the_providers_words() -> None:
    refusal = {"type": "message", "content": [{"type": "refusal", "refusal": "I cannot help"}]}
    pieces = [told("refusal.delta", output_index=0, delta="I cannot "), told("refusal.delta", output_index=0, delta="help")]
    with pytest.raises(ContentFiltered, match=r"I cannot help$"):
        decoded(*pieces, item("done", **refusal), ended(output=[refusal]))
    with pytest.raises(ContentFiltered, match=r"I cannot help$"):
        decoder().decode_json(orjson.dumps({"status": "completed", "output": [refusal]}))
    assert decoded(words("a", 1), *pieces, ended())[-1] == Finished(FinishReason.CONTENT_FILTER, "completed")


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (b'data: {"type":"error","code":"rate_limit_exceeded","message":"slow down","param":null}\n\n', ProviderThrottled),
        (b'event: error\ndata: {"error":{"code":"insufficient_quota","message":"pay"}}\n\n', KeyExhausted),
        (b'data: {"error":"out of memory"}\n\n', ProviderUnavailable),
        (told("failed", response={"status": "failed", "error": {"code": "server_error", "message": "sorry"}}), ProviderUnavailable),
        (told("failed", response={"status": "failed", "error": {"code": "context_length_exceeded", "message": "long"}}), ContextTooLong),
        (told("completed", response={}), ProviderGarbled),
        (b"data: {nonsense\n\n", ProviderGarbled),
    ],
)
def test_an_error_inside_a_stream_comes_out_after_the_words_before_it(bad: bytes, kind: type[SatchelError]) -> None:
    subject = decoder()
    assert subject.feed(words("Hel") + bad + words("lo"))[1:] == [TextDelta("Hel")]
    with pytest.raises(kind):
        subject.close()


@pytest.mark.parametrize("pieces", [[], [words("a")], [words("a"), b"data: [DONE]\n\n"], [words("a"), ended()[:-9]]])
def test_a_stream_that_just_ends_is_broken(pieces: list[bytes]) -> None:
    with pytest.raises(StreamBroken):
        decoded(*pieces)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html>"])
def test_a_body_that_is_no_answer_is_garbled(body: bytes) -> None:
    with pytest.raises(ProviderGarbled):
        decoder().decode_json(body)


def test_unknown_events_and_items_do_no_harm() -> None:
    odd = [told("queued"), told("output_item.added", item=3), item("done", type="web_search_call"), told("output_text.annotation.added")]
    assert decoded(*odd, words("a"), ended())[1:] == [TextDelta("a"), Finished(FinishReason.STOP, "completed")]
