"""Budgets in SQL, and the one conditional UPDATE that keeps spent plus held within the cap."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Update, bindparam, case, delete, or_, select, update

from satchel.domain.budgets import Budget, Period, period_start
from satchel.stores.sql.tables import budgets
from satchel.stores.sql.transaction import Transaction

_PERIODS = (Period.DAY, Period.WEEK, Period.MONTH)


class SqlBudgets:
    """`BudgetStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, budget: Budget) -> None:
        """Create the budget, or set cap and period of the one kept. Holds live on through a change of period."""
        statement = self._transaction.insert(budgets).values({column.name: getattr(budget, column.name) for column in budgets.c})
        new = statement.excluded
        stays = budgets.c.period == new.period
        kept = {
            "cap_nusd": new.cap_nusd,
            "period": new.period,
            "period_start": case((stays, budgets.c.period_start), else_=new.period_start),
            "spent_nusd": case((stays, budgets.c.spent_nusd), else_=new.spent_nusd),
        }
        await self._transaction.write(statement.on_conflict_do_update(index_elements=["owner_id"], set_=kept))

    async def get(self, owner_id: str) -> Budget | None:
        """Return the budget as kept."""
        row = await self._transaction.row(select(budgets).where(budgets.c.owner_id == owner_id))
        return budget_from(row._asdict()) if row else None

    async def remove(self, owner_id: str) -> None:
        """Remove the budget, if there is one."""
        await self._transaction.write(delete(budgets).where(budgets.c.owner_id == owner_id))


def budget_from(row: Mapping[str, Any]) -> Budget:
    """Return a row's columns as a budget."""
    return Budget(**{**row, "period": Period(row["period"])})


def move_money() -> Update:
    """Return the UPDATE of one budget: roll its period, take `cost` and `released` in, and add `more` to what is held if that fits.

    No row is changed where `more` does not fit; without any `more`, cost and release are never refused. Parameters: `move_parameters`.
    """
    start = _start_of_period()
    is_new_period = budgets.c.period_start < start
    spent = case((is_new_period, 0), else_=budgets.c.spent_nusd) + bindparam("cost", type_=budgets.c.spent_nusd.type)
    released = bindparam("released", type_=budgets.c.held_nusd.type)
    more = bindparam("more", type_=budgets.c.held_nusd.type)
    held = case((budgets.c.held_nusd > released, budgets.c.held_nusd - released), else_=0) + more
    return (
        update(budgets)
        .where(budgets.c.owner_id == bindparam("owner"), or_(more == 0, spent + held <= budgets.c.cap_nusd))
        .values(spent_nusd=spent, held_nusd=held, period_start=case((is_new_period, start), else_=budgets.c.period_start))
    )


def move_parameters(owner_id: str, moment: datetime, *, cost: int = 0, released: int = 0, more: int = 0) -> Mapping[str, object]:
    """Return the parameters of `move_money`; `moment` says which period it is. All amounts are nano-US-dollars, none negative."""
    return {"owner": owner_id, "cost": cost, "released": released, "more": more, **_starts(moment.astimezone(UTC).date())}


@lru_cache(maxsize=4)
def _starts(day: date) -> Mapping[str, datetime]:
    noon = datetime.combine(day, time(12), UTC)
    return {f"{period.value}_start": period_start(period, noon) for period in _PERIODS}


def _start_of_period() -> ColumnElement[datetime]:
    kind = budgets.c.period_start.type
    starts = [(budgets.c.period == period.value, bindparam(f"{period.value}_start", type_=kind)) for period in _PERIODS]
    return case(*starts, else_=budgets.c.period_start)
