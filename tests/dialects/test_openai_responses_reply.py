"""The door side of OpenAI's Responses: what we say."""

from typing import Any

import orjson
import pytest
from openai.types.responses import Response

from satchel.dialects.openai_responses_carried import reasoning_parts
from satchel.dialects.openai_responses_reply import JsonEncoder, StreamEncoder
from satchel.domain.chat import ChatRequest, Message, OutputFormat, ReasoningPart, TextPart, Tool, ToolChoice, Tuning
from satchel.domain.errors import ContentFiltered, RateLimited
from satchel.domain.events import Event, Finished, FinishReason, Image, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Cost, Usage

REQUEST = ChatRequest("a/b", (Message("user", (TextPart("Hi"),)),))
OPENAI = {"type": "reasoning.encrypted", "data": "gAAA", "format": "openai-responses-v1", "index": 0, "id": None}
GEMINI = {"type": "reasoning.encrypted", "data": "c2ln", "format": "google-gemini-v1", "id": "call_a", "index": 0}


def thought(text: str, index: int, signature: str | None = None) -> ReasoningDelta:
    detail: dict[str, object] = {"type": "reasoning.text", "text": text, "format": "anthropic-claude-v1", "index": index}
    return ReasoningDelta(text, signature, details=({**detail, "signature": signature} if signature else detail,))


EVENTS: list[Event] = [
    Started("a/c"),
    ReasoningDelta("Su"),
    ReasoningDelta("m"),
    ReasoningDelta("", details=(OPENAI,)),
    thought("Hm", 0),
    thought("m", 0, "sig"),
    thought("Oh", 1, "gis"),
    TextDelta("Hel"),
    TextDelta("lo"),
    ToolCallDelta(0, "", "call_a", "f"),
    ToolCallDelta(1, '{"b":', "call_b", "g"),
    ToolCallDelta(0, '{"a":1}'),
    ReasoningDelta("", details=(GEMINI,)),
    ReasoningDelta("", details=(GEMINI,)),
    TextDelta("!"),
    ToolCallDelta(1, "2}"),
    Finished(FinishReason.TOOL_CALLS, "tool_use", Usage(10, 5, 2, 3, 2), Cost(3_000, input_nusd=1_000), model="a/d"),
]
KINDS = ["reasoning", "reasoning", "reasoning", "message", "function_call", "function_call", "reasoning", "reasoning", "message"]


def whole(*events: Event, request: ChatRequest = REQUEST) -> dict[str, Any]:
    encoder = JsonEncoder("gen_1", request, 100, lambda: 107)
    for event in events:
        encoder.add(event)
    body: dict[str, Any] = orjson.loads(encoder.body())
    Response.model_validate(body)
    return body


def streamed(*events: Event) -> list[dict[str, Any]]:
    encoder = StreamEncoder("gen_1", REQUEST, 100, lambda: 107)
    return parsed(b"".join(encoder.event(event) for event in events))


def parsed(data: bytes) -> list[dict[str, Any]]:
    lines = data.decode().split("\n\n")[:-1]
    said: list[dict[str, Any]] = [orjson.loads(line.partition("\ndata: ")[2]) for line in lines]
    assert all(line.startswith(f"event: {event['type']}\n") for line, event in zip(lines, said, strict=True))
    return said


