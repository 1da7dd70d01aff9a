"""The ledger, read: what was asked, by whom, and what it cost. Written by `services/budget.py` through the journal only."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from satchel.domain.activity import ACTIVITY_DAYS, Activity
from satchel.domain.budgets import Period, period_start
from satchel.domain.errors import MalformedRequest
from satchel.domain.ledger import Entry
from satchel.domain.searches import EVERYTHING, Search
from satchel.ports.clock import Clock
from satchel.ports.stores import Database


class Ledger:
    """Read entries of ended generations. Running ones are in `services/streams.py`."""

    def __init__(self, database: Database, clock: Clock, flush: Callable[[], Awaitable[None]]) -> None:
        """Read from `database`; `flush` waits for the settlements under way, so that whoever saw an end finds its entry."""
        self._database = database
        self._clock = clock
        self._flush = flush

    async def recent(
        self, account_id: str, limit: int = 20, search: Search = EVERYTHING, before: tuple[datetime, str] | None = None
    ) -> Sequence[Entry]:
        """Return at most `limit` entries that `search` finds, newest first; `before` is start and id of the last one seen."""
        await self._flush()
        async with self._database.unit_of_work() as stores:
            return await stores.generations.list(account_id, limit, search, before)

    async def get(self, account_id: str, generation_id: str) -> Entry | None:
        """Return the entry of a generation, None where there is none of this account."""
        await self._flush()
        async with self._database.unit_of_work() as stores:
            return await stores.generations.get(account_id, generation_id)

    async def forget(self, account_id: str, generation_id: str | None = None, origin: str | None = None) -> int:
        """Erase who asked what of whom, of one generation, of an origin's or of all that ended; what they cost stays counted.

        What the database kept of it in passing goes too, before this returns.

        Returns:
            How many were forgotten.
        """
        await self._flush()
        async with self._database.unit_of_work() as stores:
            forgotten = await stores.generations.forget(account_id, generation_id, origin)
        if forgotten:
            await self._database.scrub()
        return forgotten

    async def today(self, account_id: str) -> tuple[int, int]:
        """Return what was spent since midnight UTC in nano-US-dollars, and on how many generations."""
        midnight = period_start(Period.DAY, self._clock.now())
        await self._flush()
        async with self._database.unit_of_work() as stores:
            return await stores.generations.since(account_id, midnight)

    async def spent(self, account_id: str) -> int:
        """Return what the account ever spent, in nano-US-dollars."""
        await self._flush()
        async with self._database.unit_of_work() as stores:
            return (await stores.generations.since(account_id, period_start(Period.TOTAL, self._clock.now())))[0]

    async def by_token(self, account_id: str) -> Mapping[str, Sequence[int]]:
        """Return what each token that spent anything spent, in nano-US-dollars: altogether, today, this week and this month, in UTC."""
        now = self._clock.now()
        moments = [period_start(period, now) for period in (Period.TOTAL, Period.DAY, Period.WEEK, Period.MONTH)]
        await self._flush()
        async with self._database.unit_of_work() as stores:
            return await stores.generations.by_token(account_id, moments)

    async def activity(self, account_id: str, day: date | None = None, token_id: str | None = None) -> Sequence[Activity]:
        """Return what was asked in the last 30 completed UTC days, or on one of them, of one token or all.

        Raises:
            MalformedRequest: `day` is none of them.
        """
        midnight = period_start(Period.DAY, self._clock.now())
        first, days = midnight - timedelta(days=ACTIVITY_DAYS), ACTIVITY_DAYS
        if day is not None:
            if not first.date() <= day < midnight.date():
                raise MalformedRequest(f"{day} is none of the last {days} completed days (UTC)", details={"param": "date"})
            first, days = datetime.combine(day, time(), UTC), 1
        await self._flush()
        async with self._database.unit_of_work() as stores:
            return await stores.generations.by_day(account_id, first, days, token_id)
