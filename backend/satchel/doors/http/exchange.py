"""One HTTP request and its reply, straight on ASGI, for doors too hot for a framework."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from types import TracebackType
from typing import Self

from starlette.types import Receive, Scope, Send

from satchel.domain.errors import Cancelled, MalformedRequest, RequestTooLarge
from satchel.doors.errors import Headers
from satchel.doors.http.hangup import HANGUP, Hangup

MAX_BODY_BYTES = 10 * 1024 * 1024
_MAX_DRAINED_BYTES = 64 * 1024 * 1024
_DRAIN_S = 20.0
_BODY_S = 300.0
REQUEST_ID = "satchel.request_id"
"""Where `front.py` leaves the request id in the ASGI scope."""


class Exchange:
    """A request being answered.

    `started` tells whether the status is out; after that an error can only be said in the body. `is_abandoned` tells that the caller hung
    up, so that nothing need be said at all.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.request_id: str = scope.get(REQUEST_ID, "req_unknown")
        self.started = False
        self.is_abandoned = False
        self._is_stopped = False
        self._must_close = False
        self._task: asyncio.Task[object] | None = None
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._hangup: Hangup = scope[HANGUP]
        self._receive = receive
        self._send = send

    def headers(self) -> list[tuple[str, str]]:
        """Return the request's headers in order, names in lower case; a name may come twice."""
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self._headers]

    async def body(self, limit_bytes: int = MAX_BODY_BYTES, patience_s: float = _BODY_S) -> bytes:
        """Read the whole body.

        Raises:
            RequestTooLarge: it is, or says that it will be, over the limit.
            MalformedRequest: it is compressed, which would hide its size, or has not come in time.
            Cancelled: the caller hung up before its end.
        """
        if self._announced_bytes() > limit_bytes:
            await self._drain()
            raise _too_large(limit_bytes)
        try:
            async with asyncio.timeout(patience_s):
                return await self._whole_body(limit_bytes)
        except TimeoutError:
            self._must_close = True
            raise MalformedRequest(f"the body did not come within {patience_s:g} s; send it faster, or send less") from None

    async def _whole_body(self, limit_bytes: int) -> bytes:
        message = await self._receive()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            return await self._long_body(message, limit_bytes)
        if message["type"] == "http.disconnect":
            raise self._abandoned()
        return body

    def _announced_bytes(self) -> int:
        """Return how long the body says it is, 0 where it does not. Raises `MalformedRequest` where it is compressed."""
        size_bytes = 0
        for name, value in self._headers:
            if name == b"content-length" and value.isdigit():
                size_bytes = int(value)
            if name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
                raise MalformedRequest("send the body uncompressed", details={"param": "content-encoding"})
        return size_bytes

    async def _long_body(self, message: object, limit_bytes: int) -> bytes:
        parts: list[bytes] = []
        size_bytes = 0
        while isinstance(message, dict) and message["type"] == "http.request":
            parts.append(message.get("body", b""))
            size_bytes += len(parts[-1])
            if size_bytes > limit_bytes:
                if message.get("more_body"):
                    await self._drain()
                raise _too_large(limit_bytes)
            if not message.get("more_body"):
                return b"".join(parts)
            message = await self._receive()
        raise self._abandoned()

    async def _drain(self) -> None:
        """Read on and forget, up to a bound: most callers write everything before they read, and would never see why they are refused."""
        self._must_close = True
        if (b"expect", b"100-continue") in self._headers:
            return
        size_bytes = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                while self._must_close and size_bytes < _MAX_DRAINED_BYTES:
                    message = await self._receive()
                    size_bytes += len(message.get("body", b""))
                    self._must_close = bool(message.get("more_body"))

    def _abandoned(self) -> Cancelled:
        self.is_abandoned = True
        return Cancelled("the caller hung up")

    def ends_with_caller(self) -> Self:
        """Cancel what runs inside `with` when the caller hangs up, or on `stop`; then leave with `Cancelled`. Enter it after the body."""
        return self

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._hangup.listen(self.abandon)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        task, self._task = self._task, None
        self._hangup.forget(self.abandon)
        if isinstance(error, asyncio.CancelledError) and self._is_stopped and task is not None and task.uncancel() == 0:
            raise Cancelled("the generation was cancelled") from None

    def stop(self) -> None:
        """Cancel what runs inside `ends_with_caller`. Safe to call twice, and when nothing runs."""
        if self._task is not None and not self._is_stopped:
            self._is_stopped = True
            self._task.cancel()

    def abandon(self) -> None:
        """Stop, and say nothing more: the caller is gone, or has not read for too long."""
        self.is_abandoned = True
        self.stop()

    async def reply(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a whole reply."""
        await self.start(status, [*headers, (b"content-length", str(len(body)).encode())])
        await self._send({"type": "http.response.body", "body": body})

    async def start(self, status: int, headers: Headers) -> None:
        """Send status and headers."""
        self.started = True
        if self._must_close:
            headers = [*headers, (b"connection", b"close")]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    def write(self, data: bytes) -> Awaitable[None]:
        """Send a piece of the body; waits while the caller reads slowly."""
        return self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        """Say that the body is complete."""
        await self._send({"type": "http.response.body", "body": b""})


def _too_large(limit_bytes: int) -> RequestTooLarge:
    message = f"the body is over {limit_bytes // 1024**2} MiB; send less"
    return RequestTooLarge(message, details={"limit_bytes": limit_bytes})
