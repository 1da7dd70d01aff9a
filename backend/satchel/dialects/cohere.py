"""The upstream side of Cohere's v2 chat: bytes of an answer become events. Pure.

The plan before tool calls is reasoning: it stands beside the text. Citations have no event of ours and are passed over.
Source: recorded traffic and cohere 7.3.1, checked 2026-11-23.
"""

from collections.abc import Callable, Iterable, Mapping

import orjson

from satchel.dialects.json_fields import child, children, count, text
from satchel.dialects.openai_chat_errors import error_from
from satchel.dialects.upstream_answer import UpstreamAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import SatchelError
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage
from satchel.kit.sse import SseParser

_REASONS = {
    "COMPLETE": FinishReason.STOP,
    "STOP_SEQUENCE": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "TOOL_CALL": FinishReason.TOOL_CALLS,
    "ERROR": FinishReason.ERROR,
    "TIMEOUT": FinishReason.ERROR,
}
_BAD_TOKEN = 498


class Decoder(UpstreamAnswer):
    """Decode one answer of Cohere; see `UpstreamAnswer`."""

    def __init__(self, endpoint: Endpoint, mint: Callable[[], str]) -> None:
        super().__init__(endpoint, mint)
        self._sse = SseParser()
        self._calls: dict[object, int] = {}
        self._ids: set[str] = set()
        self._silent: set[int] = set()
        self._spoke = False
        self._native: str | None = None
        self._report: Json | None = None

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        """Return the error that an answer with another status than 200 means. Its code is called `error_type` here."""
        return error_from(401 if status == _BAD_TOKEN else status, headers, _with_code(body), self._endpoint)

    def _cut(self, data: bytes) -> Iterable[tuple[str, bytes]]:
        return self._sse.feed(data)

    def _remainder(self) -> Iterable[tuple[str, bytes]]:
        return self._sse.close()

    def _chunk(self, kind: str, chunk: Json, events: list[Event]) -> None:
        message = child(child(chunk, "delta"), "message")
        match chunk.get("type"):
            case "content-delta" | "content-start":
                self._content(child(message, "content"), events)
            case "tool-plan-delta":
                self._reason(text(message, "tool_plan"), events)
            case "tool-call-start" | "tool-call-delta":
                for call in children(message, "tool_calls"):
                    self._call(chunk.get("index"), call, events)
            case "message-start":
                self._introduce(None, chunk.get("id"))
            case "message-end":
                self._close(child(chunk, "delta"))
            case None if "message" in chunk or "error" in chunk:
                self._fail_with(chunk if "error" in chunk else {"error": chunk})
            case _:
                pass

    def _body(self, body: Json, events: list[Event]) -> None:
        message = child(body, "message")
        if not message and ("message" in body or "error" in body):
            self._fail_with(body if "error" in body else {"error": body})
            return
        self._introduce(None, body.get("id"))
        self._reason(text(message, "tool_plan"), events)
        for content in children(message, "content"):
            self._content(content, events)
        for position, call in enumerate(children(message, "tool_calls")):
            self._call(position, call, events)
        self._close(body)

    def _content(self, content: Json, events: list[Event]) -> None:
        if words := text(content, "text"):
            self._spoke = True
            self._say(events, TextDelta(words))
        else:
            self._reason(text(content, "thinking"), events)

    def _reason(self, words: str, events: list[Event]) -> None:
        if words:
            self._spoke = True
            self._say(events, ReasoningDelta(words))

    def _call(self, index: object, fields: Json, events: list[Event]) -> None:
        """Take a piece of a tool call: it is numbered by its event; one without a number goes on with the last."""
        function = child(fields, "function")
        arguments, name = text(function, "arguments"), text(function, "name")
        key = index if isinstance(index, int) else None
        if key not in self._calls or (name and key is None):
            number = self._calls[key] = len(self._ids)
            given = text(fields, "id")
            call_id = given if given and given not in self._ids else self._mint()
            self._ids.add(call_id)
            self._say(events, ToolCallDelta(number, arguments, call_id, name))
            if not arguments:
                self._silent.add(number)
        elif arguments:
            self._silent.discard(self._calls[key])
            self._say(events, ToolCallDelta(self._calls[key], arguments))

    def _close(self, fields: Json) -> None:
        self._native = text(fields, "finish_reason") or self._native
        self._report = child(fields, "usage") or self._report
        if error := text(fields, "error"):
            self._fail_with({"error": {"message": error}})

    def _complete(self) -> bool:
        return self._native is not None

    def _end(self, events: list[Event]) -> Finished:
        for number in sorted(self._silent):
            self._say(events, ToolCallDelta(number, "{}"))
        reason = _REASONS.get(self._native or "", FinishReason.STOP if self._spoke else FinishReason.ERROR)
        if self._ids and reason is FinishReason.STOP:
            reason = FinishReason.TOOL_CALLS
        return Finished(reason, self._native, _usage(self._report) if self._report else None)


def _usage(report: Json) -> Usage:
    """Return a report as `Usage`: `tokens` are what the model saw, `billed_units` stand in where there are none."""
    tokens = child(report, "tokens") or child(report, "billed_units")
    prompt, output = count(tokens, "input_tokens"), count(tokens, "output_tokens")
    return Usage(
        input_tokens=prompt,
        output_tokens=output,
        reasoning_tokens=min(output, count(tokens, "reasoning_tokens")),
        cached_tokens=min(prompt, count(report, "cached_tokens")),
    )


def _with_code(body: bytes) -> bytes:
    """Write `error_type` where other hosts have their code."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    named = isinstance(fields, dict) and isinstance(fields.get("error_type"), str)
    return orjson.dumps({**fields, "code": fields["error_type"]}) if named else body
