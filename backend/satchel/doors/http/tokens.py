"""`/v1/tokens` and `/v1/token`: the tokens that we issue, in the shape of OpenRouter's `/api/v1/keys` and `/api/v1/key`.

Strict clients check every field here: 201 on create, amounts in US dollars as numbers, the token itself shown once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from satchel.domain.accounts import Principal
from satchel.domain.budgets import Budget, Period, current
from satchel.domain.errors import MalformedRequest, NotFound, Refused, ScopeMissing
from satchel.domain.grants import BudgetCaveat, raises_budget
from satchel.domain.tokens import INFERENCE_SCOPES, MANAGE_TOKENS, Token, TokenKind
from satchel.doors.auth import PERSON, bearer_hash
from satchel.doors.http.callers import Callers
from satchel.kit.money import nusd_from_usd, usd_from_nusd
from satchel.ports.clock import Clock
from satchel.services.ledger import Ledger
from satchel.services.oauth.tokens import NewLimit, TokenChange, Tokens, limit_of

_PAGE = 100
_NOTHING = (0, 0, 0, 0)
_MOST_USD = 9_000_000
_WORKSPACE = "default"

Usd = Annotated[Decimal, Field(ge=0, le=_MOST_USD, allow_inf_nan=False)]


class Reset(StrEnum):
    """How often a limit starts anew, in the words of those clients."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


_PERIODS = {Reset.DAILY: Period.DAY, Reset.WEEKLY: Period.WEEK, Reset.MONTHLY: Period.MONTH}
_RESETS = {period: reset for reset, period in _PERIODS.items()}


class Spending(BaseModel):
    """What a token may spend and has spent, in US dollars. All calls use the person's own keys, and all count."""

    limit: float | None
    limit_remaining: float | None
    limit_reset: Reset | None
    include_byok_in_limit: bool = True
    usage: float
    usage_daily: float
    usage_weekly: float
    usage_monthly: float
    byok_usage: float = 0
    byok_usage_daily: float = 0
    byok_usage_weekly: float = 0
    byok_usage_monthly: float = 0


class TokenSchema(Spending):
    """One token, without its text. `label` is how the text begins."""

    hash: str
    name: str
    label: str
    disabled: bool
    scopes: list[str]
    created_at: datetime
    updated_at: datetime | None
    creator_user_id: str | None = None
    workspace_id: str = _WORKSPACE
    external_user: str | None = None
    expires_at: datetime | None


class TokenList(BaseModel):
    """Tokens, newest first."""

    data: list[TokenSchema]


class TokenReply(BaseModel):
    """One token."""

    data: TokenSchema


class NewToken(TokenReply):
    """A token just made; `key` is its text, which is never shown again."""

    key: str


class Deleted(BaseModel):
    """A token is gone."""

    deleted: bool = True


class RateLimitSchema(BaseModel):
    """A field that clients of old expect; there is no such limit."""

    requests: int = -1
    interval: str = "10s"
    note: str = "not limited by requests"


class FreeRequests(BaseModel):
    """How many requests to free models a day; we count none."""

    limit: int = 0
    remaining: int = 0
    used: int = 0
    resets_at: datetime


class OwnToken(Spending):
    """The token that asks, about itself."""

    label: str
    is_free_tier: bool = False
    is_provisioning_key: bool
    is_management_key: bool
    creator_user_id: str | None = None
    rate_limit: RateLimitSchema = Field(default_factory=RateLimitSchema)
    allowed_data_regions: list[str] = ["global"]
    free_model_daily_requests: FreeRequests
    organization_id: str | None = None
    workspace_id: str | None = None
    expires_at: datetime | None


class OwnTokenReply(BaseModel):
    """The token that asks."""

    data: OwnToken


