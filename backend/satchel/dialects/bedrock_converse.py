"""Bedrock Converse, the upstream side: frames of an answer, or its JSON, become events. Pure.

Blocks of text and reasoning begin without a word, those of tools with one; the end is `messageStop`, and usage comes after it. What has
no shape in ours is passed over without loss of the rest: citations, guardrail traces, tools that the provider runs itself.
Source: recorded traffic and the service's model (botocore 1.44.5), checked 2026-11-23.
"""

from collections.abc import Callable, Iterable, Mapping

from satchel.dialects.anthropic_messages import redacted_delta, thinking_delta
from satchel.dialects.anthropic_messages_usage import finish_reason
from satchel.dialects.bedrock_errors import error_from, error_in_stream
from satchel.dialects.bedrock_frames import EXCEPTION, BedrockFrames
from satchel.dialects.block_calls import BlockCalls
from satchel.dialects.json_fields import child, children, count, json_text, text
from satchel.dialects.upstream_answer import UpstreamAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import SatchelError
from satchel.domain.events import Event, Finished, TextDelta
from satchel.domain.usage import Usage


class Decoder(UpstreamAnswer):
    """Decode one answer of Converse or its stream; see `UpstreamAnswer`."""

    def __init__(self, endpoint: Endpoint, mint: Callable[[], str]) -> None:
        super().__init__(endpoint, mint)
        self._frames = BedrockFrames()
        self._usage: Usage | None = None
        self._native: str | None = None
        self._calls = BlockCalls(mint)

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        """Return the error that an answer with another status than 200 means."""
        return error_from(status, headers, body, self._endpoint)

    def _cut(self, data: bytes) -> Iterable[tuple[str, bytes]]:
        yield from self._frames.cut(data)
        if self._frames.fault is not None:
            self._fail(self._garbled(f"a broken stream: {self._frames.fault}"))

    def _remainder(self) -> Iterable[tuple[str, bytes]]:
        return [("", b"")] if self._frames.pending else []

    def _chunk(self, kind: str, chunk: Json, events: list[Event]) -> None:
        """Take one event, by the name on its frame; those of an unknown name change nothing."""
        match kind:
            case "contentBlockDelta":
                self._delta(count(chunk, "contentBlockIndex"), child(chunk, "delta"), events)
            case "contentBlockStart":
                self._begin(count(chunk, "contentBlockIndex"), child(child(chunk, "start"), "toolUse"), events)
            case "contentBlockStop":
                self._calls.stop(count(chunk, "contentBlockIndex"), events)
            case "messageStop":
                self._native = text(chunk, "stopReason") or "unknown"
            case "metadata":
                self._usage = _usage(child(chunk, "usage"))
                self.ended = self._native is not None
            case _ if kind.startswith(EXCEPTION):
                self._fail(error_in_stream(kind, chunk, self._endpoint))

    def _body(self, body: Json, events: list[Event]) -> None:
        """Take a whole answer, as the stream of it would have come."""
        for index, block in enumerate(children(child(child(body, "output"), "message"), "content")):
            self._text(text(block, "text"), events)
            for piece in children(child(block, "citationsContent"), "content"):
                self._text(text(piece, "text"), events)
            thought = child(block, "reasoningContent")
            self._think(index, {**child(thought, "reasoningText"), "redactedContent": thought.get("redactedContent")}, events)
            self._begin(index, child(block, "toolUse"), events)
            self._calls.stop(index, events)
        self._native = text(body, "stopReason") or None
        self._usage = _usage(child(body, "usage"))

    def _complete(self) -> bool:
        return self._native is not None

    def _end(self, events: list[Event]) -> Finished:
        self._calls.close(events)
        native = self._native or ""
        return Finished(finish_reason(native, self._started, self._calls.count > 0), native, self._usage)

    def _delta(self, index: int, delta: Json, events: list[Event]) -> None:
        self._text(text(delta, "text"), events)
        if "toolUse" in delta:
            self._calls.more(index, text(child(delta, "toolUse"), "input"), events)
        if "reasoningContent" in delta:
            self._think(index, child(delta, "reasoningContent"), events)

    def _text(self, words: str, events: list[Event]) -> None:
        if words:
            self._say(events, TextDelta(words))

    def _think(self, index: int, thought: Json, events: list[Event]) -> None:
        words, signature, data = text(thought, "text"), text(thought, "signature"), text(thought, "redactedContent")
        if words or signature:
            self._say(events, thinking_delta(index, words, signature or None))
        if data:
            self._say(events, redacted_delta(index, data))

    def _begin(self, index: int, tool: Json, events: list[Event]) -> None:
        """Begin a call of the caller's tools, which may be all of it."""
        if not tool or tool.get("type") == "server_tool_use":
            return
        arguments = json_text(tool["input"]) if tool.get("input") else ""
        self._say(events, self._calls.begin(index, text(tool, "toolUseId"), text(tool, "name"), arguments))


def _usage(report: Json) -> Usage | None:
    """Return the usage: what the cache read and took stands outside the input. The same counts also come under older names."""
    if not report:
        return None
    read = count(report, "cacheReadInputTokens") or count(report, "cacheReadInputTokenCount")
    write = count(report, "cacheWriteInputTokens") or count(report, "cacheWriteInputTokenCount")
    fresh, output = count(report, "inputTokens"), count(report, "outputTokens")
    return Usage(input_tokens=fresh + read + write, output_tokens=output, cached_tokens=read, cache_write_tokens=write)
