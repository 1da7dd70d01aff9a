"""`/v1/keys`: provider keys that the person owns. A secret goes in and never comes back."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, SecretStr

from satchel.domain.catalog import ProviderRow
from satchel.domain.errors import KeyMissing, MalformedRequest, NotFound
from satchel.domain.keys import CheckStatus, Key, KeyCheck, Secret, earlier_twin
from satchel.doors.http.callers import Callers
from satchel.ports.coordination import Bus, account_topic
from satchel.services.catalog import Catalog
from satchel.services.vault import Vault

_SCOPE = "settings"
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BUILTIN = "builtin"
_REGION = "{region}"
_REGION_NAME = re.compile(r"[a-z0-9-]{1,40}")


class CheckSchema(BaseModel):
    """What the provider said when it was last asked with the key, in its own words where it had some."""

    status: CheckStatus
    message: str | None
    models: int | None


class KeySchema(BaseModel):
    """One key, without its secret."""

    id: str
    provider: str
    label: str | None
    base_url: str
    last4: str | None
    created_at: datetime
    check: CheckSchema
    same_as: str | None


class KeyList(BaseModel):
    """Keys, oldest first."""

    data: list[KeySchema]


class KeyDraft(BaseModel):
    """A key to keep; without a secret it is a keyless server."""

    provider: str = Field(max_length=100)
    secret: SecretStr = Field(default=SecretStr(""), max_length=4_096)
    base_url: str | None = Field(default=None, max_length=2_000)
    label: str | None = Field(default=None, max_length=100)


class SecretDraft(BaseModel):
    """A secret to put in another one's place."""

    secret: SecretStr = Field(min_length=1, max_length=4_096)


class KeyDesk:
    """Take keys in and give them up, as the door and the operator's command do: checked against the providers we know."""

    def __init__(self, vault: Vault, rows: Mapping[str, ProviderRow], bus: Bus) -> None:
        self._vault = vault
        self._rows = rows
        self._bus = bus

    async def add(
        self,
        account_id: str,
        provider: str,
        base_url: str | None,
        secret: Secret,
        label: str | None,
        *,
        region: str | None = None,
        client: str | None = None,
    ) -> Key:
        """Seal and keep a key, and tell the account's catalog. `region` is for providers that have an address in each,
        `client` for whom a locked vault must be open.

        Raises:
            MalformedRequest: no such provider, no base URL or region for it, no secret where it needs one, a secret that is no text, or a
                label that is none or taken.
            VaultLocked: it is locked, or not open for this client.
        """
        row = self._rows.get(provider)
        if row is None:
            raise MalformedRequest(f"no provider {provider!r}; there are {', '.join(self._rows)}", details={"param": "provider"})
        if provider == _BUILTIN:
            raise MalformedRequest(f"{row.name} needs no key: it starts with Satchel", details={"param": "provider"})
        address = base_url or (row.region_url if region and row.region_url else row.base_url)
        if address is None:
            raise MalformedRequest(f"{row.name} needs the base URL of the server, such as {row.example_url}", details={"param": "base_url"})
        if row.needs_key and not secret:
            raise MalformedRequest(f"{row.name} needs a key; get one at {row.key_page}", details={"param": "secret"})
        _check_text(secret)
        if _REGION in address:
            address = address.replace(_REGION, _region(row, secret, region))
        if label is not None and not _LABEL.fullmatch(label):
            raise MalformedRequest("a label has letters, digits, dots and dashes only", details={"param": "label"})
        if label != provider and label in self._rows:
            raise MalformedRequest(
                f"{label} is a provider's id, and model ids start with it; choose another label", details={"param": "label"}
            )
        key = await self._vault.add(account_id, provider, address, secret, label, client=client)
        self._changed(account_id)
        return key

    async def renew(self, account_id: str, key_id: str, secret: Secret, *, client: str | None = None) -> Key:
        """Put another secret in a key's place, and tell the account's catalog.

        Raises:
            NotFound: there is no such key.
            MalformedRequest: the secret is empty or no text.
            VaultLocked: it is locked, or not open for this client.
        """
        if not secret:
            raise MalformedRequest("the key is empty; to forget one, delete it", details={"param": "secret"})
        _check_text(secret)
        try:
            key = await self._vault.renew(account_id, key_id, secret, client=client)
        except KeyMissing as missing:
            raise NotFound(f"there is no key {key_id!r}") from missing
        self._changed(account_id)
        return key

    async def remove(self, account_id: str, key_id: str) -> bool:
        """Forget a key; False if there is none."""
        removed = await self._vault.remove(account_id, key_id)
        if removed:
            self._changed(account_id)
        return removed

    def _changed(self, account_id: str) -> None:
        self._bus.publish(account_topic(account_id), {"event": "keys_changed", "data": {}})


