"""Recorded requests to Cohere, read into our words and written again."""

import json
from typing import Any

from satchel.dialects.cohere_request import encode_request
from satchel.domain.chat import ChatRequest, Message, OutputFormat, Part, TextPart, Tool, ToolCallPart, Tuning

from .cases import Case
from .replay import cases_of, each
from .wire import without, written

CASES = cases_of("cohere")


def recorded(case: Case) -> dict[str, Any]:
    """Return the request in the form that we write: always a stream, one text alone as a text, documents of a result as JSON."""
    body = json.loads(json.dumps(case.content["request"]["json"]))
    body["stream"] = True
    for message in body["messages"]:
        content = message.get("content")
        for part in content if isinstance(content, list) else []:
            if part["type"] == "document":
                part.update(type="text", text=json.dumps(part.pop("document")["data"]))
        if isinstance(content, list) and len(content) == 1:
            message["content"] = content[0]["text"]
    return body


def read(body: dict[str, Any]) -> ChatRequest:
    wanted = body.get("response_format")
    return ChatRequest(
        body["model"],
        tuple(message_of(message) for message in body["messages"]),
        tools=tuple(
            Tool(tool["function"]["name"], tool["function"]["description"], tool["function"]["parameters"])
            for tool in body.get("tools", [])
        ),
        output_format=OutputFormat("json_schema", schema=wanted["json_schema"]) if wanted else None,
        tuning=Tuning(temperature=body.get("temperature"), reasoning_effort="high" if "thinking" in body else None),
    )


def message_of(message: dict[str, Any]) -> Message:
    parts: list[Part] = [TextPart(message["content"])] if message.get("content") else []
    parts += [ToolCallPart(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in message.get("tool_calls", [])]
    return Message(message["role"], tuple(parts), tool_call_id=message.get("tool_call_id"))


@each(CASES)
def test_what_we_send_is_what_others_send(case: Case) -> None:
    body = recorded(case)
    assert without(written(encode_request, read(body))) == without(body)
