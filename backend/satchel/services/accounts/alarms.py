"""Somebody tries too often to come in: the account's holder finds it in the audit log, with what was tried and from where."""

import asyncio
import hashlib
import logging

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import SatchelError
from satchel.ports.clock import Clock
from satchel.ports.coordination import Limit, Limiter
from satchel.ports.stores import Database

_ONCE = Limit(count=1, window_s=300)
_MAX_WAITING = 100

_log = logging.getLogger(__name__)


class Alarms:
    """Write it down once in five minutes, and after the answer: who asks does not learn by its time whether there is such an account."""

    def __init__(self, database: Database, limiter: Limiter, clock: Clock) -> None:
        self._database = database
        self._limiter = limiter
        self._clock = clock
        self._waiting: set[asyncio.Task[None]] = set()

    def raise_for(self, email: str, what: str, address: str) -> None:
        """Note that no more tries are taken for an email; nothing is written if no account has it.

        Args:
            email: as it is kept.
            what: what was tried, `password` or `code`.
            address: the network address of the try that was refused.
        """
        if len(self._waiting) < _MAX_WAITING:
            task = asyncio.create_task(self._write(email, what, address))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def aclose(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._waiting)

    async def _write(self, email: str, what: str, address: str) -> None:
        hashed = hashlib.sha256(email.encode(errors="replace")).hexdigest()
        try:
            if not (await self._limiter.take(f"alarm:{what}:{hashed}", 1, _ONCE)).allowed:
                return
            async with self._database.unit_of_work() as stores:
                account = await stores.accounts.by_email(email)
                if account is not None:
                    about = f"{what}, from {address}"
                    await stores.audit.add(AuditRecord(account.id, self._clock.now(), Act.TRIES_STOPPED, account.id, about))
        except SatchelError as error:
            _log.warning("an alarm could not be written down: %s", error.code)
