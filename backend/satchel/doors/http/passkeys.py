"""`/v1/passkeys`: the passkeys of whoever is signed in to the portal. Signing in with one is `doors/portal/passkeys.py`."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from satchel.domain.passkeys import Passkey
from satchel.doors.http.callers import Callers
from satchel.services.accounts.passkeys import MAX_NAME_CHARACTERS, Passkeys
from satchel.services.accounts.proofs import Proofs


class PasskeySchema(BaseModel):
    """One passkey. `prf` tells whether it can derive secrets, `synced` whether it is kept on more than one device."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    prf: bool
    synced: bool


class PasskeyList(BaseModel):
    """Passkeys, oldest first."""

    data: list[PasskeySchema]


class PasskeyDraft(BaseModel):
    """What the authenticator answered, as `PublicKeyCredential.toJSON()` has it."""

    credential: dict[str, Any]
    name: str = Field(min_length=1, max_length=MAX_NAME_CHARACTERS)


class PasskeyChange(BaseModel):
    """What may be changed."""

    name: str = Field(min_length=1, max_length=MAX_NAME_CHARACTERS)


def passkeys_router(callers: Callers, passkeys: Passkeys, proofs: Proofs) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/passkeys", tags=["account"])

    @router.get("")
    async def list_passkeys(request: Request) -> PasskeyList:
        """List the passkeys."""
        person = await callers.person(request)
        return PasskeyList(data=[_schema(passkey) for passkey in await passkeys.list(person.sign_in.account_id)])

    @router.post("/begin")
    async def begin_passkey(request: Request) -> dict[str, Any]:
        """Return what `navigator.credentials.create` needs, good for five minutes."""
        person = await callers.adding(request, proofs)
        return (await passkeys.begin_adding(person.sign_in.account_id, person.sign_in.id, person.origin)).options

    @router.post("", status_code=201)
    async def add_passkey(request: Request, draft: PasskeyDraft) -> PasskeySchema:
        """Keep the passkey that was begun."""
        person = await callers.person(request)
        who = person.sign_in
        return _schema(await passkeys.add(who.account_id, who.id, draft.credential, draft.name, person.origin))

    @router.patch("/{passkey_id}")
    async def rename_passkey(request: Request, passkey_id: str, change: PasskeyChange) -> PasskeySchema:
        """Give a passkey another name."""
        person = await callers.person(request)
        return _schema(await passkeys.rename(person.sign_in.account_id, passkey_id, change.name))

    @router.delete("/{passkey_id}", status_code=204)
    async def remove_passkey(request: Request, passkey_id: str) -> None:
        """Forget a passkey; the only way to sign in is kept."""
        person = await callers.proved(request)
        await passkeys.remove(person.sign_in.account_id, passkey_id)

    return router


def _schema(passkey: Passkey) -> PasskeySchema:
    return PasskeySchema(
        id=passkey.id,
        name=passkey.name,
        created_at=passkey.created_at,
        last_used_at=passkey.last_used_at,
        prf=passkey.prf,
        synced=passkey.synced,
    )
