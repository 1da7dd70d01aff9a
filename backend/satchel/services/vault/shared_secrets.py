"""Secrets that every process of a deployment knows and nobody else: derived from the canaries, which only the KEKs open."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence

from satchel.domain.errors import NotReady, VaultLocked
from satchel.domain.keys import Kek
from satchel.kit.aead import wipe
from satchel.ports.clock import Clock
from satchel.ports.custody import Custody
from satchel.ports.stores import Database
from satchel.services.vault.keks import CANARY

LOOK_AGAIN_S = 60.0


class SharedSecrets:
    """Derive a secret for one purpose from each KEK: the newest to use, the others until a rotation has reached everybody."""

    def __init__(self, database: Database, custody: Custody, enrol: Callable[[], Awaitable[None]], clock: Clock, purpose: str) -> None:
        """Build it; `enrol` writes down which KEK wraps, with its canary."""
        self._database = database
        self._custody = custody
        self._enrol = enrol
        self._clock = clock
        self._purpose = purpose
        self._derived: dict[str, bytes] = {}
        self._known: Sequence[bytes] = ()
        self._looked_at_s: float | None = None

    async def all(self) -> Sequence[bytes]:
        """Return the secrets, at least one, the one to use first.

        Raises:
            NotReady: the KEKs, or the database, do not answer.
        """
        now_s = self._clock.monotonic_s()
        if self._looked_at_s is None or now_s - self._looked_at_s > LOOK_AGAIN_S:
            self._known = await self._look()
            self._looked_at_s = now_s
        return self._known

    async def _look(self) -> Sequence[bytes]:
        await self._enrol()
        async with self._database.unit_of_work() as stores:
            keks = await stores.keks.list()
        primary_first = sorted(keks, key=lambda kek: kek.state != "primary")
        in_custody = set(await self._custody.known())
        found = [await self._of(kek) for kek in primary_first if kek.id in in_custody]
        if not found:
            raise NotReady("the key-encryption keys do not answer; try again in a moment", retry_after_s=5.0)
        return found

    async def _of(self, kek: Kek) -> bytes:
        if kek.id not in self._derived:
            try:
                canary = await self._custody.unwrap(kek.wrap, CANARY)
            except VaultLocked as error:
                raise NotReady("the key-encryption keys do not answer; try again in a moment", retry_after_s=5.0) from error
            self._derived[kek.id] = hmac.digest(canary, f"satchel/shared/{self._purpose}".encode(), hashlib.sha256)
            wipe(canary)
        return self._derived[kek.id]
