"""The door side of OpenAI's Responses: what we read."""

from typing import Any

import orjson
import pytest

from satchel.dialects import gemini_request, openai_chat_upstream
from satchel.dialects.openai_chat_request import parse_request as parse_chat
from satchel.dialects.openai_responses_request import parse_request, wants_stream
from satchel.dialects.openai_responses_upstream import dropped_parameters, encode_request
from satchel.domain.catalog import PREFERRED
from satchel.domain.chat import (
    NO_TUNING,
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
from satchel.domain.errors import MalformedRequest, UnsupportedFeature

from .hosts import endpoint

PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CALL = {"type": "function_call", "call_id": "call_a", "name": "f", "arguments": '{"a":1}'}
RESULT = {"type": "function_call_output", "call_id": "call_a", "output": "42"}


def read(*items: Any, **fields: Any) -> Any:
    return parse_request({"model": "a/b", "input": list(items) or "Hi", **fields})


def test_a_text_is_the_user_s_and_instructions_stand_before_it() -> None:
    request = read(instructions="Be brief", metadata={"a": "b"}, store=False, previous_response_id=None, include=["x"], truncation="auto")
    assert request.messages == (Message("system", (TextPart("Be brief"),)), Message("user", (TextPart("Hi"),)))
    assert (request.model, request.tuning, request.tools, request.user) == ("a/b", NO_TUNING, (), None)
    assert parse_request({"input": "Hi"}).model == PREFERRED
    assert (wants_stream({"stream": True}), wants_stream({})) == (True, False)


def test_what_an_assistant_made_is_one_turn_until_somebody_else_speaks() -> None:
    request = read(
        {"role": "developer", "content": "d"},
        {"role": "user", "content": [{"type": "input_text", "text": "u"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}]},
        {"type": "message", "role": "assistant", "id": "msg_1", "content": [{"type": "output_text", "text": "Wait", "annotations": []}]},
        CALL,
        {**CALL, "call_id": "call_b", "arguments": ""},
        RESULT,
        {**RESULT, "call_id": "call_b", "output": [{"type": "input_image", "image_url": PIXEL, "detail": "low"}]},
        {"role": "assistant", "content": "one"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
        {"role": "assistant", "content": ""},
    )
    assert request.messages == (
        Message("developer", (TextPart("d"),)),
        Message("user", (TextPart("u"),)),
        Message(
            "assistant",
            (ReasoningPart("Hm"), TextPart("Wait"), ToolCallPart("call_a", "f", '{"a":1}'), ToolCallPart("call_b", "f", "{}")),
        ),
        Message("tool", (TextPart("42"),), tool_call_id="call_a"),
        Message("tool", (ImagePart(PIXEL, "low"),), tool_call_id="call_b"),
        Message("assistant", (TextPart("one"),)),
        Message("assistant", (TextPart("no"),)),
    )


def test_every_kind_of_content_is_read() -> None:
    content = [
        {"type": "text", "text": ""},
        {"type": "input_image", "image_url": "https://a.example/b.png"},
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
        {"type": "input_file", "file_data": "data:application/pdf;base64,AA==", "filename": "a.pdf"},
        {"type": "input_file", "file_url": "https://a.example/c.pdf"},
        {"type": "input_file", "file_id": "file-1"},
    ]
    assert read({"role": "user", "content": content}).messages[0].parts == (
        TextPart(""),
        ImagePart("https://a.example/b.png"),
        AudioPart("AA==", "wav"),
        FilePart("data:application/pdf;base64,AA==", filename="a.pdf"),
        FilePart("https://a.example/c.pdf"),
        FilePart(file_id="file-1"),
    )


def test_tools_and_the_form_of_the_answer() -> None:
    tools = [{"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}, "strict": True}]
    schema = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": False}
    request = read(
        tools=[*tools, {"type": "function", "name": "g", "parameters": None}],
        tool_choice={"type": "function", "name": "f"},
        parallel_tool_calls=False,
        text={"format": schema, "verbosity": "low"},
        reasoning={"effort": "high", "summary": "auto"},
        temperature=1,
        top_p=0.5,
        top_k=3,
        max_output_tokens=7,
        safety_identifier="u",
    )
    assert request.tools == (Tool("f", "d", {"type": "object"}, True), Tool("g"))
    assert (request.tool_choice, request.parallel_tool_calls) == (ToolChoice("named", "f"), False)
    assert request.output_format == OutputFormat("json_schema", "n", {"type": "object"}, False)
    assert request.tuning == Tuning(temperature=1, top_p=0.5, top_k=3, reasoning_effort="high", verbosity="low")
    assert (request.max_output_tokens, request.user) == (7, "u")
    assert read(tool_choice="required").tool_choice == ToolChoice("required")
    assert read(reasoning={"enabled": True}).tuning.reasoning_effort == "medium"
    assert [read(text={"format": {"type": kind}}).output_format.kind for kind in ("text", "json_object")] == ["text", "json_object"]
    assert read(text={}).output_format is None


def test_the_tool_that_draws_asks_for_pictures() -> None:
    request = read(tools=[{"type": "image_generation", "quality": "low"}, {"type": "function", "name": "f"}])
    assert (request.modalities, request.tools) == (("text", "image"), (Tool("f"),))
    assert read().modalities == ()
    sent = orjson.loads(encode_request(request, endpoint()))
    assert sent["tools"][0]["type"] == "function"
    assert sent["tools"][1] == {"type": "image_generation", "quality": "low"}


def test_what_is_said_of_pictures_is_their_shape_too_and_what_a_host_does_not_take_is_told() -> None:
    request = read(tools=[{"type": "image_generation", "quality": "low", "size": "1024x1536"}])
    assert request.aspect_ratio == "2:3"
    assert read(tools=[{"type": "image_generation", "size": "auto"}]).aspect_ratio is None
    assert dropped_parameters(request, endpoint()) == ()
    assert gemini_request.dropped_parameters(request, endpoint()) == ("image_generation.quality",)
    assert openai_chat_upstream.dropped_parameters(request, endpoint()) == ("image_generation.quality", "image_generation.size")


def test_a_picture_that_was_drawn_goes_back_as_its_call() -> None:
    drawn = {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": PIXEL.partition(",")[2]}
    request = read(
        {"role": "user", "content": "a cat"}, {"role": "assistant", "content": "Here."}, drawn, {"role": "user", "content": "in red"}
    )
    assert request.messages[1] == Message("assistant", (TextPart("Here."), ImagePart(PIXEL)))
    items = orjson.loads(encode_request(request, endpoint()))["input"]
    assert (items[2]["type"], items[2]["result"], items[2]["id"][:3]) == ("image_generation_call", drawn["result"], "ig_")
    message = orjson.loads(openai_chat_upstream.encode_request(request, endpoint()))["messages"][1]
    assert message == {"role": "assistant", "content": "Here.", "images": [{"type": "image_url", "image_url": {"url": PIXEL}}]}
    assert parse_chat({"model": "a/b", "messages": [message]}).messages == (request.messages[1],)
    linked = ChatRequest("m", (Message("assistant", (ImagePart("https://a.example/cat.png"),)),))
    with pytest.raises(UnsupportedFeature, match="as data"):
        encode_request(linked, endpoint())


def content(**part: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": [part]}]}


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"input": None}, "input"),
    ({"input": ""}, "input"),
    ({"input": []}, "input"),
    ({"input": ["Hi"]}, "input[0]"),
    ({"input": [{"role": "tool", "content": ""}]}, "input[0].role"),
    ({"input": [{"role": "user", "content": None}]}, "input[0].content"),
    ({"input": [{"type": 7}]}, "input[0].type"),
    ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0]"),
    ({"input": [RESULT]}, "input[0].call_id"),
    ({"input": [RESULT, CALL]}, "input[0].call_id"),
    ({"input": [{**CALL, "name": ""}]}, "input[0].name"),
    ({"input": [{**CALL, "arguments": {}}]}, "input[0].arguments"),
    (content(type=None), "input[0].content[0].type"),
    (content(type="input_text"), "input[0].content[0].text"),
    (content(type="input_image"), "input[0].content[0].image_url"),
    (content(type="input_image", image_url="ftp://a.example"), "input[0].content[0].image_url"),
    (content(type="input_image", image_url="data:image/png;base64,bm8gaW1hZ2U="), "input[0].content[0].image_url"),
    (content(type="input_image", image_url="data:image/png,no"), "input[0].content[0].image_url"),
    (content(type="input_image", image_url="data:text/plain;base64,bm8="), "input[0].content[0].image_url"),
    (content(type="input_image", image_url="data:;base64,?"), "input[0].content[0].image_url"),
    ({"input": [{"type": "image_generation_call", "id": "ig_1", "result": None}]}, "input[0].result"),
    ({"input": [{"type": "image_generation_call", "id": "ig_1", "result": "?"}]}, "input[0].result"),
    ({"input": [{"type": "image_generation_call", "id": "ig_1", "result": "bm8gaW1hZ2U="}]}, "input[0].result"),
    (content(type="input_file"), "input[0].content[0]"),
    (content(type="input_audio"), "input[0].content[0].input_audio"),
    ({"tools": {}}, "tools"),
    ({"tools": [{"type": "function"}]}, "tools[0].name"),
    ({"tools": [{"type": "function", "name": "x" * 65}]}, "tools[0].name"),
    ({"tool_choice": "any"}, "tool_choice"),
    ({"tool_choice": {"type": "function"}}, "tool_choice.name"),
    ({"text": "json"}, "text"),
    ({"text": {"format": {"type": "xml"}}}, "text.format.type"),
    ({"text": {"format": {"type": "json_schema"}}}, "text.format.schema"),
    ({"temperature": 3}, "temperature"),
    ({"max_output_tokens": 0}, "max_output_tokens"),
    ({"store": True}, "store"),
    ({"background": True}, "background"),
    ({"previous_response_id": "resp_1"}, "previous_response_id"),
    ({"conversation": "conv_1"}, "conversation"),
    ({"prompt": {"id": "pmpt_1"}}, "prompt"),
    ({"top_logprobs": 2}, "top_logprobs"),
    ({"include": ["message.output_text.logprobs"]}, "include"),
]


@pytest.mark.parametrize(("wrong", "param"), MALFORMED)
def test_what_is_wrong_is_named(wrong: dict[str, Any], param: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        parse_request({"model": "a/b", "input": "Hi", **wrong})
    assert refused.value.details["param"] == param
    assert refused.value.message.startswith(param)


UNSUPPORTED: list[dict[str, Any]] = [
    {"tools": [{"type": "web_search"}]},
    {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": []}},
    {"input": [{"type": "web_search_call", "id": "ws_1"}]},
    content(type="input_video"),
    content(type="input_image", file_id="file-1"),
]


@pytest.mark.parametrize("asked", UNSUPPORTED)
def test_what_satchel_does_not_do_is_refused_by_name(asked: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedFeature) as refused:
        parse_request({"model": "a/b", "input": "Hi", **asked})
    assert refused.value.details["feature"]
