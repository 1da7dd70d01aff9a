"""The door side of Anthropic Messages: what we say, and what we read."""

from typing import Any

import orjson
import pytest

from satchel.dialects.anthropic_messages_reply import JsonEncoder, StreamEncoder, error_object
from satchel.dialects.anthropic_messages_request import parse_request
from satchel.domain.chat import FilePart, ReasoningPart, TextPart
from satchel.domain.errors import MalformedRequest, RateLimited, UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Image, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage

HIDDEN = ReasoningDelta("", details=({"type": "reasoning.encrypted", "data": "c2VjcmV0", "index": 1},))
EVENTS: list[Event] = [
    Started("a/b"),
    ReasoningDelta("Hm", details=({"type": "reasoning.text", "index": 0},)),
    ReasoningDelta("m", "sig", details=({"type": "reasoning.text", "index": 0},)),
    HIDDEN,
    HIDDEN,
    TextDelta("Hel"),
    TextDelta("lo"),
    ToolCallDelta(0, "", "call_a", "f"),
    ToolCallDelta(1, '{"b":', "call_b", "g"),
    ToolCallDelta(0, '{"a":1}'),
    TextDelta("!"),
    ToolCallDelta(1, "2}"),
    Finished(FinishReason.TOOL_CALLS, "tool_use", Usage(10, 5, cached_tokens=3, cache_write_tokens=2), model="a/c"),
]
CONTENT = [
    {"type": "thinking", "thinking": "Hmm", "signature": "sig"},
    {"type": "redacted_thinking", "data": "c2VjcmV0"},
    {"type": "redacted_thinking", "data": "c2VjcmV0"},
    {"type": "text", "text": "Hello"},
    {"type": "tool_use", "id": "call_a", "name": "f", "input": {"a": 1}},
    {"type": "tool_use", "id": "call_b", "name": "g", "input": {"b": 2}},
    {"type": "text", "text": "!"},
]
USAGE = {"input_tokens": 5, "output_tokens": 5, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 3}


def test_a_whole_message_holds_everything_in_its_order() -> None:
    encoder = JsonEncoder("gen_1", "a/b")
    for event in EVENTS:
        encoder.add(event)
    message = orjson.loads(encoder.body())
    assert (message["content"], message["usage"], message["stop_reason"], message["model"]) == (CONTENT, USAGE, "tool_use", "a/c")


def test_a_stream_says_the_same_and_closes_every_block_once() -> None:
    encoder = StreamEncoder("gen_1", "a/b")
    lines = b"".join(encoder.event(event) for event in EVENTS).decode().split("\n\n")[:-1]
    events: list[dict[str, Any]] = [orjson.loads(line.partition("\ndata: ")[2]) for line in lines]
    assert all(line.startswith(f"event: {event['type']}\n") for line, event in zip(lines, events, strict=True))
    blocks: dict[int, dict[str, Any]] = {}
    for event in events:
        if event["type"] == "content_block_start":
            blocks[event["index"]] = {**event["content_block"]}
        elif event["type"] == "content_block_delta":
            delta = {key: value for key, value in event["delta"].items() if key != "type"}
            for key, value in delta.items():
                blocks[event["index"]][key] = blocks[event["index"]].get(key, "") + value
    for block in blocks.values():
        if "partial_json" in block:
            block["input"] = orjson.loads(block.pop("partial_json"))
    assert [blocks[index] for index in range(len(blocks))] == CONTENT
    assert sorted(event["index"] for event in events if event["type"] == "content_block_stop") == list(range(len(CONTENT)))
    assert (events[0]["type"], events[-2]["usage"], events[-1]) == ("message_start", USAGE, {"type": "message_stop"})


@pytest.mark.parametrize(
    ("reason", "native", "told"),
    [
        (FinishReason.STOP, "stop", "end_turn"),
        (FinishReason.STOP, "stop_sequence", "stop_sequence"),
        (FinishReason.LENGTH, "model_context_window_exceeded", "model_context_window_exceeded"),
        (FinishReason.LENGTH, None, "max_tokens"),
        (FinishReason.CONTENT_FILTER, "SAFETY", "refusal"),
        (FinishReason.CANCELLED, "cancelled", "end_turn"),
        (FinishReason.ERROR, "malformed", "error"),
    ],
)
def test_an_end_is_said_in_anthropic_s_words(reason: FinishReason, native: str | None, told: str) -> None:
    encoder = JsonEncoder("gen_1", "a/b")
    encoder.add(Finished(reason, native))
    assert orjson.loads(encoder.body())["stop_reason"] == told


