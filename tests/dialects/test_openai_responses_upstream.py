from typing import Any

import orjson
import pytest

from satchel.dialects.openai_responses_upstream import dropped_parameters, encode_request
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

from .hosts import endpoint

USER = Message("user", (TextPart("Hi"),))
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}


def ask(*messages: Message, target: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(encode_request(ChatRequest("m", messages or (USER,), **changes), endpoint(**(target or {}))))
    return body


def test_nothing_is_sent_that_nobody_set_and_nothing_is_kept_there() -> None:
    assert ask() == {"model": "m-1", "input": [{"role": "user", "content": "Hi"}], "stream": True, "store": False}
    assert ask(Message("user", ()))["input"] == [{"role": "user", "content": ""}]


def test_instructions_before_the_first_turn_stand_apart() -> None:
    body = ask(Message("system", (TextPart("a"),)), Message("developer", (TextPart("b"),)), USER, Message("system", (TextPart("c"),)))
    assert body["instructions"] == "a\n\nb"
    assert body["input"] == [{"role": "user", "content": "Hi"}, {"role": "system", "content": "c"}]


def test_every_kind_of_content_has_its_part() -> None:
    parts = (
        TextPart("look"),
        ImagePart("https://a.example/b", "low"),
        ImagePart("data:image/png;base64,AA=="),
        AudioPart("AA==", "wav"),
        FilePart("data:application/pdf;base64,AA==", filename="a.pdf"),
        FilePart(file_id="file-1"),
        FilePart("https://a.example/c.pdf"),
    )
    assert ask(Message("user", parts))["input"][0]["content"] == [
        {"type": "input_text", "text": "look"},
        {"type": "input_image", "image_url": "https://a.example/b", "detail": "low"},
        {"type": "input_image", "image_url": "data:image/png;base64,AA=="},
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
        {"type": "input_file", "file_data": "data:application/pdf;base64,AA==", "filename": "a.pdf"},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_file", "file_url": "https://a.example/c.pdf"},
    ]
    with pytest.raises(TypeError):
        ask(Message("user", (ToolCallPart("c", "f", "{}"),)))


def encrypted(data: str, whose: str | None = "openai-responses-v1") -> ReasoningPart:
    return ReasoningPart("", detail={"type": "reasoning.encrypted", "data": data, "format": whose})


def test_a_turn_is_items_reasoning_first_and_words_beside_the_encrypted_part_they_sum_up() -> None:
    turn = Message(
        "assistant",
        (ReasoningPart("w"), ReasoningPart("hy"), encrypted("E1"), encrypted("E2"), TextPart("so"), ToolCallPart("c1", "f", "{}")),
    )
    body = ask(USER, turn, Message("tool", (TextPart("2"),), tool_call_id="c1"))
    assert body["input"][1:] == [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "why"}], "encrypted_content": "E1"},
        {"type": "reasoning", "summary": [], "encrypted_content": "E2"},
        {"role": "assistant", "content": [{"type": "output_text", "text": "so"}]},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "2"},
    ]
    assert body["include"] == ["reasoning.encrypted_content"]


@pytest.mark.parametrize(
    ("provider", "part", "sent"),
    [
        ("openai", encrypted("E", None), True),
        ("openai", encrypted("E", "xai-responses-v1"), False),
        ("openai", encrypted("E", "google-gemini-v1"), False),
        ("xai", encrypted("E", "xai-responses-v1"), True),
        ("openrouter", encrypted("E", "xai-responses-v1"), True),
        ("openrouter", encrypted("E", "google-gemini-v1"), False),
        ("openai", ReasoningPart("", encrypted="E"), True),
        ("openai", ReasoningPart("why", signature="S"), False),
    ],
)
def test_nobody_is_sent_what_another_encrypted(provider: str, part: ReasoningPart, sent: bool) -> None:
    items = ask(Message("assistant", (part, TextPart("so"))), target={"provider": provider})["input"]
    assert [item.get("encrypted_content") for item in items if item.get("type") == "reasoning"] == (["E"] if sent else [])


def test_words_alone_go_back_where_they_are_wanted() -> None:
    turn = Message("assistant", (ReasoningPart("why"), ToolCallPart("c1", "f", "{}")))
    wanted = ask(turn, target={"quirks": Quirks(reasoning_replay="reasoning_content")})["input"]
    assert wanted[0] == {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "why"}]}
    assert [item["type"] for item in ask(turn)["input"]] == ["function_call"]


def test_encrypted_reasoning_is_asked_for_where_a_model_reasons() -> None:
    assert "include" in ask(target={"capabilities": frozenset({"chat", "reasoning"})})
    assert "include" in ask(tuning=Tuning(reasoning_effort="low"))
    assert "include" not in ask(tuning=Tuning(reasoning_effort="none"))


def test_tools_are_flat_and_say_whether_they_are_strict() -> None:
    body = ask(tools=(Tool("f", "does f", SCHEMA, strict=True), Tool("g")), tool_choice=ToolChoice("named", "f"))
    assert body["tools"] == [
        {"type": "function", "name": "f", "description": "does f", "parameters": SCHEMA, "strict": True},
        {"type": "function", "name": "g", "parameters": {"type": "object", "properties": {}}, "strict": False},
    ]
    assert body["tool_choice"] == {"type": "function", "name": "f"}
    assert ask(tool_choice=ToolChoice("required"))["tool_choice"] == "required"


def test_tuning_has_this_surfaces_names_and_what_it_lacks_is_told() -> None:
    tuning = Tuning(temperature=0.5, top_p=0.9, top_k=4, seed=7, reasoning_effort="low", verbosity="high")
    request = ChatRequest("m", (USER,), max_output_tokens=9, stop=("x",), n=2, parallel_tool_calls=False, user="u", tuning=tuning)
    body = orjson.loads(encode_request(request, endpoint()))
    assert {key: body[key] for key in body.keys() - {"model", "input", "stream", "store", "include"}} == {
        "max_output_tokens": 9,
        "parallel_tool_calls": False,
        "temperature": 0.5,
        "top_p": 0.9,
        "user": "u",
        "reasoning": {"effort": "low"},
        "text": {"verbosity": "high"},
    }
    unable = endpoint(quirks=Quirks(unsupported=frozenset({"reasoning_effort", "verbosity", "temperature"})))
    assert orjson.loads(encode_request(request, unable)).keys().isdisjoint({"reasoning", "text", "temperature"})
    assert dropped_parameters(request, unable) == ("stop", "n", "temperature", "top_k", "seed", "reasoning_effort", "verbosity")


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (OutputFormat("text"), {"type": "text"}),
        (OutputFormat("json_object"), {"type": "json_object"}),
        (OutputFormat("json_schema", schema=SCHEMA), {"type": "json_schema", "name": "answer", "schema": SCHEMA}),
        (OutputFormat("json_schema", "n", SCHEMA, True), {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True}),
    ],
)
def test_output_formats(wanted: OutputFormat, sent: dict[str, Any]) -> None:
    assert ask(output_format=wanted)["text"] == {"format": sent}
