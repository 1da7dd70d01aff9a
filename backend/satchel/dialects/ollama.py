"""The upstream side of Ollama's own `/api/chat`: one JSON object a line becomes events. Pure.

Source: recorded traffic and ollama 0.6.3, checked 2026-11-23.
"""

from collections.abc import Callable, Iterable, Mapping

from satchel.dialects.json_fields import child, children, count, json_text, text
from satchel.dialects.openai_chat_errors import error_from, upstream_details
from satchel.dialects.openai_chat_thinking import ThinkSplitter
from satchel.dialects.upstream_answer import UpstreamAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import MalformedRequest, SatchelError, UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage
from satchel.kit.json_pieces import JsonLines

_REASONS = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}


class Decoder(UpstreamAnswer):
    """Decode one answer of Ollama; see `UpstreamAnswer`."""

    def __init__(self, endpoint: Endpoint, mint: Callable[[], str]) -> None:
        super().__init__(endpoint, mint)
        self._lines = JsonLines()
        self._thinking = ThinkSplitter()
        self._ids: set[str] = set()
        self._spoke = False
        self._last: Json | None = None

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        """Return the error that an answer with another status than 200 means. What a model cannot do is said in words only."""
        error = error_from(status, headers, body, self._endpoint)
        if isinstance(error, MalformedRequest) and "does not support" in error.message:
            words = str(error.details["provider_message"])
            return UnsupportedFeature(error.message, details=upstream_details(self._endpoint, status, words))
        return error

    def _cut(self, data: bytes) -> Iterable[tuple[str, bytes]]:
        return [("message", line) for line in self._lines.feed(data)]

    def _remainder(self) -> Iterable[tuple[str, bytes]]:
        return [("message", line) for line in self._lines.close() if line.lstrip().startswith(b"{")]

    def _chunk(self, kind: str, chunk: Json, events: list[Event]) -> None:
        if "error" in chunk:
            self._fail_with(chunk)
            return
        if not self._started:
            self._introduce(chunk.get("model"), None)
        message = child(chunk, "message")
        if thought := text(message, "thinking"):
            self._spoke = True
            self._say(events, ReasoningDelta(thought))
        if words := text(message, "content"):
            self._text(*self._thinking.feed(words), events)
        for call in children(message, "tool_calls"):
            self._call(call, events)
        if chunk.get("done") is True:
            self._last = chunk
            self.ended = True

    def _body(self, body: Json, events: list[Event]) -> None:
        self._chunk("message", body, events)

    def _text(self, reasoning: str, plain: str, events: list[Event]) -> None:
        if reasoning:
            self._say(events, ReasoningDelta(reasoning))
        if plain:
            self._say(events, TextDelta(plain))
        self._spoke = self._spoke or bool(reasoning or plain)

    def _call(self, fields: Json, events: list[Event]) -> None:
        self._text(*self._thinking.close(), events)
        function = child(fields, "function")
        given = text(fields, "id")
        call_id = given if given and given not in self._ids else self._mint()
        self._say(events, ToolCallDelta(len(self._ids), json_text(function.get("arguments")), call_id, text(function, "name")))
        self._ids.add(call_id)

    def _complete(self) -> bool:
        return self._last is not None

    def _end(self, events: list[Event]) -> Finished:
        self._text(*self._thinking.close(), events)
        last = self._last or {}
        native = text(last, "done_reason") or None
        reason = _REASONS.get(native or "stop", FinishReason.STOP if self._spoke else FinishReason.ERROR)
        if self._ids and reason is not FinishReason.LENGTH:
            reason = FinishReason.TOOL_CALLS
        # The count of the prompt is missing where all of it was cached.
        usage = Usage(count(last, "prompt_eval_count"), count(last, "eval_count")) if "eval_count" in last else None
        return Finished(reason, native, usage)