def test_a_whole_response_holds_everything_in_its_order() -> None:
    body = whole(*EVENTS)
    assert [item["type"] for item in body["output"]] == KINDS
    assert [item["summary"][0]["text"] for item in body["output"][:3]] == ["Sum", "Hmm", "Oh"]
    assert body["output"][3]["content"] == [{"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []}]
    calls = [(item["call_id"], item["name"], item["arguments"]) for item in body["output"][4:6]]
    assert calls == [("call_a", "f", '{"a":1}'), ("call_b", "g", '{"b":2}')]
    assert (body["status"], body["model"], body["created_at"], body["completed_at"]) == ("completed", "a/d", 100, 107)
    assert body["usage"]["input_tokens_details"] == {"cached_tokens": 3, "cache_write_tokens": 2}
    assert body["usage"]["output_tokens_details"] == {"reasoning_tokens": 2}
    assert (body["usage"]["cost"], body["usage"]["cost_details"]["upstream_inference_output_cost"]) == (0.000003, 0.000002)


def test_a_stream_says_the_same_and_ends_every_item_once() -> None:
    said = streamed(*EVENTS)
    assert [event["sequence_number"] for event in said] == list(range(len(said)))
    assert said[-1]["response"] == whole(*EVENTS)
    begun = [event["item"] for event in said if event["type"] == "response.output_item.added"]
    done = {event["output_index"]: event["item"] for event in said if event["type"] == "response.output_item.done"}
    assert [item["type"] for item in begun] == KINDS
    assert [done[place] for place in sorted(done)] == said[-1]["response"]["output"]
    for kind, place in (("output_text", 3), ("function_call_arguments", 5), ("reasoning_summary_text", 1)):
        deltas = [event for event in said if event["type"] == f"response.{kind}.delta" and event["output_index"] == place]
        last = next(event for event in said if event["type"] == f"response.{kind}.done" and event["output_index"] == place)
        assert "".join(delta["delta"] for delta in deltas) == last.get("text", last.get("arguments"))
        assert {delta["item_id"] for delta in deltas} == {begun[place]["id"]}


def order(said: list[dict[str, Any]]) -> list[tuple[str, int]]:
    names = {"response.output_item.added": "+", "response.function_call_arguments.delta": ".", "response.output_item.done": "-"}
    return [(names[event["type"]], event["output_index"]) for event in said if event["type"] in names]


def test_a_call_waits_until_those_before_it_are_whole() -> None:
    one, two, three = (ToolCallDelta(number, "", f"call_{number}", "f") for number in range(3))
    turns = [one, two, ToolCallDelta(1, "{}"), ToolCallDelta(0, '{"a'), three, ToolCallDelta(0, '":1}'), ToolCallDelta(0, " ")]
    said = streamed(*turns, ToolCallDelta(2, "{}"), Finished(FinishReason.TOOL_CALLS))
    assert order(said) == [*zip("+..-", (0,) * 4, strict=True), *zip("+.-", (1,) * 3, strict=True), *zip("+.-", (2,) * 3, strict=True)]
    assert [item["arguments"] for item in said[-1]["response"]["output"]] == ['{"a":1} ', "{}", "{}"]


def test_words_that_come_before_a_call_is_whole_do_not_wait() -> None:
    events = [ToolCallDelta(0, "{", "call_0", "f"), ToolCallDelta(1, "[", "call_1", "f"), TextDelta("Hi"), ToolCallDelta(0, "}")]
    said = streamed(*events, Finished(FinishReason.TOOL_CALLS))
    assert order(said) == [("+", 0), (".", 0), ("+", 1), (".", 1), ("+", 2), (".", 0), ("-", 2), ("-", 0), ("-", 1)]
    waiting = streamed(*events[:2], Finished(FinishReason.TOOL_CALLS))
    assert order(waiting) == [("+", 0), (".", 0), ("+", 1), (".", 1), ("-", 0), ("-", 1)]


def test_reasoning_comes_back_as_it_was_said() -> None:
    items = [item for item in whole(*EVENTS)["output"] if item["type"] == "reasoning"]
    assert items[0]["encrypted_content"] == "gAAA"
    back = [part for item in items for part in reasoning_parts(item)]
    claude = {"type": "reasoning.text", "format": "anthropic-claude-v1"}
    assert back == [
        ReasoningPart("Sum"),
        ReasoningPart("", encrypted="gAAA", detail={"type": "reasoning.encrypted", "data": "gAAA", "format": "openai-responses-v1"}),
        ReasoningPart("Hmm", "sig", detail={**claude, "text": "Hmm", "signature": "sig", "index": 0}),
        ReasoningPart("Oh", "gis", detail={**claude, "text": "Oh", "signature": "gis", "index": 1}),
        ReasoningPart("", encrypted="c2ln", detail=GEMINI),
        ReasoningPart("", encrypted="c2ln", detail=GEMINI),
    ]


def test_a_signature_and_a_summary_have_their_place() -> None:
    summary = {"type": "reasoning.summary", "summary": "In short", "format": "xai-responses-v1", "id": "rs_1"}
    events = (ReasoningDelta("Hm"), ReasoningDelta("", "sig"), ReasoningDelta("In short", details=(summary,)))
    said = [reasoning_parts(item) for item in whole(*events, Finished(FinishReason.STOP))["output"]]
    assert said[0] == (ReasoningPart("Hm", "sig", detail={"type": "reasoning.text", "text": "Hm", "signature": "sig"}),)
    assert said[1] == (ReasoningPart("In short", detail=summary),)
    assert [event["type"] for event in streamed(*events)].count("response.reasoning_summary_part.added") == 2


def test_words_that_no_detail_holds_are_not_lost() -> None:
    (item,) = whole(ReasoningDelta("Hm", details=(OPENAI,)))["output"]
    assert (item["summary"][0]["text"], item["encrypted_content"]) == ("Hm", "gAAA")
    said = whole(ReasoningDelta("Hm", details=({"type": "other", "text": 7},)))["output"]
    assert [item["summary"] for item in said] == [[{"type": "summary_text", "text": "Hm"}], []]


@pytest.mark.parametrize("given", ["satchel1.", "satchel1.A", "satchel1._w==", "satchel1.W10="])
def test_what_somebody_spoilt_is_as_good_as_none(given: str) -> None:
    item = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}], "encrypted_content": given}
    assert reasoning_parts(item) == (ReasoningPart("Hm"),)
    assert reasoning_parts({**item, "summary": []}) == ()


