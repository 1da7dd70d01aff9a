"""How often something was tried, in SQL: `Limiter` for what must not be tried more often only because several processes answer."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from satchel.domain.tokens import secret_hash
from satchel.ports.clock import Clock
from satchel.ports.coordination import Decision, Limit, decision_of
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.oauth_tables import throttles
from satchel.stores.sql.transaction import Transaction

_SWEPT_EVERY_S = 60.0
_BATCH = 500


class SqlLimiter:
    """Count takes in a sliding window, together with every process of the database, by the wall clock.

    A bucket is a row, which whoever takes from it holds until it is counted. Of its name only a hash is kept: it may hold an address.
    No commit waits for the disk.
    """

    def __init__(self, database: SqlDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._swept_at_s = float("-inf")

    async def take(self, bucket: str, n: int, limit: Limit) -> Decision:
        """Take `n` from `bucket`; a refused take takes nothing. Raises `NotReady` where the database does not answer."""
        name, now = secret_hash(bucket), self._clock.now()
        async with self._database.passing() as transaction:
            now_s = now.timestamp()
            taken = [moment_s for moment_s in await self._taken(transaction, name, now) if moment_s > now_s - limit.window_s]
            decision = decision_of(taken, n, limit, now_s)
            if decision.allowed:
                counted = {"taken": json.dumps([*taken, *[now_s] * n]), "ends_at": now + timedelta(seconds=limit.window_s)}
                await transaction.write(update(throttles).where(throttles.c.bucket_hash == name).values(counted))
        await self._sweep(now)
        return decision

    async def _taken(self, transaction: Transaction, name: str, now: datetime) -> Sequence[float]:
        """Return when was taken from a bucket, oldest first, and hold it until the transaction ends."""
        fresh = transaction.insert(throttles).values(bucket_hash=name, taken="[]", ends_at=now)
        kept = select(throttles.c.taken).where(throttles.c.bucket_hash == name).with_for_update()
        while True:
            await transaction.write(fresh.on_conflict_do_nothing(index_elements=["bucket_hash"]))
            if (row := await transaction.row(kept)) is not None:  # else it was swept away in between
                taken: Sequence[float] = json.loads(row.taken)
                return taken

    async def _sweep(self, now: datetime) -> None:
        """Remove, once a minute, buckets that hold nothing any more; those that somebody holds stay for another time."""
        if self._clock.monotonic_s() - self._swept_at_s < _SWEPT_EVERY_S:
            return
        self._swept_at_s = self._clock.monotonic_s()
        ended = select(throttles.c.bucket_hash).where(throttles.c.ends_at <= now).limit(_BATCH).with_for_update(skip_locked=True)
        async with self._database.passing() as transaction:
            await transaction.write(delete(throttles).where(throttles.c.bucket_hash.in_(ended)))
