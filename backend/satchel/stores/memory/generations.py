"""The ledger in memory, read."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from satchel.domain.ledger import Entry
from satchel.stores.memory.state import Tables


class MemoryGenerations:
    """`GenerationStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def list(
        self, account_id: str, limit: int, origin: str | None = None, before: tuple[datetime, str] | None = None
    ) -> Sequence[Entry]:
        """Return entries newest first, older than `before`."""
        found = [
            entry
            for entry in self._tables.generations.values()
            if entry.account_id == account_id and (origin is None or entry.origin == origin) and (before is None or _place(entry) < before)
        ]
        return sorted(found, key=_place, reverse=True)[:limit]

    async def get(self, account_id: str, generation_id: str) -> Entry | None:
        """Return the entry, or None."""
        entry = self._tables.generations.get(generation_id)
        return entry if entry and entry.account_id == account_id else None

    async def since(self, account_id: str, moment: datetime) -> tuple[int, int]:
        """Return cost in nano-US-dollars and number of generations since `moment`."""
        costs = [
            entry.cost.nusd for entry in self._tables.generations.values() if entry.account_id == account_id and entry.started_at >= moment
        ]
        return sum(costs), len(costs)

    async def by_token(self, account_id: str, moments: Sequence[datetime]) -> Mapping[str, Sequence[int]]:
        """Return what each token spent since each of `moments`."""
        spent: dict[str, list[int]] = {}
        for entry in self._tables.generations.values():
            if entry.account_id == account_id and entry.token_id is not None:
                sums = spent.setdefault(entry.token_id, [0] * len(moments))
                sums[:] = [old + (entry.cost.nusd if entry.started_at >= moment else 0) for old, moment in zip(sums, moments, strict=True)]
        return spent


def _place(entry: Entry) -> tuple[datetime, str]:
    return entry.started_at, entry.generation_id
