"""Recorded requests to Gemini, read into our words and written again."""

import json
import re
from typing import Any

from satchel.dialects.gemini_request import encode_request
from satchel.dialects.gemini_signatures import signature_detail
from satchel.domain.chat import (
    ChatRequest,
    FilePart,
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

from .cases import Case
from .replay import cases_of, each
from .wire import lowered, without, written

CASES = [case for case in cases_of("gemini", "vertex-gemini") if case.status == 200]
# What we do not carry: safety thresholds, labels, tools at the server, thinking budgets in tokens; a role that instructions need not have.
NOT_CARRIED = (
    "safetySettings",
    "labels",
    "thinkingConfig",
    "responseModalities",
    "includeServerSideToolInvocations",
    "responseSchemaOfTool",
)
MEANS_NOTHING = ("candidateCount",)  # one candidate is what comes anyway


def camel(value: Any) -> Any:
    """Write the names of fields as the API's reference does; it takes both."""
    if isinstance(value, dict):
        return {re.sub(r"_([a-z])", lambda found: found[1].upper(), key): camel(child) for key, child in value.items()}
    return [camel(child) for child in value] if isinstance(value, list) else value


def recorded(case: Case) -> dict[str, Any]:
    """Return the request in the form that we write where the API has two: one name each, schemas as JSON schemas."""
    body = camel(case.content["request"]["json"])
    config = body.get("generationConfig", {})
    if "responseSchema" in config:
        config["responseJsonSchema"] = lowered(config.pop("responseSchema"))
    tools = [declared for tool in body.get("tools", []) for declared in tool.get("functionDeclarations", [])]
    for declared in tools:
        declared["parametersJsonSchema"] = lowered(declared.pop("parameters", None)) or declared.get("parametersJsonSchema")
        declared.pop("responseJsonSchema", None)
    body["tools"] = [{"functionDeclarations": tools}] if tools else []
    for turn in body["contents"]:
        turn.setdefault("role", "user")
    body.get("systemInstruction", {}).pop("role", None)
    calling = body.get("toolConfig", {}).get("functionCallingConfig", {})
    if len(calling.get("allowedFunctionNames", [])) == len(tools) > 1:
        del calling["allowedFunctionNames"]  # all of them
    return body


def read(body: dict[str, Any]) -> ChatRequest:
    messages = [Message("system", (TextPart(part["text"]),)) for part in body.get("systemInstruction", {}).get("parts", [])]
    for turn in body["contents"]:
        messages += turn_of(turn)
    config = body.get("generationConfig", {})
    tools = tuple(
        Tool(declared["name"], declared.get("description"), declared["parametersJsonSchema"])
        for tool in body["tools"]
        for declared in tool["functionDeclarations"]
    )
    calling = body.get("toolConfig", {}).get("functionCallingConfig", {})
    names = calling.get("allowedFunctionNames")
    choice = (ToolChoice("named", names[0]) if names else ToolChoice("required")) if calling else None
    return ChatRequest(
        "m",
        tuple(messages),
        max_output_tokens=config.get("maxOutputTokens"),
        tools=tools,
        tool_choice=choice,
        output_format=OutputFormat("json_schema", schema=config["responseJsonSchema"]) if "responseJsonSchema" in config else None,
        tuning=Tuning(temperature=config.get("temperature"), top_p=config.get("topP")),
    )


def turn_of(turn: dict[str, Any]) -> list[Message]:
    parts: list[Part] = []
    results: list[Message] = []
    for part in turn["parts"]:
        match part:
            case {"functionResponse": answer}:
                said = TextPart(json.dumps(answer["response"]))
                results.append(Message("tool", (said,), name=answer["name"], tool_call_id=answer.get("id") or answer["name"]))
            case {"functionCall": call}:
                call_id = call.get("id") or call["name"]
                if "thoughtSignature" in part:
                    parts.append(ReasoningPart("", detail=signature_detail(part["thoughtSignature"], call_id)))
                parts.append(ToolCallPart(call_id, call["name"], json.dumps(call["args"])))
            case {"inlineData": data}:
                parts.append(FilePart(f"data:{data['mimeType']};base64,{data['data']}"))
            case {"text": text}:
                parts.append(TextPart(text))
    return results or [Message("assistant" if turn["role"] == "model" else "user", tuple(parts))]


@each(CASES)
def test_what_we_send_is_what_others_send(case: Case) -> None:
    body = recorded(case)
    ours = written(encode_request, read(body))
    for part in tool_parts(ours):
        if part["id"] == part["name"]:  # none was recorded
            del part["id"]
    assert without(ours) == without(body, *NOT_CARRIED, *MEANS_NOTHING)


def tool_parts(body: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [part for turn in body["contents"] for part in turn["parts"]]
    return [part[kind] for part in parts for kind in ("functionCall", "functionResponse") if kind in part]
