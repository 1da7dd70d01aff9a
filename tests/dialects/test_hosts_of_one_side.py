"""Hosts whose dialect has no door: what a caller says by any door reaches them whole, and what they answer reaches the caller whole.

What they read and write is written here after their documentation (Gemini v1beta, Cohere v2, Ollama 0.6.3, Bedrock Converse), not by our
own code. Checked 2026-11-29.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.dialects import (
    bedrock_converse,
    bedrock_converse_upstream,
    cohere,
    cohere_request,
    gemini,
    gemini_request,
    ollama,
    ollama_request,
)
from satchel.domain.chat import ChatRequest, ImagePart, Message, TextPart, ToolCallPart, ToolChoice
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, TextDelta
from satchel.domain.usage import Usage

from .claude_events import event_frame
from .test_round_trips import DIALECTS, HOST, PIXEL, SOON, Dialect, answers, minted, requests, told

Turn = tuple[str, list[Any]]
DATA = PIXEL.partition(",")[2]


def merged(turns: Iterator[tuple[str, Any]]) -> list[Turn]:
    """Put neighbours of one role together, and neighbouring words."""
    found: list[Turn] = []
    for role, piece in turns:
        if not found or found[-1][0] != role:
            found.append((role, []))
        pieces = found[-1][1]
        if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return found


def spoken(request: ChatRequest) -> dict[str, Any]:
    """Return what a request says, in no dialect."""
    names = {part.id: part.name for message in request.messages for part in message.parts if isinstance(part, ToolCallPart)}

    def pieces(message: Message) -> Iterator[tuple[str, Any]]:
        role = "user" if message.role == "tool" else message.role
        for part in message.parts:
            match part:
                case TextPart(text=words) if message.role == "tool":
                    yield role, ("result", names[message.tool_call_id or ""], words)
                case TextPart(text=words):
                    yield role, words
                case ImagePart():
                    yield role, ("picture", DATA)
                case ToolCallPart(name=name, arguments=arguments):
                    yield role, ("call", name, orjson.loads(arguments))
                case _:
                    raise AssertionError(part)

    told_first = [
        part.text for message in request.messages if message.role == "system" for part in message.parts if isinstance(part, TextPart)
    ]
    return {
        "system": "".join(told_first),
        "turns": merged(piece for message in request.messages if message.role != "system" for piece in pieces(message)),
        "tools": [(tool.name, tool.description, dict(tool.parameters or {})) for tool in request.tools],
        "choice": request.tool_choice,
        "limit": request.max_output_tokens,
        "stop": list(request.stop),
        "temperature": request.tuning.temperature,
        "top_p": request.tuning.top_p,
        "schema": request.output_format and dict(request.output_format.schema or {}),
    }


def gemini_hears(body: Any) -> dict[str, Any]:
    def pieces() -> Iterator[tuple[str, Any]]:
        for turn in body["contents"]:
            role = {"model": "assistant", "user": "user"}[turn["role"]]
            for part in turn["parts"]:
                if "text" in part:
                    yield role, part["text"]
                elif "inlineData" in part:
                    assert part["inlineData"]["mimeType"] == "image/png"
                    yield role, ("picture", part["inlineData"]["data"])
                elif "functionCall" in part:
                    yield role, ("call", part["functionCall"]["name"], part["functionCall"]["args"])
                else:
                    answer = part["functionResponse"]
                    yield role, ("result", answer["name"], answer["response"]["result"])

    config = body.get("generationConfig", {})
    calling = body.get("toolConfig", {}).get("functionCallingConfig")
    mode = (
        calling and {"AUTO": "auto", "NONE": "none", "ANY": "named" if "allowedFunctionNames" in calling else "required"}[calling["mode"]]
    )
    tools = [one for tool in body.get("tools", []) for one in tool["functionDeclarations"]]
    return {
        "system": "".join(part["text"] for part in body.get("systemInstruction", {"parts": []})["parts"]),
        "turns": merged(pieces()),
        "tools": [(tool["name"], tool.get("description"), tool["parametersJsonSchema"]) for tool in tools],
        "choice": calling and ToolChoice(mode, (calling.get("allowedFunctionNames") or [None])[0]),
        "limit": config.get("maxOutputTokens"),
        "stop": config.get("stopSequences", []),
        "temperature": config.get("temperature"),
        "top_p": config.get("topP"),
        "schema": config.get("responseJsonSchema"),
    }


def chat_like_pieces(body: Any) -> Iterator[tuple[str, Any]]:
    """Read the messages of Cohere and Ollama, which look like OpenAI's."""
    names = {call.get("id"): call["function"]["name"] for message in body["messages"] for call in message.get("tool_calls", [])}
    for message in body["messages"]:
        content, role = message.get("content") or [], message["role"]
        if role == "system":
            continue
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for part in parts:
            if role == "tool":
                yield "user", ("result", message.get("tool_name") or names[message["tool_call_id"]], part["text"])
            elif part["type"] == "text":
                yield role, part["text"]
            else:
                yield role, ("picture", part["image_url"]["url"].partition(",")[2])
        for picture in message.get("images", []):
            yield role, ("picture", picture)
        for call in message.get("tool_calls", []):
            arguments = call["function"]["arguments"]
            yield role, ("call", call["function"]["name"], orjson.loads(arguments) if isinstance(arguments, str) else arguments)


