"""`/v1/proof` and `/v1/password`: whoever is signed in to the portal proves once more that it is them, and sets the password."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, model_validator

from satchel.doors.auth import Person, set_sign_in_cookie
from satchel.doors.http.callers import Callers
from satchel.services.accounts import Accounts
from satchel.services.accounts.proofs import Proofs
from satchel.services.oauth.devices import Devices

_Text = Annotated[str, Field(min_length=1, max_length=1024)]


class ProofState(BaseModel):
    """In which ways the person can prove it, until when the last proof counts, and whether they may add the first way without one."""

    ways: list[str]
    until_at: datetime | None
    may_begin: bool


class ProofDraft(BaseModel):
    """One proof: the password, a code of the app or a recovery code, or what a passkey answered."""

    password: _Text | None = None
    code: _Text | None = None
    credential: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "ProofDraft":
        if sum(way is not None for way in (self.password, self.code, self.credential)) != 1:
            raise ValueError("send exactly one of password, code and credential")
        return self


class PasswordDraft(BaseModel):
    """A new password, and whether extensions, terminals and apps are disconnected too."""

    password: _Text
    disconnect: bool = False


def proofs_router(callers: Callers, proofs: Proofs, accounts: Accounts, devices: Devices) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(tags=["account"])

    @router.get("/proof")
    async def get_proof(request: Request) -> ProofState:
        """Return how things stand."""
        person = await callers.person(request)
        who = person.sign_in
        return ProofState(ways=list(await proofs.ways(who.account_id)), until_at=proofs.until(who), may_begin=await proofs.may_begin(who))

    @router.post("/proof/begin")
    async def begin_proof(request: Request) -> dict[str, Any]:
        """Return what `navigator.credentials.get` needs."""
        person = await callers.person(request)
        return (await proofs.begin_passkey(person.sign_in, person.origin)).options

    @router.post("/proof", status_code=204)
    async def prove(request: Request, response: Response, draft: ProofDraft) -> None:
        """Prove it: dangerous acts are open for five minutes. The sign-in gets a new cookie."""
        person = await callers.person(request)
        secret = await _proved(proofs, person, draft, request.client.host if request.client else "unknown")
        response.headers["Set-Cookie"] = set_sign_in_cookie(secret, person.origin.startswith("https://"))

    @router.put("/password", status_code=204)
    async def change_password(request: Request, draft: PasswordDraft) -> None:
        """Set the password, the first or another, and sign all other browsers out; `disconnect` what else is connected."""
        person = await callers.adding(request, proofs)
        await accounts.change_password(person.sign_in.account_id, draft.password, person.sign_in.id)
        if draft.disconnect:
            await devices.disconnect_all(person.sign_in.account_id)

    return router


async def _proved(proofs: Proofs, person: Person, draft: ProofDraft, address: str) -> str:
    if draft.password is not None:
        return await proofs.by_password(person.sign_in, draft.password, address)
    if draft.code is not None:
        return await proofs.by_code(person.sign_in, draft.code, address)
    return await proofs.by_passkey(person.sign_in, draft.credential or {}, person.origin)
