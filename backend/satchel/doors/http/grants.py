"""`/v1/grants`: what sites were allowed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, Field

from satchel.domain.budgets import Budget, Period, current, resets_at
from satchel.domain.capabilities import SiteCapability
from satchel.domain.errors import MalformedRequest, NotFound, NotReady
from satchel.domain.grants import BudgetCaveat, Caveats, Grant, GrantState, allows_more, parse_origin
from satchel.doors.http.callers import Callers
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.stores import Database
from satchel.services.policy import Policy

_SCOPE = "grants"
_ONCE_LIFE = timedelta(minutes=10)
_MOST_TOKENS = 10_000_000
_MOST_NUSD = 2**53  # what JSON readers keep exactly


class BudgetSchema(BaseModel):
    """Money per period, as it stands."""

    cap_nusd: int
    period: Period
    spent_nusd: int
    held_nusd: int
    resets_at: datetime | None


class CaveatsSchema(BaseModel):
    """How a grant is narrowed; null is "not narrowed"."""

    models: list[str] | None
    budget: BudgetSchema | None
    rate_per_minute: int | None
    expires_at: datetime | None
    local_only: bool
    capabilities: list[str] | None
    max_tokens: int | None


class GrantSchema(BaseModel):
    """One grant."""

    id: str
    origin: str
    embedder: str | None
    state: GrantState
    created_at: datetime
    last_used_at: datetime | None
    caveats: CaveatsSchema


class GrantList(BaseModel):
    """Grants, newest first."""

    data: list[GrantSchema]


class BudgetDraft(BaseModel):
    """A cap to set."""

    cap_nusd: int = Field(ge=0, le=_MOST_NUSD)
    period: Period


class CaveatsDraft(BaseModel):
    """Narrowings to set. An empty list of models is refused: it would read as "all"."""

    models: Annotated[list[Annotated[str, Field(min_length=1, max_length=300)]], Field(min_length=1, max_length=200)] | None = None
    budget: BudgetDraft | None = None
    rate_per_minute: int | None = Field(default=None, ge=1, le=100_000)
    expires_at: AwareDatetime | None = None
    local_only: bool = False
    capabilities: Annotated[list[SiteCapability], Field(min_length=1, max_length=20)] | None = None
    max_tokens: int | None = Field(default=None, ge=1, le=_MOST_TOKENS)


class Narrowing(BaseModel):
    """How far the site wants to be narrowed; whatever the person narrowed further stays."""

    caveats: CaveatsDraft = Field(default_factory=CaveatsDraft)


class GrantDraft(BaseModel):
    """A grant to create or replace."""

    origin: str = Field(max_length=300)
    embedder: str | None = Field(default=None, max_length=300)
    state: GrantState
    caveats: CaveatsDraft = Field(default_factory=CaveatsDraft)


def grants_router(callers: Callers, policy: Policy, database: Database, clock: Clock, ids: Ids) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/grants", tags=["grants"])

    @router.get("")
    async def list_grants(request: Request, origin: str | None = None) -> GrantList:
        """List the grants of one origin, or all."""
        account_id = (await callers.principal(request, _SCOPE)).account_id
        async with database.unit_of_work() as stores:
            grants = await stores.grants.list(account_id, origin)
            budgets = {grant.id: await stores.budgets.get(grant.id) for grant in grants if grant.caveats.budget}
        return GrantList(data=[grant_schema(grant, budgets.get(grant.id), clock.now()) for grant in grants])

    @router.put("")
    async def put_grant(request: Request, draft: GrantDraft) -> GrantSchema:
        """Create or replace the grant of this account, origin and embedder."""
        account_id = (await callers.principal(request, _SCOPE)).account_id
        grant = _grant(draft, account_id, ids.new("grant"), clock.now())
        async with database.unit_of_work() as stores:
            before = await stores.grants.find(account_id, grant.origin, grant.embedder)
        if allows_more(before, grant, grant.created_at):
            callers.require_proof(request)
        kept = await policy.put(grant)
        async with database.unit_of_work() as stores:
            budget = await stores.budgets.get(kept.id)
        return grant_schema(kept, budget, clock.now())

    @router.delete("/{grant_id}", status_code=204)
    async def delete_grant(request: Request, grant_id: str) -> None:
        """Take a grant back; the site must ask again."""
        account_id = (await callers.principal(request, _SCOPE)).account_id
        if not await policy.remove(account_id, grant_id):
            raise NotFound(f"there is no grant {grant_id!r}")

    _add_narrowing(router, callers, policy, database, clock)
    return router


def _add_narrowing(router: APIRouter, callers: Callers, policy: Policy, database: Database, clock: Clock) -> None:
    @router.patch("/{grant_id}")
    async def narrow_grant(request: Request, grant_id: str, narrowing: Narrowing) -> GrantSchema:
        """Narrow a grant at its site's own wish, for the extension, which heard it. Never widens."""
        account_id = (await callers.principal(request, _SCOPE)).account_id
        wish = caveats_of(narrowing.caveats, clock.now())
        async with database.unit_of_work() as stores:
            grant = await stores.grants.get(account_id, grant_id)
        if grant is None:
            raise NotFound(f"there is no grant {grant_id!r}")
        kept = await policy.narrow(grant, wish)
        if kept is None:
            raise being_changed()
        async with database.unit_of_work() as stores:
            budget = await stores.budgets.get(kept.id)
        return grant_schema(kept, budget, clock.now())


