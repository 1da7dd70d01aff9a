"""`/v1/keys`: provider keys that the person owns. A secret goes in and never comes back."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, SecretStr

from satchel.domain.errors import NotFound
from satchel.domain.keys import Key, Secret
from satchel.doors.http.callers import Callers
from satchel.services.vault import Vault

_SCOPE = "settings"


class KeySchema(BaseModel):
    """One key, without its secret."""

    id: str
    provider: str
    label: str | None
    base_url: str
    last4: str | None
    created_at: datetime


class KeyList(BaseModel):
    """Keys, oldest first."""

    data: list[KeySchema]


class KeyDraft(BaseModel):
    """A key to keep; without a secret it is a keyless server."""

    provider: str = Field(max_length=100)
    secret: SecretStr = Field(default=SecretStr(""), max_length=4_096)
    base_url: str | None = Field(default=None, max_length=2_000)
    label: str | None = Field(default=None, max_length=100)


def keys_router(callers: Callers, vault: Vault) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/keys", tags=["keys"])

    @router.get("")
    async def list_keys(request: Request) -> KeyList:
        """List the keys."""
        principal = await callers.principal(request, _SCOPE)
        return KeyList(data=[_schema(key) for key in await vault.list(principal.account_id)])

    @router.post("", status_code=201)
    async def add_key(request: Request, draft: KeyDraft) -> KeySchema:
        """Seal and keep a key."""
        principal = await callers.principal(request, _SCOPE)
        secret = Secret(draft.secret.get_secret_value().strip())
        return _schema(await vault.add(principal.account_id, draft.provider, draft.base_url, secret, label=draft.label))

    @router.delete("/{key_id}", status_code=204)
    async def remove_key(request: Request, key_id: str) -> None:
        """Forget a key."""
        principal = await callers.principal(request, _SCOPE)
        if not await vault.remove(principal.account_id, key_id):
            raise NotFound(f"there is no key {key_id!r}")

    return router


def _schema(key: Key) -> KeySchema:
    return KeySchema(id=key.id, provider=key.provider, label=key.label, base_url=key.base_url, last4=key.last4, created_at=key.created_at)