def chat_like(body: Any, options: Any, schema: Any, limit: str, top_p: str, stop: str) -> dict[str, Any]:
    tools = [tool["function"] for tool in body.get("tools", [])]
    return {
        "system": "".join(message["content"] for message in body["messages"] if message["role"] == "system"),
        "turns": merged(chat_like_pieces(body)),
        "tools": [(tool["name"], tool.get("description"), tool["parameters"]) for tool in tools],
        "limit": options.get(limit),
        "stop": options.get(stop, []),
        "temperature": options.get("temperature"),
        "top_p": options.get(top_p),
        "schema": schema,
    }


def cohere_hears(body: Any) -> dict[str, Any]:
    choice = {"REQUIRED": ToolChoice("required"), "NONE": ToolChoice("none"), None: None}[body.get("tool_choice")]
    schema = body.get("response_format", {}).get("json_schema")
    return chat_like(body, body, schema, "max_tokens", "p", "stop_sequences") | {"choice": choice}


def ollama_hears(body: Any) -> dict[str, Any]:
    return chat_like(body, body.get("options", {}), body.get("format"), "num_predict", "top_p", "stop") | {"choice": None}


def converse_pieces(body: Any) -> Iterator[tuple[str, Any]]:
    uses = [block["toolUse"] for turn in body["messages"] for block in turn["content"] if "toolUse" in block]
    names = {use["toolUseId"]: use["name"] for use in uses}
    for role, block in ((turn["role"], block) for turn in body["messages"] for block in turn["content"]):
        if "text" in block:
            yield role, block["text"]
        elif "image" in block:
            assert block["image"]["format"] == "png"
            yield role, ("picture", block["image"]["source"]["bytes"])
        elif "toolUse" in block:
            yield role, ("call", block["toolUse"]["name"], block["toolUse"]["input"])
        else:
            result = block["toolResult"]
            yield role, ("result", names[result["toolUseId"]], "".join(one["text"] for one in result["content"]))


def converse_hears(body: Any) -> dict[str, Any]:
    tools = body.get("toolConfig", {})
    specs = [one["toolSpec"] for one in tools.get("tools", [])]
    modes: dict[str, Callable[[Any], ToolChoice]] = {
        "auto": lambda _: ToolChoice("auto"),
        "any": lambda _: ToolChoice("required"),
        "tool": lambda said: ToolChoice("named", said["name"]),
    }
    choice = tools.get("toolChoice")
    inference, wanted = body["inferenceConfig"], body.get("outputConfig")
    return {
        "system": "".join(one["text"] for one in body.get("system", [])),
        "turns": merged(converse_pieces(body)),
        "tools": [(spec["name"], spec.get("description"), spec["inputSchema"]["json"]) for spec in specs],
        "choice": None if choice is None else next(modes[kind](said) for kind, said in choice.items()),
        "limit": inference.get("maxTokens"),
        "stop": inference.get("stopSequences", []),
        "temperature": inference.get("temperature"),
        "top_p": inference.get("topP"),
        "schema": wanted and orjson.loads(wanted["textFormat"]["structure"]["jsonSchema"]["schema"]),
    }


