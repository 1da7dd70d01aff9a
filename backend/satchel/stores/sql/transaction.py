"""The statements of one unit of work: reads at once, a transaction from the first write on. Each statement sees what is committed."""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable, Row, Table
from sqlalchemy.exc import IntegrityError

from satchel.stores.sql.async_engine import AsyncConnection, AsyncEngine
from satchel.stores.sql.engine import UNREACHABLE, begin_write_async, not_ready
from satchel.stores.sql.upserts import insert_into

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert

Parameters = Mapping[str, Any] | None


class Transaction:
    """One connection while a unit of work lasts.

    On SQLite reads run outside any transaction until the first write takes the write lock, so that readers hold nobody up; PostgreSQL at
    its default isolation behaves the same. `turns` lets writers of this process wait in line instead of polling SQLite's lock.
    """

    def __init__(self, engine: AsyncEngine, turns: asyncio.Lock | None) -> None:
        self._engine = engine
        self._turns = turns
        self._connection: AsyncConnection | None = None
        self._writes = False

    async def __aenter__(self) -> "Transaction":
        """Take a connection. Raises `NotReady` where there is none."""
        try:
            self._connection = await self._engine.connect().start()
        except UNREACHABLE as error:
            raise not_ready(error) from error
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit or roll back, and give the connection back."""
        connection = self.connection
        try:
            if error is None:
                await connection.commit()
            await connection.__aexit__(kind, error, trace)
        except UNREACHABLE as failure:
            await connection.__aexit__(type(failure), failure, None)
            raise not_ready(failure) from failure
        finally:
            if self._writes and self._turns is not None:
                self._turns.release()
        if isinstance(error, UNREACHABLE) and not isinstance(error, IntegrityError):
            raise not_ready(error) from error

    @property
    def connection(self) -> AsyncConnection:
        """Return the connection; only between enter and exit."""
        if self._connection is None:
            raise RuntimeError("a unit of work is used before it began; write `async with`")
        return self._connection

    async def rows(self, statement: Executable, parameters: Parameters = None) -> Sequence[Row[Any]]:
        """Return all rows of a query."""
        return (await self.connection.execute(statement, parameters)).all()

    async def row(self, statement: Executable, parameters: Parameters = None) -> Row[Any] | None:
        """Return the first row of a query, or None."""
        return (await self.connection.execute(statement, parameters)).first()

    async def write(self, statement: Executable, parameters: Parameters = None) -> int:
        """Change rows; return how many."""
        await self.begin()
        return (await self.connection.execute(statement, parameters)).rowcount

    async def write_returning(self, statement: Executable, parameters: Parameters = None) -> Sequence[Row[Any]]:
        """Change rows; return what the statement's RETURNING names."""
        await self.begin()
        return await self.rows(statement, parameters)

    def insert(self, table: Table) -> "Insert":
        """Return an insert in the engine's own dialect, to which `on_conflict_…` may be said."""
        return insert_into(table, self._engine.sync_engine.dialect.name)

    async def begin(self) -> None:
        """Begin to write, unless begun."""
        if self._writes:
            return
        if self._turns is not None:
            await self._turns.acquire()
        self._writes = True
        await begin_write_async(self.connection)
