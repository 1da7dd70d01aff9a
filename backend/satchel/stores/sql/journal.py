"""The hot path's writer: holds and settlements of all callers, committed in groups.

SQLite is written by a thread of its own with a synchronous connection, so that a batch costs one hop; PostgreSQL by one connection of the
event loop. What a batch does is in `journal_batch.py` and the same for both.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime

from sqlalchemy import select

from satchel.domain.errors import InternalError
from satchel.domain.ledger import HoldRecord, Settlement
from satchel.stores.group_commit import GroupCommit, Outcome
from satchel.stores.sql.engine import UNREACHABLE, async_engine, database_url, is_sqlite, not_ready, refuses_a_value
from satchel.stores.sql.generations import hold_from
from satchel.stores.sql.journal_batch import Item
from satchel.stores.sql.journal_writers import PostgresWriter, SqliteWriter, Writer
from satchel.stores.sql.tables import holds

_RETRY_S = 1.0
_MOST_OWED = 10_000


class SqlJournal:
    """`Journal` in SQL.

    A settlement that the database would not take is offered again every second while this process lives, whatever its caller was told; the
    hold stays until then, so that no money is free meanwhile.
    """

    def __init__(self, url: str, synchronous: str = "NORMAL") -> None:
        """Prepare, without connecting.

        Args:
            url: as for `SqlDatabase`.
            synchronous: SQLite only. `NORMAL` loses nothing when the process dies, and may lose the last moments in a power cut; `FULL`
                waits for the disk at each commit.
        """
        parsed = database_url(url)
        self._writer: Writer = SqliteWriter(parsed, synchronous) if is_sqlite(parsed) else PostgresWriter(parsed)
        self._engine = async_engine(parsed, patient=True)  # for the reaper, who comes once a minute
        self._attempts = 1 if is_sqlite(parsed) else 2  # a server may have dropped our idle connection
        self._commits: GroupCommit[Item] = GroupCommit(self._apply)
        self._owed: dict[str, Settlement] = {}
        self._retry: asyncio.TimerHandle | None = None

    def hold(self, record: HoldRecord) -> Awaitable[None]:
        """Start to keep a hold."""
        return self._commits.put(record)

    def settle(self, settlement: Settlement) -> Awaitable[None]:
        """Start to replace a hold by its entry."""
        return self._commits.put(settlement, may_wait=True)

    async def orphans(self, worker_id: str, before: datetime) -> Sequence[HoldRecord]:
        """Return the holds of other workers started before `before`."""
        query = select(holds).where(holds.c.worker_id != worker_id, holds.c.started_at < before)
        try:
            async with self._engine.connect() as connection:
                return [hold_from(row) for row in await connection.execute(query)]
        except UNREACHABLE as error:
            raise not_ready(error) from error

    async def aclose(self) -> None:
        """Commit all that waits, then stop."""
        self._offer_again()
        await self._commits.aclose()
        if self._retry is not None:
            self._retry.cancel()
        await self._writer.aclose()
        await self._engine.dispose()

    async def _apply(self, batch: Sequence[Item]) -> list[Outcome]:
        for attempt in range(1, self._attempts + 1):
            try:
                return await self._writer.apply(batch)
            except UNREACHABLE as error:
                if refuses_a_value(error):
                    return await self._apply_each(batch, error)
                if attempt == self._attempts:
                    self._owe(batch)
                    raise not_ready(error) from error
            except Exception as error:  # a value that the driver cannot even send: only its own item may suffer
                return await self._apply_each(batch, error)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _apply_each(self, batch: Sequence[Item], error: Exception) -> list[Outcome]:
        """Apply the items of a batch one by one, so that the one the database cannot take harms no other."""
        if len(batch) > 1:
            return [outcome for item in batch for outcome in await self._apply_alone(item)]
        refused = InternalError("the ledger refused this generation's record")
        refused.__cause__ = error
        return [refused]

    async def _apply_alone(self, item: Item) -> list[Outcome]:
        try:
            return await self._apply([item])
        except Exception as error:  # an outage that began meanwhile
            return [not_ready(error)]

    def _owe(self, batch: Sequence[Item]) -> None:
        for item in batch:
            if isinstance(item, Settlement) and len(self._owed) < _MOST_OWED:
                self._owed[item.entry.generation_id] = item
        if self._owed and self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(_RETRY_S, self._offer_again)

    def _offer_again(self) -> None:
        owed, self._owed = self._owed, {}
        self._retry = None
        for settlement in owed.values():
            self._commits.put(settlement)