class TokenDraft(BaseModel):
    """A token to make. `scopes` is ours: without it the token may ask models, see them, and read its activity."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(max_length=200)
    limit: Usd | None = None
    limit_reset: Reset | None = None
    expires_at: AwareDatetime | None = None
    scopes: list[str] | None = Field(default=None, max_length=20)


class TokenPatch(BaseModel):
    """What to change. A field that is not sent stays; `limit: null` takes the limit away."""

    model_config = ConfigDict(extra="ignore")

    name: str | None = Field(default=None, max_length=200)
    disabled: bool | None = None
    limit: Usd | None = None
    limit_reset: Reset | None = None


def tokens_router(callers: Callers, tokens: Tokens, ledger: Ledger, clock: Clock) -> APIRouter:
    """Return the doors of these resources."""
    door = _Door(callers, tokens, ledger, clock)
    router = APIRouter(tags=["tokens"])
    router.add_api_route("/tokens", door.list_tokens, methods=["GET"])
    router.add_api_route("/tokens", door.create_token, methods=["POST"], status_code=201)
    router.add_api_route("/tokens/{hashed}", door.get_token, methods=["GET"])
    router.add_api_route("/tokens/{hashed}", door.change_token, methods=["PATCH"])
    router.add_api_route("/tokens/{hashed}", door.delete_token, methods=["DELETE"])
    router.add_api_route("/token", door.own_token, methods=["GET"])
    return router


class _Door:
    def __init__(self, callers: Callers, tokens: Tokens, ledger: Ledger, clock: Clock) -> None:
        self._callers = callers
        self._tokens = tokens
        self._ledger = ledger
        self._clock = clock

    async def list_tokens(self, request: Request, offset: Annotated[int, Query(ge=0)] = 0, include_disabled: bool = False) -> TokenList:
        """List the account's own tokens, a hundred at a time."""
        account_id = (await self._callers.principal(request, MANAGE_TOKENS)).account_id
        found = await self._tokens.list(account_id, include_disabled=include_disabled)
        spent, now = await self._ledger.by_token(account_id), self._clock.now()
        page = found[offset : offset + _PAGE]
        return TokenList(data=[_schema(token, budget, spent.get(token.id, _NOTHING), now) for token, budget in page])

    async def create_token(self, request: Request, draft: TokenDraft) -> NewToken:
        """Make a token."""
        principal = await self._callers.principal(request, MANAGE_TOKENS)
        self._callers.require_proof(request)  # a token outlives the browser that it was made in
        await check_maker(request, principal, self._tokens, draft.expires_at)
        limit, scopes = _limit(draft.limit, draft.limit_reset), _scopes(principal, draft.scopes)
        token, text = await self._tokens.create(principal.account_id, draft.name, scopes, expires_at=draft.expires_at, limit=limit)
        return NewToken(data=await self._schema(*await self._tokens.get(principal.account_id, token.secret_hash)), key=text)

    async def get_token(self, request: Request, hashed: str) -> TokenReply:
        """Return a token by the SHA-256 of its text."""
        account_id = (await self._callers.principal(request, MANAGE_TOKENS)).account_id
        return TokenReply(data=await self._schema(*await self._tokens.get(account_id, hashed)))

    async def change_token(self, request: Request, hashed: str, patch: TokenPatch) -> TokenReply:
        """Rename it, switch it off or on, or change its limit."""
        principal = await self._callers.principal(request, MANAGE_TOKENS)
        if patch.model_fields_set & {"limit", "limit_reset"}:
            await unlimited(request, principal, self._tokens)
        disabled = patch.disabled
        if disabled is False and principal.token_id == (await self._tokens.get(principal.account_id, hashed))[0].id:
            disabled = None  # it is on, or it would not be here; one that is switched off just now cannot switch itself on again
        change = TokenChange(patch.name, disabled, self._new_limit(request, patch))
        return TokenReply(data=await self._schema(*await self._tokens.change(principal.account_id, hashed, change)))

    async def delete_token(self, request: Request, hashed: str) -> Deleted:
        """Revoke it; what it runs ends at once."""
        account_id = (await self._callers.principal(request, MANAGE_TOKENS)).account_id
        token, _ = await self._tokens.get(account_id, hashed)
        if not await self._tokens.revoke(account_id, token.id):
            raise NotFound("there is no such token")
        return Deleted()

    async def own_token(self, request: Request) -> OwnTokenReply:
        """Tell a token about itself; any scope will do."""
        principal = await self._callers.principal(request, None)
        token, budget = await self._tokens.get(principal.account_id, bearer_hash(request.scope["headers"]))
        budget, ends_at = await self._tokens.terms(token, budget)
        spent = (await self._ledger.by_token(principal.account_id)).get(token.id, _NOTHING)
        return OwnTokenReply(data=_own(replace(token, expires_at=ends_at), budget, spent, self._clock.now()))

    def _new_limit(self, request: Request, patch: TokenPatch) -> NewLimit | None:
        """Return what sets the limit, if one was sent; to raise it takes a person's proof."""
        if not patch.model_fields_set & {"limit", "limit_reset"}:
            return None

        def new_limit(kept: Budget | None) -> BudgetCaveat | None:
            limit = _merged(patch, kept)
            if kept is not None and raises_budget(BudgetCaveat(kept.cap_nusd, kept.period), limit):
                self._callers.require_proof(request)
            return limit

        return new_limit

    async def _schema(self, token: Token, budget: Budget | None) -> TokenSchema:
        return _schema(token, budget, (await self._ledger.by_token(token.account_id)).get(token.id, _NOTHING), self._clock.now())


