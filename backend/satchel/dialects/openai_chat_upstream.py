"""The upstream side of OpenAI Chat Completions: a `ChatRequest` becomes the body that one endpoint takes. Pure.

Only what the caller set is sent. What the host does not take (`Quirks.unsupported`) is left out; `dropped_parameters` says what.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import assert_never

import orjson

from satchel.dialects.asked_parameters import DRAWING
from satchel.domain.catalog import Endpoint, Quirks
from satchel.domain.chat import (
    NO_TUNING,
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

_TUNING = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
    "logit_bias",
    "reasoning_effort",
    "verbosity",
)
_NINE = 9


def encode_request(request: ChatRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks `endpoint` for a stream."""
    quirks = endpoint.quirks
    wanted = _wanted(request, quirks)
    body: dict[str, object] = {
        "model": endpoint.native_model,
        "messages": [_message(message, quirks) for message in request.messages],
        "stream": True,
    }
    if quirks.usage_opt_in:
        body["stream_options"] = {"include_usage": True}
    body.update((key, value) for key, value in wanted.items() if key not in quirks.unsupported)
    return orjson.dumps(body)


def dropped_parameters(request: ChatRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the parameters that the caller set and `endpoint` does not take, in the order they are written."""
    lacks = (key for key in _wanted(request, endpoint.quirks) if key in endpoint.quirks.unsupported)
    return (*lacks, *(DRAWING + name for name in request.drawing))


def _wanted(request: ChatRequest, quirks: Quirks) -> dict[str, object]:
    """Return every parameter that was set, under the name the host knows it by."""
    body: dict[str, object] = {}
    if request.max_output_tokens is not None:
        body[quirks.max_tokens_key] = request.max_output_tokens
    if request.stop:
        body["stop"] = list(request.stop)
    if request.n != 1:
        body["n"] = request.n
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.tool_choice is not None:
        body["tool_choice"] = _tool_choice(request.tool_choice, quirks)
    if request.parallel_tool_calls is not None:
        body["parallel_tool_calls"] = request.parallel_tool_calls
    if request.output_format is not None:
        body["response_format"] = _output_format(request.output_format)
    if request.tuning is not NO_TUNING:
        _tune(body, request.tuning, quirks)
    if request.modalities:
        body["modalities"] = list(request.modalities)
    if request.user is not None:
        body["user"] = request.user
    return body


def _tune(body: dict[str, object], tuning: Tuning, quirks: Quirks) -> None:
    for name in _TUNING:
        value = getattr(tuning, name)
        if value is not None:
            body[quirks.seed_key if name == "seed" else name] = dict(value) if isinstance(value, Mapping) else value


def _message(message: Message, quirks: Quirks) -> dict[str, object]:
    role = "system" if message.role == "developer" and not quirks.developer_role else message.role
    body: dict[str, object] = {"role": role}
    drawn = [part for part in message.parts if isinstance(part, ImagePart) and message.role == "assistant"]
    shown = [part for part in message.parts if not isinstance(part, ReasoningPart | ToolCallPart) and part not in drawn]
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    body["content"] = _content(shown) if shown or not calls else None
    if drawn:
        body["images"] = [_part(part) for part in drawn]
    if message.name is not None and "name" not in quirks.unsupported:
        body["name"] = message.name
    if calls:
        body["tool_calls"] = [_tool_call(call, quirks) for call in calls]
    if message.tool_call_id is not None:
        body["tool_call_id"] = _tool_id(message.tool_call_id, quirks)
    if message.role == "assistant":
        _replay(body, [part for part in message.parts if isinstance(part, ReasoningPart)], bool(calls), quirks)
    return body


def _content(parts: Sequence[Part]) -> object:
    match parts:
        case []:
            return ""
        case [TextPart(text=text)]:
            return text
        case _:
            return [_part(part) for part in parts]


def _part(part: Part) -> dict[str, object]:
    match part:
        case TextPart(text=text):
            return {"type": "text", "text": text}
        case ImagePart(url=url, detail=detail):
            return {"type": "image_url", "image_url": {"url": url} if detail is None else {"url": url, "detail": detail}}
        case AudioPart(data=data, format=kind):
            return {"type": "input_audio", "input_audio": {"data": data, "format": kind}}
        case FilePart():
            named = {"file_data": part.data, "file_id": part.file_id, "filename": part.filename}
            return {"type": "file", "file": {key: value for key, value in named.items() if value is not None}}
        case ReasoningPart() | ToolCallPart():
            raise TypeError(f"{type(part).__name__} is no content")
        case _:
            assert_never(part)


def _replay(body: dict[str, object], parts: list[ReasoningPart], called: bool, quirks: Quirks) -> None:
    """Give reasoning back the way the host wants it; `reasoning_content` also when empty, beside tool calls."""
    text = "".join(part.text for part in parts)
    match quirks.reasoning_replay:
        case "none":
            pass
        case "reasoning_content":
            if called or text:
                body["reasoning_content"] = text
        case "reasoning":
            if text:
                body["reasoning"] = text
        case "reasoning_details":
            details = [dict(part.detail) for part in parts if part.detail is not None]
            if details:
                body["reasoning_details"] = details
            elif text:
                body["reasoning"] = text
        case _:
            assert_never(quirks.reasoning_replay)


def _tool(tool: Tool) -> dict[str, object]:
    function: dict[str, object] = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    if tool.parameters is not None:
        function["parameters"] = dict(tool.parameters)
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _tool_call(call: ToolCallPart, quirks: Quirks) -> dict[str, object]:
    return {"id": _tool_id(call.id, quirks), "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _tool_id(given: str, quirks: Quirks) -> str:
    """Return an id that the host accepts; the same one for the same id, so that call and result still match."""
    if quirks.tool_ids == "any" or (len(given) == _NINE and given.isascii() and given.isalnum()):
        return given
    return hashlib.sha256(given.encode()).hexdigest()[:_NINE]


def _tool_choice(choice: ToolChoice, quirks: Quirks) -> object:
    if choice.mode == "named":
        return {"type": "function", "function": {"name": choice.name}}
    return quirks.tool_choice_required if choice.mode == "required" else choice.mode


def _output_format(wanted: OutputFormat) -> dict[str, object]:
    if wanted.kind != "json_schema":
        return {"type": wanted.kind}
    schema: dict[str, object] = {"name": wanted.name or "answer", "schema": dict(wanted.schema or {})}
    if wanted.strict is not None:
        schema["strict"] = wanted.strict
    return {"type": "json_schema", "json_schema": schema}
