"""A `ChatRequest` as Cohere's v2 chat wants it. Only what the caller set is sent; `dropped_parameters` says what Cohere does not take.

Source: cohere 7.3.1 and recorded requests, checked 2026-11-23.
"""

from collections.abc import Sequence

import orjson

from satchel.dialects.asked_parameters import dropped_from, native_parameters
from satchel.dialects.media import unsupported
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import ChatRequest, ImagePart, Message, OutputFormat, Part, ReasoningPart, TextPart, Tool, ToolCallPart, ToolChoice

_NAMES = {
    "max_tokens": "max_tokens",
    "stop": "stop_sequences",
    "temperature": "temperature",
    "top_p": "p",
    "top_k": "k",
    "seed": "seed",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}
_KNOWN = frozenset(_NAMES) | {"reasoning_effort"}
_ROLES = {"developer": "system"}


def encode_request(request: ChatRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks `endpoint` for a stream.

    Raises:
        UnsupportedFeature: audio or a file, which Cohere does not take.
    """
    body: dict[str, object] = {
        "model": endpoint.native_model,
        "messages": [_message(message, endpoint.provider_name) for message in request.messages],
        "stream": True,
        **native_parameters(request, _NAMES, endpoint.quirks.unsupported),
        **_tools(request.tools, request.tool_choice),
    }
    if request.output_format is not None and request.output_format.kind != "text":
        body["response_format"] = _output_format(request.output_format)
    effort = request.tuning.reasoning_effort
    if effort is not None and "reasoning_effort" not in endpoint.quirks.unsupported:
        body["thinking"] = {"type": "disabled" if effort == "none" else "enabled"}
    return orjson.dumps(body)


def dropped_parameters(request: ChatRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the parameters that the caller set and Cohere does not take."""
    return dropped_from(request, _KNOWN, endpoint.quirks.unsupported)


def _message(message: Message, provider_name: str) -> dict[str, object]:
    body: dict[str, object] = {"role": _ROLES.get(message.role, message.role)}
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    shown = [part for part in message.parts if not isinstance(part, ReasoningPart | ToolCallPart)]
    if shown or not calls:
        body["content"] = _content(shown, provider_name)
    if calls:
        plan = "".join(part.text for part in message.parts if isinstance(part, ReasoningPart))
        body |= {"tool_plan": plan} if plan else {}
        body["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}} for call in calls
        ]
    if message.tool_call_id is not None:
        body["tool_call_id"] = message.tool_call_id
    return body


def _content(parts: Sequence[Part], provider_name: str) -> object:
    match parts:
        case []:
            return ""
        case [TextPart(text=text)]:
            return text
        case _:
            return [_part(part, provider_name) for part in parts]


def _part(part: Part, provider_name: str) -> dict[str, object]:
    match part:
        case TextPart(text=text):
            return {"type": "text", "text": text}
        case ImagePart(url=url, detail=detail):
            return {"type": "image_url", "image_url": {"url": url} if detail is None else {"url": url, "detail": detail}}
        case _:
            raise unsupported("audio or files", provider_name)


def _tools(tools: Sequence[Tool], choice: ToolChoice | None) -> dict[str, object]:
    """Return tools and choice. One function by name is asked for by offering no other."""
    if not tools:
        return {}
    offered = [tool for tool in tools if choice is None or choice.mode != "named" or tool.name == choice.name]
    body: dict[str, object] = {"tools": [_tool(tool) for tool in offered]}
    if any(tool.strict for tool in offered):
        body["strict_tools"] = True
    if choice is not None and choice.mode != "auto":
        body["tool_choice"] = "NONE" if choice.mode == "none" else "REQUIRED"
    return body


def _tool(tool: Tool) -> dict[str, object]:
    function: dict[str, object] = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    function["parameters"] = dict(tool.parameters) if tool.parameters is not None else {"type": "object", "properties": {}}
    return {"type": "function", "function": function}


def _output_format(wanted: OutputFormat) -> dict[str, object]:
    body: dict[str, object] = {"type": "json_object"}
    return body if wanted.schema is None else {**body, "json_schema": dict(wanted.schema)}
