import json
from base64 import b64encode
from typing import Any

import pytest

from satchel.dialects.anthropic_messages_upstream import (
    ANTHROPIC,
    AZURE,
    BEDROCK,
    VERTEX,
    Host,
    betas,
    dropped_parameters,
    encode_request,
    is_adaptive,
)
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
from satchel.domain.errors import MalformedRequest, UnsupportedFeature

from .hosts import endpoint

HI = Message("user", (TextPart("Hi"),))
LOOK = Tool("look", "Looks.", {"type": "object"})
PNG = "data:image/png;base64,aGk="


def written(request: ChatRequest, host: Host = ANTHROPIC, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(encode_request(request, endpoint(**changes), host))
    return body


def asked(*messages: Message, **changes: Any) -> ChatRequest:
    return ChatRequest("a/b", messages or (HI,), **changes)


def content(*parts: Part, host: Host = ANTHROPIC) -> Any:
    return written(asked(Message("user", parts)), host)["messages"][0]["content"]


def test_the_least_request_has_a_limit_because_the_format_demands_one() -> None:
    assert written(asked()) == {"model": "m-1", "max_tokens": 4096, "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    assert written(asked(), max_output_tokens=64000)["max_tokens"] == 64000
    assert written(asked(max_output_tokens=7), max_output_tokens=64000)["max_tokens"] == 7


def test_each_host_gets_model_version_and_stream_where_it_wants_them() -> None:
    heads = {"anthropic_version", "model", "stream"}
    shown = [{key: value for key, value in written(asked(), host).items() if key in heads} for host in (ANTHROPIC, AZURE, VERTEX, BEDROCK)]
    assert shown == [
        {"model": "m-1", "stream": True},
        {"model": "m-1", "stream": True},
        {"anthropic_version": "vertex-2023-10-16", "stream": True},
        {"anthropic_version": "bedrock-2023-05-31"},
    ]


def test_instructions_go_before_the_conversation_wherever_they_stood() -> None:
    body = written(asked(Message("system", (TextPart("Be"), TextPart(""))), HI, Message("developer", (TextPart("brief"),))))
    assert body["system"] == [{"type": "text", "text": "Be"}, {"type": "text", "text": "brief"}]
    assert body["messages"] == [{"role": "user", "content": "Hi"}]
    assert written(asked(Message("system", (TextPart("Be"),)), HI))["system"] == "Be"


def test_results_of_parallel_calls_and_the_words_after_them_are_one_turn() -> None:
    calls = (TextPart(""), ToolCallPart("toolu_1", "look", '{"a":1}'), ToolCallPart("functions.look:0", "look", ""))
    conversation = asked(
        HI,
        Message("assistant", calls),
        Message("tool", (TextPart("one"),), tool_call_id="toolu_1"),
        Message("tool", (TextPart("two"), ImagePart(PNG)), tool_call_id="functions.look:0"),
        Message("tool", (), tool_call_id="toolu_3"),
        Message("user", (TextPart("And?"),)),
    )
    turns = written(conversation)["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    first, second = turns[1]["content"]
    assert first == {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"a": 1}}
    results = turns[2]["content"]
    assert [block.get("tool_use_id") for block in results] == ["toolu_1", second["id"], "toolu_3", None]
    assert second["id"].startswith("toolu_")
    assert second["input"] == {}
    assert results[0]["content"] == "one"
    assert [block["type"] for block in results[1]["content"]] == ["text", "image"]
    assert "content" not in results[2]
    assert results[3] == {"type": "text", "text": "And?"}


@pytest.mark.parametrize("arguments", ["[1]", "{", '"text"'])
def test_arguments_that_are_no_object_are_refused(arguments: str) -> None:
    with pytest.raises(MalformedRequest, match="must be a JSON object"):
        written(asked(Message("assistant", (ToolCallPart("t", "look", arguments),))))


def test_null_arguments_are_none() -> None:
    body = written(asked(Message("assistant", (ToolCallPart("t", "look", "null"),))))
    assert body["messages"][0]["content"][0]["input"] == {}


def test_a_turn_of_nothing_is_left_out() -> None:
    assert written(asked(HI, Message("assistant", (TextPart(""),))))["messages"] == [{"role": "user", "content": "Hi"}]


def test_images_and_files_go_as_data_links_or_ids() -> None:
    text = "data:text/plain;base64," + b64encode("née".encode()).decode()
    assert content(
        *(ImagePart(PNG), ImagePart("https://x.example/a.png"), FilePart("data:application/pdf;base64,aGk=", filename="a.pdf")),
        *(FilePart(text), FilePart("https://x.example/a.pdf"), FilePart(file_id="file_1")),
    ) == [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
        {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "aGk="}, "title": "a.pdf"},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "née"}},
        {"type": "document", "source": {"type": "url", "url": "https://x.example/a.pdf"}},
        {"type": "document", "source": {"type": "file", "file_id": "file_1"}},
    ]


