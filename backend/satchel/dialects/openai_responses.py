"""The upstream side of OpenAI's Responses API: bytes of an answer become events. Pure.

Words are taken from the deltas; what comes whole at the end of an item or of the answer is used only where no delta came. Items of
tools at the server have no event of ours, but for the pictures that one draws. Source: recorded traffic of six hosts and openai 3.54.0,
checked 2026-11-23.
"""

from collections.abc import Callable, Iterable

from satchel.dialects.json_fields import child, children, count, text
from satchel.dialects.openai_images_upstream import image_of
from satchel.dialects.openai_responses_reasoning import encrypted_detail, words_of
from satchel.dialects.upstream_answer import UpstreamAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage
from satchel.kit.sse import SseParser

_REASONS = {
    "completed": FinishReason.STOP,
    "max_output_tokens": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
    "cancelled": FinishReason.ERROR,
    "failed": FinishReason.ERROR,
    "in_progress": FinishReason.ERROR,
    "queued": FinishReason.ERROR,
}
_CALLS = ("function_call", "custom_tool_call")
Place = int | str


class Decoder(UpstreamAnswer):
    """Decode one answer of a Responses host; see `UpstreamAnswer`."""

    def __init__(self, endpoint: Endpoint, mint: Callable[[], str]) -> None:
        super().__init__(endpoint, mint)
        self._sse = SseParser()
        self._calls: dict[Place, int] = {}
        self._ids: set[str] = set()
        self._silent: set[int] = set()
        self._worded: set[Place] = set()
        self._spoke = False
        self._refusal = ""
        self._native: str | None = None
        self._report: Json | None = None
        self._takers: dict[str, Callable[[Json, list[Event]], None]] = {
            "response.output_text.delta": self._text,
            "response.refusal.delta": self._refuse,
            "response.reasoning_summary_text.delta": self._reason,
            "response.reasoning_text.delta": self._reason,
            "response.reasoning_summary_part.added": self._paragraph,
            "response.function_call_arguments.delta": self._arguments,
            "response.custom_tool_call_input.delta": self._arguments,
            "response.output_item.added": self._begin,
            "response.output_item.done": self._done,
            "response.created": self._created,
            "response.completed": self._closed,
            "response.incomplete": self._closed,
            "response.failed": self._closed,
            "error": self._error,
        }

    def _cut(self, data: bytes) -> Iterable[tuple[str, bytes]]:
        return self._sse.feed(data)

    def _remainder(self) -> Iterable[tuple[str, bytes]]:
        return self._sse.close()

    def _chunk(self, kind: str, chunk: Json, events: list[Event]) -> None:
        taker = self._takers.get(text(chunk, "type") or kind)
        if taker is not None:
            taker(chunk, events)
        elif "error" in chunk:
            self._fail_with(chunk)

    def _body(self, body: Json, events: list[Event]) -> None:
        self._closed({"response": body}, events)

    def _created(self, chunk: Json, events: list[Event]) -> None:
        response = child(chunk, "response")
        self._introduce(response.get("model"), response.get("id"))

    def _text(self, chunk: Json, events: list[Event]) -> None:
        if words := text(chunk, "delta"):
            self._spoke = True
            self._worded.add(_place(chunk))
            self._say(events, TextDelta(words))

    def _refuse(self, chunk: Json, events: list[Event]) -> None:
        self._worded.add(_place(chunk))
        self._refusal += text(chunk, "delta")

    def _reason(self, chunk: Json, events: list[Event]) -> None:
        if words := text(chunk, "delta"):
            self._spoke = True
            self._worded.add(_place(chunk))
            self._say(events, ReasoningDelta(words))

    def _paragraph(self, chunk: Json, events: list[Event]) -> None:
        if count(chunk, "summary_index"):
            self._say(events, ReasoningDelta("\n\n"))

    def _begin(self, chunk: Json, events: list[Event]) -> None:
        item = child(chunk, "item")
        if item.get("type") in _CALLS:
            self._call(_place(chunk, item), item, events)

    def _call(self, place: Place, item: Json, events: list[Event]) -> None:
        given = text(item, "call_id")
        call_id = given if given and given not in self._ids else self._mint()
        number = self._calls[place] = len(self._ids)
        self._ids.add(call_id)
        self._silent.add(number)
        self._say(events, ToolCallDelta(number, "", call_id, text(item, "name")))

    def _arguments(self, chunk: Json, events: list[Event]) -> None:
        number, piece = self._calls.get(_place(chunk)), text(chunk, "delta")
        if number is not None and piece:
            self._silent.discard(number)
            self._say(events, ToolCallDelta(number, piece))

    def _done(self, chunk: Json, events: list[Event]) -> None:
        item = child(chunk, "item")
        self._whole(_place(chunk, item), item, events)

    def _whole(self, place: Place, item: Json, events: list[Event]) -> None:
        """Take a whole item: only what none of its deltas said."""
        kind = item.get("type")
        if kind in _CALLS:
            if place not in self._calls:
                self._call(place, item, events)
            number = self._calls[place]
            if number in self._silent and (arguments := text(item, "arguments") or text(item, "input")):
                self._silent.discard(number)
                self._say(events, ToolCallDelta(number, arguments))
        elif kind == "reasoning":
            self._whole_reasoning(place, item, events)
        elif kind == "image_generation_call" and (data := text(item, "result")):
            self._spoke = True
            self._say(events, image_of(data, text(item, "revised_prompt") or None, _picture_type(item)))
        elif kind == "message" and place not in self._worded:
            for part in children(item, "content"):
                self._refusal += text(part, "refusal")
                self._text({"delta": part.get("text")}, events)

    def _whole_reasoning(self, place: Place, item: Json, events: list[Event]) -> None:
        words = "" if place in self._worded else words_of(item)
        detail = encrypted_detail(item, self._endpoint)
        if words:
            self._spoke = True
            self._say(events, ReasoningDelta(words))
        if detail is not None:
            self._say(events, ReasoningDelta("", details=(detail,)))

    def _closed(self, chunk: Json, events: list[Event]) -> None:
        response = child(chunk, "response")
        if not self._started:
            self._introduce(response.get("model"), response.get("id"))
        status = text(response, "status")
        if status == "failed" or response.get("error"):
            self._fail_with(_failed(response))
            return
        if not status:
            self._fail(self._garbled("an answer without a status"))
            return
        if not self._started:
            for place, item in enumerate(children(response, "output")):
                self._whole(place, item, events)
        self._report = child(response, "usage") or None
        self._native = text(child(response, "incomplete_details"), "reason") or status
        self.ended = True

    def _error(self, chunk: Json, events: list[Event]) -> None:
        self._fail_with(_failed(chunk))

    def _complete(self) -> bool:
        return self._native is not None

    def _end(self, events: list[Event]) -> Finished:
        for number in sorted(self._silent):
            self._say(events, ToolCallDelta(number, "{}"))
        if self._refusal and not (self._spoke or self._ids):
            raise self._filtered(f"the model declined: {self._refusal}")
        reason = _REASONS.get(self._native or "", FinishReason.STOP if self._spoke else FinishReason.ERROR)
        if self._refusal:
            reason = FinishReason.CONTENT_FILTER
        elif self._ids and reason is FinishReason.STOP:
            reason = FinishReason.TOOL_CALLS
        return Finished(reason, self._native, _usage(self._report) if self._report else None)


