"""The terms of a consent that a person sets before allowing: which model, how much money, until when. Smallest by default."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Protocol

from satchel.domain.budgets import Period
from satchel.domain.catalog import Endpoint
from satchel.domain.errors import MalformedRequest
from satchel.domain.grants import BudgetCaveat, Caveats, Grant, GrantState, allows_more, is_allowed
from satchel.doors.portal.offer import ANY_MODEL, ASKED_END, LOCAL_MODELS, PERIODS, PRESENT, Ends, ModelChoice, Offer
from satchel.kit.ids import Ids
from satchel.kit.money import nusd_from_usd
from satchel.ports.clock import Clock
from satchel.services.oauth.wishes import Proposal

DAYS = (1, 7, 30, 90)

_MOST_USD = 9_000_000
_LONGEST = timedelta(days=365)


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

    async def offer(self, account_id: str, origin: str | None, proposal: Proposal, *, has_models: bool) -> Offer:
        """Return what the page offers whom: a site of that origin, or None for what speaks for no site."""
        models = await self.models(account_id) if has_models else []
        present = await self._present(account_id, origin)
        return Offer(models, self._ends(proposal, present), proposal, present)

    async def caveats(self, account_id: str, origin: str | None, form: Mapping[str, str], proposal: Proposal) -> Caveats:
        """Return what the form allows. Raises `MalformedRequest` if a field of it cannot be, or names a model that the account has not."""
        present = await self._present(account_id, origin)
        caveats = caveats_of(form, self._clock.now(), self._ends(proposal, present), present)
        if form["model"] == PRESENT or caveats.models is None:
            return caveats
        if not {choice.id for choice in await self.models(account_id)}.issuperset(caveats.models):
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

    async def _present(self, account_id: str, origin: str | None) -> Caveats | None:
        """Return the terms of a site that is allowed now."""
        before = await self._grants.given(account_id, origin) if origin is not None else None
        return before.caveats if before is not None and is_allowed(before, self._clock.now()) else None

    def _ends(self, proposal: Proposal, present: Caveats | None) -> Ends:
        """Return until when the page offers to allow; an app that asks for an end gets nothing later."""
        now, asked = self._clock.now(), proposal.ends_at
        ends_at = present.expires_at if present is not None else None
        if asked is None:
            return Ends(DAYS, keeps=present is not None)
        until = min(asked, now + _LONGEST)
        return Ends(tuple(days for days in DAYS if now + timedelta(days=days) < until), until, ends_at is not None and ends_at <= until)


def caveats_of(form: Mapping[str, str], now: datetime, ends: Ends, present: Caveats | None) -> Caveats:
    """Return the caveats that a consent form describes. An empty budget is "no budget of its own"; `present` is what counts now.

    Raises:
        MalformedRequest: a field is missing, or has a value that the page does not offer.
    """
    model, period = form.get("model", ""), form.get("period", "")
    if not model or (model == PRESENT and present is None):
        raise MalformedRequest("choose a model", details={"param": "model"})
    expires_at = _end_of(form.get("days", ""), now, ends, present)
    if period not in {offered.value for offered in PERIODS}:
        raise MalformedRequest("choose how often the budget starts anew", details={"param": "period"})
    cap_nusd = _cap(form.get("budget", "").strip())
    models: tuple[str, ...] | None = None if model in (ANY_MODEL, LOCAL_MODELS) else (model,)
    local_only = model == LOCAL_MODELS
    if present is not None and model == PRESENT:
        models, local_only = present.models, present.local_only
    budget = None if cap_nusd is None else BudgetCaveat(cap_nusd, Period(period))
    return Caveats(models=models, local_only=local_only, budget=budget, expires_at=expires_at)


def _end_of(days: str, now: datetime, ends: Ends, present: Caveats | None) -> datetime | None:
    if days == PRESENT and ends.keeps and present is not None:
        return present.expires_at
    if days == ASKED_END and ends.asked_at is not None:
        return ends.asked_at
    if days not in {str(offered) for offered in ends.days}:
        raise MalformedRequest("choose until when", details={"param": "days"})
    return now + timedelta(days=int(days))


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
