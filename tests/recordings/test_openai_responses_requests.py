"""Recorded requests to six hosts that speak OpenAI Responses, read into our words and written again."""

import json
from typing import Any

from satchel.dialects.openai_responses_upstream import encode_request
from satchel.domain.chat import (
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

from .cases import Case
from .replay import cases_of, each
from .wire import without, written

SURFACES = ("openai-responses", "azure-responses", "deepseek-responses", "openrouter-responses", "xai-responses", "bedrock-mantle")
CASES = [case for case in cases_of(*SURFACES) if "input" in case.content["request"]["json"]]
# We keep nothing at the host, so what is kept there is never named; the tier has no place in our request.
OURS = {"stream": True, "store": False}
NOT_CARRIED = ("service_tier", "include")
ITEM_IDS = ("id", "status")


def recorded(case: Case) -> dict[str, Any]:
    """Return the request in the form that we write: items, one text alone as a text, functions strict or not in so many words."""
    body = {**json.loads(json.dumps(case.content["request"]["json"])), **OURS}
    body["input"] = [{"role": "user", "content": body["input"]}] if isinstance(body["input"], str) else body["input"]
    for item in body["input"]:
        content = item.get("content")
        if item.get("role") == "assistant" and isinstance(content, str):
            item["content"] = [{"type": "output_text", "text": content}]
        elif isinstance(content, list) and [part["type"] for part in content] == ["input_text"]:
            item["content"] = content[0]["text"]
    # One client nests its functions as another surface wants them; they are read all the same.
    body["tools"] = [{"strict": False, **tool.pop("function", {}), **tool} for tool in body.get("tools", []) if tool["type"] == "function"]
    body.get("reasoning", {}).pop("summary", None)
    return body


def read(body: dict[str, Any]) -> ChatRequest:
    messages = [Message("system", (TextPart(body["instructions"]),))] if "instructions" in body else []
    messages += gathered(body["input"])
    wanted, choice = body.get("text", {}).get("format"), body.get("tool_choice")
    return ChatRequest(
        body["model"],
        tuple(messages),
        max_output_tokens=body.get("max_output_tokens"),
        tools=tuple(Tool(tool["name"], tool.get("description"), tool["parameters"], tool["strict"]) for tool in body["tools"]),
        tool_choice=ToolChoice("named", choice["name"]) if isinstance(choice, dict) else ToolChoice(choice) if choice else None,
        output_format=OutputFormat("json_schema", wanted["name"], wanted["schema"], wanted["strict"]) if wanted else None,
        tuning=Tuning(temperature=body.get("temperature"), reasoning_effort=body.get("reasoning", {}).get("effort")),
        user=body.get("user"),
    )


def gathered(items: list[dict[str, Any]]) -> list[Message]:
    """Return the messages that items make: each reasoning begins a turn of the assistant, whose calls and words follow."""
    messages: list[Message] = []
    turn: list[Part] = []
    for item in items:
        parts = parts_of(item)
        if item.get("type") in ("reasoning", "function_call") or item.get("role") == "assistant":
            if turn and not isinstance(turn[-1], ReasoningPart):
                messages.append(Message("assistant", tuple(turn)))
                turn = []
            turn += parts
            continue
        if turn:
            messages.append(Message("assistant", tuple(turn)))
            turn = []
        role = "tool" if item.get("type") == "function_call_output" else item["role"]
        messages.append(Message(role, tuple(parts), tool_call_id=item.get("call_id")))
    return messages + ([Message("assistant", tuple(turn))] if turn else [])


def parts_of(item: dict[str, Any]) -> list[Part]:
    match item:
        case {"type": "reasoning"}:
            words = "".join(part["text"] for part in item["summary"])
            return [ReasoningPart(words, encrypted=item["encrypted_content"])]
        case {"type": "function_call"}:
            return [ToolCallPart(item["call_id"], item["name"], item["arguments"])]
        case {"type": "function_call_output"}:
            return [TextPart(item["output"])]
        case {"content": str(text)}:
            return [TextPart(text)]
        case _:
            return [part_of(part) for part in item["content"]]


def part_of(part: dict[str, Any]) -> Part:
    match part:
        case {"image_url": url}:
            return ImagePart(url)
        case {"file_data": data}:
            return FilePart(data, filename=part.get("filename"))
        case _:
            return TextPart(part["text"])


@each(CASES)
def test_what_we_send_is_what_others_send(case: Case) -> None:
    body = recorded(case)
    ours = written(encode_request, read(body))
    assert without(ours, *ITEM_IDS, *NOT_CARRIED) == without(body, *ITEM_IDS, *NOT_CARRIED)
    if any(item.get("type") == "reasoning" for item in body["input"]):
        assert ours["include"] == body["include"]
