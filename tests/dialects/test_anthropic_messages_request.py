"""The door side of Anthropic Messages: what is wrong is named, what Satchel does not do is refused by name."""

from typing import Any

import pytest

from satchel.dialects.anthropic_messages_request import parse_request, wants_stream
from satchel.domain.chat import FilePart, ImagePart, Message, TextPart, ToolCallPart, ToolChoice
from satchel.domain.errors import MalformedRequest, UnsupportedFeature

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CALL = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}


def said(*blocks: Any, role: str = "user") -> dict[str, Any]:
    return {"messages": [{"role": role, "content": list(blocks)}]}


def image(**source: Any) -> dict[str, Any]:
    return said({"type": "image", "source": source})


def asked(change: dict[str, Any]) -> Any:
    return parse_request({"model": "a/b", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], **change})


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"messages": []}, "messages"),
    ({"messages": [{"role": "tool", "content": ""}]}, "messages[0].role"),
    ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
    (said({"type": 7}), "messages[0].content[0].type"),
    (said({"type": "text", "text": None}), "messages[0].content[0].text"),
    (said(CALL, {"type": "tool_result", "tool_use_id": "toolu_1"}, role="assistant"), "messages[0].content[1].type"),
    (said({"type": "tool_result", "tool_use_id": "toolu_1"}), "messages[0].content[0].tool_use_id"),
    (image(type="base64", media_type="image/tiff", data=PNG), "messages[0].content[0].source.media_type"),
    (image(type="base64", media_type="image/png", data="no image"), "messages[0].content[0].source.data"),
    (image(type="base64", media_type="image/png", data="bm8gaW1hZ2U="), "messages[0].content[0].source.data"),
    (image(type="url", url="ftp://a.example"), "messages[0].content[0].source.url"),
    (image(type="file"), "messages[0].content[0].source.type"),
    (said({"type": "document", "source": {"type": "ftp"}}), "messages[0].content[0].source.type"),
    ({"system": [{"type": "image", "source": {"type": "url", "url": "https://a.example"}}]}, "system"),
    ({"max_tokens": None}, "max_tokens"),
    ({"stop_sequences": [""]}, "stop_sequences"),
    ({"stop_sequences": ["x"] * 8_192}, "stop_sequences"),
    ({"tools": [{"name": "x" * 129, "input_schema": {}}]}, "tools[0].name"),
    ({"tool_choice": {"type": "some"}}, "tool_choice.type"),
    ({"output_config": {"format": {"type": "xml"}}}, "output_config.format.type"),
    ({"thinking": {"type": "maybe"}}, "thinking.type"),
]


@pytest.mark.parametrize(("wrong", "param"), MALFORMED)
def test_what_is_wrong_is_named(wrong: dict[str, Any], param: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        asked(wrong)
    assert refused.value.details["param"] == param


@pytest.mark.parametrize("wanted", [said({"type": "container_upload"}), {"tools": [{"type": "bash_20250124", "name": "bash"}]}])
def test_what_satchel_does_not_do_is_refused_by_name(wanted: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedFeature) as refused:
        asked(wanted)
    assert refused.value.details["feature"] in ("container_upload", "bash_20250124")


def test_every_kind_of_turn_and_block_is_read() -> None:
    turns = [
        *said({"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}})["messages"],
        {"role": "system", "content": "Be brief"},
        *said(CALL, role="assistant")["messages"],
        *said({"type": "tool_result", "tool_use_id": "toolu_1"}, {"type": "text", "text": "So?"})["messages"],
        *said({"type": "document", "title": "a", "source": {"type": "url", "url": "https://a.example/c.pdf"}})["messages"],
        *said({"type": "document", "source": {"type": "file", "file_id": "file_1"}})["messages"],
        *said({"type": "document", "source": {"type": "text", "data": "words"}})["messages"],
    ]
    assert asked({"messages": turns, "system": ""}).messages == (
        Message("user", (ImagePart("https://a.example/b.png"),)),
        Message("system", (TextPart("Be brief"),)),
        Message("assistant", (ToolCallPart("toolu_1", "f", "{}"),)),
        Message("tool", (), tool_call_id="toolu_1"),
        Message("user", (TextPart("So?"),)),
        Message("user", (FilePart("https://a.example/c.pdf", filename="a"),)),
        Message("user", (FilePart(file_id="file_1"),)),
        Message("user", (TextPart("words"),)),
    )


def test_choices_switches_and_who_asks() -> None:
    request = asked({"tool_choice": {"type": "tool", "name": "f", "disable_parallel_tool_use": True}, "metadata": {"user_id": "u"}})
    assert (request.tool_choice, request.parallel_tool_calls, request.user) == (ToolChoice("named", "f"), False, "u")
    assert asked({"tool_choice": {"type": "any"}}).tool_choice == ToolChoice("required")
    assert asked({"thinking": {"type": "enabled", "budget_tokens": 9_000}}).tuning.reasoning_effort == "medium"
    assert (wants_stream({"stream": True}), wants_stream({})) == (True, False)
    assert parse_request({"model": "a/b", "messages": [{"role": "user", "content": ""}]}, counts_only=True).max_output_tokens is None
