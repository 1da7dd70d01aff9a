"""What all hot doors that generate have in common, on bare ASGI: one request becomes one call, as JSON or as server-sent events.

How a door reads a body, and how it says answers and errors, is its `Skin`.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from starlette.types import Receive, Scope, Send

from satchel.dialects.openai_chat_reply import KEEP_ALIVE
from satchel.domain.calls import Call, Request
from satchel.domain.chat import ChatRequest, Json
from satchel.domain.errors import MalformedRequest, SatchelError
from satchel.domain.events import Event
from satchel.doors.auth import Authenticator
from satchel.doors.errors import Headers, as_ours, error_headers, error_metadata, openai_body, reply_to
from satchel.doors.http.event_stream import EventStream
from satchel.doors.http.exchange import Exchange
from satchel.doors.http.live import LiveCalls
from satchel.kit.ids import Ids
from satchel.kit.strict_json import JsonInvalid, parse
from satchel.ports.clock import Clock
from satchel.services.generation import Generation

JSON: Headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]

_log = logging.getLogger(__name__)


class Whole(Protocol):
    """Collects one generation into a body."""

    def add(self, event: Event) -> None:
        """Take one event."""

    def body(self) -> bytes:
        """Return the whole body, after the last event."""


class Stream(Protocol):
    """Turns one generation's events into server-sent events."""

    def event(self, event: Event) -> bytes:
        """Return what one event says, empty where it says nothing."""

    def failure(self, error: SatchelError, status: int = ..., metadata: Json | None = ...) -> bytes:
        """Return what ends a stream that failed after its status was out."""


class ErrorWords(Protocol):
    """How a door says an error."""

    def error(self, error: SatchelError, request_id: str) -> bytes:
        """Return the body of a reply that refuses."""


class OpenAIWords:
    """Errors in the words of OpenAI."""

    def error(self, error: SatchelError, request_id: str) -> bytes:
        """Return the body of a reply that refuses."""
        return openai_body(error, request_id)


class Skin(ErrorWords, Protocol):
    """One way to ask for a generation and to be answered."""

    def read(self, body: dict[str, object]) -> tuple[ChatRequest, bool]:
        """Return what is asked for, and whether as a stream. Raises `RequestInvalid`."""

    def whole(self, call: Call) -> Whole:
        """Return the encoder of a JSON answer."""

    def stream(self, call: Call) -> Stream:
        """Return the encoder of a stream."""


Answer = Callable[[Exchange, Call, Headers], Awaitable[None]]
"""Makes a call and replies to it."""


@dataclass(frozen=True, slots=True)
class HotServices:
    """What every hot door uses."""

    authenticator: Authenticator
    generation: Generation
    live: LiveCalls
    clock: Clock
    ids: Ids


class HotDoor(ABC):
    """An ASGI door. A caller that hangs up, at any moment, ends the upstream call; only then does the door end."""

    def __init__(self, words: ErrorWords, services: HotServices) -> None:
        self._words = words
        self._services = services
        self._generation = services.generation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; never raises for what a caller or a provider did."""
        exchange = Exchange(scope, receive, send)
        generation_id = self._services.ids.in_order("gen", self._services.clock.now())
        headers: Headers = [(b"x-generation-id", generation_id.encode())]
        try:
            await self._answer(scope, exchange, generation_id, headers)
        except Exception as error:
            await refuse(exchange, headers, error, self._words)

    async def _answer(self, scope: Scope, exchange: Exchange, generation_id: str, headers: Headers) -> None:
        require_post(exchange)
        principal = await self._services.authenticator.caller(scope)
        principal.require("generate")
        request, answer = await self._read(exchange)
        call = Call(id=generation_id, principal=principal, request=request, started_at=self._services.clock.now())
        with self._services.live.while_running(call, exchange.stop):
            await self._services.authenticator.require_live(scope)  # the body may have taken its time, and we were not on the list
            await answer(exchange, call, headers)

    @abstractmethod
    async def _read(self, exchange: Exchange) -> tuple[Request, Answer]:
        """Return what is asked for, and how it is answered. Raises `RequestInvalid`."""

    async def _collected(
        self, exchange: Exchange, call: Call, headers: Headers, encoder: Whole, media_type: str = "application/json"
    ) -> None:
        """Answer in one piece."""
        with exchange.ends_with_caller():
            async with aclosing(self._generation.generate(call)) as events:
                async for event in events:
                    encoder.add(event)
        kind = [(b"content-type", media_type.encode()), (b"cache-control", b"no-store")]
        await exchange.reply(200, [*kind, *headers], encoder.body())


class GeneratingDoor(HotDoor):
    """Answers as JSON or as server-sent events, in the words of a skin."""

    def __init__(self, skin: Skin, services: HotServices) -> None:
        super().__init__(skin, services)
        self._skin = skin

    async def _read(self, exchange: Exchange) -> tuple[Request, Answer]:
        request, streams = self._skin.read(json_object(await exchange.body()))
        return request, self._stream if streams else self._whole

    async def _whole(self, exchange: Exchange, call: Call, headers: Headers) -> None:
        await self._collected(exchange, call, headers, self._skin.whole(call))

    async def _stream(self, exchange: Exchange, call: Call, headers: Headers) -> None:
        stream = EventStream(exchange, headers, KEEP_ALIVE)
        encoder = self._skin.stream(call)
        try:
            with exchange.ends_with_caller():
                async with aclosing(self._generation.generate(call)) as events:
                    async for event in events:
                        if data := encoder.event(event):
                            await stream.write(data)
        except Exception as failure:
            if not exchange.started or exchange.is_abandoned:
                raise
            if not isinstance(failure, SatchelError):
                _log.error("%s: a stream failed", exchange.request_id, exc_info=failure)
            error = as_ours(failure, exchange.request_id)
            status = reply_to(type(error)).status
            await stream.write(encoder.failure(error, status, error_metadata(error, exchange.request_id)))
        finally:
            stream.stop()
        await stream.end()


def require_post(exchange: Exchange) -> None:
    """Raise `MalformedRequest` for another method."""
    if exchange.method != "POST":
        raise MalformedRequest("this door takes POST only")


def json_object(data: bytes) -> dict[str, object]:
    """Return the object that a body must be. Raises `MalformedRequest`."""
    try:
        value = parse(data)
    except JsonInvalid as wrong:
        raise MalformedRequest(str(wrong)) from None
    if not isinstance(value, dict):
        raise MalformedRequest("the body must be a JSON object")
    return value


def created(call: Call) -> int:
    """Return when a call began, in whole seconds, as answers say it."""
    return int(call.started_at.timestamp())


async def refuse(exchange: Exchange, headers: Headers, error: Exception, words: ErrorWords) -> None:
    """Reply with an error in the door's words; to a caller that hung up, or once the status is out, say nothing: the connection breaks."""
    if not isinstance(error, SatchelError):
        _log.error("%s: a request failed", exchange.request_id, exc_info=error)
    elif exchange.is_abandoned:
        return
    if exchange.started:
        return
    ours = as_ours(error, exchange.request_id)
    status = reply_to(type(ours)).status
    await exchange.reply(status, [*JSON, *headers, *error_headers(ours)], words.error(ours, exchange.request_id))