@pytest.mark.parametrize(
    ("reason", "status", "event", "why"),
    [
        (FinishReason.STOP, "completed", "response.completed", None),
        (FinishReason.LENGTH, "incomplete", "response.incomplete", "max_output_tokens"),
        (FinishReason.CONTENT_FILTER, "incomplete", "response.incomplete", "content_filter"),
        (FinishReason.CANCELLED, "cancelled", "response.completed", None),
        (FinishReason.ERROR, "failed", "response.failed", None),
    ],
)
def test_the_end_says_how_it_ended(reason: FinishReason, status: str, event: str, why: str | None) -> None:
    body = whole(TextDelta("Hi"), Finished(reason))
    assert (body["status"], (body["incomplete_details"] or {}).get("reason")) == (status, why)
    assert (body["error"] is not None) == (status == "failed")
    assert body["output"][0]["status"] == ("completed" if status == "completed" else "incomplete")
    assert streamed(TextDelta("Hi"), Finished(reason))[-1]["type"] == event


def test_nothing_said_is_a_response_without_output() -> None:
    said = streamed(Finished(FinishReason.STOP))
    assert [event["type"] for event in said] == ["response.created", "response.in_progress", "response.completed"]
    assert said[-1]["response"]["output"] == []
    assert whole()["status"] == "failed"


@pytest.mark.parametrize(
    ("kind", "code"), [("rate_limit_exceeded", "rate_limit_exceeded"), ("refusal", "invalid_prompt"), ("timeout", "server_error")]
)
def test_a_failure_is_an_error_and_a_failed_response(kind: str, code: str) -> None:
    error = RateLimited("Slow down")
    error.usage = Usage(7, 1)
    encoder = StreamEncoder("gen_1", REQUEST, 100, lambda: 107)
    said = parsed(encoder.event(TextDelta("Hel")) + encoder.failure(error, 429, {"error_type": kind}))
    assert (said[-2]["type"], said[-2]["code"], said[-2]["error"]["code"]) == ("error", code, 429)
    failed = said[-1]["response"]
    assert (failed["status"], failed["error"]["code"], failed["usage"]["input_tokens"]) == ("failed", code, 7)
    assert failed["output"][0]["content"][0]["text"] == "Hel"


def test_a_failure_before_any_word_begins_the_response_first() -> None:
    said = parsed(StreamEncoder("gen_1", REQUEST, 100, lambda: 107).failure(ContentFiltered("No")))
    assert [event["type"] for event in said] == ["response.created", "response.in_progress", "error", "response.failed"]


def test_a_response_shows_how_it_was_asked_for() -> None:
    request = ChatRequest(
        "a/b",
        REQUEST.messages,
        max_output_tokens=9,
        tools=(Tool("f", "does f", {"type": "object"}, True),),
        tool_choice=ToolChoice("named", "f"),
        parallel_tool_calls=False,
        output_format=OutputFormat("json_schema", "n", {"type": "object"}, True),
        tuning=Tuning(temperature=0.5, top_p=0.9, reasoning_effort="low", verbosity="high"),
        user="u",
    )
    body = whole(Finished(FinishReason.STOP), request=request)
    assert body["tools"] == [{"type": "function", "name": "f", "description": "does f", "parameters": {"type": "object"}, "strict": True}]
    assert (body["tool_choice"], body["parallel_tool_calls"]) == ({"type": "function", "name": "f"}, False)
    assert (body["text"]["format"]["name"], body["text"]["verbosity"]) == ("n", "high")
    assert (body["temperature"], body["top_p"], body["reasoning"]["effort"], body["max_output_tokens"]) == (0.5, 0.9, "low", 9)
    assert body["usage"]["cost_details"]["price_known"] is False


def test_a_picture_is_the_call_of_the_tool_that_draws() -> None:
    picture, end = Image("data:image/png;base64,iVBORw0KGgo=", revised_prompt="a small cat"), Finished(FinishReason.STOP)
    drawn = {
        "id": "ig_1_1",
        "type": "image_generation_call",
        "status": "completed",
        "revised_prompt": "a small cat",
        "result": "iVBORw0KGgo=",
    }
    body = whole(TextDelta("Here."), picture, end)
    assert body["output"][1] == drawn
    assert whole(picture, Finished(FinishReason.LENGTH))["output"][0]["status"] == "completed"
    events = streamed(TextDelta("Here."), picture, TextDelta("Nice?"), end)
    about = [event for event in events if event.get("output_index") == 1]
    assert [event["type"].removeprefix("response.") for event in about] == [
        "output_item.added",
        "image_generation_call.in_progress",
        "image_generation_call.generating",
        "image_generation_call.completed",
        "output_item.done",
    ]
    assert (about[0]["item"]["status"], about[0]["item"]["result"], about[-1]["item"]) == ("in_progress", None, drawn)
    assert [item["type"] for item in events[-1]["response"]["output"]] == ["message", "image_generation_call", "message"]
    Response.model_validate(events[-1]["response"])


def test_a_picture_elsewhere_is_told_in_words() -> None:
    linked = Image("https://a.example/b.png")
    words = "![picture](https://a.example/b.png)"
    assert whole(linked, Finished(FinishReason.STOP))["output"][0]["content"][0]["text"] == words
    assert [event["delta"] for event in streamed(linked) if event["type"] == "response.output_text.delta"] == [words]
