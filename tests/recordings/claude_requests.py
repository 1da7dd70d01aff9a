"""Recorded requests in Anthropic's format and Converse's as our own, and both forms of a body that mean the same made one."""

import json
from typing import Any

from satchel.domain.chat import ChatRequest, ImagePart, Message, OutputFormat, Part, TextPart, Tool, ToolCallPart, ToolChoice, Tuning

NOT_CARRIED = {
    "cache_control": "a mark for the cache has no place in a ChatRequest yet",
    "cachePoint": "the same",
    "output_format": "the beta name of output_config.format",
    "thinking": "a budget in tokens; we carry an effort",
    "guardrailConfig": "an AWS resource of the caller's own",
    "guardContent": "the same",
    "additionalModelRequestFields": "fields of one model; ours are thinking and top_k of Claude",
    "server tools": "tools that the provider runs",
}


def request_of(body: dict[str, Any]) -> ChatRequest:
    """Read a body in Anthropic's format, which may be on any of its hosts."""
    system = [Message("system", tuple(TextPart(block["text"]) for block in _blocks(body.get("system") or [])))] if "system" in body else []
    turns = [message for turn in body["messages"] for message in _messages(turn)]
    wanted = (body.get("output_config") or {}).get("format")
    choice = body.get("tool_choice")
    return ChatRequest(
        model=body.get("model", "m"),
        messages=(*system, *turns),
        max_output_tokens=body["max_tokens"],
        stop=tuple(body.get("stop_sequences") or ()),
        tools=tuple(Tool(tool["name"], tool.get("description"), tool["input_schema"]) for tool in body.get("tools") or ()),
        tool_choice=ToolChoice("named", choice["name"]) if choice else None,
        output_format=OutputFormat("json_schema", schema=wanted["schema"]) if wanted else None,
        tuning=Tuning(
            temperature=body.get("temperature"),
            top_p=body.get("top_p"),
            top_k=body.get("top_k"),
            reasoning_effort=(body.get("output_config") or {}).get("effort"),
        ),
    )


def converse_request_of(body: dict[str, Any]) -> ChatRequest:
    """Read a body of Converse."""
    config = body.get("inferenceConfig") or {}
    wanted = body.get("outputConfig")
    schema = wanted["textFormat"]["structure"]["jsonSchema"] if wanted else {}
    specs = [tool["toolSpec"] for tool in (body.get("toolConfig") or {}).get("tools", ())]
    system = tuple(TextPart(block["text"]) for block in body.get("system") or () if "text" in block)
    return ChatRequest(
        model="m",
        messages=(*([Message("system", system)] if system else []), *(message for turn in body["messages"] for message in _messages(turn))),
        max_output_tokens=config.get("maxTokens"),
        stop=tuple(config.get("stopSequences") or ()),
        tools=tuple(Tool(spec["name"], spec.get("description"), spec["inputSchema"]["json"]) for spec in specs),
        output_format=OutputFormat("json_schema", schema.get("name"), json.loads(schema["schema"])) if schema else None,
        tuning=Tuning(temperature=config.get("temperature"), top_p=config.get("topP")),
    )


def one_form(value: Any) -> Any:
    """Write a body of either format in one of the forms that mean the same, without what is not carried."""
    if isinstance(value, list):
        return [one_form(item) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {key: one_form(item) for key, item in value.items() if key not in NOT_CARRIED}
    if plain.get("system"):
        plain["system"] = [{**block, "type": "text"} for block in _blocks(plain["system"]) if block != {}]
    if "messages" in plain:
        plain["messages"] = _joined(plain["messages"])
    if plain.get("type") == "tool_result":
        plain["content"] = _blocks(plain["content"])
    for empty in ("inferenceConfig", "stopSequences", "stop_sequences"):
        if not plain.get(empty, True):
            del plain[empty]
    return plain


def _joined(turns: list[Any]) -> list[Any]:
    found: list[Any] = []
    for turn in turns:
        if not found or found[-1]["role"] != turn["role"]:
            found.append({"role": turn["role"], "content": []})
        found[-1]["content"] += [block for block in _blocks(turn["content"]) if block != {}]
    return [turn for turn in found if turn["content"]]


def _blocks(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _messages(turn: dict[str, Any]) -> list[Message]:
    blocks = _blocks(turn["content"])
    results = [block.get("toolResult") or block for block in blocks if "toolResult" in block or block.get("type") == "tool_result"]
    answers = [
        Message("tool", _parts(_blocks(result["content"])), tool_call_id=result.get("tool_use_id") or result["toolUseId"])
        for result in results
    ]
    parts = _parts(blocks)
    return [*answers, *([Message(turn["role"], parts)] if parts else [])]


def _parts(blocks: list[Any]) -> tuple[Part, ...]:
    found: list[Part] = []
    for block in blocks:
        call = block.get("toolUse") or (block if block.get("type") == "tool_use" else None)
        if "text" in block:
            found.append(TextPart(block["text"]))
        elif block.get("type") == "image":
            found.append(ImagePart(f"data:{block['source']['media_type']};base64,{block['source']['data']}"))
        elif "image" in block:
            found.append(ImagePart(f"data:image/{block['image']['format']};base64,{block['image']['source']['bytes']}"))
        elif call:
            found.append(ToolCallPart(call.get("id") or call["toolUseId"], call["name"], json.dumps(call["input"])))
    return tuple(found)