@pytest.mark.parametrize(
    ("part", "host"),
    [
        (AudioPart("aGk=", "wav"), ANTHROPIC),
        (FilePart(file_id="file_1"), VERTEX),
        (FilePart(file_id="file_1"), BEDROCK),
        (ImagePart("https://x.example/a.png"), BEDROCK),
    ],
)
def test_what_a_host_does_not_take_is_refused_before_anything_is_sent(part: Part, host: Host) -> None:
    with pytest.raises(UnsupportedFeature, match="Acme does not take") as caught:
        content(part, host=host)
    assert caught.value.details["param"] == "messages"


def test_a_file_that_is_none_is_refused() -> None:
    for part in (FilePart(), FilePart("data:text/plain;base64,!")):
        with pytest.raises(MalformedRequest):
            content(part)


def test_a_beta_is_named_where_a_file_goes_by_its_id() -> None:
    assert betas(asked(Message("user", (FilePart(file_id="file_1"),)))) == ("files-api-2025-04-14",)
    assert betas(asked(Message("user", (FilePart(PNG),)))) == ()


def thought(text: str, signature: str | None = None, **detail: Any) -> ReasoningPart:
    return ReasoningPart(text, signature, detail.pop("data", None), detail or None)


@pytest.mark.parametrize(
    ("parts", "blocks"),
    [
        ([thought("hm", "c2ln")], [("thinking", "hm", "c2ln")]),
        ([thought("h", index=0), thought("m", index=0), thought("", "c2ln", index=0)], [("thinking", "hm", "c2ln")]),
        ([thought("a", "s1", index=0), thought("b", "s2", index=1)], [("thinking", "a", "s1"), ("thinking", "b", "s2")]),
        ([thought("lost", index=0), thought("b", "s2", index=1)], [("thinking", "b", "s2")]),
        ([thought("", "c2ln")], [("thinking", "", "c2ln")]),
        ([thought("", data="b3Bh", format="anthropic-claude-v1")], [("redacted_thinking", "b3Bh", None)]),
        ([thought("unsigned")], []),
        ([thought("", data="gAAA", format="openai-responses-v1"), thought("x", "y", format="google-gemini-v1")], []),
    ],
)
def test_thinking_goes_back_byte_for_byte_or_not_at_all(parts: list[Part], blocks: list[tuple[str, str, str | None]]) -> None:
    turn = written(asked(HI, Message("assistant", (*parts, TextPart("So"), ToolCallPart("t", "look", "{}")))))["messages"][1]["content"]
    told = [(block["type"], block.get("thinking", block.get("data")), block.get("signature")) for block in turn[:-2]]
    assert told == blocks
    assert [block["type"] for block in turn[-2:]] == ["text", "tool_use"]


@pytest.mark.parametrize(
    ("choice", "parallel", "expected"),
    [
        (None, None, None),
        (None, True, None),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        (ToolChoice("auto"), None, {"type": "auto"}),
        (ToolChoice("required"), False, {"type": "any", "disable_parallel_tool_use": True}),
        (ToolChoice("named", "look"), None, {"type": "tool", "name": "look"}),
        (ToolChoice("none"), False, {"type": "none"}),
    ],
)
def test_a_tool_choice_is_said_in_claudes_words(choice: ToolChoice | None, parallel: bool | None, expected: Any) -> None:
    body = written(asked(tools=(LOOK, Tool("rest", strict=True)), tool_choice=choice, parallel_tool_calls=parallel))
    assert body.get("tool_choice") == expected
    assert body["tools"] == [
        {"name": "look", "description": "Looks.", "input_schema": {"type": "object"}},
        {"name": "rest", "input_schema": {"type": "object", "properties": {}}, "strict": True},
    ]
    assert "tool_choice" not in written(asked(tool_choice=choice, parallel_tool_calls=parallel))


