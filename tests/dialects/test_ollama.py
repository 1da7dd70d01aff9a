"""What no recording shows of Ollama's own surface. Bodies are synthetic, after ollama 0.6.3."""

import itertools
from typing import Any

import orjson
import pytest

from satchel.dialects.ollama import Decoder
from satchel.dialects.ollama_request import dropped_parameters, encode_request
from satchel.domain.catalog import Quirks
from satchel.domain.chat import (
    AudioPart,
    ChatRequest,
    ImagePart,
    Message,
    OutputFormat,
    ReasoningPart,
    TextPart,
    Tool,
    ToolCallPart,
    ToolChoice,
    Tuning,
)
from satchel.domain.errors import ProviderGarbled, ProviderUnavailable, StreamBroken, UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage

from .hosts import endpoint

USER = Message("user", (TextPart("Hi"),))
SCHEMA = {"type": "object", "properties": {}}


def decoder() -> Decoder:
    numbers = itertools.count(1)
    return Decoder(endpoint(), lambda: f"call_minted{next(numbers)}")


def line(message: dict[str, Any] | None = None, **more: Any) -> bytes:
    return orjson.dumps({"model": "l", "message": message or {"role": "assistant", "content": ""}, "done": False, **more}) + b"\n"


def done(reason: str | None = "stop", **more: Any) -> bytes:
    return line(None, **{"done": True, "done_reason": reason, **more})


def decoded(*pieces: bytes) -> list[Event]:
    subject = decoder()
    return [event for piece in pieces for event in subject.feed(piece)] + subject.close()


def test_reasoning_inside_the_text_is_reasoning() -> None:
    events = decoded(line({"content": "<think>why"}), line({"content": "</th"}), line({"content": "ink>so"}), done())
    assert events == [Started("l"), ReasoningDelta("why"), TextDelta("so"), Finished(FinishReason.STOP, "stop")]


def test_what_only_began_like_a_tag_comes_out_before_a_call_and_at_the_end() -> None:
    call = {"function": {"name": "f", "arguments": {"a": 1}}}
    same = {"id": "x", "function": {"name": "g"}}
    assert decoded(line({"content": "<th", "tool_calls": [call, same, same]}), done())[1:] == [
        TextDelta("<th"),
        ToolCallDelta(0, '{"a":1}', "call_minted1", "f"),
        ToolCallDelta(1, "{}", "x", "g"),
        ToolCallDelta(2, "{}", "call_minted2", "g"),
        Finished(FinishReason.TOOL_CALLS, "stop"),
    ]
    assert decoded(line({"content": "<th"}), done())[1] == TextDelta("<th")


@pytest.mark.parametrize(("native", "reason"), [("stop", "stop"), ("length", "length"), ("load", "error"), (None, "stop")])
def test_finish_reasons_are_normalised_and_kept(native: str | None, reason: str) -> None:
    assert decoded(done(native))[-1] == Finished(FinishReason(reason), native)


def test_a_cut_call_is_cut_and_an_unknown_reason_after_words_a_stop() -> None:
    assert decoded(line({"tool_calls": [{"function": {"name": "f"}}]}), done("length"))[-1] == Finished(FinishReason.LENGTH, "length")
    assert decoded(line({"thinking": "a"}), done("novel"))[-1] == Finished(FinishReason.STOP, "novel")


def test_a_prompt_that_was_all_cached_has_no_count() -> None:
    assert decoded(done(eval_count=5))[-1] == Finished(FinishReason.STOP, "stop", Usage(0, 5))


def test_an_error_line_ends_the_stream_after_the_words_before_it() -> None:
    subject = decoder()
    assert TextDelta("Hel") in subject.feed(line({"content": "Hel"}) + b'{"error":"out of memory"}\n' + line({"content": "lo"}))
    with pytest.raises(ProviderUnavailable, match="out of memory"):
        subject.close()


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (404, "model 'x' not found", "unknown_model"),
        (400, "l does not support tools", "unsupported_feature"),
        (400, "prompt too long; exceeded max context length", "context_too_long"),
        (400, "invalid options", "malformed_request"),
        (500, "llama runner process has terminated", "provider_unavailable"),
    ],
)
def test_refusals_have_the_class_of_their_cause(status: int, words: str, code: str) -> None:
    error = decoder().refused(status, {}, orjson.dumps({"error": words}))
    assert (error.code, error.details["provider_message"]) == (code, words)


@pytest.mark.parametrize("body", [b"", line({"content": "a"}), line({"content": "a"})[:-9]])
def test_a_stream_that_just_ends_is_broken(body: bytes) -> None:
    with pytest.raises(StreamBroken):
        decoded(body)


