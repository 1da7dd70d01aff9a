"""Forgetting the activity that is older than its person wants it kept. What it cost stays counted, as when it is forgotten by hand."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import NotFound, SatchelError
from satchel.domain.retention import forgotten_before, in_words
from satchel.ports.clock import Clock
from satchel.ports.stores import Database

EVERY_S = 60.0
WHOLE_EVERY = 1440
_LOOK_BACK = timedelta(hours=1)
_log = logging.getLogger(__name__)


class Retention:
    """Keep the choice of each account, and carry it out. Any number of processes may do so at once."""

    def __init__(self, database: Database, clock: Clock, flush: Callable[[], Awaitable[None]]) -> None:
        """Build it; `flush` waits for the settlements under way, so that what ended before a choice falls under it."""
        self._database = database
        self._clock = clock
        self._flush = flush

    async def choose(self, account_id: str, days: int | None) -> None:
        """Keep activity for so many days from now on, None for ever; what is older is gone, from the write-ahead log too, on return.

        Raises:
            NotFound: there is no such account.
        """
        now = self._clock.now()
        async with self._database.unit_of_work() as stores:
            account = await stores.accounts.get(account_id)
            if account is None:
                raise NotFound(f"there is no account {account_id!r}")
            if account.activity_days != days:
                await stores.accounts.keep_activity(account_id, days)
                await stores.audit.add(AuditRecord(account_id, now, Act.ACTIVITY_DAYS_CHANGED, account_id, in_words(days)))
        if days is not None:
            await self._flush()
            await self._forget([(account_id, days)])

    async def run(self) -> None:
        """Forget at once and every minute, until cancelled.

        All that is too old is looked for at the start and once a day; in between, what grew too old since the last time and in the hour
        before, as a generation is written down when it ends: an account may have many rows that are forgotten already.
        """
        rounds, done_at = 0, None
        while True:
            now = self._clock.now()
            try:
                await self.forget(None if done_at is None or rounds % WHOLE_EVERY == 0 else now - done_at + _LOOK_BACK)
                done_at = now
            except SatchelError as error:
                _log.warning("activity that is too old could not be forgotten: %s", error.code)
            rounds += 1
            await asyncio.sleep(EVERY_S)

    async def forget(self, within: timedelta | None = None) -> int:
        """Forget what is too old; with `within`, only what became so in that time. Return how many generations that were."""
        async with self._database.unit_of_work() as stores:
            choices = await stores.accounts.activity_days()
        return await self._forget(list(choices.items()), within)

    async def _forget(self, choices: list[tuple[str, int]], within: timedelta | None = None) -> int:
        now, forgotten = self._clock.now(), 0
        for account_id, days in choices:
            until = forgotten_before(days, now)
            async with self._database.unit_of_work() as stores:
                forgotten += await stores.generations.forget_older(account_id, until, None if within is None else until - within)
        if forgotten:
            await self._database.scrub()
        return forgotten
