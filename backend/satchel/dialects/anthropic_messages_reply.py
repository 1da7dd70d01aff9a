"""The door side of Anthropic Messages: events become a stream of blocks or one message.

Every event has its `event:` line, without which the SDK yields nothing; a block is closed before the next begins; usage is real and stands
in both places. What was read from the cache or written to it stands outside `input_tokens`, as Anthropic has it.
Source: the SDK's types (anthropic 2.14.0) and clients measured 2026-11-28.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

import orjson

from satchel.dialects.anthropic_messages import REASONING_FORMAT
from satchel.dialects.carried_reasoning import packed
from satchel.dialects.json_fields import json_object
from satchel.dialects.pictures_in_words import in_words
from satchel.domain.chat import Json
from satchel.domain.errors import SatchelError
from satchel.domain.events import Event, Finished, FinishReason, Image, NotOfChat, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage

_STOP_REASONS: Mapping[FinishReason, str] = {
    FinishReason.STOP: "end_turn",
    FinishReason.LENGTH: "max_tokens",
    FinishReason.TOOL_CALLS: "tool_use",
    FinishReason.CONTENT_FILTER: "refusal",
    FinishReason.ERROR: "error",
    FinishReason.CANCELLED: "end_turn",
}
_NATIVE = ("stop_sequence", "pause_turn", "model_context_window_exceeded")
_ERROR_TYPES = {
    "authentication": "authentication_error",
    "permission_denied": "permission_error",
    "payment_required": "billing_error",
    "not_found": "not_found_error",
    "payload_too_large": "request_too_large",
    "rate_limit_exceeded": "rate_limit_error",
    "provider_overloaded": "overloaded_error",
    "timeout": "timeout_error",
    "server": "api_error",
    "provider_unavailable": "api_error",
    "unmapped": "api_error",
}
_MORE_TEXT = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":{"type":"text_delta","text":'


def error_object(error: SatchelError, metadata: Json) -> Json:
    """Return Anthropic's envelope of an error; `metadata` is what `doors/errors.py` tells beside the message."""
    kind = _ERROR_TYPES.get(str(metadata.get("error_type")), "invalid_request_error")
    told = {"type": kind, "message": error.message, "error_type": metadata.get("error_type"), "metadata": metadata}
    return {"type": "error", "error": told, "request_id": metadata.get("request_id")}


def usage_object(usage: Usage | None) -> Json:
    """Return the usage in Anthropic's terms."""
    used = usage or Usage()
    return {
        "input_tokens": max(0, used.input_tokens - used.cached_tokens - used.cache_write_tokens),
        "output_tokens": used.output_tokens,
        "cache_creation_input_tokens": used.cache_write_tokens,
        "cache_read_input_tokens": used.cached_tokens,
    }


class StreamEncoder:
    """Encode one generation's events as SSE bytes, ready to send. Only choice 0 has a place in this dialect."""

    __slots__ = ("_begun", "_calls", "_generation_id", "_index", "_model", "_more", "_open")

    def __init__(self, generation_id: str, model: str) -> None:
        self._generation_id = generation_id
        self._model = model
        self._begun = False
        self._calls: dict[int, int] = {}
        self._index = -1
        self._open: object = None
        self._more = b""

    def event(self, event: Event) -> bytes:
        """Return the events of one event of ours, empty where it says nothing. `Finished` ends with `message_stop`."""
        if type(event) is TextDelta and self._open == "text":
            return self._more + orjson.dumps(event.text) + b"}}\n\n"
        match event:
            case TextDelta(text=text):
                return self._enter("text", {"type": "text", "text": ""}) + self._more + orjson.dumps(text) + b"}}\n\n"
            case ReasoningDelta():
                return self._think(event)
            case ToolCallDelta():
                return self._call(event)
            case Started():
                self._model = event.model
                return b""
            case Image():
                return self.event(TextDelta(in_words(event)))
            case NotOfChat():
                return b""
            case Finished():
                return self._finish(event)
            case _:
                assert_never(event)

    def failure(self, error: SatchelError, status: int = 502, metadata: Json | None = None) -> bytes:
        """Return the last event of a stream that failed; the status has no place in it."""
        return _line(error_object(error, metadata or {}))

    def _think(self, event: ReasoningDelta) -> bytes:
        out = b""
        for data in _encrypted(event):
            out += self._enter(object(), {"type": "redacted_thinking", "data": data})
        if out and not event.text:
            return out
        block = event.details[0].get("index") if event.details else None
        out += self._enter(("thinking", block), {"type": "thinking", "thinking": "", "signature": ""})
        if event.text:
            out += self._delta({"type": "thinking_delta", "thinking": event.text}, self._index)
        return out + (self._delta({"type": "signature_delta", "signature": event.signature}, self._index) if event.signature else b"")

    def _call(self, event: ToolCallDelta) -> bytes:
        """Write more of a call. Its block stays open to the end, because providers may say several calls in turns."""
        out = b""
        if event.call not in self._calls:
            out = self._enter(event.call, {"type": "tool_use", "id": event.id or "", "name": event.name or "", "input": {}})
            self._calls[event.call] = self._index
            self._open = None
        delta = {"type": "input_json_delta", "partial_json": event.arguments}
        return out + (self._delta(delta, self._calls[event.call]) if event.arguments else b"")

    def _enter(self, kind: object, block: Json) -> bytes:
        if kind == self._open:
            return b""
        out = self._begin() + self._close()
        self._index += 1
        self._open = kind
        self._more = _MORE_TEXT % self._index
        return out + _line({"type": "content_block_start", "index": self._index, "content_block": block})

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        self._open = None
        return _line({"type": "content_block_stop", "index": self._index})

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        message = {**_head(self._generation_id, self._model), "content": [], **_ending(None), "usage": usage_object(None)}
        return _line({"type": "message_start", "message": message})

    def _delta(self, delta: Json, index: int) -> bytes:
        return _line({"type": "content_block_delta", "index": index, "delta": delta})

    def _finish(self, event: Finished) -> bytes:
        self._model = event.model or self._model
        out = self._begin() + self._close()
        out += b"".join(_line({"type": "content_block_stop", "index": index}) for index in self._calls.values())
        return out + _line({"type": "message_delta", "delta": _ending(event), "usage": usage_object(event.usage)}) + _line(_STOPPED)


