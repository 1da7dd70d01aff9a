"""What is left of tokens and codes that ended long ago: an extension alone leaves some three hundred a day."""

import asyncio
import logging
from datetime import timedelta

from satchel.domain.errors import SatchelError
from satchel.ports.clock import Clock
from satchel.ports.stores import Database

_KEPT = timedelta(days=30)
_BATCH = 500
_FIRST_AFTER_S = 60.0
_EVERY_S = 86_400.0
_log = logging.getLogger(__name__)


class Leftovers:
    """Remove them. A refresh token stays for as long as its family may live: that it comes back must still end the family."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self) -> None:
        """Remove them every day until cancelled, in small batches, so that nobody waits."""
        await asyncio.sleep(_FIRST_AFTER_S)
        while True:
            try:
                await self.remove()
            except SatchelError as error:
                _log.warning("tokens that ended long ago could not be removed: %s", error.code)
            await asyncio.sleep(_EVERY_S)

    async def remove(self) -> int:
        """Remove what ended more than thirty days ago; return how many tokens that were."""
        before, removed = self._clock.now() - _KEPT, 0
        while True:
            async with self._database.unit_of_work() as stores:
                batch = await stores.tokens.remove_ended(before, _BATCH)
            removed += batch
            if batch < _BATCH:
                return removed
