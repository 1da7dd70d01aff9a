"""Holds and settlements in memory: what `stores/sql/journal.py` must amount to."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import datetime

from satchel.domain.budgets import Budget, current
from satchel.domain.errors import BudgetExceeded
from satchel.domain.ledger import HoldRecord, Settlement
from satchel.stores.group_commit import GroupCommit, Outcome
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.state import Tables
from satchel.stores.refusals import over_budget


class MemoryJournal:
    """`Journal` over the dictionaries of a `MemoryDatabase`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._state = database.state
        self._commits: GroupCommit[HoldRecord | Settlement] = GroupCommit(self._apply)

    def hold(self, record: HoldRecord) -> Awaitable[None]:
        """Start to keep a hold."""
        return self._commits.put(record)

    def settle(self, settlement: Settlement) -> Awaitable[None]:
        """Start to replace a hold by its entry."""
        return self._commits.put(settlement, may_wait=True)

    async def orphans(self, worker_id: str, before: datetime) -> Sequence[HoldRecord]:
        """Return the holds of other workers started before `before`."""
        holds = self._state.tables.holds.values()
        return [record for record in holds if record.worker_id != worker_id and record.started_at < before]

    async def aclose(self) -> None:
        """Commit all that waits, then stop."""
        await self._commits.aclose()

    async def _apply(self, batch: Sequence[HoldRecord | Settlement]) -> list[Outcome]:
        async with self._state.lock:
            return [_apply_one(self._state.tables, item) for item in batch]


def _apply_one(tables: Tables, item: HoldRecord | Settlement) -> Outcome:
    match item:
        case HoldRecord():
            return _hold(tables, item)
        case Settlement():
            _settle(tables, item)
            return None


def _hold(tables: Tables, record: HoldRecord) -> BudgetExceeded | None:
    if record.generation_id in tables.holds:
        return None
    changed: dict[str, Budget] = {}
    for owner_id in record.budget_ids if record.amount_nusd else ():
        kept = tables.budgets.get(owner_id)
        budget = current(kept, record.started_at) if kept else None
        if budget is None or budget.left_nusd < record.amount_nusd:
            return over_budget(owner_id, budget, record.amount_nusd)
        changed[owner_id] = replace(budget, held_nusd=budget.held_nusd + record.amount_nusd)
    tables.budgets.update(changed)
    tables.holds[record.generation_id] = record
    return None


def _settle(tables: Tables, settlement: Settlement) -> None:
    entry = settlement.entry
    held = tables.holds.pop(entry.generation_id, None)
    is_new = entry.generation_id not in tables.generations
    tables.generations.setdefault(entry.generation_id, entry)
    for owner_id in settlement.hold.budget_ids:
        if kept := tables.budgets.get(owner_id):
            budget = current(kept, entry.started_at)
            tables.budgets[owner_id] = replace(
                budget,
                held_nusd=max(0, budget.held_nusd - (held.amount_nusd if held else 0)),
                spent_nusd=budget.spent_nusd + (entry.cost.nusd if is_new else 0),
            )