def test_an_error_keeps_its_class_and_words() -> None:
    told = error_object(RateLimited("slow down"), {"error_type": "rate_limit_exceeded", "request_id": "req_1"})
    assert (told["type"], told["request_id"]) == ("error", "req_1")
    assert StreamEncoder("gen_1", "a/b").failure(RateLimited("slow down")).startswith(b"event: error\n")


def request_with(*content: object, role: str = "assistant") -> Any:
    return parse_request({"model": "a/b", "max_tokens": 9, "messages": [{"role": role, "content": list(content)}]}).messages[0].parts


def test_what_we_said_is_read_back_unchanged() -> None:
    parts = request_with(*CONTENT)
    assert [(part.text, part.signature, part.encrypted) for part in parts if isinstance(part, ReasoningPart)] == [
        ("Hmm", "sig", None),
        ("", None, "c2VjcmV0"),
        ("", None, "c2VjcmV0"),
    ]
    assert [part.arguments for part in parts if not isinstance(part, ReasoningPart | TextPart)] == ['{"a":1}', '{"b":2}']


def document(**source: str) -> Any:
    return request_with({"type": "document", "title": "t", "source": source}, role="user")[0]


def test_documents_are_files_or_text() -> None:
    assert document(type="url", url="https://a.example/b.pdf") == FilePart("https://a.example/b.pdf", filename="t")
    assert document(type="file", file_id="file_1") == FilePart(file_id="file_1", filename="t")
    assert document(type="text", media_type="text/plain", data="words") == TextPart("words")
    assert document(type="base64", media_type="application/pdf", data="JVBERi0xLjc=").data == "data:application/pdf;base64,JVBERi0xLjc="
    for source in ({"type": "base64", "media_type": "application/pdf", "data": "????"}, {"type": "url", "url": "file:///a"}, {"type": "x"}):
        with pytest.raises(MalformedRequest):
            document(**source)


@pytest.mark.parametrize(
    ("more", "effort"),
    [
        ({"thinking": {"type": "disabled"}}, "none"),
        ({"thinking": {"type": "adaptive"}}, "medium"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "low"),
        ({"thinking": {"type": "enabled", "budget_tokens": 32_000}}, "high"),
        ({"output_config": {"effort": "max"}}, "max"),
        ({"temperature": 0.5}, None),
    ],
)
def test_thinking_is_an_effort(more: dict[str, object], effort: str | None) -> None:
    asked = parse_request({"model": "a/b", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], **more})
    assert asked.tuning.reasoning_effort == effort


def test_tools_that_anthropic_runs_are_refused_by_name() -> None:
    tools = [{"type": "web_search_20250305", "name": "web_search"}]
    with pytest.raises(UnsupportedFeature, match="web_search_20250305"):
        parse_request({"model": "a/b", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], "tools": tools})


def test_a_schema_is_kept() -> None:
    config = {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    asked = parse_request({"model": "a/b", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], "output_config": config})
    assert asked.output_format is not None
    assert asked.output_format.schema == {"type": "object"}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://a.example/b.png", "![picture](https://a.example/b.png)"),
        ("data:image/png;base64,AA==", "[The model drew a picture, which this API cannot carry."),
    ],
)
def test_a_picture_has_no_place_and_does_not_vanish_without_a_word(url: str, words: str) -> None:
    stream, whole = StreamEncoder("gen_1", "a/b"), JsonEncoder("gen_1", "a/b")
    whole.add(Image(url))
    assert words.encode() in stream.event(Image(url))
    assert orjson.loads(whole.body())["content"][0]["text"].startswith(words)
    assert b"AA==" not in whole.body()


FOREIGN = {"type": "reasoning.encrypted", "data": "Z2Vt", "format": "google-gemini-v1", "id": "call_a"}


@pytest.mark.parametrize("words", ["", "Hm"])
def test_what_another_maker_hid_keeps_its_maker(words: str) -> None:
    stream, whole = StreamEncoder("gen_1", "a/b"), JsonEncoder("gen_1", "a/b")
    event = ReasoningDelta(words, details=(FOREIGN, {**FOREIGN, "id": "call_b"}))
    whole.add(event)
    content = orjson.loads(whole.body())["content"]
    assert stream.event(event).count(b"redacted_thinking") == 2
    assert [block["type"] for block in content] == ["redacted_thinking", "redacted_thinking", *(["thinking"] if words else [])]
    turn = {"role": "assistant", "content": content[:2]}
    (message,) = parse_request({"model": "a/b", "messages": [turn]}, counts_only=True).messages
    assert [part.detail for part in message.parts if isinstance(part, ReasoningPart)] == [FOREIGN, {**FOREIGN, "id": "call_b"}]


def test_a_signature_without_words_is_a_thinking_block() -> None:
    assert b'"signature_delta"' in StreamEncoder("gen_1", "a/b").event(ReasoningDelta("", "sig"))
