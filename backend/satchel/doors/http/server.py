"""Uvicorn as we run it: which protocols and limits, a word when it is ready, and draining before it closes anything."""

import asyncio
import gc
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence

import uvicorn
from starlette.types import ASGIApp

from satchel.doors.http.gathering import GatheringProtocol

_MAX_MESSAGE_BYTES = 10 * 1024 * 1024
_KEEP_ALIVE_S = 75
_AFTER_DRAIN_S = 5

_COLLECT_AFTER = 10_000
_SWITCH_S = 0.001

Deed = Callable[[], Awaitable[None]]


def tune_interpreter() -> None:
    """Set Python up for a process that serves and no more.

    The garbage collector passes over what start-up made, and comes a fourteenth as often: it was 14 % of a request's time, and looking
    through everything that is loaded stopped all streams for 30 ms or more. The journal's thread gives way to the event loop after 1 ms,
    not 5, so that a lone caller waits less for it.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(_COLLECT_AFTER)
    sys.setswitchinterval(_SWITCH_S)


class Server(uvicorn.Server):
    """Serve until SIGTERM or SIGINT; then `drain` first, while the listener still answers, and close afterwards.

    A second SIGINT ends the wait.
    """

    def __init__(self, asgi: ASGIApp, *, drain: Deed, ready: Deed, trusted_proxies: Sequence[str] = ()) -> None:
        """Build it. `trusted_proxies` are the addresses and networks whose `X-Forwarded-For` is believed."""
        super().__init__(
            uvicorn.Config(
                asgi,
                loop="uvloop",
                http=GatheringProtocol,
                ws="websockets-sansio",
                ws_max_size=_MAX_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                ws_ping_interval=20.0,
                ws_ping_timeout=20.0,
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=list(trusted_proxies),
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_AFTER_DRAIN_S,
            )
        )
        self._drain = drain
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            await self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what runs finish, then close."""
        draining = asyncio.ensure_future(self._drain())
        while not draining.done() and not self.force_exit:
            await asyncio.wait({draining}, timeout=0.1)
        draining.cancel()
        await super().shutdown(sockets)
