"""`/v1/auth/keys`: trade the code of `/auth` for a token, or make one without a browser. The person's side is `doors/portal/auth.py`."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from satchel.domain.tokens import MANAGE_TOKENS
from satchel.doors.http.callers import Callers
from satchel.doors.http.tokens import Reset, Usd, check_maker
from satchel.ports.clock import Clock
from satchel.services.oauth.exchange import Exchange
from satchel.services.oauth.tokens import Tokens
from satchel.services.oauth.wishes import checked_challenge, proposal_of, wish


class CodeDraft(BaseModel):
    """A code, and the verifier whose hash the page sent."""

    code: str = Field(max_length=200)
    code_verifier: str | None = Field(default=None, max_length=200)
    code_challenge_method: str | None = Field(default=None, max_length=20)


class TradedToken(BaseModel):
    """The token, in the words of the clients of this flow; shown once."""

    key: str
    user_id: str | None = None


class CodeWish(BaseModel):
    """A code to make, and the terms of the token that it is traded for. There is one workspace, so `workspace_id` is not looked at."""

    model_config = ConfigDict(extra="ignore")

    callback_url: str = Field(max_length=2_000)
    code_challenge: str | None = Field(default=None, max_length=200)
    code_challenge_method: str | None = Field(default=None, max_length=20)
    key_label: str | None = Field(default=None, max_length=200)
    limit: Usd | None = None
    usage_limit_type: Reset | None = None
    expires_at: AwareDatetime | None = None


class MadeCode(BaseModel):
    """A code; `id` is its text. We number no apps."""

    id: str
    app_id: int = 0
    created_at: datetime


class MadeCodeReply(BaseModel):
    """A code just made, which is never shown again."""

    data: MadeCode


def auth_keys_router(callers: Callers, exchange: Exchange, tokens: Tokens, clock: Clock) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(tags=["tokens"])

    @router.post("/auth/keys", response_model=TradedToken)
    async def trade(draft: CodeDraft) -> JSONResponse:
        """Trade a code for a token; nobody need be signed in."""
        text = await exchange.trade(draft.model_dump(exclude_none=True))
        return JSONResponse({"key": text, "user_id": None}, headers={"Cache-Control": "no-store"})

    @router.post("/auth/keys/code")
    async def make_code(request: Request, draft: CodeWish) -> MadeCodeReply:
        """Make a code for a token on terms of its own, as whoever may make tokens makes one for somebody who holds the verifier."""
        principal = await callers.principal(request, MANAGE_TOKENS)
        callers.require_proof(request)
        await check_maker(request, principal, tokens, draft.expires_at)
        challenge = checked_challenge(draft.code_challenge, draft.code_challenge_method)
        reset = draft.usage_limit_type.value if draft.usage_limit_type is not None else None
        proposal = proposal_of(draft.key_label, draft.limit, reset, draft.expires_at, now=clock.now())
        wanted = wish(draft.callback_url, challenge, proposal)
        code, made_at = await exchange.issue(wanted, principal.account_id, origin=None, limit=proposal.limit, ends_at=proposal.ends_at)
        return MadeCodeReply(data=MadeCode(id=code, created_at=made_at))

    return router
