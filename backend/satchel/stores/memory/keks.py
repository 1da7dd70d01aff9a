"""What is known of the key-encryption keys, in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from satchel.domain.keys import Kek
from satchel.stores.memory.state import Tables


class MemoryKeks:
    """`KekStore` over a dictionary."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def list(self) -> Sequence[Kek]:
        """Return all, newest first."""
        by_id = sorted(self._tables.keks.values(), key=lambda kek: kek.id)
        return sorted(by_id, key=lambda kek: kek.created_at, reverse=True)

    async def put_primary(self, kek: Kek) -> None:
        """Make this one the primary, and the earlier one decrypt_only."""
        for other in list(self._tables.keks.values()):
            if other.state == "primary":
                self._tables.keks[other.id] = replace(other, state="decrypt_only")
        self._tables.keks[kek.id] = replace(self._tables.keks.get(kek.id, kek), state="primary")

    async def retire(self, kek_id: str) -> bool:
        """Call one destroyed, if it only unwraps and has nothing left to."""
        kek = self._tables.keks.get(kek_id)
        if kek is None or kek.state != "decrypt_only" or kek_id in await self.counts():
            return False
        self._tables.keks[kek_id] = replace(kek, state="destroyed")
        return True

    async def counts(self) -> Mapping[str, int]:
        """Return how many data keys and seeds each KEK seals."""
        managed = [dek.kek_id for dek in self._tables.deks.values() if not dek.is_locked]
        others = [wrap.kek_id for wrap in self._tables.dek_wraps.values()] + [totp.kek_id for totp in self._tables.totps.values()]
        return Counter([*managed, *others])
