"""Money per period: what is spent, what is on hold, when it starts anew. Pure; the conditional UPDATE is in stores/sql."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from satchel.domain.errors import BudgetExceeded
from satchel.kit.money import usd_text


class Period(StrEnum):
    """How often a budget starts anew, in UTC; weeks begin on Monday. `TOTAL` never does."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Budget:
    """Money that `owner_id` (a grant, token or account) may spend in a period. Spent plus held never passes the cap."""

    owner_id: str
    account_id: str
    cap_nusd: int
    period: Period
    period_start: datetime
    spent_nusd: int = 0
    held_nusd: int = 0

    @property
    def left_nusd(self) -> int:
        """Return what a new hold may take."""
        return self.cap_nusd - self.spent_nusd - self.held_nusd


def period_start(period: Period, moment: datetime) -> datetime:
    """Return when the period that holds `moment` began."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case Period.DAY:
            return day
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
        case Period.TOTAL:
            return datetime(1970, 1, 1, tzinfo=UTC)


def resets_at(budget: Budget) -> datetime | None:
    """Return when the budget starts anew, None for a total."""
    start = budget.period_start
    match budget.period:
        case Period.DAY:
            return start + timedelta(days=1)
        case Period.WEEK:
            return start + timedelta(days=7)
        case Period.MONTH:
            return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
        case Period.TOTAL:
            return None


def current(budget: Budget, moment: datetime) -> Budget:
    """Return the budget as it stands at `moment`: in a new period nothing is spent yet, while holds go on."""
    start = period_start(budget.period, moment)
    return budget if start <= budget.period_start else replace(budget, period_start=start, spent_nusd=0)


def over_budget(budget: Budget, needed_nusd: int) -> BudgetExceeded:
    """Return the refusal of a hold of `needed_nusd` on `budget`, as it stands at the moment of the call."""
    resets = resets_at(budget)
    return BudgetExceeded(
        f"this call could cost {usd_text(needed_nusd)}, and {usd_text(max(0, budget.left_nusd))} is left of {usd_text(budget.cap_nusd)}",
        details={
            "owner": budget.owner_id,
            "cap_nusd": budget.cap_nusd,
            "spent_nusd": budget.spent_nusd,
            "held_nusd": budget.held_nusd,
            "resets_at": resets.isoformat() if resets else None,
            "needed_nusd": needed_nusd,
        },
    )


def price_unknown(owner_id: str, model: str, provider_name: str) -> BudgetExceeded:
    """Return the refusal of a call whose worst case nobody can name, on a budget."""
    return BudgetExceeded(
        f"the price of {model} at {provider_name} is not known, so no budget can cover it; allow it without a budget",
        details={"owner": owner_id, "reason": "price_unknown", "model": model},
    )
