"""The upstream side of Bedrock Converse: a `ChatRequest` becomes the body that any of its models takes. Pure.

What Converse has a place for goes there; thinking and `top_k` of Claude go into the fields it hands on to the model. Tuning that has no
place is left out; `dropped_parameters` says what. A feature it lacks is refused before anything is sent.
Source: recorded requests and the service's model (botocore 1.44.5), checked 2026-11-23.
"""

import re
from collections.abc import Iterable, Sequence
from typing import assert_never

import orjson

from satchel.dialects.anthropic_messages_content import Block, arguments_object, thinking, tool_id
from satchel.dialects.anthropic_messages_upstream import effort_for, output_limit, sampling, schema_of, thinking_for
from satchel.dialects.media import Linked, media_of, unsupported
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import AudioPart, ChatRequest, FilePart, ImagePart, Message, Part, ReasoningPart, TextPart, Tool, ToolCallPart
from satchel.domain.errors import UnsupportedFeature

_DOCUMENTS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
_NOT_IN_A_NAME = re.compile(r"[^a-zA-Z0-9\s\-()\[\]]+")
_NEVER = ("min_p", "seed", "frequency_penalty", "presence_penalty", "repetition_penalty", "logit_bias", "verbosity")


def encode_request(request: ChatRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks `endpoint` for an answer; whether as a stream is said by the path.

    Raises:
        RequestInvalid: the request has something in it that Converse does not take.
    """
    writer = _Writer(endpoint.provider_name)
    body: dict[str, object] = {"messages": writer.turns(request.messages)}
    system = [{"text": part.text} for part in _instructions(request.messages) if part.text]
    if system:
        body["system"] = system
    body["inferenceConfig"] = _inference(request, endpoint)
    if request.tools:
        body["toolConfig"] = _tools(request, endpoint)
    more = _more_fields(request, endpoint)
    if more:
        body["additionalModelRequestFields"] = more
    wanted = request.output_format
    if wanted is not None and wanted.kind != "text":
        schema = {"schema": orjson.dumps(schema_of(wanted)).decode(), "name": wanted.name or "answer"}
        body["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}
    return orjson.dumps(body)


def dropped_parameters(request: ChatRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the parameters that the caller set and that were left out or lowered, in the order of `Tuning`, then the others."""
    tuning, sent = request.tuning, _sampling(request, endpoint)
    dropped = [name for name in ("temperature", "top_p", "top_k") if getattr(tuning, name) != sent.get(name)]
    dropped += [name for name in _NEVER if getattr(tuning, name) is not None]
    if tuning.reasoning_effort is not None and _thinking(request, endpoint) is None:
        dropped.append("reasoning_effort")
    others = (("n", request.n != 1), ("parallel_tool_calls", request.parallel_tool_calls is False), ("user", request.user is not None))
    return (*dropped, *(name for name, was_set in others if was_set))


def is_claude(endpoint: Endpoint) -> bool:
    """Tell whether the model's id names Claude; an inference profile's own id tells nothing."""
    return "anthropic." in endpoint.native_model


def _instructions(messages: Iterable[Message]) -> list[TextPart]:
    spoken = [message for message in messages if message.role in ("system", "developer")]
    return [part for message in spoken for part in message.parts if isinstance(part, TextPart)]


def _inference(request: ChatRequest, endpoint: Endpoint) -> dict[str, object]:
    sent = _sampling(request, endpoint)
    config: dict[str, object] = {}
    if request.max_output_tokens is not None or endpoint.max_output_tokens is not None:
        config["maxTokens"] = output_limit(request, endpoint)
    if "temperature" in sent:
        config["temperature"] = sent["temperature"]
    if "top_p" in sent:
        config["topP"] = sent["top_p"]
    if request.stop:
        config["stopSequences"] = list(request.stop)
    return config


def _sampling(request: ChatRequest, endpoint: Endpoint) -> dict[str, object]:
    thought = _thinking(request, endpoint)
    sent = sampling(request, thinks=thought is not None and thought["type"] != "disabled")
    if not is_claude(endpoint):
        sent.pop("top_k", None)
    return sent


def _thinking(request: ChatRequest, endpoint: Endpoint) -> dict[str, object] | None:
    return thinking_for(request, endpoint.native_model, output_limit(request, endpoint)) if is_claude(endpoint) else None


def _more_fields(request: ChatRequest, endpoint: Endpoint) -> dict[str, object]:
    fields: dict[str, object] = {}
    thought = _thinking(request, endpoint)
    if thought is not None:
        fields["thinking"] = thought
        if thought["type"] == "adaptive":
            fields["output_config"] = {"effort": effort_for(request)}
    sent = _sampling(request, endpoint)
    if "top_k" in sent:
        fields["top_k"] = sent["top_k"]
    return fields


def _tools(request: ChatRequest, endpoint: Endpoint) -> dict[str, object]:
    config: dict[str, object] = {"tools": [{"toolSpec": _tool(tool)} for tool in request.tools]}
    choice = request.tool_choice
    match choice.mode if choice is not None else None:
        case "auto":
            config["toolChoice"] = {"auto": {}}
        case "required":
            config["toolChoice"] = {"any": {}}
        case "named":
            config["toolChoice"] = {"tool": {"name": choice.name if choice is not None else None}}
        case "none":
            raise UnsupportedFeature(
                f"{endpoint.provider_name} cannot be told to leave its tools alone: send none, or tool_choice auto",
                details={"param": "tool_choice", "feature": "tool_choice none"},
            )
        case _:
            pass
    return config


def _tool(tool: Tool) -> dict[str, object]:
    body: dict[str, object] = {"name": tool.name}
    if tool.description:
        body["description"] = tool.description
    body["inputSchema"] = {"json": dict(tool.parameters) if tool.parameters else {"type": "object", "properties": {}}}
    if tool.strict:
        body["strict"] = True
    return body


class _Writer:
    """Write messages as turns of blocks, documents numbered so that no two of them share a name."""

    def __init__(self, host_name: str) -> None:
        self._host_name = host_name
        self._documents = 0

    def turns(self, messages: Iterable[Message]) -> list[Block]:
        """Return the conversation as alternating turns; results of tools belong to the turn after the calls."""
        found: list[tuple[str, list[Block]]] = []
        for message in messages:
            if message.role in ("system", "developer"):
                continue
            role = "assistant" if message.role == "assistant" else "user"
            if not found or found[-1][0] != role:
                found.append((role, []))
            blocks = self._blocks(message.parts)
            found[-1][1].extend([_result(message, blocks)] if message.role == "tool" else blocks)
        return [{"role": role, "content": blocks} for role, blocks in found if blocks]

    def _blocks(self, parts: Sequence[Part]) -> list[Block]:
        thoughts = thinking(parts)
        return [block for place, part in enumerate(parts) if (block := self._block(part, thoughts.get(place))) is not None]

    def _block(self, part: Part, thought: tuple[str, str | None, str | None] | None) -> Block | None:
        match part:
            case TextPart(text=text):
                return {"text": text} if text else None
            case ImagePart():
                kind, data = self._inline(part)
                return {"image": {"format": kind.removeprefix("image/").replace("jpg", "jpeg"), "source": {"bytes": data}}}
            case FilePart():
                return self._document(part)
            case ToolCallPart():
                return {"toolUse": {"toolUseId": tool_id(part.id), "name": part.name, "input": arguments_object(part)}}
            case ReasoningPart():
                return _thought(*thought) if thought else None
            case AudioPart():
                raise unsupported("audio", self._host_name)
            case _:
                assert_never(part)

    def _document(self, part: FilePart) -> Block:
        kind, data = self._inline(part)
        if kind not in _DOCUMENTS:
            raise unsupported(f"files of type {kind}", self._host_name)
        self._documents += 1
        name = _NOT_IN_A_NAME.sub(" ", part.filename or "").strip() or "document"
        return {"document": {"format": _DOCUMENTS[kind], "name": f"{name} {self._documents}", "source": {"bytes": data}}}

    def _inline(self, part: ImagePart | FilePart) -> tuple[str, str]:
        media = media_of(part)
        if isinstance(media, Linked):
            raise unsupported("images and files by their URL or id", self._host_name)
        return media


def _result(message: Message, blocks: list[Block]) -> Block:
    return {"toolResult": {"toolUseId": tool_id(message.tool_call_id or ""), "content": blocks}}


def _thought(text: str, signature: str | None, encrypted: str | None) -> Block:
    if encrypted is not None:
        return {"reasoningContent": {"redactedContent": encrypted}}
    return {"reasoningContent": {"reasoningText": {"text": text, "signature": signature}}}
