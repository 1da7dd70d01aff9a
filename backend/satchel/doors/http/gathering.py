"""Uvicorn's HTTP protocol over a transport that writes once a turn of the event loop: head and body of an answer, or several deltas, are
one system call and one packet. Two writes an answer were a tenth of a request's time, and its caller's too.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from satchel.doors.http.hangup import HANGUP, Hangup


class GatheringProtocol(HttpToolsProtocol):
    """HTTP, and what becomes of it: a websocket keeps the transport it began on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Serve a new connection."""
        self._hangup = Hangup()
        super().connection_made(cast(asyncio.Transport, _Gathering(transport, self.loop)))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the calls that are being answered."""
        super().connection_lost(exc)
        self._hangup.happen()

    def on_message_begin(self) -> None:
        """Begin a request; its door can hear when the caller hangs up."""
        super().on_message_begin()
        cast(dict[str, object], self.scope)[HANGUP] = self._hangup


class _Gathering:
    """A transport that keeps what is written until the turn ends, or it is closed. All else goes to the real one."""

    __slots__ = ("_held", "_loop", "_transport", "is_closing")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write `data` when this turn of the loop ends."""
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(data)

    def close(self) -> None:
        """Write what is held, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        held, self._held = self._held, []
        if held and not self.is_closing():
            self._transport.write(b"".join(held) if len(held) > 1 else held[0])
