"""The ledger in memory, read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from satchel.domain.activity import Activity
from satchel.domain.ledger import ERASED, Entry
from satchel.domain.searches import EVERYTHING, Search
from satchel.stores.memory.state import Tables


class MemoryGenerations:
    """`GenerationStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def list(
        self, account_id: str, limit: int, search: Search = EVERYTHING, before: tuple[datetime, str] | None = None
    ) -> Sequence[Entry]:
        """Return the entries that `search` finds, newest first, older than `before`."""
        found = [
            entry
            for entry in self._tables.generations.values()
            if entry.account_id == account_id
            and entry.generation_id not in self._tables.forgotten
            and search.finds(entry)
            and (before is None or _place(entry) < before)
        ]
        return sorted(found, key=_place, reverse=True)[:limit]

    async def get(self, account_id: str, generation_id: str) -> Entry | None:
        """Return the entry, or None."""
        entry = self._tables.generations.get(generation_id)
        is_there = entry is not None and entry.account_id == account_id and generation_id not in self._tables.forgotten
        return entry if is_there else None

    async def forget(self, account_id: str, generation_id: str | None = None, origin: str | None = None) -> int:
        """Erase what tells of one entry, of those of an origin, or of all; return how many."""
        found = [
            entry
            for entry in await self.list(account_id, len(self._tables.generations), Search(origin))
            if generation_id is None or entry.generation_id == generation_id
        ]
        return self._forget(found)

    async def forget_older(self, account_id: str, until: datetime, since: datetime | None = None) -> int:
        """Forget what began before `until`, and not before `since` where that is given."""
        kept = await self.list(account_id, len(self._tables.generations))
        return self._forget([entry for entry in kept if entry.started_at < until and (since is None or entry.started_at >= since)])

    def _forget(self, found: Sequence[Entry]) -> int:
        for entry in found:
            self._tables.generations[entry.generation_id] = replace(entry, **ERASED)
            self._tables.forgotten[entry.generation_id] = True
        return len(found)

    async def is_running(self, account_id: str) -> bool:
        """Tell whether a generation of the account is not settled yet, in whichever process it runs."""
        return any(record.account_id == account_id for record in self._tables.holds.values())

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

    async def by_day(self, account_id: str, first: datetime, days: int, token_id: str | None = None) -> Sequence[Activity]:
        """Return what was asked in so many days from the midnight `first` on, the newest day first."""
        found: dict[tuple[date, str, str], list[Entry]] = {}
        for entry in await self.list(account_id, len(self._tables.generations)):
            if first <= entry.started_at < first + timedelta(days=days) and token_id in (None, entry.token_id):
                found.setdefault((entry.started_at.astimezone(UTC).date(), entry.model, entry.provider), []).append(entry)
        return sorted((_activity(place, entries) for place, entries in found.items()), key=Activity.place)


def _activity(place: tuple[date, str, str], entries: Sequence[Entry]) -> Activity:
    return Activity(
        *place,
        requests=len(entries),
        cost_nusd=sum(entry.cost.nusd for entry in entries),
        input_tokens=sum(entry.usage.input_tokens for entry in entries),
        output_tokens=sum(entry.usage.output_tokens for entry in entries),
        reasoning_tokens=sum(entry.usage.reasoning_tokens for entry in entries),
    )


def _place(entry: Entry) -> tuple[datetime, str]:
    return entry.started_at, entry.generation_id
