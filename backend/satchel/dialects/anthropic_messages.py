"""Anthropic Messages, the upstream side: bytes of an answer become events. Pure.

One format on four hosts: Anthropic, Azure and Vertex send its events as server-sent events, Bedrock in frames of its own
(`bedrock_invoke.py`), all of them the whole message as JSON when no stream was asked for. What has no shape in ours is passed over
without loss of the rest: citations, and tools that the provider runs itself with what they found.
Source: recorded traffic of four hosts and the SDK's types (anthropic 2.12.0), checked 2026-11-23.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import cast

import orjson

from satchel.dialects.anthropic_messages_errors import error_from, error_in_stream
from satchel.dialects.anthropic_messages_usage import UsageReport, finish_reason
from satchel.dialects.block_calls import BlockCalls
from satchel.dialects.json_fields import child, text
from satchel.dialects.upstream_answer import UpstreamAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import SatchelError
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, TextDelta
from satchel.kit.sse import SseParser

REASONING_FORMAT = "anthropic-claude-v1"
"""The `format` of reasoning details that hold Claude's thinking, as OpenRouter names it."""


def thinking_delta(block: int, words: str, signature: str | None) -> ReasoningDelta:
    """Return more of the thinking in a block, with the detail that gives it back to Claude unchanged."""
    detail: dict[str, object] = {"type": "reasoning.text", "text": words, "format": REASONING_FORMAT, "index": block}
    if signature is not None:
        detail["signature"] = signature
    return ReasoningDelta(words, signature, details=(detail,))


def redacted_delta(block: int, data: str) -> ReasoningDelta:
    """Return thinking that only Claude can read."""
    return ReasoningDelta("", details=({"type": "reasoning.encrypted", "data": data, "format": REASONING_FORMAT, "index": block},))


class Decoder(UpstreamAnswer):
    """Decode one answer that came as server-sent events or as JSON; see `UpstreamAnswer`."""

    def __init__(self, endpoint: Endpoint, mint: Callable[[], str]) -> None:
        super().__init__(endpoint, mint)
        self._sse = SseParser()
        self._report = UsageReport()
        self._calls = BlockCalls(mint)
        self._native: str | None = None
        self._explanation = ""

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        """Return the error that an answer with another status than 200 means."""
        return error_from(status, headers, body, self._endpoint)

    def _cut(self, data: bytes) -> Iterable[tuple[str, bytes]]:
        return self._sse.feed(data)

    def _remainder(self) -> Iterable[tuple[str, bytes]]:
        return self._sse.close()

    def _chunk(self, kind: str, chunk: Json, events: list[Event]) -> None:
        """Take one event, by the type inside it; those of an unknown type change nothing."""
        index = chunk.get("index")
        block = index if type(index) is int else -1
        match chunk.get("type"):
            case "content_block_delta":
                self._delta(block, child(chunk, "delta"), events)
            case "content_block_start":
                self._block(block, child(chunk, "content_block"), events)
            case "content_block_stop":
                self._calls.stop(block, events)
            case "message_start":
                self._begin(child(chunk, "message"))
            case "message_delta":
                self._say_why(child(chunk, "delta"))
                self._report.merge(chunk.get("usage"))
            case "message_stop":
                self.ended = True
            case _ if "error" in chunk:
                self._fail(error_in_stream(chunk, self._endpoint))

    def _body(self, body: Json, events: list[Event]) -> None:
        """Take a whole message, as the stream of it would have come."""
        if "error" in body:
            self._fail(error_in_stream(body, self._endpoint))
            return
        self._begin(body)
        content = body.get("content")
        for index, block in enumerate(content if isinstance(content, list) else []):
            if isinstance(block, Mapping):
                self._block(index, cast(Json, block), events)
                self._calls.stop(index, events)
        self._say_why(body)

    def _complete(self) -> bool:
        return self._native is not None

    def _end(self, events: list[Event]) -> Finished:
        self._calls.close(events)
        native = self._native or ""
        reason = finish_reason(native, self._started, self._calls.count > 0)
        if reason is FinishReason.CONTENT_FILTER and self._explanation and not self._started:
            raise self._filtered(self._explanation)
        return Finished(reason, native, self._report.usage())

    def _begin(self, message: Json) -> None:
        self._introduce(message.get("model"), message.get("id"))
        self._report.merge(message.get("usage"))

    def _block(self, index: int, block: Json, events: list[Event]) -> None:
        """Take the beginning of a block, which may be all of it. Blocks of other kinds are the provider's own business."""
        match block.get("type"):
            case "text":
                self._text(block.get("text"), events)
            case "thinking":
                self._think(index, text(block, "thinking"), text(block, "signature"), events)
            case "redacted_thinking":
                if data := text(block, "data"):
                    self._say(events, redacted_delta(index, data))
            case "tool_use":
                self._call(index, block, events)

    def _delta(self, index: int, delta: Json, events: list[Event]) -> None:
        match delta.get("type"):
            case "text_delta":
                self._text(delta.get("text"), events)
            case "input_json_delta":
                self._calls.more(index, text(delta, "partial_json"), events)
            case "thinking_delta":
                self._think(index, text(delta, "thinking"), "", events)
            case "signature_delta":
                self._think(index, "", text(delta, "signature"), events)

    def _text(self, words: object, events: list[Event]) -> None:
        if type(words) is str and words:
            self._say(events, TextDelta(words))

    def _think(self, index: int, words: str, signature: str, events: list[Event]) -> None:
        if words or signature:
            self._say(events, thinking_delta(index, words, signature or None))

    def _call(self, index: int, block: Json, events: list[Event]) -> None:
        given = block.get("input")
        arguments = orjson.dumps(given).decode() if isinstance(given, Mapping) and given else ""
        self._say(events, self._calls.begin(index, text(block, "id"), text(block, "name"), arguments))

    def _say_why(self, delta: Json) -> None:
        self._native = text(delta, "stop_reason") or self._native
        self._explanation = text(child(delta, "stop_details"), "explanation") or self._explanation
