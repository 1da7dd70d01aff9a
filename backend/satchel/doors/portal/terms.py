"""The terms of a consent that a person sets before allowing: which model, how much money, until when. Smallest by default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Protocol

from satchel.domain.budgets import Period
from satchel.domain.catalog import Endpoint
from satchel.domain.errors import MalformedRequest
from satchel.domain.grants import BudgetCaveat, Caveats, Grant, GrantState, allows_more, is_allowed
from satchel.kit.ids import Ids
from satchel.kit.money import nusd_from_usd, usd_from_nusd
from satchel.ports.clock import Clock
from satchel.services.oauth.wishes import Proposal

ANY_MODEL = "*"
LOCAL_MODELS = "local"
DAYS = (1, 7, 30, 90)
DEFAULT_DAYS = 30
DEFAULT_BUDGET_USD = "1.00"
PERIODS = (Period.DAY, Period.WEEK, Period.MONTH, Period.TOTAL)
ASKED_END = "asked"
"""In place of a number of days: until the moment that the app asks for."""

_MOST_USD = 9_000_000
_LONGEST = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Ends:
    """Until when the page offers to allow: so many days, or until the moment that the app asks for."""

    days: tuple[int, ...]
    asked_at: datetime | None = None


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
        return cls(budget=f"{usd_from_nusd(proposal.limit.cap_nusd):.2f}", period=proposal.limit.period, days=days)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A line of the list of models."""

    id: str
    name: str
    is_preferred: bool
    is_local: bool


class Models(Protocol):
    """What the terms ask the catalog."""

    async def endpoints(self, account_id: str) -> Sequence[Endpoint]:
        """Return what the account can use."""
        ...

    async def resolve(self, account_id: str, model: str) -> Sequence[Endpoint]:
        """Return the endpoints that a name means."""
        ...

    async def preferred(self, account_id: str) -> str:
        """Return the name of the model that the person prefers."""
        ...


class Grants(Protocol):
    """What the terms ask the policy."""

    async def given(self, account_id: str, origin: str) -> Grant | None:
        """Return the grant of a site, None if there is none."""
        ...

    async def put(self, grant: Grant) -> Grant:
        """Keep a grant."""
        ...


class Terms:
    """Offer terms, and write down those that were allowed an app as the grant of its site."""

    def __init__(self, models: Models, grants: Grants, clock: Clock, ids: Ids) -> None:
        self._models = models
        self._grants = grants
        self._clock = clock
        self._ids = ids

    async def models(self, account_id: str) -> list[ModelChoice]:
        """Return the models to choose from, the preferred one first."""
        wanted = await self._models.resolve(account_id, await self._models.preferred(account_id))
        preferred = wanted[0].model_id if wanted else None
        names: dict[str, str] = {}
        local: set[str] = set()
        for endpoint in await self._models.endpoints(account_id):
            names.setdefault(endpoint.model_id, endpoint.name)
            local.update((endpoint.model_id,) if endpoint.local else ())
        choices = [ModelChoice(model_id, name, model_id == preferred, model_id in local) for model_id, name in names.items()]
        return sorted(choices, key=lambda choice: not choice.is_preferred)

    def ends(self, proposal: Proposal) -> Ends:
        """Return until when the page offers to allow; an app that asks for an end gets nothing later."""
        now, asked = self._clock.now(), proposal.ends_at
        if asked is None:
            return Ends(DAYS)
        until = min(asked, now + _LONGEST)
        return Ends(tuple(days for days in DAYS if now + timedelta(days=days) < until), until)

    async def caveats(self, account_id: str, form: Mapping[str, str], proposal: Proposal) -> Caveats:
        """Return what the form allows. Raises `MalformedRequest` if a field of it cannot be, or names a model that the account has not."""
        caveats = caveats_of(form, self._clock.now(), self.ends(proposal))
        if caveats.models is not None and not {choice.id for choice in await self.models(account_id)}.issuperset(caveats.models):
            raise MalformedRequest("you do not have that model", details={"param": "model"})
        return caveats

    def grant(self, account_id: str, origin: str, caveats: Caveats) -> Grant:
        """Return the grant of a site."""
        return Grant(self._ids.new("grant"), account_id, origin, GrantState.ALLOWED, self._clock.now(), caveats=caveats)

    async def is_more(self, grant: Grant) -> bool:
        """Tell whether a site is let in anew by a grant, or may spend more than it may now."""
        now, before = self._clock.now(), await self._grants.given(grant.account_id, grant.origin)
        return not is_allowed(before, now) or allows_more(before, grant, now)

    async def keep(self, grant: Grant) -> None:
        """Keep a grant: it counts at once."""
        await self._grants.put(grant)


def caveats_of(form: Mapping[str, str], now: datetime, ends: Ends) -> Caveats:
    """Return the caveats that a consent form describes. An empty budget is "no budget of its own".

    Raises:
        MalformedRequest: a field is missing, or has a value that the page does not offer.
    """
    model, days, period = form.get("model", ""), form.get("days", ""), form.get("period", "")
    if not model:
        raise MalformedRequest("choose a model", details={"param": "model"})
    if days not in {str(offered) for offered in ends.days} and not (days == ASKED_END and ends.asked_at):
        raise MalformedRequest("choose until when", details={"param": "days"})
    if period not in {offered.value for offered in PERIODS}:
        raise MalformedRequest("choose how often the budget starts anew", details={"param": "period"})
    cap_nusd = _cap(form.get("budget", "").strip())
    return Caveats(
        models=None if model in (ANY_MODEL, LOCAL_MODELS) else (model,),
        local_only=model == LOCAL_MODELS,
        budget=None if cap_nusd is None else BudgetCaveat(cap_nusd, Period(period)),
        expires_at=ends.asked_at if days == ASKED_END else now + timedelta(days=int(days)),
    )


def _cap(text: str) -> int | None:
    if not text:
        return None
    try:
        amount = Decimal(text.removeprefix("$").replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= _MOST_USD:
        raise MalformedRequest(f"{text[:20]!r} is not an amount of US dollars, such as 1.50", details={"param": "budget"})
    return nusd_from_usd(amount)