def test_a_schema_is_asked_for_and_json_without_one_is_refused() -> None:
    wanted = OutputFormat("json_schema", "dog", {"type": "object"}, True)
    assert written(asked(output_format=wanted))["output_config"] == {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    assert "output_config" not in written(asked(output_format=OutputFormat("text")))
    with pytest.raises(UnsupportedFeature, match="json_schema"):
        written(asked(output_format=OutputFormat("json_object")))


@pytest.mark.parametrize(
    ("model", "adaptive"),
    [
        ("claude-3-7-sonnet-20250219", False),
        ("claude-haiku-4-5-20251001", False),
        ("claude-opus-4-20250514", False),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", False),
        ("claude-haiku-4-5@20251001", False),
        ("claude-opus-4-6", True),
        ("claude-opus-4.7", True),
        ("claude-sonnet-5", True),
        ("claude-opus-5-20260901", True),
        ("my-deployment", True),
    ],
)
def test_newer_models_take_an_effort_and_older_ones_a_budget(model: str, adaptive: bool) -> None:
    assert is_adaptive(model) is adaptive
    body = written(asked(max_output_tokens=10_000, tuning=Tuning(reasoning_effort="minimal")), native_model=model)
    if adaptive:
        assert (body["thinking"], body["output_config"]) == ({"type": "adaptive"}, {"effort": "low"})
    else:
        assert body["thinking"] == {"type": "enabled", "budget_tokens": 1024}
        assert "output_config" not in body


OLD = "claude-haiku-4-5"


def test_a_budget_is_a_share_of_the_output_and_needs_room() -> None:
    for effort, tokens in {"low": 2_000, "medium": 5_000, "high": 8_000, "odd": 5_000}.items():
        body = written(asked(max_output_tokens=10_000, tuning=Tuning(reasoning_effort=effort)), native_model=OLD)
        assert body["thinking"]["budget_tokens"] == tokens
    small = asked(max_output_tokens=1_000, tuning=Tuning(reasoning_effort="high"))
    assert "thinking" not in written(small, native_model=OLD)
    assert dropped_parameters(small, endpoint(native_model=OLD)) == ("reasoning_effort",)


def test_no_thinking_is_said_and_a_forced_tool_goes_before_thinking() -> None:
    assert written(asked(tuning=Tuning(reasoning_effort="none", top_k=3)))["thinking"] == {"type": "disabled"}
    forced = asked(tools=(LOOK,), tool_choice=ToolChoice("required"), tuning=Tuning(reasoning_effort="high"))
    assert "thinking" not in written(forced)
    assert dropped_parameters(forced, endpoint()) == ("reasoning_effort",)


def test_samplers_are_sent_lowered_or_dropped_and_that_is_reported() -> None:
    fine = Tuning(temperature=0.5, top_p=0.1, top_k=3)
    body = written(asked(tuning=fine, stop=("a",), user="u1"))
    assert (body["temperature"], body["top_p"], body["top_k"]) == (0.5, 0.1, 3)
    assert (body["stop_sequences"], body["metadata"]) == (["a"], {"user_id": "u1"})
    assert dropped_parameters(asked(tuning=fine), endpoint()) == ()
    hot = asked(tuning=Tuning(temperature=1.7, seed=1, logit_bias={"1": 1.0}), n=2)
    assert written(hot)["temperature"] == 1
    assert dropped_parameters(hot, endpoint()) == ("temperature", "seed", "logit_bias", "n")
    thinks = asked(tuning=Tuning(temperature=0.5, top_p=0.5, top_k=3, reasoning_effort="low"))
    assert written(thinks).keys() & {"temperature", "top_p", "top_k"} == set()
    assert dropped_parameters(thinks, endpoint()) == ("temperature", "top_p", "top_k")
    allowed = written(asked(tuning=Tuning(temperature=1, top_p=0.95, reasoning_effort="low")))
    assert (allowed["temperature"], allowed["top_p"]) == (1, 0.95)
