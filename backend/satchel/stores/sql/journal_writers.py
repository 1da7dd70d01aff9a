"""The one connection that each engine's journal writes through, one batch after another."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Sequence
from queue import SimpleQueue
from typing import Protocol, cast

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.pool import PoolProxiedConnection

from satchel.stores.group_commit import Outcome
from satchel.stores.sql import engine
from satchel.stores.sql.async_engine import AsyncConnection
from satchel.stores.sql.engine import async_engine, writer_engine
from satchel.stores.sql.journal_batch import Item, apply_batch
from satchel.stores.sql.journal_statements import CoreStatements, SqliteStatements

Batch = Sequence[Item]
_Done = asyncio.Future[list[Outcome]]

_AT_ONCE = 32  # a millisecond or less
_SLOW_S = 0.005
_PAUSE_S = 1.0
_CHECKPOINT_ITEMS = 2_000  # 8,000 pages or so


class _Locked(Exception):
    """Another connection writes at this moment; nothing was begun."""


class Writer(Protocol):
    """Applies batches in transactions, in the order asked."""

    async def apply(self, batch: Batch) -> list[Outcome]:
        """Apply and commit `batch`, or roll back and raise what went wrong. The next one has a sound connection either way."""
        ...

    async def aclose(self) -> None:
        """Finish what was asked, then close the connection."""
        ...


class SqliteWriter:
    """A connection kept for the journal. Small batches are written by the event loop itself, others by a thread.

    Handing one over costs three times what writing it does. That is a write into the WAL without a wait; `_checkpoint` waits for the disk,
    in a thread of its own. Whoever finds the database locked, or slow, goes by the thread for a while.
    """

    def __init__(self, url: URL, synchronous: str) -> None:
        self._engine = writer_engine(url, synchronous)
        self._file = url.database or ""
        self._jobs: SimpleQueue[tuple[Batch, asyncio.AbstractEventLoop, _Done] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._connection: PoolProxiedConnection | None = None
        self._statements: SqliteStatements | None = None
        self._at_once_from_s = 0.0 if synchronous == "NORMAL" else float("inf")
        self._since_checkpoint = 0
        self._checkpointing: threading.Thread | None = None

    async def apply(self, batch: Batch) -> list[Outcome]:
        """Apply and commit `batch`."""
        loop = asyncio.get_running_loop()
        if len(batch) <= _AT_ONCE and self._statements is not None and loop.time() >= self._at_once_from_s:
            outcomes = self._apply_at_once(batch, loop)
            if outcomes is not None:
                return outcomes
        done: _Done = loop.create_future()
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="satchel journal", daemon=True)
            self._thread.start()
        self._jobs.put((batch, loop, done))
        return await done

    async def aclose(self) -> None:
        """Finish what was asked, then close the connection."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(thread.join)
        if self._checkpointing is not None:
            await asyncio.to_thread(self._checkpointing.join)

    def _apply_at_once(self, batch: Batch, loop: asyncio.AbstractEventLoop) -> list[Outcome] | None:
        """Write here and now; None, and nothing is done, where another connection holds the lock."""
        began_s = loop.time()
        try:
            return self._transact(batch, wait_s=0.0)
        except _Locked:
            self._at_once_from_s = loop.time() + _PAUSE_S
            return None
        finally:
            if loop.time() - began_s > _SLOW_S:
                self._at_once_from_s = loop.time() + _PAUSE_S

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch, loop, done = job
            outcomes: list[Outcome] = []
            error: BaseException | None = None
            try:
                outcomes = self._transact(batch, wait_s=engine.BUSY_TIMEOUT_S)
            except BaseException as failure:  # belongs to whoever asked; the thread serves the next one
                error = failure
            with contextlib.suppress(RuntimeError):  # the loop was closed without waiting for us
                loop.call_soon_threadsafe(_resolve, done, outcomes, error)
        self._drop_connection()
        self._engine.dispose()

    def _transact(self, batch: Batch, *, wait_s: float) -> list[Outcome]:
        try:
            statements = self._statements or self._connect()
            if not statements.begin(wait_s):
                raise _Locked
            outcomes = apply_batch(statements, batch)
            statements.commit()
        except _Locked:
            raise
        except BaseException:
            self._drop_connection()
            raise
        self._since_checkpoint += len(batch)
        if self._since_checkpoint >= _CHECKPOINT_ITEMS and (self._checkpointing is None or not self._checkpointing.is_alive()):
            self._since_checkpoint = 0
            self._checkpointing = threading.Thread(target=self._checkpoint, name="satchel checkpoint", daemon=True)
            self._checkpointing.start()
        return outcomes

    def _checkpoint(self) -> None:
        """Bring what is in the WAL into the file, and wait for the disk, while others write on."""
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(self._file)) as connection:  # tried again later
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _connect(self) -> SqliteStatements:
        self._connection = self._engine.raw_connection()
        self._statements = SqliteStatements(cast("sqlite3.Connection", self._connection.driver_connection))
        return self._statements

    def _drop_connection(self) -> None:
        connection, self._connection, self._statements = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(Exception):  # already broken; a new one is opened for the next batch
                connection.close()


class PostgresWriter:
    """A connection of the event loop, kept open between batches."""

    def __init__(self, url: URL) -> None:
        self._engine = async_engine(url)
        self._connection: AsyncConnection | None = None

    async def apply(self, batch: Batch) -> list[Outcome]:
        """Apply and commit `batch`."""
        try:
            connection = self._connection = self._connection or await self._engine.connect().start()
            outcomes = await connection.run_sync(_apply_in_core, batch)
            await connection.commit()
        except BaseException:
            await self._drop_connection()
            raise
        return outcomes

    async def aclose(self) -> None:
        """Close the connection."""
        await self._drop_connection()
        await self._engine.dispose()

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # already broken; a new one is opened for the next batch
                await connection.close()


def _apply_in_core(connection: Connection, batch: Batch) -> list[Outcome]:
    return apply_batch(CoreStatements(connection), batch)


def _resolve(done: _Done, outcomes: list[Outcome], error: BaseException | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(outcomes)
    else:
        done.set_exception(error)
