"""`/v1/totp`: one-time codes from an app, and recovery codes, for whoever is signed in to the portal."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from satchel.domain.errors import NotFound
from satchel.doors.http.callers import Callers
from satchel.services.accounts import Accounts
from satchel.services.accounts.totps import Totps


class TotpSchema(BaseModel):
    """Whether signing in by password asks for a code: since when, null = it does not. How many recovery codes are left."""

    since_at: datetime | None
    codes_left: int


class TotpDraftSchema(BaseModel):
    """What the app is given; shown once."""

    secret: str
    uri: str
    qr: str


class TotpCode(BaseModel):
    """The first code that the app shows."""

    code: str = Field(min_length=1, max_length=40)


class RecoveryCodes(BaseModel):
    """Recovery codes; shown once."""

    codes: list[str]


def totps_router(callers: Callers, totps: Totps, accounts: Accounts) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/totp", tags=["account"])

    @router.get("")
    async def get_totp(request: Request) -> TotpSchema:
        """Return how things stand."""
        state = await totps.state((await callers.person(request)).sign_in.account_id)
        return TotpSchema(since_at=state.since_at, codes_left=state.codes_left)

    @router.post("/begin")
    async def begin_totp(request: Request) -> TotpDraftSchema:
        """Make a seed for an app. Nothing changes until a code of it was seen."""
        account_id = (await callers.proved(request)).sign_in.account_id
        draft = await totps.begin(account_id, (await accounts.get(account_id)).email)
        return TotpDraftSchema(secret=draft.secret, uri=draft.uri, qr=draft.qr)

    @router.post("", status_code=201)
    async def confirm_totp(request: Request, sent: TotpCode) -> RecoveryCodes:
        """Switch codes on by the first one; returns recovery codes."""
        return RecoveryCodes(codes=list(await totps.confirm((await callers.person(request)).sign_in.account_id, sent.code)))

    @router.post("/codes", status_code=201)
    async def make_recovery_codes(request: Request) -> RecoveryCodes:
        """Make new recovery codes; the earlier ones are void."""
        account_id = (await callers.proved(request)).sign_in.account_id
        if (await totps.state(account_id)).since_at is None:
            raise NotFound("codes are not on here; set up an app first")
        return RecoveryCodes(codes=list(await totps.new_codes(account_id)))

    @router.delete("", status_code=204)
    async def switch_totp_off(request: Request) -> None:
        """Ask for no code any more."""
        if not await totps.switch_off((await callers.proved(request)).sign_in.account_id):
            raise NotFound("codes are not on here")

    return router
