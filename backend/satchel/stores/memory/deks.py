"""Wrapped data keys in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from satchel.domain.keys import WrappedDek
from satchel.stores.memory.state import Tables


class MemoryDeks:
    """`DekStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def get(self, account_id: str) -> WrappedDek | None:
        """Return the account's newest wrapped data key, or None."""
        found = [dek for dek in self._tables.deks.values() if dek.account_id == account_id]
        return max(found, key=lambda dek: dek.version, default=None)

    async def put(self, dek: WrappedDek) -> WrappedDek:
        """Keep `dek` unless the account has one of this version; return the one that is kept."""
        return self._tables.deks.setdefault((dek.account_id, dek.version), dek)

    async def page(self, after_id: str, limit: int, but_under: str | None = None) -> Sequence[WrappedDek]:
        """Return data keys of all accounts in the order of their ids, without locked ones."""
        found = [dek for dek in self._tables.deks.values() if dek.id > after_id and dek.kek_id != but_under and not dek.is_locked]
        return sorted(found, key=lambda dek: dek.id)[:limit]

    async def rewrap(self, before: WrappedDek, after: WrappedDek) -> bool:
        """Replace how a data key is wrapped, unless somebody was faster."""
        place = (before.account_id, before.version)
        if self._tables.deks.get(place) != before:
            return False
        self._tables.deks[place] = after
        return True

    async def pin(self, dek_id: str) -> bool:
        """Keep others from removing a data key until this unit of work ends; False if it is gone already."""
        return self._place(dek_id) is not None

    async def mark_by_hand(self, dek_id: str, locked: bool) -> None:
        """Note that a person has locked a data key by hand, or unlocked it so."""
        place = self._place(dek_id)
        if place is not None:
            dek = self._tables.deks[place]
            self._tables.deks[place] = replace(dek, locked_by_hand=locked, locks=dek.locks + locked)

    async def count_lock(self, account_id: str) -> None:
        """Note that whatever of the account is open must close, in every process."""
        for place, dek in [*self._tables.deks.items()]:
            if dek.account_id == account_id:
                self._tables.deks[place] = replace(dek, locks=dek.locks + 1)

    async def count_locked(self) -> int:
        """Return how many accounts are in locked mode."""
        return sum(dek.is_locked for dek in self._tables.deks.values())

    async def current(self, account_ids: Collection[str]) -> Mapping[str, tuple[str, int]]:
        """Return, for each of the accounts that has one, its newest data key's id and how often that was locked."""
        newest = [dek for each in account_ids if (dek := await self.get(each)) is not None]
        return {dek.account_id: (dek.id, dek.locks) for dek in newest}

    async def remove(self, dek_id: str) -> bool:
        """Remove a data key; False if it is gone already."""
        place = self._place(dek_id)
        if place is None:
            return False
        del self._tables.deks[place]
        return True

    def _place(self, dek_id: str) -> tuple[str, int] | None:
        return next((place for place, dek in self._tables.deks.items() if dek.id == dek_id), None)
