"""The door side of OpenAI's Responses: events become a stream of numbered events or one response. Pure.

An item is done before the next one begins, also where a provider says several calls in turns: a call waits until those before it are whole,
because clients take what comes for the last call that began. A response shows how it was asked for, as far as the request knows it. A
stream that fails says `error`, on which OpenAI's clients raise, and then `response.failed`, which others wait for.
Source: openai 3.54.0, @openrouter/sdk 1.3.19 and recorded answers of six hosts, checked 2026-11-28.
"""

from collections.abc import Callable
from typing import assert_never

import orjson

from satchel.dialects.openai_responses_head import head_of, usage_object
from satchel.dialects.openai_responses_output import CALL, MESSAGE, PICTURE, REASONING, Item, Output, summary_part, text_part
from satchel.dialects.pictures_in_words import in_words
from satchel.domain.chat import ChatRequest, Json
from satchel.domain.errors import SatchelError
from satchel.domain.events import Event, Finished, FinishReason, Image, NotOfChat, ReasoningDelta, Started, TextDelta, ToolCallDelta

_MORE = (
    b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","item_id":%b,"output_index":%d,'
    b'"content_index":0,"logprobs":[],"sequence_number":%%d,"delta":'
)
_INCOMPLETE = {FinishReason.LENGTH: "max_output_tokens", FinishReason.CONTENT_FILTER: "content_filter"}
_ENDED_IN_ERROR: Json = {"code": "server_error", "message": "the provider ended its answer in an error"}
_PROMPT_ERRORS = frozenset({"invalid_request", "context_length_exceeded", "content_policy_violation", "refusal", "payload_too_large"})
_LAST_EVENTS = {"completed": "response.completed", "cancelled": "response.completed", "incomplete": "response.incomplete"}


class _Answer:
    """What JSON and stream have in common: the head, the items, how it ends."""

    def __init__(self, generation_id: str, request: ChatRequest, created: int, now: Callable[[], int]) -> None:
        self._head = head_of(generation_id, request, created)
        self._now = now
        self._output = Output(generation_id)

    def _running(self) -> Json:
        return {**self._head, "status": "in_progress", "output": [], "usage": None}

    def _ended(self, end: Finished) -> dict[str, object]:
        """Return the whole response."""
        self._name(end.model)
        status, why = _status(end.reason), _INCOMPLETE.get(end.reason)
        return {
            **self._head,
            "completed_at": self._now() if status in ("completed", "cancelled") else None,
            "status": status,
            "incomplete_details": {"reason": why} if why is not None else None,
            "error": _ENDED_IN_ERROR if status == "failed" else None,
            "output": self._output.whole("completed" if status == "completed" else "incomplete"),
            "usage": usage_object(end.usage, end.cost),
        }

    def _name(self, model: str | None) -> None:
        if model is not None:
            self._head["model"] = model


class JsonEncoder(_Answer):
    """Collect one generation's events into a whole response."""

    def __init__(self, generation_id: str, request: ChatRequest, created: int, now: Callable[[], int]) -> None:
        super().__init__(generation_id, request, created, now)
        self._finished = Finished(FinishReason.ERROR)

    def add(self, event: Event) -> None:
        """Take one event."""
        match event:
            case TextDelta(text=text):
                self._output.message().pieces.append(text)
            case ReasoningDelta():
                for item, words in self._output.thoughts(event):
                    item.pieces.append(words)
            case ToolCallDelta(arguments=arguments):
                self._output.call(event).pieces.append(arguments)
            case Started():
                self._name(event.model)
            case Image(inline=(_, data)):
                if data:
                    self._output.picture(event).pieces.append(data)
                else:
                    self._output.message().pieces.append(in_words(event))
            case NotOfChat():
                pass
            case Finished():
                self._finished = event
            case _:
                assert_never(event)

    def body(self) -> bytes:
        """Return the whole response. Without a `Finished` it has failed."""
        return orjson.dumps(self._ended(self._finished))


