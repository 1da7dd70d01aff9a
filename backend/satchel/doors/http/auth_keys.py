"""`POST /v1/auth/keys`: trade the code of `/auth` for a token. The person's side is `doors/portal/auth.py`."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from satchel.services.oauth.exchange import Exchange


class CodeDraft(BaseModel):
    """A code, and the verifier whose hash the page sent."""

    code: str = Field(max_length=200)
    code_verifier: str | None = Field(default=None, max_length=200)
    code_challenge_method: str | None = Field(default=None, max_length=20)


class TradedToken(BaseModel):
    """The token, in the words of the clients of this flow; shown once."""

    key: str
    user_id: str | None = None


def auth_keys_router(exchange: Exchange) -> APIRouter:
    """Return the door of this resource."""
    router = APIRouter(tags=["tokens"])

    @router.post("/auth/keys", response_model=TradedToken)
    async def trade(draft: CodeDraft) -> JSONResponse:
        """Trade a code for a token; nobody need be signed in."""
        text = await exchange.trade(draft.model_dump(exclude_none=True))
        return JSONResponse({"key": text, "user_id": None}, headers={"Cache-Control": "no-store"})

    return router
