"""Emptying SQLite's write-ahead log, which keeps what was removed until it is brought into the file."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from satchel.domain.errors import NotReady

TRIES = 50
PAUSE_S = 0.1
LATER_S = 2.0

_log = logging.getLogger(__name__)


class Scrubbing:
    """Tries for a few seconds while somebody waits for it, then goes on by itself until it is done."""

    def __init__(self, empty: Callable[[], Awaitable[bool]]) -> None:
        """Build it; `empty` makes one try that waits for nobody, and tells whether the log is empty."""
        self._empty = empty
        self._later: asyncio.Task[None] | None = None

    async def scrub(self) -> None:
        """Empty the log now, or as soon as those who still read in it are done, or the database answers again."""
        with contextlib.suppress(NotReady):
            for _ in range(TRIES):
                if await self._empty():
                    return
                await asyncio.sleep(PAUSE_S)
        _log.warning("the write-ahead log is in use and still has removed rows; they go as soon as it is free")
        if self._later is None or self._later.done():
            self._later = asyncio.create_task(self._go_on())

    async def aclose(self) -> None:
        """Stop trying: the last connection that closes empties the log."""
        if self._later is not None:
            self._later.cancel()
            await asyncio.gather(self._later, return_exceptions=True)

    async def _go_on(self) -> None:
        is_empty = False
        while not is_empty:
            await asyncio.sleep(LATER_S)
            with contextlib.suppress(NotReady):
                is_empty = await self._empty()
        _log.info("the write-ahead log is empty: the removed rows are gone")
