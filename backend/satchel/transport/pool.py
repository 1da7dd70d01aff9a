"""The pool of connections, and the one request that each carries at a time: aiohttp's connector and parser, without its session.

A session makes a request and a response object of a hundred parts each, and a task to write every body; that was a tenth of a request's
time. Where a connection may go is still decided by the guard: by the resolver for names, and at the socket for every address.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from functools import lru_cache

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from satchel.transport.guard import EgressGuard

AddressInfo = tuple[int, int, int, str, tuple[object, ...]]
OpenSocket = Callable[[AddressInfo], socket.socket]

BROKEN = (aiohttp.ClientError, HttpProcessingError, OSError, TimeoutError)
"""What `Pool.send` raises where there is no answer, and reading one where it breaks off."""

_DEFAULT_HEADERS = {"accept": "*/*", "accept-encoding": "identity", "user-agent": "satchel"}
_PIECE_BYTES = 65_536
_SWITCHING_PROTOCOLS = 101
_LAST_INFORMATIONAL = 199


class Answer:
    """An answer whose head has come; `content` is its body. Leaving it closes the connection, unless it was read to its end."""

    __slots__ = ("_connection", "content", "headers", "status")

    def __init__(self, connection: Connection, status: int, headers: Mapping[str, str], content: aiohttp.StreamReader) -> None:
        self._connection = connection
        self.status = status
        self.headers = headers
        self.content = content

    def close(self) -> None:
        """Let go of the connection; the next request has it where nothing of this one is left on it."""
        transport = self._connection.transport
        if self.content.is_eof() and transport is not None and not transport.get_write_buffer_size():
            self._connection.release()
        else:
            self._connection.close()


class Pool:
    """Connections of one event loop, kept open for the next request to the same host."""

    def __init__(self, guard: EgressGuard, *, connect_s: float, idle_s: float, open_socket: OpenSocket | None = None) -> None:
        self._guard = guard
        self._open_socket = open_socket or _open_socket
        self._idle_s = idle_s
        self._patience = aiohttp.ClientTimeout(total=None, connect=connect_s, sock_connect=connect_s)
        self._loop = asyncio.get_running_loop()
        self._connector = aiohttp.TCPConnector(
            limit=1024, limit_per_host=512, resolver=_GuardedResolver(guard), socket_factory=self._guarded_socket
        )
        self._to = lru_cache(maxsize=256)(self._read_url)

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Send a request, and return when the head of its answer has come. Redirects are answers. Raises what `BROKEN` names.

        A GET whose connection turns out to have been closed by the other side meanwhile is sent once more (RFC 9110 §9.2.2).
        """
        host, target = self._to(url)
        head = _head(method, target, host.headers["Host"], headers, body)
        try:
            return await self._send(host, head, body)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            if method != "GET":
                raise
        return await self._send(host, head, body)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._connector.close()

    async def _send(self, host: ClientRequest, head: bytes, body: bytes | None) -> Answer:
        connection = await self._connector.connect(host, [], self._patience)
        try:
            protocol, transport = connection.protocol, connection.transport
            if protocol is None or transport is None:
                raise aiohttp.ServerDisconnectedError
            protocol.set_response_params(read_until_eof=True, read_timeout=self._idle_s)
            if body is None or len(body) < _PIECE_BYTES:
                transport.write(head + body if body else head)
            else:
                transport.writelines((head, body))
            protocol.start_timeout()
            message, content = await protocol.read()
            while message.code <= _LAST_INFORMATIONAL and message.code != _SWITCHING_PROTOCOLS:
                message, content = await protocol.read()
        except BaseException:
            connection.close()
            raise
        return Answer(connection, message.code, message.headers, content)

    def _read_url(self, url: str) -> tuple[ClientRequest, str]:
        """Return what a connection to the host of `url` is asked for by, and what a request names it there."""
        try:
            parsed = URL(url)
            return ClientRequest("GET", parsed, loop=self._loop), parsed.raw_path_qs
        except ValueError as error:
            raise aiohttp.InvalidURL(url) from error

    def _guarded_socket(self, info: AddressInfo) -> socket.socket:
        self._guard.check_socket(str(info[4][0]), int(str(info[4][1])))
        return self._open_socket(info)


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


def _head(method: str, target: str, host: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """Return a request up to its body. Raises `ValueError` for a header that would make two of one."""
    fields = {"host": host, **_DEFAULT_HEADERS}
    fields.update((name.lower(), value) for name, value in headers.items())
    if body is not None:
        fields["content-length"] = str(len(body))
    lines = [f"{name}: {value}" for name, value in fields.items()]
    text = "\r\n".join((f"{method} {target} HTTP/1.1", *lines, "", ""))
    if text.count("\r") + text.count("\n") != 2 * len(lines) + 4 or "\0" in text:
        raise ValueError("a header has a line break in it")
    return text.encode()
