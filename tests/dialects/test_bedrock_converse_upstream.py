import json
from typing import Any

import pytest

from satchel.dialects.bedrock_converse_upstream import dropped_parameters, encode_request
from satchel.domain.chat import (
    AudioPart,
    ChatRequest,
    FilePart,
    ImagePart,
    Message,
    OutputFormat,
    Part,
    ReasoningPart,
    TextPart,
    Tool,
    ToolCallPart,
    ToolChoice,
    Tuning,
)
from satchel.domain.errors import UnsupportedFeature

from .hosts import endpoint

HI = Message("user", (TextPart("Hi"),))
LOOK = Tool("look", "Looks.", {"type": "object"})
CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0"


def asked(*messages: Message, **changes: Any) -> ChatRequest:
    return ChatRequest("a/b", messages or (HI,), **changes)


def written(request: ChatRequest, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(encode_request(request, endpoint(**changes)))
    return body


def content(*parts: Part) -> Any:
    return written(asked(Message("user", parts)))["messages"][0]["content"]


def test_the_least_request_leaves_every_limit_to_the_model() -> None:
    assert written(asked()) == {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "inferenceConfig": {}}
    assert written(asked(), max_output_tokens=9)["inferenceConfig"] == {"maxTokens": 9}


def test_instructions_calls_results_and_thinking_have_their_places() -> None:
    parts = (ReasoningPart("hm", "c2ln"), ReasoningPart("", encrypted="b3Bh"), ReasoningPart("unsigned"), TextPart(""))
    body = written(
        asked(
            Message("system", (TextPart("Be brief"), TextPart(""))),
            HI,
            Message("assistant", (*parts, ToolCallPart("functions.look:0", "look", '{"a":1}'))),
            Message("tool", (TextPart("one"),), tool_call_id="functions.look:0"),
            Message("user", (TextPart("And?"),)),
            Message("assistant", ()),
        )
    )
    assert body["system"] == [{"text": "Be brief"}]
    said, answered = body["messages"][1]["content"], body["messages"][2]["content"]
    call_id = said[2]["toolUse"]["toolUseId"]
    assert said == [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}},
        {"reasoningContent": {"redactedContent": "b3Bh"}},
        {"toolUse": {"toolUseId": call_id, "name": "look", "input": {"a": 1}}},
    ]
    assert answered == [{"toolResult": {"toolUseId": call_id, "content": [{"text": "one"}]}}, {"text": "And?"}]
    assert len(body["messages"]) == 3


def test_images_and_documents_go_as_bytes_under_names_of_their_own() -> None:
    pdf = FilePart("data:application/pdf;base64,aGk=", filename="my_report.v2.pdf")
    assert content(ImagePart("data:image/jpg;base64,aGk="), pdf, FilePart("data:text/csv;base64,aGk=")) == [
        {"image": {"format": "jpeg", "source": {"bytes": "aGk="}}},
        {"document": {"format": "pdf", "name": "my report v2 pdf 1", "source": {"bytes": "aGk="}}},
        {"document": {"format": "csv", "name": "document 2", "source": {"bytes": "aGk="}}},
    ]


@pytest.mark.parametrize(
    "part",
    [
        AudioPart("aGk=", "wav"),
        ImagePart("https://x.example/a.png"),
        FilePart(file_id="file_1"),
        FilePart("data:application/zip;base64,aGk="),
    ],
)
def test_what_converse_does_not_take_is_refused_before_anything_is_sent(part: Part) -> None:
    with pytest.raises(UnsupportedFeature, match="Acme does not take"):
        content(part)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, None),
        (ToolChoice("auto"), {"auto": {}}),
        (ToolChoice("required"), {"any": {}}),
        (ToolChoice("named", "look"), {"tool": {"name": "look"}}),
    ],
)
def test_a_tool_choice_is_said_in_converses_words(choice: ToolChoice | None, expected: Any) -> None:
    config = written(asked(tools=(LOOK, Tool("rest", strict=True)), tool_choice=choice))["toolConfig"]
    assert config.get("toolChoice") == expected
    assert [tool["toolSpec"] for tool in config["tools"]] == [
        {"name": "look", "description": "Looks.", "inputSchema": {"json": {"type": "object"}}},
        {"name": "rest", "inputSchema": {"json": {"type": "object", "properties": {}}}, "strict": True},
    ]


def test_tools_that_must_not_be_called_and_json_without_a_schema_are_refused() -> None:
    with pytest.raises(UnsupportedFeature, match="tool_choice auto"):
        written(asked(tools=(LOOK,), tool_choice=ToolChoice("none")))
    assert "toolConfig" not in written(asked(tool_choice=ToolChoice("none")))
    with pytest.raises(UnsupportedFeature, match="json_schema"):
        written(asked(output_format=OutputFormat("json_object")))
    assert "outputConfig" not in written(asked(output_format=OutputFormat("text")))


def test_a_schema_is_sent_as_text() -> None:
    body = written(asked(output_format=OutputFormat("json_schema", None, {"type": "object"})))
    schema = {"schema": '{"type":"object"}', "name": "answer"}
    assert body["outputConfig"] == {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}


def test_claudes_own_fields_go_beside_and_only_to_claude() -> None:
    tuned = asked(max_output_tokens=10_000, tuning=Tuning(temperature=0.5, top_p=0.9, top_k=3))
    body = written(tuned, native_model=CLAUDE)
    assert body["inferenceConfig"] == {"maxTokens": 10_000, "temperature": 0.5, "topP": 0.9}
    assert body["additionalModelRequestFields"] == {"top_k": 3}
    assert "additionalModelRequestFields" not in written(tuned)
    assert dropped_parameters(tuned, endpoint()) == ("top_k",)
    thinks = asked(max_output_tokens=10_000, tuning=Tuning(reasoning_effort="low"))
    budget = {"thinking": {"type": "enabled", "budget_tokens": 2_000}}
    assert written(thinks, native_model=CLAUDE)["additionalModelRequestFields"] == budget
    newer = {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}
    assert written(thinks, native_model="anthropic.claude-opus-4-6-v1")["additionalModelRequestFields"] == newer
    assert dropped_parameters(thinks, endpoint()) == ("reasoning_effort",)


def test_what_has_no_place_is_reported() -> None:
    request = asked(n=2, parallel_tool_calls=False, user="u", stop=("a",), tuning=Tuning(seed=1, temperature=1.5))
    assert dropped_parameters(request, endpoint()) == ("temperature", "seed", "n", "parallel_tool_calls", "user")
    assert written(request)["inferenceConfig"] == {"temperature": 1, "stopSequences": ["a"]}
