"""What a consent page lets a person choose from, and what it starts with.

That is what a site is allowed now, else what the app proposes, else as little as may be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from satchel.domain.budgets import Period
from satchel.domain.grants import BudgetCaveat, Caveats
from satchel.kit.money import NUSD_PER_USD, usd_text
from satchel.services.oauth.wishes import Proposal

ANY_MODEL = "*"
LOCAL_MODELS = "local"
PRESENT = "present"
"""In place of a model, or of a number of days: as it is now, where the page has no other words for that."""
ASKED_END = "asked"
"""In place of a number of days: until the moment that the app asks for."""
DEFAULT_DAYS = 30
DEFAULT_BUDGET_USD = "1.00"
PERIODS = (Period.DAY, Period.WEEK, Period.MONTH, Period.TOTAL)

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Ends:
    """Until when the page offers to allow: so many days, until the moment that the app asks for, or as it is now."""

    days: tuple[int, ...]
    asked_at: datetime | None = None
    keeps: bool = False
    """Whether the end may stay what it is now."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page shows as chosen; no model is the preferred one."""

    model: str = ""
    budget: str = DEFAULT_BUDGET_USD
    period: str = Period.DAY
    days: str = str(DEFAULT_DAYS)

    @classmethod
    def of(cls, form: Mapping[str, str]) -> "Choice":
        """Return what a form says, word for word, be it right or not."""
        return cls(**{name: form[name] for name in ("model", "budget", "period", "days") if name in form})

    @classmethod
    def proposed(cls, proposal: Proposal) -> "Choice":
        """Return what an app proposes; what it says nothing of is as small as ever."""
        days = str(DEFAULT_DAYS) if proposal.ends_at is None else ASKED_END
        if proposal.limit is None:
            return cls(days=days)
        return cls(budget=_dollars(proposal.limit.cap_nusd), period=proposal.limit.period, days=days)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A line of the list of models."""

    id: str
    name: str
    is_preferred: bool
    is_local: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What one page offers. `present` are the terms of a site that is allowed now."""

    any_model: ClassVar[str] = ANY_MODEL
    local_models: ClassVar[str] = LOCAL_MODELS
    as_now: ClassVar[str] = PRESENT
    asked_end: ClassVar[str] = ASKED_END
    periods: ClassVar[Sequence[Period]] = PERIODS

    models: Sequence[ModelChoice]
    ends: Ends
    proposal: Proposal
    present: Caveats | None = None

    @property
    def start(self) -> Choice:
        """Return what the page shows as chosen before anybody has chosen anything."""
        if self.present is None:
            return Choice.proposed(self.proposal)
        budget = self.present.budget
        return Choice(
            model=self._present_model(self.present),
            budget=_dollars(budget.cap_nusd) if budget else "",
            period=budget.period if budget else Period.DAY,
            days=PRESENT if self.ends.keeps else ASKED_END,
        )

    @property
    def present_models(self) -> str | None:
        """Return in words which models the site may use now, where no line of the list says just that."""
        if self.present is None or self._present_model(self.present) != PRESENT:
            return None
        names = {model.id: model.name for model in self.models}
        listed = ", ".join(names.get(model, model) for model in self.present.models or ("any",))
        return f"{listed}, on my own computer" if self.present.local_only else listed

    @property
    def has_local_models(self) -> bool:
        """Return whether any of the list is of the person's own computer."""
        return any(model.is_local for model in self.models)

    @property
    def asked_end_text(self) -> str | None:
        """Return in words until when the app asks, where that is offered."""
        return moment_text(self.ends.asked_at) if self.ends.asked_at else None

    @property
    def present_end_text(self) -> str | None:
        """Return in words until when the site may use models now, where that may stay."""
        if self.present is None or not self.ends.keeps:
            return None
        return moment_text(self.present.expires_at) if self.present.expires_at else "No end"

    @property
    def proposed(self) -> str:
        """Return in words what the app proposes to spend and until when; empty if nothing."""
        limit, until = self.proposal.limit, self.proposal.ends_at
        said = [_limit_text(limit) if limit else "", f"until {moment_text(until)}" if until else ""]
        return ", ".join(part for part in said if part)

    def _present_model(self, present: Caveats) -> str:
        if present.models is None and not present.local_only:
            return ANY_MODEL
        if present.models is None:
            return LOCAL_MODELS if self.has_local_models else PRESENT
        (first, *more) = present.models
        is_listed = not more and not present.local_only and first in {model.id for model in self.models}
        return first if is_listed else PRESENT


def moment_text(moment: datetime) -> str:
    """Return a moment for people, to the minute."""
    return f"{moment.day} {moment.strftime('%B %Y, %H:%M')} UTC"


def _limit_text(limit: BudgetCaveat) -> str:
    return f"{usd_text(limit.cap_nusd)} {'in all' if limit.period is Period.TOTAL else f'a {limit.period}'}"


def _dollars(amount_nusd: int) -> str:
    """Return an amount as it is typed: exactly, in dollars and cents where that does."""
    amount = Decimal(amount_nusd) / NUSD_PER_USD
    cents = amount.quantize(_CENT)
    return f"{cents if cents == amount else amount.normalize():f}"
