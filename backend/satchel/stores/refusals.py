"""How both kinds of store word a refused hold."""

from satchel.domain.budgets import Budget, resets_at
from satchel.domain.errors import BudgetExceeded
from satchel.kit.money import usd_text


def over_budget(owner_id: str, budget: Budget | None, needed_nusd: int) -> BudgetExceeded:
    """Return the refusal of a hold; a budget that is gone refuses everything.

    Args:
        owner_id: whose budget it is.
        budget: the budget as it stands in the hold's period.
        needed_nusd: what the hold wanted.
    """
    if budget is None:
        return BudgetExceeded(
            "the budget of this call was removed meanwhile; try again",
            details={"owner": owner_id, "cap_nusd": 0, "spent_nusd": 0, "held_nusd": 0, "resets_at": None, "needed_nusd": needed_nusd},
        )
    resets = resets_at(budget)
    return BudgetExceeded(
        f"this call could cost {usd_text(needed_nusd)}, and {usd_text(max(0, budget.left_nusd))} is left of {usd_text(budget.cap_nusd)}",
        details={
            "owner": owner_id,
            "cap_nusd": budget.cap_nusd,
            "spent_nusd": budget.spent_nusd,
            "held_nusd": budget.held_nusd,
            "resets_at": resets.isoformat() if resets else None,
            "needed_nusd": needed_nusd,
        },
    )
