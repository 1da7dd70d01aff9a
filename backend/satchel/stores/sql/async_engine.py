"""Core's engine and connection for coroutines, and no more: SQLAlchemy's own asyncio package brings its whole ORM along (6 MB at rest)."""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.util.concurrency import greenlet_spawn

T = TypeVar("T")


class AsyncEngine:
    """An engine whose driver speaks asyncio. `sync_engine` is SQLAlchemy's own, for events.

    Source: `sqlalchemy.ext.asyncio.AsyncEngine` of SQLAlchemy 2.1.9 does the same through `greenlet_spawn` (2026-11-28).
    """

    def __init__(self, url: URL, **options: Any) -> None:
        """Prepare, without connecting; `options` as for `create_engine`."""
        self.sync_engine: Engine = create_engine(url, **options)

    def connect(self) -> "AsyncConnection":
        """Return a connection to be opened with `async with`, or by `start` and closed by `close`."""
        return AsyncConnection(self.sync_engine)

    async def dispose(self) -> None:
        """Close the connections that are not in use."""
        await greenlet_spawn(self.sync_engine.dispose)


class AsyncConnection:
    """One connection, its transaction begun by the first statement."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    async def start(self) -> "AsyncConnection":
        """Open it, or take it from the pool."""
        self._connection = await greenlet_spawn(self._engine.connect)
        return self

    async def __aenter__(self) -> "AsyncConnection":
        """Open it."""
        return await self.start()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Roll back what is not committed and give it back, wholly, also when the caller is cancelled meanwhile."""
        closing = asyncio.ensure_future(self.close())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await closing
            raise

    async def execute(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Run a statement. Its rows have arrived when this returns."""
        return await greenlet_spawn(self._open().execute, statement, parameters)

    async def run_sync(self, work: Callable[..., T], *arguments: Any) -> T:
        """Call `work` with SQLAlchemy's synchronous connection, then `arguments`: whatever it waits for, the loop goes on."""
        return await greenlet_spawn(work, self._open(), *arguments)

    async def commit(self) -> None:
        """Commit."""
        await greenlet_spawn(self._open().commit)

    async def rollback(self) -> None:
        """Roll back."""
        await greenlet_spawn(self._open().rollback)

    async def close(self) -> None:
        """Roll back what is not committed, and give the connection back."""
        await greenlet_spawn(self._open().close)

    def _open(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("a connection is used before it was opened; write `async with`")
        return self._connection
