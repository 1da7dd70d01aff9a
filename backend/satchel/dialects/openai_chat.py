"""The upstream side of OpenAI Chat Completions: bytes of an answer become events. Pure.

What OpenAI-compatible hosts do differently is read here by rule, not by host: where usage sits, the shapes of reasoning, tool calls
without ids or numbers, an error inside a stream that began well, a stream that ends without saying so.
Source: recorded traffic of fourteen hosts, checked 2026-11-23.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

import orjson

from satchel.dialects.json_fields import child, children
from satchel.dialects.json_fields import text as text_at
from satchel.dialects.openai_chat_errors import error_from, error_in_stream, upstream_details
from satchel.dialects.openai_chat_thinking import ThinkSplitter
from satchel.dialects.openai_chat_tools import ToolCalls
from satchel.dialects.openai_chat_usage import finish_reason, normal_usage, read_usage
from satchel.dialects.upstream_words import quoted
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import ContentFiltered, ProviderGarbled, SatchelError, StreamBroken
from satchel.domain.events import Event, Finished, FinishReason, Image, ReasoningDelta, Started, TextDelta
from satchel.kit.sse import EventTooLarge, SseParser

_DONE = b"[DONE]"
_REASONING_FIELDS = ("reasoning_content", "reasoning", "thinking")
_PLAIN_FIELDS = frozenset({"role", "content", "refusal", "tool_calls"})


class _Choice:
    """What one choice has said so far."""

    __slots__ = ("native", "refusal", "said", "spoke", "thinking", "tools")

    def __init__(self, index: int, mint: Callable[[], str]) -> None:
        self.said: str | None = None
        self.native: str | None = None
        self.spoke = False
        self.refusal = ""
        self.thinking = ThinkSplitter()
        self.tools = ToolCalls(index, mint)


class Decoder:
    """Decode one answer: feed bytes until the input ends or `ended` is true, then call `close` once.

    `mint` makes tool-call ids where the provider gave none. The events are the same however the bytes are cut, neighbouring deltas of
    one kind joined.
    """

    def __init__(self, endpoint: Endpoint, mint: Callable[[], str]) -> None:
        self._endpoint = endpoint
        self._mint = mint
        self._sse = SseParser()
        self._choices: dict[int, _Choice] = {}
        self._report: Json | None = None
        self._model = ""
        self._upstream_id: str | None = None
        self._started = False
        self._fed = False
        self._key = "delta"
        self._understood = False
        self._failure: SatchelError | None = None
        self.ended = False
        """True once nothing more need be read: the end was said, or an error."""

    def feed(self, data: bytes) -> list[Event]:
        """Return the events in `data`. Never raises: what is wrong comes out of `close`, after the events before it."""
        events: list[Event] = []
        self._fed = self._fed or bool(data)
        try:
            for kind, payload in self._sse.feed(data):
                if self.ended:
                    break
                self._payload(kind, payload, events)
        except EventTooLarge as error:
            self._fail(ProviderGarbled(f"{self._endpoint.provider_name} sent an event without end", details=self._details()), error)
        return events

    def close(self) -> list[Event]:
        """Return the last events, `Finished` among them.

        Raises:
            UpstreamError: an error came inside the stream, or it ended without its end (`StreamBroken`), or made no sense.
        """
        events: list[Event] = []
        if not self.ended:
            for kind, payload in self._sse.close():
                self._cut_off(kind, payload, events)
        if self._failure is not None:
            raise self._failure
        natives = [choice.native for choice in self._choices.values()]
        if not (natives and all(natives)) and not self._said_done():
            raise self._broken()
        self._finish(events)
        return events

    def decode_json(self, body: bytes) -> list[Event]:
        """Return the events of a whole JSON answer, the same as a stream of it would give. Use a fresh decoder for each body.

        Raises:
            UpstreamError: the body is an error or no answer at all.
        """
        events: list[Event] = []
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ProviderGarbled(f"{self._endpoint.provider_name} sent broken JSON", details=self._details()) from error
        if not isinstance(answer, Mapping):
            raise ProviderGarbled(f"{self._endpoint.provider_name} sent no answer", details=self._details())
        self._key = "message"
        self._chunk(cast(Json, answer), events)
        if self._failure is not None:
            raise self._failure
        if not self._choices:
            raise ProviderGarbled(f"{self._endpoint.provider_name} sent an answer without choices", details=self._details())
        self._finish(events)
        return events

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        """Return the error that an answer with another status than 200 means."""
        return error_from(status, headers, body, self._endpoint)

    def _payload(self, kind: str, payload: bytes, events: list[Event]) -> None:
        if payload == _DONE:
            self._understood = self.ended = True
            return
        try:
            chunk = orjson.loads(payload)
        except orjson.JSONDecodeError as error:
            self._fail(ProviderGarbled(f"{self._endpoint.provider_name} sent broken JSON", details=self._details()), error)
            return
        if isinstance(chunk, dict):
            self._understood = True
            self._chunk({"error": chunk} if kind == "error" and "error" not in chunk else chunk, events)

    def _cut_off(self, kind: str, payload: bytes, events: list[Event]) -> None:
        """Take an event whose blank line never came, if it is whole all the same."""
        try:
            whole = payload == _DONE or isinstance(orjson.loads(payload), dict)
        except orjson.JSONDecodeError:
            whole = False
        if whole:
            self._payload(kind, payload, events)

    def _chunk(self, chunk: Json, events: list[Event]) -> None:
        if chunk.get("error") or chunk.get("object") == "error":
            self._fail(error_in_stream(chunk, self._endpoint))
            return
        if "usage" in chunk or "x_groq" in chunk:
            self._report = read_usage(chunk) or self._report
        if not self._started:
            self._introduce(chunk)
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            return
        for position, choice in enumerate(choices):
            if isinstance(choice, dict):
                index = choice.get("index")
                self._choice(index if isinstance(index, int) else position, choice, events)

    def _choice(self, index: int, fields: Json, events: list[Event]) -> None:
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = _Choice(index, self._mint)
        delta = fields.get(self._key)
        if isinstance(delta, dict) and delta:
            text = delta.get("content")
            if choice.thinking.plain and choice.spoke and type(text) is str and text and len(delta) == 1:
                events.append(TextDelta(text, index))
            else:
                self._delta(index, choice, delta, events)
        said, native = fields.get("finish_reason"), fields.get("native_finish_reason")
        if said or native:
            choice.said, choice.native = str(said or native), str(native or said)

    def _delta(self, index: int, choice: _Choice, delta: Json, events: list[Event]) -> None:
        reasoning = _reasoning(delta, index)
        if reasoning:
            self._flush_text(index, choice, events)
            self._add(events, choice, reasoning)
        content = delta.get("content")
        if isinstance(content, list):
            for kind, text in _content_parts(content):
                if kind == "thinking":
                    self._add(events, choice, [ReasoningDelta(text, index=index)])
                else:
                    self._text(index, choice, text, events)
        elif isinstance(content, str) and content:
            self._text(index, choice, content, events)
        if "images" in delta:
            self._add(events, choice, _images(delta, index))
        refusal = delta.get("refusal")
        if isinstance(refusal, str):
            choice.refusal += refusal
        calls = delta.get("tool_calls")
        if not calls and isinstance(function := delta.get("function_call"), Mapping):
            calls = [{"index": 0, "function": function}]
        if isinstance(calls, list) and calls:
            self._flush_text(index, choice, events)
            self._add(events, choice, choice.tools.feed(calls))

    def _text(self, index: int, choice: _Choice, text: str, events: list[Event]) -> None:
        reasoning, plain = choice.thinking.feed(text)
        if reasoning:
            self._add(events, choice, [ReasoningDelta(reasoning, index=index)])
        if plain:
            self._add(events, choice, [TextDelta(plain, index)])

    def _flush_text(self, index: int, choice: _Choice, events: list[Event]) -> None:
        reasoning, plain = choice.thinking.close()
        if reasoning:
            self._add(events, choice, [ReasoningDelta(reasoning, index=index)])
        if plain:
            self._add(events, choice, [TextDelta(plain, index)])

    def _add(self, events: list[Event], choice: _Choice, more: Sequence[Event]) -> None:
        if not more:
            return
        choice.spoke = True
        if not self._started:
            self._start(events)
        events.extend(more)

    def _introduce(self, chunk: Json) -> None:
        """Note model and id; the first chunk of some hosts has neither."""
        model, upstream_id = chunk.get("model"), chunk.get("id")
        if isinstance(model, str) and model:
            self._model = model
        if isinstance(upstream_id, str) and upstream_id:
            self._upstream_id = upstream_id

    def _start(self, events: list[Event]) -> None:
        self._started = True
        events.append(Started(self._model or self._endpoint.native_model, self._upstream_id))

    def _finish(self, events: list[Event]) -> None:
        ends = tuple(self._ends(events))
        if self._choices and all(choice.refusal and not choice.spoke for choice in self._choices.values()):
            words = quoted(next(iter(self._choices.values())).refusal)
            raise ContentFiltered(f"{self._endpoint.provider_name}: the model declined: {words}", details=self._details(words))
        if not self._started:
            self._start(events)
        usage = normal_usage(self._report, self._endpoint.quirks.reasoning_tokens) if self._report else None
        reason, native = ends[0] if ends else (FinishReason.ERROR, None)
        events.append(Finished(reason, native, usage, choices=ends if len(ends) > 1 else ()))
        self.ended = True

    def _ends(self, events: list[Event]) -> Iterator[tuple[FinishReason, str | None]]:
        for index, choice in sorted(self._choices.items()):
            self._flush_text(index, choice, events)
            self._add(events, choice, choice.tools.close())
            reason = finish_reason(choice.said, choice.spoke, choice.tools.count > 0)
            yield FinishReason.CONTENT_FILTER if choice.refusal else reason, choice.native

    def _said_done(self) -> bool:
        return self.ended and any(choice.spoke for choice in self._choices.values())

    def _broken(self) -> SatchelError:
        name = self._endpoint.provider_name
        if self._fed and not self._understood:
            return ProviderGarbled(f"{name} sent something that is no answer", details=self._details())
        return StreamBroken(f"{name} broke off its answer", details=self._details())

    def _fail(self, error: SatchelError, cause: Exception | None = None) -> None:
        error.__cause__ = cause
        self._failure = error
        self.ended = True

    def _details(self, words: str | None = None) -> dict[str, object]:
        return upstream_details(self._endpoint, 200, words)


def _images(delta: Json, index: int) -> list[Event]:
    """Return the pictures of a delta: `images[].image_url.url`, as OpenRouter and its kin send them."""
    found = [child(one, "image_url") for one in children(delta, "images")]
    return [Image(url, index) for one in found if (url := text_at(one, "url"))]


def _reasoning(delta: Json, index: int) -> list[ReasoningDelta]:
    """Read reasoning beside the text: one field or another, and the provider's own detail objects."""
    if delta.keys() <= _PLAIN_FIELDS:
        return []
    given = delta.get("reasoning_details")
    details = tuple(cast(Json, detail) for detail in given if isinstance(detail, Mapping)) if isinstance(given, list) else ()
    text = ""
    for key in _REASONING_FIELDS:
        value = delta.get(key)
        if isinstance(value, str) and value:
            text = value
            break
    if not text:
        text = "".join(str(detail.get("text") or detail.get("summary") or "") for detail in details)
    signature = next((value for detail in details if isinstance(value := detail.get("signature"), str)), None)
    return [ReasoningDelta(text, signature, index, details)] if text or details else []


def _content_parts(parts: list[object]) -> Iterator[tuple[str, str]]:
    """Yield `thinking` or `text` with its words for each part of a content list; references and the like are passed over."""
    for part in parts:
        match part:
            case {"type": "thinking", "thinking": str(text)}:
                yield "thinking", text
            case {"type": "thinking", "thinking": list(inner)}:
                yield "thinking", "".join(str(piece.get("text") or "") for piece in inner if isinstance(piece, Mapping))
            case {"type": "text", "text": str(text)} if text:
                yield "text", text
