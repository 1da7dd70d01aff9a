"""A reply as server-sent events, with comment lines while nothing comes. What the events say is the dialect's business."""

import asyncio

from satchel.doors.errors import Headers
from satchel.doors.http.exchange import Exchange

_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]
_STUCK_S = 60.0


class EventStream:
    """Whole events out, one write each; a comment after `first_s` of silence and every `every_s` from then on.

    The status goes out with the first event or comment, whichever comes first, so that an early failure can still be an HTTP status.
    A timer does the waiting: no task per event, and the events' generator stays in the caller's task.
    """

    def __init__(
        self,
        exchange: Exchange,
        headers: Headers,
        comment: bytes,
        *,
        first_s: float = 1.0,
        every_s: float = 5.0,
    ) -> None:
        self._exchange = exchange
        self._headers = [*_HEADERS, *headers]
        self._comment = comment
        self._first_s, self._every_s = first_s, every_s
        self._loop = asyncio.get_running_loop()
        self._due_s = self._loop.time() + first_s
        self._writing_since_s: float | None = None
        self._commenting: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(first_s, self._tick)

    async def write(self, data: bytes) -> None:
        """Send one or more whole events; waits while the caller reads slowly."""
        if self._commenting is not None:
            await self._commenting
        await self._put(data)
        self._due_s = self._loop.time() + self._first_s

    async def end(self) -> None:
        """Close the reply after its last event."""
        if self._commenting is not None:
            await self._commenting
        self.stop()
        await self._exchange.end()

    def stop(self) -> None:
        """Send no more comments. Safe to call twice."""
        self._timer.cancel()
        if self._commenting is not None:
            self._commenting.cancel()

    async def _put(self, data: bytes) -> None:
        self._writing_since_s = self._loop.time()
        if not self._exchange.started:
            await self._exchange.start(200, self._headers)
        await self._exchange.write(data)
        self._writing_since_s = None

    def _tick(self) -> None:
        now_s = self._loop.time()
        if self._writing_since_s is not None:
            if now_s - self._writing_since_s > _STUCK_S:
                self._exchange.abandon()
                return
        elif now_s >= self._due_s:
            self._due_s = now_s + self._every_s
            self._commenting = asyncio.create_task(self._say_something())
        wait_s = self._due_s - now_s
        self._timer = self._loop.call_later(wait_s if 0 < wait_s < self._first_s else self._first_s, self._tick)

    async def _say_something(self) -> None:
        try:
            await self._put(self._comment)
        finally:
            self._commenting = None
