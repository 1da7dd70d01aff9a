from typing import Any

import orjson
import pytest

from satchel.dialects.cohere_request import dropped_parameters, encode_request
from satchel.domain.catalog import Quirks
from satchel.domain.chat import (
    AudioPart,
    ChatRequest,
    FilePart,
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
from satchel.domain.errors import UnsupportedFeature

from .hosts import endpoint

USER = Message("user", (TextPart("Hi"),))
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}


def ask(*messages: Message, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(encode_request(ChatRequest("m", messages or (USER,), **changes), endpoint()))
    return body


def test_nothing_is_sent_that_nobody_set() -> None:
    assert ask() == {"model": "m-1", "messages": [{"role": "user", "content": "Hi"}], "stream": True}


def test_turns_keep_their_plans_calls_and_results() -> None:
    call = ToolCallPart("c1", "f", '{"a":1}')
    body = ask(
        Message("developer", (TextPart("be"),)),
        Message("user", (TextPart("look"), ImagePart("data:image/png;base64,AA=="), ImagePart("https://a.example/b", "low"))),
        Message("assistant", (ReasoningPart("plan"), call)),
        Message("tool", (TextPart("2"),), tool_call_id="c1"),
        Message("assistant", (ReasoningPart("why"),)),
    )
    assert body["messages"] == [
        {"role": "system", "content": "be"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "look"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
                {"type": "image_url", "image_url": {"url": "https://a.example/b", "detail": "low"}},
            ],
        },
        {
            "role": "assistant",
            "tool_plan": "plan",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}],
        },
        {"role": "tool", "content": "2", "tool_call_id": "c1"},
        {"role": "assistant", "content": ""},
    ]
    assert "tool_plan" not in ask(Message("assistant", (call,)))["messages"][0]


@pytest.mark.parametrize("part", [AudioPart("AA==", "wav"), FilePart("AA==")])
def test_what_it_does_not_take_is_refused_before_anything_is_sent(part: Any) -> None:
    with pytest.raises(UnsupportedFeature, match="Acme does not take audio or files"):
        ask(Message("user", (part,)))


def test_one_function_by_name_is_asked_for_by_offering_no_other() -> None:
    tools = (Tool("f", "does f", SCHEMA, strict=True), Tool("g"))
    everything = ask(tools=tools, tool_choice=ToolChoice("auto"))
    assert everything["tools"] == [
        {"type": "function", "function": {"name": "f", "description": "does f", "parameters": SCHEMA}},
        {"type": "function", "function": {"name": "g", "parameters": {"type": "object", "properties": {}}}},
    ]
    assert (everything["strict_tools"], "tool_choice" in everything) == (True, False)
    named = ask(tools=tools, tool_choice=ToolChoice("named", "g"))
    assert ([tool["function"]["name"] for tool in named["tools"]], named["tool_choice"]) == (["g"], "REQUIRED")
    assert "strict_tools" not in named
    assert [ask(tools=tools, tool_choice=ToolChoice(mode))["tool_choice"] for mode in ("none", "required")] == ["NONE", "REQUIRED"]
    assert "tool_choice" not in ask(tool_choice=ToolChoice("none"))


def test_tuning_has_coheres_names_and_what_it_lacks_is_told() -> None:
    tuning = Tuning(temperature=0.5, top_p=0.9, top_k=4, min_p=0.1, reasoning_effort="none")
    request = ChatRequest("m", (USER,), max_output_tokens=9, stop=("x",), n=2, tuning=tuning)
    unable = endpoint(quirks=Quirks(unsupported=frozenset({"top_k", "reasoning_effort"})))
    body = orjson.loads(encode_request(request, endpoint()))
    assert {key: body[key] for key in body.keys() - {"model", "messages", "stream"}} == {
        "max_tokens": 9,
        "stop_sequences": ["x"],
        "temperature": 0.5,
        "p": 0.9,
        "k": 4,
        "thinking": {"type": "disabled"},
    }
    assert orjson.loads(encode_request(request, unable)).keys().isdisjoint({"k", "thinking"})
    assert dropped_parameters(request, unable) == ("n", "top_k", "min_p", "reasoning_effort")


def test_output_formats() -> None:
    assert "response_format" not in ask(output_format=OutputFormat("text"))
    assert ask(output_format=OutputFormat("json_object"))["response_format"] == {"type": "json_object"}
    wanted = ask(output_format=OutputFormat("json_schema", "n", SCHEMA))["response_format"]
    assert wanted == {"type": "json_object", "json_schema": SCHEMA}