async def check_maker(request: Request, principal: Principal, tokens: Tokens, ends_at: datetime | None) -> None:
    """Check that whoever asks may make a token that ends then, None for one without an end.

    Raises:
        Refused: it is a token with a spending limit of its own, or one that ends before.
    """
    maker = await unlimited(request, principal, tokens)
    last_at = maker.expires_at if maker is not None and maker.kind is TokenKind.ACCOUNT else None
    if last_at is not None and (ends_at is None or ends_at > last_at):
        raise Refused(f"this token ends at {last_at.isoformat()}; one that it makes must end by then", details={"param": "expires_at"})


async def unlimited(request: Request, principal: Principal, tokens: Tokens) -> Token | None:
    """Return the token that asks, None for a person in the portal.

    Raises:
        Refused: it has a spending limit of its own, which whatever it made or changed would go around.
    """
    if request.scope.get(PERSON) is not None:
        return None
    token, budget = await tokens.get(principal.account_id, bearer_hash(request.scope["headers"]))
    if budget is not None:
        raise Refused("a token with a spending limit makes no tokens and changes no limits; use one without a limit, or the portal")
    return token


def _scopes(principal: Principal, wanted: Sequence[str] | None) -> frozenset[str]:
    """Return the scopes of a new token: those of inference, or others that its maker has; never one that only its maker's maker had."""
    if wanted is None:
        return INFERENCE_SCOPES
    scopes = frozenset(wanted)
    if beyond := sorted(scopes - INFERENCE_SCOPES - principal.scopes):
        raise ScopeMissing(f"a token cannot give what it lacks: {beyond}", details={"scope": beyond[0]})
    return scopes


def _limit(limit_usd: Decimal | None, reset: Reset | None) -> BudgetCaveat | None:
    if limit_usd is None:
        if reset is not None:
            raise MalformedRequest("limit_reset needs a limit", details={"param": "limit_reset"})
        return None
    return limit_of(nusd_from_usd(limit_usd), _PERIODS[reset] if reset is not None else None)


def _merged(patch: TokenPatch, budget: Budget | None) -> BudgetCaveat | None:
    """Return the new limit; of limit and reset, the one that was not sent stays as it is."""
    sent, limit_usd, reset = patch.model_fields_set, patch.limit, patch.limit_reset
    if budget is not None and "limit" not in sent:
        return limit_of(budget.cap_nusd, _PERIODS[reset] if reset is not None else None)
    if budget is not None and "limit_reset" not in sent and limit_usd is not None:
        return limit_of(nusd_from_usd(limit_usd), budget.period)
    return _limit(limit_usd, reset)


def _spending(budget: Budget | None, spent: Sequence[int], now: datetime) -> Spending:
    running = current(budget, now) if budget is not None else None
    usage, daily, weekly, monthly = (usd_from_nusd(amount_nusd) for amount_nusd in spent)
    return Spending(
        limit=usd_from_nusd(running.cap_nusd) if running else None,
        limit_remaining=usd_from_nusd(max(0, running.left_nusd)) if running else None,
        limit_reset=_RESETS.get(running.period) if running else None,
        usage=usage,
        usage_daily=daily,
        usage_weekly=weekly,
        usage_monthly=monthly,
    )


def _schema(token: Token, budget: Budget | None, spent: Sequence[int], now: datetime) -> TokenSchema:
    return TokenSchema(
        **_spending(budget, spent, now).model_dump(),
        hash=token.secret_hash,
        name=token.name or "",
        label=_label(token),
        disabled=token.disabled,
        scopes=sorted(token.scopes),
        created_at=token.created_at,
        updated_at=token.updated_at,
        expires_at=token.expires_at,
    )


def _own(token: Token, budget: Budget | None, spent: Sequence[int], now: datetime) -> OwnToken:
    manages = MANAGE_TOKENS in token.scopes
    tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return OwnToken(
        **_spending(budget, spent, now).model_dump(),
        label=_label(token),
        is_provisioning_key=manages,
        is_management_key=manages,
        free_model_daily_requests=FreeRequests(resets_at=tomorrow),
        expires_at=token.expires_at,
    )


def _label(token: Token) -> str:
    return token.hint or token.name or token.id
