"""The one connection that each engine's journal writes through, one transaction after another."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from satchel.stores.sql.engine import async_engine, begin_write, writer_engine

T = TypeVar("T")
Work = Callable[[Connection], T]
_Job = tuple[Work[Any], asyncio.AbstractEventLoop, asyncio.Future[Any]]


class Writer(Protocol):
    """Runs synchronous work in transactions, in the order asked."""

    async def run(self, work: Work[T]) -> T:
        """Run `work` in a transaction; commit, or roll back and raise what it raised. The next run has a sound connection either way."""
        ...

    async def aclose(self) -> None:
        """Finish what was asked, then close the connection."""
        ...


class SqliteWriter:
    """A thread with a connection of its own: no hop per statement, and the event loop never waits for a disk."""

    def __init__(self, url: URL, synchronous: str) -> None:
        self._engine = writer_engine(url, synchronous)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None

    async def run(self, work: Work[T]) -> T:
        """Run `work` in the thread, in a transaction."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="satchel journal", daemon=True)
            self._thread.start()
        self._jobs.put((work, loop, future))
        return await future

    async def aclose(self) -> None:
        """Finish what was asked, then close the connection."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(thread.join)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, loop, future = job
            result, error = None, None
            try:
                result = self._transact(work)
            except BaseException as failure:  # belongs to whoever asked; the thread serves the next one
                error = failure
            with contextlib.suppress(RuntimeError):  # the loop was closed without waiting for us
                loop.call_soon_threadsafe(_resolve, future, result, error)
        self._drop_connection()
        self._engine.dispose()

    def _transact(self, work: Work[T]) -> T:
        try:
            connection = self._connection = self._connection or self._engine.connect()
            begin_write(connection)
            result = work(connection)
            connection.commit()
        except BaseException:
            self._drop_connection()
            raise
        return result

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # already broken; a new one is opened for the next batch
                connection.close()


class PostgresWriter:
    """A connection of the event loop, kept open between batches."""

    def __init__(self, url: URL) -> None:
        self._engine = async_engine(url)
        self._connection: AsyncConnection | None = None
        self._turns = asyncio.Lock()

    async def run(self, work: Work[T]) -> T:
        """Run `work` on the connection, in a transaction."""
        async with self._turns:
            try:
                connection = self._connection = self._connection or await self._engine.connect()
                result = await connection.run_sync(work)
                await connection.commit()
            except BaseException:
                await self._drop_connection()
                raise
            return result

    async def aclose(self) -> None:
        """Close the connection."""
        async with self._turns:
            await self._drop_connection()
        await self._engine.dispose()

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # already broken; a new one is opened for the next batch
                await connection.close()


def _resolve(future: asyncio.Future[T], result: T, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
