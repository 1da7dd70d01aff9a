"""A budget as one process knows it, between two looks at the database. Pure bookkeeping; what is read and written when is the service's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from satchel.domain.budgets import Budget, current
from satchel.domain.calls import Call
from satchel.domain.grants import BudgetCaveat, Grant


class Purse:
    """What is known of one owner's budget. `held_nusd` of it is what we hold here plus what others do, as last read."""

    __slots__ = ("budget", "held_here_nusd", "owner_id", "read_at_s")

    def __init__(self, owner_id: str) -> None:
        self.owner_id = owner_id
        self.budget: Budget | None = None
        self.held_here_nusd = 0
        self.read_at_s = float("-inf")

    def differs(self, caveat: BudgetCaveat | None) -> bool:
        """Tell whether a grant asks for another budget than is known."""
        return caveat is not None and (
            self.budget is None or (self.budget.cap_nusd, self.budget.period) != (caveat.cap_nusd, caveat.period)
        )

    def refresh(self, row: Budget | None, held_before_nusd: int, moment: datetime, now_s: float) -> None:
        """Take over what the database says; what it does not know yet, our own unwritten deeds, is kept.

        Args:
            row: the budget as kept, None where there is none.
            held_before_nusd: what we held before the database was asked, by then all settlements were written.
            moment: the moment of the call.
            now_s: when it was read.
        """
        self.read_at_s = now_s
        if row is None:
            self.budget = None
            return
        row = current(row, moment)
        spent_nusd = row.spent_nusd
        if self.budget is not None:
            known = current(self.budget, moment)
            if (known.period, known.period_start) == (row.period, row.period_start):
                spent_nusd = max(spent_nusd, known.spent_nusd)
        held_elsewhere_nusd = max(0, row.held_nusd - max(held_before_nusd, self.held_here_nusd))
        self.budget = replace(row, spent_nusd=spent_nusd, held_nusd=held_elsewhere_nusd + self.held_here_nusd)

    def take(self, amount_nusd: int) -> None:
        """Hold an amount that was found to be there."""
        self.held_here_nusd += amount_nusd
        if self.budget is not None:
            self.budget = replace(self.budget, held_nusd=self.budget.held_nusd + amount_nusd)

    def settle(self, amount_nusd: int, cost_nusd: int, moment: datetime) -> None:
        """Replace a hold by what was spent."""
        self.held_here_nusd -= amount_nusd
        if self.budget is not None:
            now = current(self.budget, moment)
            self.budget = replace(now, held_nusd=max(0, now.held_nusd - amount_nusd), spent_nusd=now.spent_nusd + cost_nusd)


def first_short(purses: Sequence[Purse], needed_nusd: int, moment: datetime) -> Budget | None:
    """Return the first budget that has less left than is needed, as it stands at `moment`."""
    budgets = (current(purse.budget, moment) for purse in purses if purse.budget is not None)
    return next((budget for budget in budgets if budget.left_nusd < needed_nusd), None)


def owners_of(call: Call, grant: Grant | None) -> dict[str, BudgetCaveat | None]:
    """Return whose budgets a call falls under, with the caveat where the grant, or the credential itself, asks for one."""
    who = call.principal
    owners: dict[str, BudgetCaveat | None] = {who.account_id: None, who.token_id: None}
    if who.caveats is not None and who.caveats.budget is not None:
        owners[who.client] = who.caveats.budget
    if grant is not None and grant.caveats.budget is not None:
        owners[grant.id] = grant.caveats.budget
    return owners
