from typing import Any

import orjson
import pytest

from satchel.dialects.gemini import Decoder
from satchel.dialects.gemini_request import dropped_parameters, encode_request
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
from satchel.domain.errors import MalformedRequest
from satchel.domain.events import ReasoningDelta, TextDelta, ToolCallDelta

from .hosts import endpoint

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}


def ask(*messages: Message, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(encode_request(ChatRequest("m", messages, **changes), endpoint()))
    return body


def user(*parts: Any) -> Message:
    return Message("user", parts or (TextPart("Hi"),))


def test_nothing_is_sent_that_nobody_set() -> None:
    assert ask(user()) == {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
    assert ask(Message("user", ()), Message("assistant", ()))["contents"][1] == {"role": "model", "parts": [{"text": ""}]}


def test_instructions_stand_apart_from_the_turns() -> None:
    body = ask(Message("system", (TextPart("a"),)), user(), Message("developer", (TextPart("b"),)))
    assert body["systemInstruction"] == {"parts": [{"text": "a"}, {"text": "b"}]}
    assert [turn["role"] for turn in body["contents"]] == ["user"]


def test_results_of_parallel_calls_stand_in_one_turn_with_the_names_of_their_calls() -> None:
    body = ask(
        user(),
        Message("assistant", (ToolCallPart("c1", "f", '{"a":1}'), ToolCallPart("c2", "g", ""))),
        Message("tool", (TextPart('{"x":2}'),), tool_call_id="c1"),
        Message("tool", (TextPart("fine"), ImagePart("data:image/png;base64,AA==")), tool_call_id="c2"),
        user(),
        Message("tool", (TextPart("[1]"),), name="h", tool_call_id="c3"),
    )
    assert body["contents"][1:] == [
        {
            "role": "model",
            "parts": [
                {"functionCall": {"id": "c1", "name": "f", "args": {"a": 1}}},
                {"functionCall": {"id": "c2", "name": "g", "args": {}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "c1", "name": "f", "response": {"x": 2}}},
                {"functionResponse": {"id": "c2", "name": "g", "response": {"result": "fine"}}},
                {"inlineData": {"mimeType": "image/png", "data": "AA=="}},
            ],
        },
        {"role": "user", "parts": [{"text": "Hi"}]},
        {"role": "user", "parts": [{"functionResponse": {"id": "c3", "name": "h", "response": {"result": "[1]"}}}]},
    ]


def test_media_travel_inside_or_by_address() -> None:
    parts = ask(
        user(
            ImagePart("data:image/webp;base64,AA=="),
            ImagePart("https://a.example/b.png?c"),
            ImagePart("https://a.example/b"),
            AudioPart("AAA=", "mp3"),
            AudioPart("AAA=", "flac"),
            FilePart("data:;base64,AAA=", filename="a.pdf"),
            FilePart("AAA=", filename="a.pdf"),
            FilePart("AAA="),
            FilePart(file_id="files/1"),
        )
    )["contents"][0]["parts"]
    assert parts == [
        {"inlineData": {"mimeType": "image/webp", "data": "AA=="}},
        {"fileData": {"mimeType": "image/png", "fileUri": "https://a.example/b.png?c"}},
        {"fileData": {"fileUri": "https://a.example/b"}},
        {"inlineData": {"mimeType": "audio/mp3", "data": "AAA="}},
        {"inlineData": {"mimeType": "audio/flac", "data": "AAA="}},
        {"inlineData": {"mimeType": "application/pdf", "data": "AAA="}},
        {"inlineData": {"mimeType": "application/pdf", "data": "AAA="}},
        {"inlineData": {"mimeType": "application/octet-stream", "data": "AAA="}},
        {"fileData": {"fileUri": "files/1"}},
    ]


@pytest.mark.parametrize("part", [ImagePart("data:image/png,abc"), ImagePart("data:image/png;base64"), FilePart(filename="a")])
def test_media_without_data_are_refused_before_anything_is_sent(part: Any) -> None:
    with pytest.raises(MalformedRequest):
        ask(user(part))


def test_parts_that_are_no_content_are_no_content() -> None:
    with pytest.raises(TypeError):
        ask(user(ReasoningPart("why")))


def test_tools_and_their_choice() -> None:
    tools = (Tool("f", "does f", SCHEMA), Tool("g"))
    body = ask(user(), tools=tools, tool_choice=ToolChoice("named", "f"))
    assert body["tools"] == [
        {"functionDeclarations": [{"name": "f", "description": "does f", "parametersJsonSchema": SCHEMA}, {"name": "g"}]}
    ]
    assert body["toolConfig"] == {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}}
    modes = [ask(user(), tool_choice=ToolChoice(mode))["toolConfig"]["functionCallingConfig"] for mode in ("auto", "none", "required")]
    assert modes == [{"mode": "AUTO"}, {"mode": "NONE"}, {"mode": "ANY"}]


def test_tuning_has_geminis_names_and_what_it_lacks_is_told() -> None:
    tuning = Tuning(temperature=0.5, top_p=0.9, top_k=4, min_p=0.1, seed=7, logit_bias={"1": 2}, reasoning_effort="low", verbosity="low")
    request = ChatRequest("m", (user(),), max_output_tokens=9, stop=("x",), n=2, parallel_tool_calls=True, user="u", tuning=tuning)
    body = orjson.loads(encode_request(request, endpoint(quirks=Quirks(unsupported=frozenset({"seed"})))))
    assert body["generationConfig"] == {
        "maxOutputTokens": 9,
        "stopSequences": ["x"],
        "candidateCount": 2,
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 4,
        "thinkingConfig": {"thinkingBudget": 1024, "includeThoughts": True},
    }
    dropped = dropped_parameters(request, endpoint(quirks=Quirks(unsupported=frozenset({"seed"}))))
    assert dropped == ("parallel_tool_calls", "min_p", "seed", "logit_bias", "verbosity", "user")


@pytest.mark.parametrize(
    ("effort", "thinking"),
    [("none", {"thinkingBudget": 0}), ("high", {"thinkingBudget": 24576, "includeThoughts": True}), ("odd", {"includeThoughts": True})],
)
def test_an_effort_is_a_budget(effort: str, thinking: dict[str, Any]) -> None:
    assert ask(user(), tuning=Tuning(reasoning_effort=effort))["generationConfig"] == {"thinkingConfig": thinking}
    unable = endpoint(quirks=Quirks(unsupported=frozenset({"reasoning_effort"})))
    assert b"thinking" not in encode_request(ChatRequest("m", (user(),), tuning=Tuning(reasoning_effort=effort)), unable)


def test_output_formats() -> None:
    assert "generationConfig" not in ask(user(), output_format=OutputFormat("text"))
    assert ask(user(), output_format=OutputFormat("json_object"))["generationConfig"] == {"responseMimeType": "application/json"}
    wanted = ask(user(), output_format=OutputFormat("json_schema", "n", SCHEMA))["generationConfig"]
    assert wanted == {"responseMimeType": "application/json", "responseJsonSchema": SCHEMA}


def test_what_an_answer_gave_goes_back_as_it_came_signatures_on_their_parts() -> None:
    parts = [
        {"text": "why", "thought": True},
        {"text": "so", "thoughtSignature": "S0"},
        {"functionCall": {"id": "x1", "name": "f", "args": {"a": 1}}, "thoughtSignature": "S1"},
        {"functionCall": {"id": "x2", "name": "f", "args": {}}},
    ]
    events = Decoder(endpoint(), str).decode_json(orjson.dumps({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}))
    given = tuple(replayed(event) for event in events[1:-1])
    alien = ReasoningPart("", detail={"type": "reasoning.encrypted", "data": "no", "format": "openai-responses-v1"})
    assert ask(user(), Message("assistant", (alien, *given)))["contents"][1] == {"role": "model", "parts": parts[1:]}


def replayed(event: Any) -> Any:
    match event:
        case TextDelta(text=text):
            return TextPart(text)
        case ReasoningDelta(text=text, details=details):
            return ReasoningPart(text, detail=details[0] if details else None)
        case ToolCallDelta(arguments=arguments, id=call_id, name=name):
            return ToolCallPart(call_id or "", name or "", arguments)