class StreamEncoder(_Answer):
    """Encode one generation's events as SSE bytes, ready to send; a delta of plain text costs a few bytes joined."""

    def __init__(self, generation_id: str, request: ChatRequest, created: int, now: Callable[[], int]) -> None:
        super().__init__(generation_id, request, created, now)
        self._number = 0
        self._begun = False
        self._open: Item | None = None
        self._calls: list[Item] = []
        self._waiting: list[Item] = []
        self._said: set[int] = set()
        self._more = b""

    def event(self, event: Event) -> bytes:
        """Return the events of one event of ours, empty where it says nothing. `Finished` ends the response."""
        match event:
            case TextDelta(text=text):
                return self._say(text)
            case ReasoningDelta():
                return b"".join(self._think(item, words) for item, words in self._output.thoughts(event))
            case ToolCallDelta():
                return self._call(event)
            case Started():
                self._name(event.model)
                return b""
            case Image():
                return self._draw(event)
            case NotOfChat():
                return b""
            case Finished():
                return self._finish(event)
            case _:
                assert_never(event)

    def failure(self, error: SatchelError, status: int = 502, metadata: Json | None = None) -> bytes:
        """Return the last events of a stream that failed; the status is the error's in `doors/errors.py`."""
        kind = str((metadata or {}).get("error_type"))
        code = kind if kind == "rate_limit_exceeded" else "invalid_prompt" if kind in _PROMPT_ERRORS else "server_error"
        inner = {"code": status, "type": kind, "message": error.message, "metadata": metadata}
        out = self._begin() + self._line("error", {"code": code, "message": error.message, "param": None, "error": inner})
        response = {
            **self._head,
            "status": "failed",
            "error": {"code": code, "message": error.message, "metadata": metadata},
            "output": self._output.whole("incomplete"),
            "usage": usage_object(error.usage, error.cost),
        }
        return out + self._line("response.failed", {"response": response})

    def _say(self, text: str) -> bytes:
        item = self._output.message()
        out = b"" if item is self._open else self._enter(item)
        item.pieces.append(text)
        self._number += 1
        return out + self._more % (self._number - 1) + orjson.dumps(text) + b"}\n\n"

    def _draw(self, image: Image) -> bytes:
        """Return the events of a picture, which comes whole; one that lies elsewhere is told in words."""
        if not (data := image.inline[1]):
            return self._say(in_words(image))
        item = self._output.picture(image)
        out, at = self._enter(item), {"item_id": item.id, "output_index": item.place}
        item.pieces.append(data)
        out += b"".join(self._line(f"response.{PICTURE}.{stage}", at) for stage in ("in_progress", "generating", "completed"))
        return out + self._close()

    def _think(self, item: Item, words: str) -> bytes:
        out = b"" if item is self._open else self._enter(item)
        if not words:
            return out
        at = {"item_id": item.id, "output_index": item.place, "summary_index": 0}
        if not item.pieces:
            out += self._line("response.reasoning_summary_part.added", {**at, "part": summary_part("")})
        item.pieces.append(words)
        return out + self._line("response.reasoning_summary_text.delta", {**at, "delta": words})

    def _call(self, event: ToolCallDelta) -> bytes:
        item = self._output.call(event)
        item.pieces.append(event.arguments)
        out = b""
        if item in self._calls:
            out = self._arguments(item, event.arguments)
        elif item not in self._waiting and item.place not in self._said:
            self._waiting.append(item)
        return out + self._advance()

    def _advance(self) -> bytes:
        """Let the next call speak, once those before it are whole."""
        out = b""
        while self._waiting and all(_is_whole(call) for call in self._calls):
            out += self._end_calls() + self._begin_call(self._waiting.pop(0))
        return out

    def _begin_call(self, item: Item) -> bytes:
        out = self._enter(item)
        self._open = None
        self._calls.append(item)
        return out + self._arguments(item, item.words)

    def _arguments(self, item: Item, arguments: str) -> bytes:
        if not arguments:
            return b""
        at = {"item_id": item.id, "output_index": item.place}
        return self._line("response.function_call_arguments.delta", {**at, "delta": arguments})

    def _end_calls(self) -> bytes:
        out = b"".join(self._done(item) for item in self._calls)
        self._said.update(item.place for item in self._calls)
        self._calls = []
        return out

    def _enter(self, item: Item) -> bytes:
        out = self._begin() + self._close()
        if item.type != CALL:  # items begin in their order, or clients count wrong
            while self._waiting:
                out += self._begin_call(self._waiting.pop(0))
        self._open = item
        begun = {**item.whole("in_progress"), **({"arguments": ""} if item.type == CALL else {})}
        out += self._line("response.output_item.added", {"output_index": item.place, "item": begun})
        if item.type == MESSAGE:
            self._more = _MORE % (orjson.dumps(item.id), item.place)
            out += self._line("response.content_part.added", {**_place(item), "part": text_part("")})
        return out

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        return b"".join(self._line(kind, {"response": self._running()}) for kind in ("response.created", "response.in_progress"))

    def _close(self) -> bytes:
        item, self._open = self._open, None
        return b"" if item is None else self._done(item)

    def _done(self, item: Item) -> bytes:
        """Return what ends an item."""
        words, out = item.words, b""
        if item.type == MESSAGE:
            out = self._line("response.output_text.done", {**_place(item), "text": words, "logprobs": []})
            out += self._line("response.content_part.done", {**_place(item), "part": text_part(words)})
        elif item.type == REASONING and words:
            at = {"item_id": item.id, "output_index": item.place, "summary_index": 0}
            out = self._line("response.reasoning_summary_text.done", {**at, "text": words})
            out += self._line("response.reasoning_summary_part.done", {**at, "part": summary_part(words)})
        elif item.type == CALL:
            at = {"item_id": item.id, "output_index": item.place, "name": item.head["name"]}
            out = self._line("response.function_call_arguments.done", {**at, "arguments": words})
        return out + self._line("response.output_item.done", {"output_index": item.place, "item": item.whole("completed")})

    def _finish(self, end: Finished) -> bytes:
        out = self._begin() + self._close()
        while self._waiting:
            out += self._begin_call(self._waiting.pop(0))
        out += self._end_calls()
        response = self._ended(end)
        return out + self._line(_LAST_EVENTS.get(str(response["status"]), "response.failed"), {"response": response})

    def _line(self, kind: str, fields: Json) -> bytes:
        event = {"type": kind, "sequence_number": self._number, **fields}
        self._number += 1
        return f"event: {kind}\ndata: ".encode() + orjson.dumps(event, default=str) + b"\n\n"


def _status(reason: FinishReason) -> str:
    match reason:
        case FinishReason.LENGTH | FinishReason.CONTENT_FILTER:
            return "incomplete"
        case FinishReason.ERROR:
            return "failed"
        case FinishReason.CANCELLED:
            return "cancelled"
        case FinishReason.STOP | FinishReason.TOOL_CALLS:
            return "completed"
        case _:
            assert_never(reason)


def _is_whole(call: Item) -> bool:
    """Tell whether a call's arguments are complete."""
    try:
        return isinstance(orjson.loads(call.words), dict)
    except orjson.JSONDecodeError:
        return False


def _place(item: Item) -> dict[str, object]:
    return {"item_id": item.id, "output_index": item.place, "content_index": 0}
