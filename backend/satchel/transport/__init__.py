"""The only room that opens an outbound connection: the pool, its timeouts, and the guard at the socket.

Redirects are off, the environment's proxies are ignored, cookies are not kept. Nothing of a request or an answer is logged.
What an address may be is decided in `guard.py`; what bytes mean, by the decoder that a provider passes in.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

import aiohttp
import orjson
from aiohttp.http_exceptions import HttpProcessingError

from satchel.domain.errors import Lost, ProviderGarbled, ProviderTimeout, ProviderUnavailable, SatchelError, StreamBroken, UpstreamError
from satchel.domain.events import Event
from satchel.transport.guard import AddressRefused, EgressGuard, Lookup
from satchel.transport.pool import BROKEN, Answer, OpenSocket, Pool

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""The most that an answer in one piece may have: 1,000 embeddings of 1,536 numbers have half of it."""
MAX_ERROR_BYTES = 64 * 1024
_LINGER_S = 0.1
_HIDDEN = b"[key]"
_SENT_IN_VAIN = (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError, aiohttp.InvalidURL, HttpProcessingError)
"""What is the same when it is sent anew."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for a connection, and for the next byte of an answer, the first one included."""

    connect_s: float = 10.0
    idle_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom a connection is for, in errors: a name for people, the details that the error carries, and what it must not repeat."""

    name: str
    details: Mapping[str, object] = field(default_factory=dict)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def without_secrets(self, body: bytes) -> bytes:
        """Return an answer without the keys that were sent, should it repeat them."""
        for secret in filter(None, self.secrets):
            body = body.replace(secret.encode(), _HIDDEN)
        return body

    def reading(self, read: Callable[[], list[Event]]) -> list[Event]:
        """Return what `read` makes of an answer; what it raises is without the keys that were sent, too."""
        try:
            return read()
        except SatchelError as error:
            for secret in filter(None, self.secrets):
                if secret in f"{error.message}{error.details}":
                    error.message = error.message.replace(secret, _HIDDEN.decode())
                    error.args = (error.message,)
                    error.details = orjson.loads(orjson.dumps(error.details).replace(orjson.dumps(secret)[1:-1], _HIDDEN))
            raise


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """An answer read whole. `body` is None where it is no JSON."""

    status: int
    headers: Mapping[str, str]
    body: object
    raw: bytes


class AnswerDecoder(Protocol):
    """What turns an answer into events: a dialect's decoder."""

    ended: bool

    def feed(self, data: bytes) -> list[Event]:
        """Return the events in `data`."""
        ...

    def close(self) -> list[Event]:
        """Return the last events, or raise what went wrong."""
        ...

    def decode_json(self, body: bytes) -> list[Event]:
        """Return the events of a whole JSON body."""
        ...

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        """Return the error that an answer with another status than 200 means."""
        ...


