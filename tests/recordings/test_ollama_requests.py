"""Recorded requests to Ollama's own surface, read into our words and written again."""

import json
from typing import Any

from satchel.dialects.ollama_request import encode_request
from satchel.domain.chat import ChatRequest, Message, Part, TextPart, Tool, ToolCallPart, Tuning

from .cases import Case
from .replay import cases_of, each
from .wire import without, written

CASES = cases_of("ollama")


def read(body: dict[str, Any]) -> ChatRequest:
    options = body.get("options") or {}
    return ChatRequest(
        body["model"],
        tuple(message_of(message) for message in body["messages"]),
        tools=tuple(
            Tool(tool["function"]["name"], tool["function"]["description"], tool["function"]["parameters"])
            for tool in body.get("tools", [])
        ),
        tuning=Tuning(temperature=options.get("temperature"), seed=options.get("seed")),
    )


def message_of(message: dict[str, Any]) -> Message:
    parts: list[Part] = [TextPart(message["content"])] if message["content"] else []
    calls = [call["function"] for call in message.get("tool_calls", [])]
    parts += [ToolCallPart("c", call["name"], json.dumps(call["arguments"])) for call in calls]
    return Message(message["role"], tuple(parts))


@each(CASES)
def test_what_we_send_is_what_others_send(case: Case) -> None:
    body = case.content["request"]["json"]
    assert without(written(encode_request, read(body))) == without({**body, "stream": True})