def _check_text(secret: Secret) -> None:
    if not all(character.isprintable() or character in "\t\r\n" for character in secret.reveal()):
        raise MalformedRequest("the key has characters that no key has", details={"param": "secret"})


def _region(row: ProviderRow, secret: Secret, region: str | None) -> str:
    """Return the region that was named beside the key, or in it where it is JSON."""
    try:
        fields = orjson.loads(secret.reveal())
    except orjson.JSONDecodeError:
        fields = None
    found = region or (fields.get("region") if isinstance(fields, dict) else None)
    if not isinstance(found, str) or not _REGION_NAME.fullmatch(found):
        raise MalformedRequest(f"{row.name} needs a region, such as us-east-1", details={"param": "region"})
    return found


def keys_router(callers: Callers, vault: Vault, desk: KeyDesk, catalog: Catalog) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/keys", tags=["keys"])

    @router.get("")
    async def list_keys(request: Request) -> KeyList:
        """List the keys."""
        principal = await callers.principal(request, _SCOPE)
        keys = await vault.list(principal.account_id)
        return KeyList(data=[_schema(key, catalog.last_check(key.id), keys) for key in keys])

    @router.post("", status_code=201)
    async def add_key(request: Request, draft: KeyDraft) -> KeySchema:
        """Seal and keep a key, and ask the provider with it; it is kept whatever the answer."""
        principal = await callers.principal(request, _SCOPE)
        callers.require_proof(request)  # at a browser left open, nobody else's key is put where the person's belongs
        secret = Secret(draft.secret.get_secret_value().strip())
        key = await desk.add(principal.account_id, draft.provider, draft.base_url, secret, draft.label, client=principal.client)
        return await _checked(principal.account_id, key, vault, catalog)

    @router.delete("/{key_id}", status_code=204)
    async def remove_key(request: Request, key_id: str) -> None:
        """Forget a key."""
        principal = await callers.principal(request, _SCOPE)
        if not await desk.remove(principal.account_id, key_id):
            raise NotFound(f"there is no key {key_id!r}")

    _add_renewals(router, callers, vault, desk, catalog)
    return router


def _add_renewals(router: APIRouter, callers: Callers, vault: Vault, desk: KeyDesk, catalog: Catalog) -> None:
    """Add the doors that change or try a key that is there."""

    @router.put("/{key_id}")
    async def renew_key(request: Request, key_id: str, draft: SecretDraft) -> KeySchema:
        """Put another secret in a key's place, and ask the provider with it."""
        principal = await callers.principal(request, _SCOPE)
        callers.require_proof(request)
        secret = Secret(draft.secret.get_secret_value().strip())
        key = await desk.renew(principal.account_id, key_id, secret, client=principal.client)
        return await _checked(principal.account_id, key, vault, catalog)

    @router.post("/{key_id}/check")
    async def check_key(request: Request, key_id: str) -> KeySchema:
        """Ask the provider with a key, now."""
        principal = await callers.principal(request, _SCOPE)
        keys = {key.id: key for key in await vault.list(principal.account_id)}
        if key_id not in keys:
            raise NotFound(f"there is no key {key_id!r}")
        if keys[key_id].sealed is not None:
            await vault.in_hand(principal.account_id, principal.client)  # a locked vault must be open for whoever asks
        return await _checked(principal.account_id, keys[key_id], vault, catalog)


async def _checked(account_id: str, key: Key, vault: Vault, catalog: Catalog) -> KeySchema:
    check = await catalog.check_key(account_id, key.id)
    return _schema(key, check, await vault.list(account_id))


def _schema(key: Key, check: KeyCheck, keys: Sequence[Key]) -> KeySchema:
    return KeySchema(
        id=key.id,
        provider=key.provider,
        label=key.label,
        base_url=key.base_url,
        last4=key.last4,
        created_at=key.created_at,
        check=CheckSchema(status=check.status, message=check.message, models=check.models),
        same_as=earlier_twin(key, keys),
    )