class Transport:
    """One pool for everything. It is made with the first request, in the loop that makes it."""

    def __init__(
        self,
        *,
        allow_loopback: bool,
        allowed_hosts: frozenset[str] = frozenset(),
        timeouts: Timeouts | None = None,
        lookup: Lookup | None = None,
        open_socket: OpenSocket | None = None,
    ) -> None:
        self.guard = EgressGuard(allow_loopback=allow_loopback, allowed_hosts=allowed_hosts, lookup=lookup)
        self._timeouts = timeouts or Timeouts()
        self._open_socket = open_socket
        self._pool: Pool | None = None

    def post_stream(self, url: str, headers: Mapping[str, str], body: bytes, peer: Peer) -> "Exchange":
        """Return an exchange to enter: it sends `body` and waits for the answer's head; leaving it closes the connection."""
        return Exchange(self, "POST", url, headers=headers, body=body, peer=peer)

    async def stream(
        self, url: str, headers: Mapping[str, str], body: bytes, peer: Peer, decoder: AnswerDecoder
    ) -> AsyncGenerator[Event, None]:
        """Send `body` and yield what `decoder` makes of the answer. Closing the generator closes the connection at once.

        Raises:
            SatchelError: no connection, a timeout, a refusal, or a broken answer.
        """
        async with self.post_stream(url, headers, body, peer) as answer:
            if answer.status != 200:
                said = peer.without_secrets(await answer.body(MAX_ERROR_BYTES, cut=True))
                raise decoder.refused(answer.status, answer.headers, said)
            if answer.headers.get("content-type", "").startswith("application/json"):
                whole = await answer.body(MAX_ANSWER_BYTES)
                for event in peer.reading(lambda: decoder.decode_json(whole)):
                    yield event
                return
            while not decoder.ended and (chunk := await answer.chunk()):
                for event in decoder.feed(chunk):
                    yield event
            for event in peer.reading(decoder.close):
                yield event
            await answer.linger()

    async def get_json(
        self, url: str, headers: Mapping[str, str], timeout_s: float, peer: Peer | None = None, *, limit_bytes: int = MAX_BODY_BYTES
    ) -> JsonAnswer:
        """Read a JSON answer whole, within `timeout_s` altogether. Raises `UpstreamError` where there is none."""
        peer = peer or Peer(url.removeprefix("http://").removeprefix("https://").partition("/")[0])
        return await self._whole(Exchange(self, "GET", url, headers=headers, body=None, peer=peer), timeout_s, peer, limit_bytes)

    async def post_json(self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float, peer: Peer) -> JsonAnswer:
        """Send `body` and read a JSON answer whole, as `get_json` does."""
        return await self._whole(self.post_stream(url, headers, body, peer), timeout_s, peer)

    async def _whole(self, exchange: "Exchange", timeout_s: float, peer: Peer, limit_bytes: int = MAX_BODY_BYTES) -> JsonAnswer:
        try:
            async with asyncio.timeout(timeout_s), exchange as answer:
                body = await answer.body(limit_bytes)
                body = body if answer.status == 200 else peer.without_secrets(body)
        except TimeoutError as error:
            raise ProviderTimeout(f"{peer.name} did not answer within {timeout_s:g} s", details=peer.details) from error
        try:
            return JsonAnswer(answer.status, answer.headers, orjson.loads(body), body)
        except orjson.JSONDecodeError:
            return JsonAnswer(answer.status, answer.headers, None, body)

    async def aclose(self) -> None:
        """Close every connection. Safe to call twice."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()

    def pool(self) -> Pool:
        """Return the pool, made now if there is none."""
        if self._pool is None:
            times = self._timeouts
            self._pool = Pool(self.guard, connect_s=times.connect_s, idle_s=times.idle_s, open_socket=self._open_socket)
        return self._pool


class Exchange:
    """One request and its answer. Entering sends the request; leaving gives the connection back if the answer is read, else closes it."""

    def __init__(self, transport: Transport, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, peer: Peer) -> None:
        self._transport = transport
        self._method = method
        self._url = url
        self._sent_headers = headers
        self._body = body
        self._peer = peer
        self._received: Answer | None = None
        self.status = 0
        self.headers: Mapping[str, str] = {}
        """Their names in any case."""

    async def __aenter__(self) -> Self:
        transport = self._transport
        try:
            transport.guard.check_url(self._url)
            self._received = await transport.pool().send(self._method, self._url, self._sent_headers, self._body)
        except BROKEN as error:
            raise self._unreachable(error) from error
        self.status = self._received.status
        self.headers = self._received.headers
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        answer, self._received = self._received, None
        if answer is not None:
            answer.close()

    async def chunk(self) -> bytes:
        """Return the answer's next bytes as they come, none at its end. Raises `ProviderTimeout` or `StreamBroken`."""
        try:
            return await self._answer().content.readany()
        except TimeoutError as error:
            raise ProviderTimeout(f"{self._peer.name} fell silent for too long", details=self._peer.details) from error
        except (aiohttp.ClientError, OSError) as error:
            raise StreamBroken(f"{self._peer.name} broke off its answer", details=self._peer.details) from error

    async def body(self, limit_bytes: int, *, cut: bool = False) -> bytes:
        """Return the whole decoded body; over the limit, its beginning if `cut`, else `ProviderGarbled` is raised."""
        parts: list[bytes] = []
        size = 0
        while size <= limit_bytes and (chunk := await self.chunk()):
            parts.append(chunk)
            size += len(chunk)
        if size > limit_bytes and not cut:
            raise ProviderGarbled(f"{self._peer.name} sent more than {limit_bytes} bytes", details=self._peer.details)
        return b"".join(parts)[:limit_bytes]

    async def linger(self) -> None:
        """Wait a moment for the end of a body whose meaning has ended, so that its connection can serve again."""
        content = self._answer().content
        if content.at_eof():
            return
        try:
            async with asyncio.timeout(_LINGER_S):
                while not content.at_eof():
                    await content.readany()
        except (aiohttp.ClientError, OSError, TimeoutError):
            return

    def _answer(self) -> Answer:
        if self._received is None:
            raise RuntimeError("the exchange is not open")
        return self._received

    def _unreachable(self, error: Exception) -> UpstreamError:
        """Name what kept a request from being answered, and how far it got."""
        failure = self._named(error)
        failure.lost = None if isinstance(error, _SENT_IN_VAIN) or _refusal(error) else _lost(error)
        return failure

    def _named(self, error: Exception) -> UpstreamError:
        name, details = self._peer.name, self._peer.details
        refused = _refusal(error)
        if refused is not None:
            return ProviderUnavailable(f"{name}: Satchel does not connect there: {refused}", details=details)
        if isinstance(error, TimeoutError):
            return ProviderTimeout(f"{name} did not answer in time", details=details)
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            return ProviderUnavailable(f"{name} has no valid certificate", details=details)
        if isinstance(error, HttpProcessingError):
            return ProviderGarbled(f"{name} does not speak HTTP as it should", details=details)
        if isinstance(error, aiohttp.ServerDisconnectedError):
            return ProviderUnavailable(f"{name} closed the connection without an answer", details=details)
        return ProviderUnavailable(f"{name} does not answer", details=details)


def _lost(error: Exception) -> Lost:
    if isinstance(error, aiohttp.SocketTimeoutError):
        return "silent"
    return "unsent" if isinstance(error, aiohttp.ClientConnectorError | TimeoutError) else "cut"


def _refusal(error: BaseException | None) -> AddressRefused | None:
    """Find the guard's own refusal under whatever the client wrapped it in."""
    while error is not None:
        if isinstance(error, AddressRefused):
            return error
        error = error.__cause__ or error.__context__ or getattr(error, "os_error", None)
    return None
