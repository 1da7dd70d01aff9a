"""A `ChatRequest` as Ollama's own `/api/chat` wants it. Only what the caller set is sent; `dropped_parameters` says what Ollama lacks.

Source: ollama 0.6.3 and recorded requests, checked 2026-11-23.
"""

from collections.abc import Mapping, Sequence

import orjson

from satchel.dialects.asked_parameters import dropped_from, native_parameters
from satchel.dialects.json_fields import json_object
from satchel.dialects.media import Inline, media_of, unsupported
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import (
    AudioPart,
    ChatRequest,
    FilePart,
    ImagePart,
    Message,
    ReasoningPart,
    TextPart,
    Tool,
    ToolCallPart,
    ToolChoice,
)
from satchel.domain.errors import UnsupportedFeature

_OPTIONS = {
    "max_tokens": "num_predict",
    "stop": "stop",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "min_p": "min_p",
    "seed": "seed",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "repetition_penalty": "repeat_penalty",
}
_KNOWN = frozenset(_OPTIONS) | {"reasoning_effort"}
_LEVELS = ("low", "medium", "high")


def encode_request(request: ChatRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks `endpoint` for a stream.

    Raises:
        UnsupportedFeature: an image by address, audio, a file, or a tool that must be called.
    """
    names = {part.id: part.name for message in request.messages for part in message.parts if isinstance(part, ToolCallPart)}
    body: dict[str, object] = {
        "model": endpoint.native_model,
        "messages": [_message(message, names, endpoint.provider_name) for message in request.messages],
        "stream": True,
    }
    if tools := _tools(request.tools, request.tool_choice, endpoint.provider_name):
        body["tools"] = tools
    wanted = request.output_format
    if wanted is not None and wanted.kind != "text":
        body["format"] = "json" if wanted.schema is None else dict(wanted.schema)
    effort = request.tuning.reasoning_effort
    if effort is not None and "reasoning_effort" not in endpoint.quirks.unsupported:
        body["think"] = effort if effort in _LEVELS else effort != "none"
    if options := native_parameters(request, _OPTIONS, endpoint.quirks.unsupported):
        body["options"] = options
    return orjson.dumps(body)


def dropped_parameters(request: ChatRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the parameters that the caller set and Ollama does not take."""
    return dropped_from(request, _KNOWN, endpoint.quirks.unsupported)


def _message(message: Message, names: Mapping[str, str], provider_name: str) -> dict[str, object]:
    text = "".join(part.text for part in message.parts if isinstance(part, TextPart))
    body: dict[str, object] = {"role": "system" if message.role == "developer" else message.role, "content": text}
    if images := [_image(part, provider_name) for part in message.parts if isinstance(part, ImagePart)]:
        body["images"] = images
    if any(isinstance(part, AudioPart | FilePart) for part in message.parts):
        raise unsupported("audio or files", provider_name)
    if thinking := "".join(part.text for part in message.parts if isinstance(part, ReasoningPart)):
        body["thinking"] = thinking
    if calls := [part for part in message.parts if isinstance(part, ToolCallPart)]:
        body["tool_calls"] = [{"function": {"name": call.name, "arguments": json_object(call.arguments)}} for call in calls]
    if message.role == "tool" and (name := names.get(message.tool_call_id or "") or message.name):
        body["tool_name"] = name
    return body


def _image(part: ImagePart, provider_name: str) -> str:
    media = media_of(part)
    if not isinstance(media, Inline):
        raise unsupported("images by address", provider_name)
    return media.data


def _tools(tools: Sequence[Tool], choice: ToolChoice | None, provider_name: str) -> list[dict[str, object]]:
    if choice is not None and choice.mode == "none":
        return []
    if choice is not None and choice.mode != "auto":
        said = f"{provider_name} cannot be made to call a tool"
        raise UnsupportedFeature(said, details={"param": "tool_choice", "feature": "tool_choice"})
    return [_tool(tool) for tool in tools]


def _tool(tool: Tool) -> dict[str, object]:
    function: dict[str, object] = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    function["parameters"] = dict(tool.parameters) if tool.parameters is not None else {"type": "object", "properties": {}}
    return {"type": "function", "function": function}