def test_a_last_line_without_its_line_feed_counts() -> None:
    assert isinstance(decoded(line({"content": "a"}), done().rstrip())[-1], Finished)


@pytest.mark.parametrize("body", [b"<html>", b"<html>\n", b"{nonsense}\n"])
def test_what_is_no_answer_is_garbled(body: bytes) -> None:
    with pytest.raises(ProviderGarbled):
        decoded(body)


def test_a_whole_answer_says_what_the_stream_says() -> None:
    whole = {"model": "m", "message": {"content": "a"}, "done": True, "done_reason": "stop"}
    assert [type(event).__name__ for event in decoder().decode_json(orjson.dumps(whole))] == ["Started", "TextDelta", "Finished"]


def test_an_endless_line_is_garbled() -> None:
    subject = decoder()
    subject.feed(b"{" * (33 * 1024 * 1024))
    with pytest.raises(ProviderGarbled, match="without end"):
        subject.close()


def ask(*messages: Message, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(encode_request(ChatRequest("m", messages or (USER,), **changes), endpoint()))
    return body


def test_nothing_is_sent_that_nobody_set() -> None:
    assert ask() == {"model": "m-1", "messages": [{"role": "user", "content": "Hi"}], "stream": True}


def test_turns_keep_their_thinking_calls_results_and_images() -> None:
    messages = ask(
        Message("developer", (TextPart("be"),)),
        Message("user", (TextPart("look"), ImagePart("data:image/png;base64,AA=="))),
        Message("assistant", (ReasoningPart("why"), ToolCallPart("c1", "f", '{"a":1}'))),
        Message("tool", (TextPart("2"),), tool_call_id="c1"),
        Message("tool", (TextPart("3"),), tool_call_id="c9"),
    )["messages"]
    assert messages == [
        {"role": "system", "content": "be"},
        {"role": "user", "content": "look", "images": ["AA=="]},
        {"role": "assistant", "content": "", "thinking": "why", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]},
        {"role": "tool", "content": "2", "tool_name": "f"},
        {"role": "tool", "content": "3"},
    ]


@pytest.mark.parametrize("part", [AudioPart("AA==", "wav"), ImagePart("https://a.example/b.png")])
def test_what_it_does_not_take_is_refused_before_anything_is_sent(part: Any) -> None:
    with pytest.raises(UnsupportedFeature):
        ask(Message("user", (part,)))


def test_tools_can_be_offered_or_not_but_not_forced() -> None:
    tools = (Tool("f", "does f", {**SCHEMA, "required": []}), Tool("g"))
    assert ask(tools=tools, tool_choice=ToolChoice("auto"))["tools"] == [
        {"type": "function", "function": {"name": "f", "description": "does f", "parameters": {**SCHEMA, "required": []}}},
        {"type": "function", "function": {"name": "g", "parameters": SCHEMA}},
    ]
    assert "tools" not in ask(tools=tools, tool_choice=ToolChoice("none"))
    with pytest.raises(UnsupportedFeature, match="cannot be made to call a tool"):
        ask(tools=tools, tool_choice=ToolChoice("required"))


def test_tuning_is_options_and_what_it_lacks_is_told() -> None:
    request = ChatRequest(
        "m", (USER,), max_output_tokens=9, n=2, tuning=Tuning(min_p=0.1, repetition_penalty=1.1, logit_bias={"1": 1}, seed=1)
    )
    unable = endpoint(quirks=Quirks(unsupported=frozenset({"seed"})))
    assert orjson.loads(encode_request(request, unable))["options"] == {"num_predict": 9, "min_p": 0.1, "repeat_penalty": 1.1}
    assert dropped_parameters(request, unable) == ("n", "seed", "logit_bias")


@pytest.mark.parametrize(("effort", "think"), [("none", False), ("low", "low"), ("high", "high"), ("xhigh", True)])
def test_an_effort_is_a_level_or_a_switch(effort: str, think: Any) -> None:
    assert ask(tuning=Tuning(reasoning_effort=effort))["think"] == think
    unable = endpoint(quirks=Quirks(unsupported=frozenset({"reasoning_effort"})))
    assert b"think" not in encode_request(ChatRequest("m", (USER,), tuning=Tuning(reasoning_effort=effort)), unable)


def test_output_formats() -> None:
    assert "format" not in ask(output_format=OutputFormat("text"))
    assert ask(output_format=OutputFormat("json_object"))["format"] == "json"
    assert ask(output_format=OutputFormat("json_schema", "n", SCHEMA))["format"] == SCHEMA
