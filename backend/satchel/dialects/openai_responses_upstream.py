"""A `ChatRequest` as a Responses host wants it: turns become items, and nothing is kept at the host.

Only what the caller set is sent; `dropped_parameters` says what the host does not take.
Source: openai 3.54.0 and recorded requests of six hosts, checked 2026-11-23.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import assert_never

import orjson

from satchel.dialects.asked_parameters import DRAWING, dropped_from, native_parameters
from satchel.dialects.media import Inline, media_of
from satchel.dialects.openai_responses_reasoning import replayed
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import (
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
)
from satchel.domain.errors import UnsupportedFeature

_NAMES = {
    "max_tokens": "max_output_tokens",
    "parallel_tool_calls": "parallel_tool_calls",
    "temperature": "temperature",
    "top_p": "top_p",
    "user": "user",
}
_KNOWN = frozenset(_NAMES) | {"reasoning_effort", "verbosity"}
_ENCRYPTED = "reasoning.encrypted_content"


def encode_request(request: ChatRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks `endpoint` for a stream."""
    unsupported = endpoint.quirks.unsupported
    told, turns = _instructions(request.messages)
    items = [item for message in turns for item in _items(message, endpoint)]
    body: dict[str, object] = {"model": endpoint.native_model, "input": items, "stream": True, "store": False}
    if told:
        body["instructions"] = told
    if _reasons(request, endpoint, items):
        body["include"] = [_ENCRYPTED]
    if request.tools or request.draws:
        drawing = [{"type": "image_generation", **request.drawing}] if request.draws else []
        body["tools"] = [*(tool_object(tool) for tool in request.tools), *drawing]
    if request.tool_choice is not None:
        body["tool_choice"] = tool_choice_object(request.tool_choice)
    body |= native_parameters(request, _NAMES, unsupported)
    effort, verbosity = request.tuning.reasoning_effort, request.tuning.verbosity
    if effort is not None and "reasoning_effort" not in unsupported:
        body["reasoning"] = {"effort": effort}
    told_text: dict[str, object] = {} if request.output_format is None else {"format": format_object(request.output_format)}
    if verbosity is not None and "verbosity" not in unsupported:
        told_text["verbosity"] = verbosity
    if told_text:
        body["text"] = told_text
    return orjson.dumps(body)


def dropped_parameters(request: ChatRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the parameters that the caller set and a Responses host does not take."""
    return dropped_from(request, _KNOWN | {DRAWING + name for name in request.drawing}, endpoint.quirks.unsupported)


def _reasons(request: ChatRequest, endpoint: Endpoint, items: Sequence[dict[str, object]]) -> bool:
    """Tell whether to ask for encrypted reasoning: models that do not reason refuse to give any."""
    replays = any("encrypted_content" in item for item in items)
    return replays or "reasoning" in endpoint.capabilities or request.tuning.reasoning_effort not in (None, "none")


def _instructions(messages: Sequence[Message]) -> tuple[str, Sequence[Message]]:
    """Split off the instructions that stand before the first turn."""
    count = next((at for at, message in enumerate(messages) if message.role not in ("system", "developer")), len(messages))
    told = (part.text for message in messages[:count] for part in message.parts if isinstance(part, TextPart))
    return "\n\n".join(told), messages[count:]


def _items(message: Message, endpoint: Endpoint) -> Iterator[dict[str, object]]:
    if message.role == "tool":
        yield {"type": "function_call_output", "call_id": message.tool_call_id, "output": _content(message.parts)}
        return
    if message.role != "assistant":
        yield {"role": message.role, "content": _content(message.parts)}
        return
    yield from replayed(message.parts, endpoint)
    said = [{"type": "output_text", "text": part.text} for part in message.parts if isinstance(part, TextPart)]
    if said:
        yield {"role": "assistant", "content": said}
    for part in message.parts:
        if isinstance(part, ImagePart):
            yield _drawn(part)
        if isinstance(part, ToolCallPart):
            yield {"type": "function_call", "call_id": part.id, "name": part.name, "arguments": part.arguments}


def _drawn(part: ImagePart) -> dict[str, object]:
    """Return a picture that the assistant drew; its id is made of what it shows."""
    media = media_of(part)
    if not isinstance(media, Inline):
        raise UnsupportedFeature("pictures that an assistant drew go back as data, not as a link", details={"feature": "drawn_image_url"})
    name = f"ig_{hashlib.sha256(media.data.encode()).hexdigest()[:32]}"
    return {"type": "image_generation_call", "id": name, "status": "completed", "result": media.data}


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
            return {"type": "input_text", "text": text}
        case ImagePart(url=url, detail=detail):
            image: dict[str, object] = {"type": "input_image", "image_url": url}
            return image if detail is None else {**image, "detail": detail}
        case AudioPart(data=data, format=kind):
            return {"type": "input_audio", "input_audio": {"data": data, "format": kind}}
        case FilePart(data=str(data)) if data.startswith(("https:", "http:")):
            return {"type": "input_file", "file_url": data}
        case FilePart():
            named = {"file_data": part.data, "file_id": part.file_id, "filename": part.filename}
            return {"type": "input_file", **{key: value for key, value in named.items() if value is not None}}
        case ReasoningPart() | ToolCallPart():
            raise TypeError(f"{type(part).__name__} is no content")
        case _:
            assert_never(part)


def tool_object(tool: Tool) -> dict[str, object]:
    """Return a tool, flat. Without a word on `strict` this surface would be strict, unlike any other."""
    body: dict[str, object] = {"type": "function", "name": tool.name}
    if tool.description is not None:
        body["description"] = tool.description
    body["parameters"] = dict(tool.parameters) if tool.parameters is not None else {"type": "object", "properties": {}}
    body["strict"] = bool(tool.strict)
    return body


def tool_choice_object(choice: ToolChoice) -> object:
    """Return which tool must be called."""
    return {"type": "function", "name": choice.name} if choice.mode == "named" else choice.mode


def format_object(wanted: OutputFormat) -> dict[str, object]:
    """Return what the text must be, flat."""
    if wanted.kind != "json_schema":
        return {"type": wanted.kind}
    body: dict[str, object] = {"type": "json_schema", "name": wanted.name or "answer", "schema": dict(wanted.schema or {})}
    return body if wanted.strict is None else {**body, "strict": wanted.strict}
