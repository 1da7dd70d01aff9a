"""A `ChatRequest` as Gemini's generateContent wants it: contents by turn, tool results by name, signatures on the parts they came on.

Only what the caller set is sent; `dropped_parameters` says what Gemini does not take.
Source: google-genai 3.4.0 and recorded requests, checked 2026-11-23.
"""

from collections.abc import Sequence

import orjson

from satchel.dialects.asked_parameters import DRAWING, dropped_from, native_parameters
from satchel.dialects.gemini_signatures import signatures_in
from satchel.dialects.json_fields import json_object
from satchel.dialects.media import Inline, media_of
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import (
    AudioPart,
    ChatRequest,
    FilePart,
    ImagePart,
    Message,
    OutputFormat,
    Part,
    TextPart,
    Tool,
    ToolCallPart,
    ToolChoice,
)

_NAMES = {
    "max_tokens": "maxOutputTokens",
    "stop": "stopSequences",
    "n": "candidateCount",
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
}
_KNOWN = frozenset(_NAMES) | {"reasoning_effort"}
# Budgets are taken by every thinking model, levels only by the newest; these are the ones Google gives for its own OpenAI surface.
_BUDGETS = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576}
_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY", "named": "ANY"}


def encode_request(request: ChatRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks for an answer; whether it streams is said by the URL.

    Raises:
        MalformedRequest: a data URL or a file that is none.
    """
    body: dict[str, object] = {"contents": _contents(request.messages)}
    told = [part for message in request.messages if message.role in ("system", "developer") for part in _texts(message)]
    if told:
        body["systemInstruction"] = {"parts": told}
    if request.tools:
        body["tools"] = [{"functionDeclarations": [_declaration(tool) for tool in request.tools]}]
    if request.tool_choice is not None:
        body["toolConfig"] = {"functionCallingConfig": _calling(request.tool_choice)}
    config = native_parameters(request, _NAMES, endpoint.quirks.unsupported) | _output(request.output_format)
    effort = request.tuning.reasoning_effort
    if effort is not None and "reasoning_effort" not in endpoint.quirks.unsupported:
        config["thinkingConfig"] = _thinking(effort)
    if request.modalities:
        config["responseModalities"] = [one.upper() for one in request.modalities]
    if request.aspect_ratio is not None:
        config["imageConfig"] = {"aspectRatio": request.aspect_ratio}
    if config:
        body["generationConfig"] = config
    return orjson.dumps(body)


def dropped_parameters(request: ChatRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the parameters that the caller set and Gemini does not take."""
    shape = {DRAWING + "size"} if request.aspect_ratio is not None else set()
    return dropped_from(request, _KNOWN | shape, endpoint.quirks.unsupported)


def _contents(messages: Sequence[Message]) -> list[dict[str, object]]:
    """Return the turns. Results of parallel calls stand in one turn; each carries the name of the call it answers."""
    names = {part.id: part.name for message in messages for part in message.parts if isinstance(part, ToolCallPart)}
    contents: list[dict[str, object]] = []
    results: list[object] = []
    for message in messages:
        if message.role == "tool":
            if not results:
                contents.append({"role": "user", "parts": results})
            results += _result(message, names.get(message.tool_call_id or "") or message.name or "")
            continue
        results = []
        if message.role == "assistant":
            contents.append({"role": "model", "parts": _answer(message)})
        elif message.role == "user":
            contents.append({"role": "user", "parts": [_part(part) for part in message.parts] or [{"text": ""}]})
    return contents


def _texts(message: Message) -> list[dict[str, object]]:
    return [{"text": part.text} for part in message.parts if isinstance(part, TextPart)]


def _answer(message: Message) -> list[dict[str, object]]:
    """Return an earlier answer. Its thoughts are not sent again, their signatures are."""
    signatures = signatures_in(message.parts)
    parts: list[dict[str, object]] = []
    spoken = "".join(part.text for part in message.parts if isinstance(part, TextPart))
    of_text = signatures.get(None)
    if spoken or of_text is not None:
        parts.append({"text": spoken} if of_text is None else {"text": spoken, "thoughtSignature": of_text})
    parts += [_part(part) for part in message.parts if isinstance(part, ImagePart | AudioPart | FilePart)]
    for part in message.parts:
        if isinstance(part, ToolCallPart):
            call: dict[str, object] = {"functionCall": {"id": part.id, "name": part.name, "args": json_object(part.arguments)}}
            signature = signatures.get(part.id)
            parts.append(call if signature is None else {**call, "thoughtSignature": signature})
    return parts or [{"text": ""}]


def _result(message: Message, name: str) -> list[dict[str, object]]:
    said = "".join(part.text for part in message.parts if isinstance(part, TextPart))
    response = json_object(said) or {"result": said}
    answer: dict[str, object] = {"functionResponse": {"id": message.tool_call_id, "name": name, "response": response}}
    return [answer, *(_part(part) for part in message.parts if not isinstance(part, TextPart))]


def _part(part: Part) -> dict[str, object]:
    match part:
        case TextPart(text=text):
            return {"text": text}
        case ImagePart() | AudioPart() | FilePart():
            media = media_of(part)
            if isinstance(media, Inline):
                return {"inlineData": {"mimeType": media.media_type, "data": media.data}}
            file = {"fileUri": media.url}
            return {"fileData": file if media.media_type is None else {"mimeType": media.media_type, **file}}
        case _:
            raise TypeError(f"{type(part).__name__} is no content")


def _declaration(tool: Tool) -> dict[str, object]:
    declared: dict[str, object] = {"name": tool.name}
    if tool.description is not None:
        declared["description"] = tool.description
    if tool.parameters is not None:
        declared["parametersJsonSchema"] = dict(tool.parameters)
    return declared


def _calling(choice: ToolChoice) -> dict[str, object]:
    mode: dict[str, object] = {"mode": _MODES[choice.mode]}
    return {**mode, "allowedFunctionNames": [choice.name]} if choice.mode == "named" else mode


def _output(wanted: OutputFormat | None) -> dict[str, object]:
    if wanted is None or wanted.kind == "text":
        return {}
    config: dict[str, object] = {"responseMimeType": "application/json"}
    return {**config, "responseJsonSchema": dict(wanted.schema)} if wanted.schema is not None else config


def _thinking(effort: str) -> dict[str, object]:
    budget = _BUDGETS.get(effort)
    if budget == 0:
        return {"thinkingBudget": 0}
    return {"includeThoughts": True} if budget is None else {"thinkingBudget": budget, "includeThoughts": True}