def being_changed() -> NotReady:
    """Return the answer to a site whose grant others have changed each time that it was read: they are quicker."""
    return NotReady("what this site may do is being changed; try again")


def budget_schema(budget: Budget, now: datetime) -> BudgetSchema:
    """Return a budget as it stands at `now`."""
    running = current(budget, now)
    return BudgetSchema(
        cap_nusd=running.cap_nusd,
        period=running.period,
        spent_nusd=running.spent_nusd,
        held_nusd=running.held_nusd,
        resets_at=resets_at(running),
    )


def _grant(draft: GrantDraft, account_id: str, grant_id: str, now: datetime) -> Grant:
    origin = parse_origin(draft.origin)
    embedder = parse_origin(draft.embedder) if draft.embedder is not None else None
    caveats = caveats_of(draft.caveats, now)
    if draft.state is GrantState.ONCE:
        until = now + _ONCE_LIFE
        caveats = replace(caveats, expires_at=min(until, caveats.expires_at or until))
    return Grant(
        id=grant_id,
        account_id=account_id,
        origin=origin,
        embedder=embedder if embedder != origin else None,
        state=draft.state,
        created_at=now,
        caveats=caveats,
    )


def caveats_of(draft: CaveatsDraft, now: datetime) -> Caveats:
    """Return the narrowings that a client sent.

    Raises:
        MalformedRequest: the end is in the past, or out of range.
    """
    expires_at = _in_utc(draft.expires_at)
    if expires_at is not None and expires_at <= now:
        raise MalformedRequest("expires_at is in the past", details={"param": "caveats.expires_at"})
    return Caveats(
        models=_unique(draft.models),
        budget=BudgetCaveat(draft.budget.cap_nusd, draft.budget.period) if draft.budget else None,
        rate_per_minute=draft.rate_per_minute,
        expires_at=expires_at,
        local_only=draft.local_only,
        capabilities=_unique(draft.capabilities),
        max_tokens=draft.max_tokens,
    )


def _in_utc(moment: datetime | None) -> datetime | None:
    try:
        return None if moment is None else moment.astimezone(UTC)
    except OverflowError:
        raise MalformedRequest("expires_at is out of range", details={"param": "caveats.expires_at"}) from None


def _unique(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(dict.fromkeys(names))


def caveats_schema(caveats: Caveats, budget: Budget | None, now: datetime) -> CaveatsSchema:
    """Return caveats as clients read them; `budget` is the one that they ask for, as kept."""
    return CaveatsSchema(
        models=list(caveats.models) if caveats.models is not None else None,
        budget=budget_schema(budget, now) if budget is not None else None,
        rate_per_minute=caveats.rate_per_minute,
        expires_at=caveats.expires_at,
        local_only=caveats.local_only,
        capabilities=list(caveats.capabilities) if caveats.capabilities is not None else None,
        max_tokens=caveats.max_tokens,
    )


def grant_schema(grant: Grant, budget: Budget | None, now: datetime) -> GrantSchema:
    """Return a grant as clients read it; `budget` is its own as kept."""
    return GrantSchema(
        id=grant.id,
        origin=grant.origin,
        embedder=grant.embedder,
        state=grant.state,
        created_at=grant.created_at,
        last_used_at=grant.last_used_at,
        caveats=caveats_schema(grant.caveats, budget, now),
    )