class JsonEncoder:
    """Collect one generation's events into a whole message."""

    __slots__ = ("_blocks", "_finished", "_generation_id", "_model")

    def __init__(self, generation_id: str, model: str) -> None:
        self._generation_id = generation_id
        self._model = model
        self._blocks: list[_Block] = []
        self._finished = Finished(FinishReason.ERROR)

    def add(self, event: Event) -> None:
        """Take one event."""
        match event:
            case TextDelta(text=text):
                self._block("text", {"type": "text"}).add("text", text)
            case ReasoningDelta():
                self._think(event)
            case ToolCallDelta(call=call):
                self._block(call, {"type": "tool_use", "id": event.id, "name": event.name}).add("input", event.arguments)
            case Finished():
                self._finished = event
            case Started():
                self._model = event.model
            case Image():
                self.add(TextDelta(in_words(event)))
            case NotOfChat():
                pass
            case _:
                assert_never(event)

    def body(self) -> bytes:
        """Return the whole message."""
        end = self._finished
        head = _head(self._generation_id, end.model or self._model)
        content = [block.whole() for block in self._blocks]
        return orjson.dumps({**head, "content": content, **_ending(end), "usage": usage_object(end.usage)})

    def _think(self, event: ReasoningDelta) -> None:
        hidden = _encrypted(event)
        for data in hidden:
            self._block(object(), {"type": "redacted_thinking", "data": data})
        if hidden and not event.text:
            return
        number = event.details[0].get("index") if event.details else None
        block = self._block(("thinking", number), {"type": "thinking"})
        block.add("thinking", event.text)
        block.add("signature", event.signature or "")

    def _block(self, kind: object, head: Json) -> "_Block":
        """Return the block that an event adds to: the last one, or the call's own wherever it stands."""
        candidates = self._blocks if isinstance(kind, int) else self._blocks[-1:]
        for block in candidates:
            if block.kind == kind:
                return block
        self._blocks.append(_Block(kind, head))
        return self._blocks[-1]


@dataclass(slots=True)
class _Block:
    """A block while it grows; its texts are joined once, at the end."""

    kind: object
    head: Json
    pieces: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, text: str) -> None:
        self.pieces.setdefault(key, []).append(text)

    def whole(self) -> Json:
        texts = {key: "".join(pieces) for key, pieces in self.pieces.items()}
        return {**self.head, **{key: json_object(text) if key == "input" else text for key, text in texts.items()}}


_STOPPED: Json = {"type": "message_stop"}


def _head(generation_id: str, model: str) -> dict[str, object]:
    return {"id": generation_id, "type": "message", "role": "assistant", "model": model}


def _ending(end: Finished | None) -> dict[str, object]:
    native = end.native_reason if end is not None else None
    if end is None or (native in _NATIVE and end.reason in (FinishReason.STOP, FinishReason.LENGTH)):
        return {"stop_reason": native, "stop_sequence": None}
    return {"stop_reason": _STOP_REASONS[end.reason], "stop_sequence": None}


def _encrypted(event: ReasoningDelta) -> list[str]:
    """Return what only its maker can read: Claude's as it came, anybody else's packed with the name of its maker."""
    found = []
    for detail in event.details:
        data = detail.get("data")
        if detail.get("type") == "reasoning.encrypted" and isinstance(data, str):
            found.append(data if detail.get("format") in (None, REASONING_FORMAT) else packed(detail))
    return found


def _line(event: Json) -> bytes:
    return f"event: {event['type']}\ndata: ".encode() + orjson.dumps(event, default=str) + b"\n\n"
