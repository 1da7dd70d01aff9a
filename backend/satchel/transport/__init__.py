"""The only room that opens an outbound connection: the pool, its timeouts, and the guard at the socket.

Redirects are off, the environment's proxies are ignored, cookies are not kept. Nothing of a request or an answer is logged.
What an address may be is decided in `guard.py`; what bytes mean, by the decoder that a provider passes in.
"""

import asyncio
import io
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver, ResolveResult

from satchel.domain.errors import ProviderGarbled, ProviderTimeout, ProviderUnavailable, SatchelError, StreamBroken
from satchel.domain.events import Event
from satchel.transport.guard import AddressRefused, EgressGuard, Lookup

AddressInfo = tuple[int, int, int, str, tuple[object, ...]]
OpenSocket = Callable[[AddressInfo], socket.socket]

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""The most that an answer in one piece may have: 1,000 embeddings of 1,536 numbers have half of it."""
MAX_ERROR_BYTES = 64 * 1024
_LARGE_REQUEST_BYTES = 512 * 1024
_LINGER_S = 0.1
_HIDDEN = b"[key]"


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
    """One pool for everything. Its session opens with the first request, in the loop that makes it."""

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
        self._open_socket = open_socket or _open_socket
        self._session: aiohttp.ClientSession | None = None

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
                for event in decoder.decode_json(await answer.body(MAX_ANSWER_BYTES)):
                    yield event
                return
            while not decoder.ended and (chunk := await answer.chunk()):
                for event in decoder.feed(chunk):
                    yield event
            for event in decoder.close():
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
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def session(self) -> aiohttp.ClientSession:
        """Return the session, opened now if there is none."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=1024,
                limit_per_host=512,
                resolver=_GuardedResolver(self.guard),
                socket_factory=self._guarded_socket,
            )
            timeout = aiohttp.ClientTimeout(
                total=None, connect=self._timeouts.connect_s, sock_connect=self._timeouts.connect_s, sock_read=self._timeouts.idle_s
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=timeout,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "satchel", "Accept-Encoding": "identity"},
            )
        return self._session

    def _guarded_socket(self, info: AddressInfo) -> socket.socket:
        self.guard.check_socket(str(info[4][0]), int(str(info[4][1])))
        return self._open_socket(info)


class Exchange:
    """One request and its answer. Entering sends the request; leaving gives the connection back if the answer is read, else closes it."""

    def __init__(self, transport: Transport, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, peer: Peer) -> None:
        self._transport = transport
        self._method = method
        self._url = url
        self._sent_headers = headers
        self._body = body
        self._peer = peer
        self._response: aiohttp.ClientResponse | None = None
        self.status = 0
        self.headers: Mapping[str, str] = {}
        """Their names in any case."""

    async def __aenter__(self) -> Self:
        body = io.BytesIO(self._body) if self._body and len(self._body) > _LARGE_REQUEST_BYTES else self._body
        try:
            self._transport.guard.check_url(self._url)
            self._response = await self._transport.session().request(
                self._method, self._url, data=body, headers=self._sent_headers, allow_redirects=False
            )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._unreachable(error) from error
        self.status = self._response.status
        self.headers = self._response.headers
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        response, self._response = self._response, None
        if response is not None:
            response.close()

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

    def _answer(self) -> aiohttp.ClientResponse:
        if self._response is None:
            raise RuntimeError("the exchange is not open")
        return self._response

    def _unreachable(self, error: Exception) -> SatchelError:
        """Name what kept a request from being answered."""
        name, details = self._peer.name, self._peer.details
        refused = _refusal(error)
        if refused is not None:
            return ProviderUnavailable(f"{name}: Satchel does not connect there: {refused}", details=details)
        if isinstance(error, TimeoutError):
            return ProviderTimeout(f"{name} did not answer in time", details=details)
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            return ProviderUnavailable(f"{name} has no valid certificate", details=details)
        if isinstance(error, aiohttp.ClientResponseError):
            return ProviderGarbled(f"{name} does not speak HTTP as it should", details=details)
        if isinstance(error, aiohttp.ServerDisconnectedError):
            return ProviderUnavailable(f"{name} closed the connection without an answer", details=details)
        return ProviderUnavailable(f"{name} does not answer", details=details)


class _GuardedResolver(AbstractResolver):
    """Resolve names through the guard."""

    def __init__(self, guard: EgressGuard) -> None:
        self._guard = guard

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Return checked addresses, ready to connect to."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await self._guard.addresses(host, port)
        ]

    async def close(self) -> None:
        """Do nothing: there is nothing to let go."""


def _open_socket(info: AddressInfo) -> socket.socket:
    return socket.socket(family=info[0], type=info[1], proto=info[2])


def _refusal(error: BaseException | None) -> AddressRefused | None:
    """Find the guard's own refusal under whatever the client wrapped it in."""
    while error is not None:
        if isinstance(error, AddressRefused):
            return error
        error = error.__cause__ or error.__context__ or getattr(error, "os_error", None)
    return None
