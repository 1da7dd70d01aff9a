"""The upstream side of the original Window AI's local servers: a prompt goes in, `choices[].text` comes out. Pure.

Such a server ends its stream by hanging up, with or without `[DONE]` before it, and says an error with status 200. Of what a server lists
there is at most the id that `POST /model` names.
Source: the README of Window AI 0.0.21 and its two example servers, read 2026-11-23.
"""

from collections.abc import Callable, Iterable, Sequence

import orjson

from satchel.dialects.asked_parameters import dropped_from, native_parameters
from satchel.dialects.json_fields import children, text
from satchel.dialects.media import unsupported
from satchel.dialects.openai_chat_usage import finish_reason, normal_usage, read_usage
from satchel.dialects.upstream_answer import UpstreamAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import ChatRequest, Json, Message, ReasoningPart, TextPart
from satchel.domain.events import Event, Finished, TextDelta
from satchel.kit.sse import SseParser

DIALECT = "plain_completions"
UNNAMED = "local"
"""What the one model of a server is called that names none; it is never sent."""

_NAMES = {
    "max_tokens": "max_tokens",
    "stop": "stop_sequences",
    "n": "num_generations",
    "temperature": "temperature",
    "top_p": "top_p",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}
_ROLES = {"system": "System", "developer": "System", "user": "User", "assistant": "Assistant", "tool": "Tool"}


def encode_request(request: ChatRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks `endpoint` for a stream. Raises `UnsupportedFeature` for anything but words."""
    body: dict[str, object] = {"prompt": _prompt(request.messages, endpoint.provider_name), "stream": True}
    if endpoint.native_model != UNNAMED:
        body["model"] = endpoint.native_model
    return orjson.dumps({**body, **native_parameters(request, _NAMES, endpoint.quirks.unsupported)})


def dropped_parameters(request: ChatRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the parameters that the caller set and such a server does not take."""
    return dropped_from(request, frozenset(_NAMES), endpoint.quirks.unsupported)


def named_model(body: object) -> str | None:
    """Return the id that an answer to `POST /model` names, None if it is none."""
    return text(body, "id") or None if isinstance(body, dict) else None


def is_answer(body: object) -> bool:
    """Tell whether this is what such a server says to a prompt: a choice with a text."""
    return isinstance(body, dict) and any("text" in choice for choice in children(body, "choices"))


def _prompt(messages: Sequence[Message], provider_name: str) -> str:
    """Return one question as it is, and a conversation with a word for who speaks before each turn, up to the answer's."""
    turns = [(_ROLES[message.role], _words(message, provider_name)) for message in messages]
    if len(turns) == 1 and turns[0][0] == "User":
        return turns[0][1]
    return "\n\n".join([*(f"{role}: {words}" for role, words in turns), "Assistant:"])


def _words(message: Message, provider_name: str) -> str:
    said = [part for part in message.parts if not isinstance(part, ReasoningPart)]
    words = [part.text for part in said if isinstance(part, TextPart)]
    if len(words) != len(said):
        raise unsupported("anything but text", provider_name)
    return "".join(words)


class Decoder(UpstreamAnswer):
    """Decode one answer of such a server; see `UpstreamAnswer`. The end of input is its end, unless it cuts an event in two."""

    def __init__(self, endpoint: Endpoint, mint: Callable[[], str]) -> None:
        super().__init__(endpoint, mint)
        self._sse = SseParser()
        self._natives: dict[int, str | None] = {}
        self._spoke = self._is_torn = False
        self._report: Json | None = None

    def _cut(self, data: bytes) -> Iterable[tuple[str, bytes]]:
        return self._sse.feed(data)

    def _remainder(self) -> Iterable[tuple[str, bytes]]:
        rest = self._sse.close()
        self._is_torn = any(not _is_json(payload) for _, payload in rest)
        return rest

    def _chunk(self, kind: str, chunk: Json, events: list[Event]) -> None:
        if chunk.get("error"):
            self._fail_with(chunk)
            return
        self._introduce(chunk.get("model"), chunk.get("id"))
        self._report = read_usage(chunk) or self._report
        for at, choice in enumerate(children(chunk, "choices")):
            given = choice.get("index")
            index = given if type(given) is int and given >= 0 else at
            self._natives[index] = text(choice, "finish_reason") or self._natives.get(index)
            if words := text(choice, "text"):
                self._spoke = True
                self._say(events, TextDelta(words, index))

    def _body(self, body: Json, events: list[Event]) -> None:
        self._chunk("message", body, events)

    def _complete(self) -> bool:
        return self.ended or (bool(self._natives) and not self._is_torn)

    def _end(self, events: list[Event]) -> Finished:
        ends = tuple((finish_reason(native or "stop", self._spoke, False), native) for _, native in sorted(self._natives.items()))
        reason, native = ends[0] if ends else (finish_reason("stop", self._spoke, False), None)
        usage = normal_usage(self._report, "inside") if self._report else None
        return Finished(reason, native, usage, choices=ends if len(ends) > 1 else ())


def _is_json(payload: bytes) -> bool:
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError:
        return payload == b"[DONE]"
    return True
