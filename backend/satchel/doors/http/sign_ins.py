"""`/v1/sign-ins`: the browsers that are signed in to the portal, listed and signed out."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel

from satchel.domain.errors import NotFound
from satchel.doors.http.callers import Callers
from satchel.services.accounts import Accounts

_SCOPE = "settings"


class SignInSchema(BaseModel):
    """One browser. `current` is the one that asks."""

    id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str | None
    current: bool


class SignInList(BaseModel):
    """Browsers, the one used last first."""

    data: list[SignInSchema]


def sign_ins_router(callers: Callers, accounts: Accounts) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/sign-ins", tags=["account"])

    @router.get("")
    async def list_sign_ins(request: Request) -> SignInList:
        """List the browsers that are signed in."""
        principal = await callers.principal(request, _SCOPE)
        found = [
            SignInSchema(
                id=one.id,
                created_at=one.created_at,
                last_used_at=one.last_used_at,
                expires_at=one.expires_at,
                user_agent=one.user_agent,
                current=one.id == principal.token_id,
            )
            for one in await accounts.sign_ins(principal.account_id)
        ]
        return SignInList(data=found)

    @router.delete("/{sign_in_id}", status_code=204)
    async def end_sign_in(request: Request, sign_in_id: str) -> None:
        """Sign a browser out."""
        principal = await callers.principal(request, _SCOPE)
        if not await accounts.end_sign_in(principal.account_id, sign_in_id):
            raise NotFound(f"there is no sign-in {sign_in_id!r}")

    return router
