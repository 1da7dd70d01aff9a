"""Budgets in memory."""

from dataclasses import replace

from satchel.domain.budgets import Budget
from satchel.stores.memory.state import Tables


class MemoryBudgets:
    """`BudgetStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def put(self, budget: Budget) -> None:
        """Create the budget, or set cap and period of the one kept. Holds live on through a change of period."""
        kept = self._tables.budgets.get(budget.owner_id)
        if kept is None:
            self._tables.budgets[budget.owner_id] = budget
        elif kept.period is budget.period:
            self._tables.budgets[budget.owner_id] = replace(kept, cap_nusd=budget.cap_nusd)
        else:
            self._tables.budgets[budget.owner_id] = replace(budget, held_nusd=kept.held_nusd)

    async def get(self, owner_id: str) -> Budget | None:
        """Return the budget as kept."""
        return self._tables.budgets.get(owner_id)

    async def remove(self, owner_id: str) -> None:
        """Remove the budget, if there is one."""
        self._tables.budgets.pop(owner_id, None)