def whole_calls(events: Sequence[Event]) -> list[tuple[str, str, Any]]:
    """Return id, name and arguments of the calls: hosts say them at once."""
    return [(call_id, name, arguments) for call_id, name, arguments in told(events)["calls"]]


def sse(*chunks: Any, named: bool = False) -> bytes:
    return b"".join(
        (b"event: %s\n" % chunk["type"].encode() if named else b"") + b"data: " + orjson.dumps(chunk) + b"\n\n" for chunk in chunks
    )


def gemini_says(events: Sequence[Event]) -> bytes:
    def chunk(part: Any, **more: Any) -> Any:
        return {"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0, **more}], "modelVersion": "m-1"}

    end = ending(events)
    said = [chunk({"text": event.text, "thought": True}) for event in events if isinstance(event, ReasoningDelta)]
    said += [chunk({"text": event.text}) for event in events if isinstance(event, TextDelta)]
    said += [chunk({"functionCall": {"id": call, "name": name, "args": arguments}}) for call, name, arguments in whole_calls(events)]
    usage = usage_of(end)
    counts = {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": usage.output_tokens,
        "cachedContentTokenCount": usage.cached_tokens,
    }
    native = "MAX_TOKENS" if end.reason is FinishReason.LENGTH else "STOP"
    return sse(*said, {**chunk({"text": ""}, finishReason=native), "usageMetadata": counts})


def cohere_says(events: Sequence[Event]) -> bytes:
    def block(index: int, **content: str) -> Any:
        return {"type": "content-delta", "index": index, "delta": {"message": {"content": content}}}

    end, usage = ending(events), usage_of(ending(events))
    said: list[Any] = [{"type": "message-start", "id": "a", "delta": {"message": {"role": "assistant", "content": []}}}]
    said += [block(0, thinking=event.text) for event in events if isinstance(event, ReasoningDelta)]
    said += [block(1, text=event.text) for event in events if isinstance(event, TextDelta)]
    for index, (call, name, arguments) in enumerate(whole_calls(events)):
        head = {"id": call, "type": "function", "function": {"name": name, "arguments": ""}}
        said.append({"type": "tool-call-start", "index": index, "delta": {"message": {"tool_calls": head}}})
        more = {"function": {"arguments": orjson.dumps(arguments).decode()}}
        said.append({"type": "tool-call-delta", "index": index, "delta": {"message": {"tool_calls": more}}})
        said.append({"type": "tool-call-end", "index": index})
    native = {FinishReason.STOP: "COMPLETE", FinishReason.LENGTH: "MAX_TOKENS", FinishReason.TOOL_CALLS: "TOOL_CALL"}[end.reason]
    counts = {"tokens": {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}, "cached_tokens": usage.cached_tokens}
    said.append({"type": "message-end", "delta": {"finish_reason": native, "usage": counts}})
    return sse(*said, named=True)


def ollama_says(events: Sequence[Event]) -> bytes:
    end, usage = ending(events), usage_of(ending(events))
    said: list[Any] = [{"thinking": event.text, "content": ""} for event in events if isinstance(event, ReasoningDelta)]
    said += [{"content": event.text} for event in events if isinstance(event, TextDelta)]
    said += [
        {"content": "", "tool_calls": [{"id": call, "function": {"name": name, "arguments": arguments}}]}
        for call, name, arguments in whole_calls(events)
    ]
    lines = [{"model": "m-1", "message": {"role": "assistant", **message}, "done": False} for message in said]
    native = "length" if end.reason is FinishReason.LENGTH else "stop"
    counts = {"prompt_eval_count": usage.input_tokens, "eval_count": usage.output_tokens}
    last = {"model": "m-1", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": native, **counts}
    return b"".join(orjson.dumps(line) + b"\n" for line in [*lines, last])


def converse_says(events: Sequence[Event]) -> bytes:
    def delta(index: int, said: Any) -> bytes:
        return event_frame("contentBlockDelta", {"contentBlockIndex": index, "delta": said})

    end, usage = ending(events), usage_of(ending(events))
    frames = [event_frame("messageStart", {"role": "assistant"})]
    frames += [delta(0, {"reasoningContent": {"text": event.text}}) for event in events if isinstance(event, ReasoningDelta)]
    frames += [delta(1, {"text": event.text}) for event in events if isinstance(event, TextDelta)]
    for index, (call, name, arguments) in enumerate(whole_calls(events), 2):
        start = {"contentBlockIndex": index, "start": {"toolUse": {"toolUseId": call, "name": name}}}
        frames += [event_frame("contentBlockStart", start), delta(index, {"toolUse": {"input": orjson.dumps(arguments).decode()}})]
        frames.append(event_frame("contentBlockStop", {"contentBlockIndex": index}))
    native = {FinishReason.STOP: "end_turn", FinishReason.LENGTH: "max_tokens", FinishReason.TOOL_CALLS: "tool_use"}[end.reason]
    cached = {"cacheReadInputTokens": usage.cached_tokens, "cacheWriteInputTokens": usage.cache_write_tokens}
    fresh = usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens
    counts = {"usage": {"inputTokens": fresh, "outputTokens": usage.output_tokens, **cached}}
    return b"".join([*frames, event_frame("messageStop", {"stopReason": native}), event_frame("metadata", counts)])


def ending(events: Sequence[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def usage_of(end: Finished) -> Usage:
    assert end.usage is not None
    return end.usage


@dataclass(frozen=True)
class Host:
    """What a host reads and writes. `choices` are the modes of tool_choice that it knows, `counts` the counts of usage that it gives."""

    name: str
    encode: Callable[..., bytes]
    hears: Callable[[Any], dict[str, Any]]
    says: Callable[[Sequence[Event]], bytes]
    decoder: Callable[..., Any]
    choices: frozenset[str]
    counts: tuple[str, ...]


ALL = ("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens")
HOSTS = (
    Host(
        "gemini",
        gemini_request.encode_request,
        gemini_hears,
        gemini_says,
        gemini.Decoder,
        frozenset({"auto", "none", "required", "named"}),
        ALL[:3],
    ),
    Host("cohere", cohere_request.encode_request, cohere_hears, cohere_says, cohere.Decoder, frozenset({"none", "required"}), ALL[:3]),
    Host("ollama", ollama_request.encode_request, ollama_hears, ollama_says, ollama.Decoder, frozenset(), ALL[:2]),
    Host(
        *("converse", bedrock_converse_upstream.encode_request, converse_hears, converse_says, bedrock_converse.Decoder),
        frozenset({"auto", "required", "named"}),
        ALL,
    ),
)
PAIRS = pytest.mark.parametrize(("door", "host"), tuple(itertools.product(DIALECTS, HOSTS)), ids=lambda one: one.name)


@PAIRS
@SOON
@given(request=requests())
def test_a_request_reaches_the_host_whole(door: Dialect, host: Host, request: ChatRequest) -> None:
    if request.tool_choice is not None and request.tool_choice.mode not in host.choices:
        request = replace(request, tool_choice=None, parallel_tool_calls=None)
    asked = door.carried(request)
    if asked.tool_choice is not None and asked.tool_choice.mode == "auto" and "auto" not in host.choices:
        asked = replace(asked, tool_choice=None)  # that is what it does unasked
    assert host.hears(orjson.loads(host.encode(asked, HOST))) == spoken(asked)
    assert spoken(asked)["turns"] == spoken(request)["turns"]


@PAIRS
@SOON
@given(events=answers(), streams=st.booleans(), step=st.integers(1, 999))
def test_an_answer_reaches_the_caller_whole(door: Dialect, host: Host, events: list[Event], streams: bool, step: int) -> None:
    decoder, data = host.decoder(HOST, minted()), host.says(events)
    pieces = [decoder.feed(data[at : at + step]) for at in range(0, len(data), step)]
    heard = [event for piece in [*pieces, decoder.close()] for event in piece]
    end = ending(events)
    known = replace(end, usage=Usage(**{name: getattr(usage_of(end), name) for name in host.counts}))
    expected = told([*events[:-1], known])
    assert told(heard) == expected
    assert told(door.answered(heard, streams=streams, step=step)) == expected