def _place(chunk: Json, item: Json | None = None) -> Place:
    """Return what tells items apart: their place in the output, or their id where a host does not number them."""
    index = chunk.get("output_index")
    if isinstance(index, int):
        return index
    return text(item, "id") if item is not None else text(chunk, "item_id")


def _picture_type(item: Json) -> str | None:
    """Return what a picture is, where its item says it."""
    given = text(item, "output_format")
    return f"image/{given}" if given in ("png", "jpeg", "webp") else None


def _failed(fields: Json) -> Json:
    """Return an error in the shape that errors have elsewhere."""
    error = fields.get("error")
    if error:
        return {"error": error, "code": fields.get("code")}
    return {"error": {key: fields.get(key) for key in ("message", "code", "param")}}


def _usage(report: Json) -> Usage:
    """Return a report as `Usage`: cached tokens stand inside the input, reasoning inside the output."""
    prompt, output = count(report, "input_tokens"), count(report, "output_tokens")
    details = child(report, "input_tokens_details")
    cached = min(prompt, count(details, "cached_tokens"))
    return Usage(
        input_tokens=prompt,
        output_tokens=output,
        reasoning_tokens=min(output, count(child(report, "output_tokens_details"), "reasoning_tokens")),
        cached_tokens=cached,
        cache_write_tokens=min(prompt - cached, count(details, "cache_write_tokens")),
    )
