"""A second, simpler reading of a recorded body: all `data:` objects at once, fields picked by name. What the decoder must agree with."""

import json
import re
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Reading:
    """What a body says, read plainly."""

    text: str = ""
    reasoning: str = ""
    tools: dict[Any, dict[str, str]] = field(default_factory=dict)
    native: str | None = None
    usage: dict[str, Any] | None = None
    error: bool = False


def read_stream(text: str) -> Reading:
    """Read a whole SSE body."""
    found = Reading()
    for block in re.split(r"\n\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        data = "\n".join(line[5:].lstrip(" ") for line in block.split("\n") if line.startswith("data:"))
        if data and data != "[DONE]":
            _take(found, json.loads(data), "delta")
    return _parted(found)


def read_json(body: dict[str, Any]) -> Reading:
    """Read a whole JSON body."""
    found = Reading()
    _take(found, body, "message")
    return _parted(found)


def _take(found: Reading, chunk: dict[str, Any], key: str) -> None:
    if chunk.get("error"):
        found.error = True
        return
    found.usage = chunk.get("usage") or (chunk.get("x_groq") or {}).get("usage") or found.usage
    for choice in chunk.get("choices") or []:
        delta = choice.get(key) or {}
        content = delta.get("content")
        for part in content if isinstance(content, list) else [{"type": "text", "text": content or ""}]:
            found.text += part["text"] if part["type"] == "text" else ""
        found.reasoning += delta.get("reasoning_content") or delta.get("reasoning") or ""
        for position, call in enumerate(delta.get("tool_calls") or []):
            _tool(found, call.get("index", call.get("id") or position), call)
        found.error = found.error or bool(delta.get("refusal") and not content)  # a refusal is ContentFiltered
        if delta.get("function_call"):
            _tool(found, 0, {"function": delta["function_call"]})
        found.native = choice.get("native_finish_reason") or choice.get("finish_reason") or found.native


def _tool(found: Reading, key: Any, call: dict[str, Any]) -> None:
    entry = found.tools.setdefault(key, {"id": "", "name": "", "arguments": ""})
    entry["id"] = entry["id"] or call.get("id") or ""
    function = call.get("function") or call.get("custom")
    entry["name"] = entry["name"] or function.get("name") or ""
    entry["arguments"] += function.get("arguments") or function.get("input") or ""


def _parted(found: Reading) -> Reading:
    """Move a `<think>` at the beginning of the text to the reasoning."""
    match = re.match(r"\s*<think>(.*?)(</think>|\Z)", found.text, re.DOTALL)
    if match:
        found.reasoning += match[1]
        found.text = found.text[match.end() :]
    return found
