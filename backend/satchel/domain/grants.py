"""Consent: a grant is account × origin × embedder, narrowed by caveats. `decide` is the whole rule, and pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never
from urllib.parse import urlsplit

from satchel.domain.budgets import Budget, Period, period_start
from satchel.domain.errors import ConsentRequired, MalformedRequest, ModelNotGranted, OriginBlocked, SatchelError


class GrantState(StrEnum):
    """What the person decided. `ONCE` is good for one generation until it expires."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    ONCE = "once"


@dataclass(frozen=True, slots=True)
class BudgetCaveat:
    """At most `cap_nusd` in each `period`."""

    cap_nusd: int
    period: Period


def new_budget(owner_id: str, account_id: str, caveat: BudgetCaveat, now: datetime) -> Budget:
    """Return the budget that a caveat asks for, with nothing spent yet."""
    return Budget(owner_id, account_id, caveat.cap_nusd, caveat.period, period_start(caveat.period, now))


def raises_budget(before: BudgetCaveat | None, after: BudgetCaveat | None) -> bool:
    """Tell whether more may be spent after a change than before. Another period counts as more: a day's cap is no month's."""
    if before is None:
        return False
    return after is None or after.cap_nusd > before.cap_nusd or after.period is not before.period


DEFAULT_CAP_NUSD = 1_000_000_000
"""What a consent offers for each day: a dollar."""


@dataclass(frozen=True, slots=True)
class Caveats:
    """Narrowings of a grant. None means "not narrowed"; an empty tuple is never made (it would read as "all")."""

    models: tuple[str, ...] | None = None
    budget: BudgetCaveat | None = None
    rate_per_minute: int | None = None
    expires_at: datetime | None = None
    local_only: bool = False
    capabilities: tuple[str, ...] | None = None
    """What the site may do at all (`domain/capabilities`)."""
    max_tokens: int | None = None
    """How long the answers to one request may be, together."""

    @property
    def narrow_routes(self) -> bool:
        """Whether some endpoints are covered and others are not."""
        return self.models is not None or self.local_only


@dataclass(frozen=True, slots=True)
class Grant:
    """The record of consent. `embedder` is the top page's origin where the asker is a frame of another origin."""

    id: str
    account_id: str
    origin: str
    state: GrantState
    created_at: datetime
    embedder: str | None = None
    caveats: Caveats = field(default_factory=Caveats)
    last_used_at: datetime | None = None


def narrowed(allowed: Caveats, wish: Caveats) -> Caveats:
    """Return what a person allowed, narrowed by what the site itself asks for. Never wider than `allowed`.

    Where the person chose another period than the site, or none of its models, what they chose stands.
    """
    both = tuple(name for name in wish.models or () if allowed.models is None or name in allowed.models)
    lengths = [tokens for tokens in (allowed.max_tokens, wish.max_tokens) if tokens is not None]
    deeds = tuple(deed for deed in allowed.capabilities or () if wish.capabilities is None or deed in wish.capabilities)
    rates = [rate for rate in (allowed.rate_per_minute, wish.rate_per_minute) if rate is not None]
    ends = [moment for moment in (allowed.expires_at, wish.expires_at) if moment is not None]
    return Caveats(
        models=both or allowed.models,
        budget=allowed.budget if raises_budget(allowed.budget, wish.budget) else wish.budget,
        rate_per_minute=min(rates, default=None),
        expires_at=min(ends, default=None),
        local_only=allowed.local_only or wish.local_only,
        capabilities=wish.capabilities if allowed.capabilities is None else deeds,
        max_tokens=min(lengths, default=None),
    )


def is_over(grant: Grant, now: datetime) -> bool:
    """Tell whether what was allowed has expired."""
    return grant.caveats.expires_at is not None and grant.caveats.expires_at <= now


def allows_more(before: Grant | None, after: Grant, now: datetime) -> bool:
    """Tell whether more money may be spent after a change than before; where nothing was allowed, than a consent offers by itself."""
    if after.state is GrantState.BLOCKED:
        return False
    budget = after.caveats.budget
    if before is None or not is_allowed(before, now):
        return budget is None or budget.cap_nusd > DEFAULT_CAP_NUSD  # a day is the shortest period
    return raises_budget(before.caveats.budget, budget)


def is_allowed(grant: Grant | None, now: datetime) -> bool:
    """Tell whether a site has a lasting yes that counts now."""
    return grant is not None and grant.state is GrantState.ALLOWED and not is_over(grant, now)


def decide(grant: Grant | None, origin: str, names: Sequence[str], now: datetime, *, local: bool = True) -> SatchelError | None:
    """Return why the call may not be made, or None if it may.

    `names` are what the endpoint is called, its model's id first: a grant may name the model, or exactly this endpoint. `local` tells
    whether it runs on the person's own machine. A used-up or expired grant counts as none: the person is asked again.
    """
    if grant is None:
        return ConsentRequired(f"{origin} has not been allowed to use a model", details={"origin": origin})
    match grant.state:
        case GrantState.BLOCKED:
            return OriginBlocked(f"{origin} is blocked", details={"origin": origin})
        case GrantState.ALLOWED | GrantState.ONCE:
            pass
        case _:
            assert_never(grant.state)
    caveats = grant.caveats
    if caveats.expires_at is not None and caveats.expires_at <= now:
        return ConsentRequired(f"what {origin} was allowed has expired", details={"origin": origin})
    return outside(caveats, origin, names, local=local, place={"origin": origin})


def outside(
    caveats: Caveats, who: str, names: Sequence[str], *, local: bool, place: Mapping[str, object] = MappingProxyType({})
) -> ModelNotGranted | None:
    """Return why an endpoint is none of those that the caveats leave, or None if it is; `names` and `local` are as for `decide`.

    Args:
        caveats: what was allowed.
        who: whom it was allowed, in words.
        names: what the endpoint is called.
        local: whether it runs on the person's own machine.
        place: what the refusal's details say besides.
    """
    if caveats.models is not None and not any(name in caveats.models for name in names):
        return ModelNotGranted(
            f"{who} may use {', '.join(caveats.models)} only, not {names[0]}",
            details={**place, "model": names[0], "granted": list(caveats.models)},
        )
    if caveats.local_only and not local:
        message = f"{who} may use models on your own computer only, not {names[0]}"
        return ModelNotGranted(message, details={**place, "model": names[0], "local_only": True})
    return None


def parse_origin(text: str) -> str:
    """Return `text` as an exact origin, e.g. `https://a.example` or `http://localhost:3000`.

    Raises:
        MalformedRequest: it is not scheme + host + optional port, or an insecure origin that is not on this computer.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    bare = f"{parts.scheme}://{parts.netloc}"
    plain = text.isascii() and text.isprintable() and not any(character in text for character in ' @\\"<>^`{|}')
    if not host or not plain or text != bare or parts.scheme not in ("https", "http"):
        raise MalformedRequest(f"{text!r} is not an origin; write scheme, host and port only", details={"param": "origin"})
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1") and not host.endswith(".localhost"):
        raise MalformedRequest(f"{text!r} is not secure; only https pages may ask", details={"param": "origin"})
    return bare.lower()
