"""Provider keys: sealed at rest, opened for the moment they are sent. KEK → data key of the account (DEK) → key.

Managed mode: the KEK is in custody, a DEK belongs to one account, and a key's seal is bound to the origin it may be sent to, so that a row
edited to point elsewhere does not open. Opened DEKs and sealed rows are remembered for minutes; secrets in clear never are.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import urlsplit

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import KeyMissing, MalformedRequest, VaultLocked
from satchel.domain.keys import NO_SECRET, Key, Secret, WrappedDek, wrap_context
from satchel.kit.aead import KEY_BYTES, SALT_BYTES, SealBroken, context, open_, seal, wipe
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.custody import Custody
from satchel.ports.stores import Database

DEK_LIFE_S = 300.0
_AUTH_SCHEME = "bearer"
_FINGERPRINT = b"satchel/v1/fingerprint"
_FINGERPRINT_BYTES = 16
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class _Opened:
    """What is remembered of an account for a while: its data key in clear (None while it has none), and sealed rows read since."""

    dek: bytearray | None
    dek_id: str | None
    ends_s: float
    keys: dict[str, Key] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None


class Vault:
    """Seals, lists, removes and opens the provider keys of accounts."""

    def __init__(
        self, database: Database, custody: Custody, clock: Clock, ids: Ids, *, deployment_id: str, enrol: Callable[[], Awaitable[None]]
    ) -> None:
        """Build the vault.

        Args:
            database: where keys lie, sealed.
            custody: who wraps and unwraps data keys.
            clock: tells how long data keys are remembered.
            ids: where ids, data keys and salts come from.
            deployment_id: what seals are bound to.
            enrol: writes down which KEK wraps, before it does.
        """
        self._database = database
        self._custody = custody
        self._enrol = enrol
        self._clock = clock
        self._ids = ids
        self._deployment_id = deployment_id
        self._accounts: dict[str, _Opened] = {}
        self._opening = asyncio.Lock()
        self._mark_key = ids.secret_bytes(KEY_BYTES)
        self._marks: set[bytes] = set()
        self._removals = 0

    async def add(self, account_id: str, provider: str, base_url: str, secret: Secret, label: str | None = None) -> Key:
        """Seal a key and keep it; an empty secret is a keyless server.

        Args:
            account_id: whose key it is.
            provider: a provider's id, or `custom`.
            base_url: where the key may be sent: http or https, without user, query or fragment.
            secret: the provider's key.
            label: unique in the account.

        Raises:
            MalformedRequest: the base URL is none, or the label is taken.
            VaultLocked: the account's data key does not open.
        """
        base_url = base_url.rstrip("/")
        origin = endpoint_origin(base_url)
        key = Key(self._ids.new("key"), account_id, provider, base_url, origin, self._clock.now(), label, secret.last4())
        if secret:
            await self._make_dek(account_id)
            opened = await self._open_account(account_id)
            key = self._sealed(key, opened, secret)
            self._marks.add(self._mark(secret.reveal()))
        async with self._database.unit_of_work() as stores:
            await stores.keys.add(key)
            await stores.audit.add(AuditRecord(account_id, key.created_at, Act.KEY_ADDED, key.id, provider))
        return key

    async def list(self, account_id: str) -> Sequence[Key]:
        """Return the account's keys, sealed, oldest first."""
        async with self._database.unit_of_work() as stores:
            return await stores.keys.list(account_id)

    async def remove(self, account_id: str, key_id: str) -> bool:
        """Remove a key; False if there is none. It cannot be opened afterwards."""
        async with self._database.unit_of_work() as stores:
            removed = await stores.keys.remove(account_id, key_id)
            if removed:
                await stores.audit.add(AuditRecord(account_id, self._clock.now(), Act.KEY_REMOVED, key_id))
        self._removals += 1
        if opened := self._accounts.get(account_id):
            opened.keys.pop(key_id, None)
        return removed

    async def open(self, account_id: str, key_id: str, base_url: str | None = None) -> Secret:
        """Return a key in clear; let go of it as soon as it is sent.

        Args:
            account_id: whose key it is.
            key_id: which one.
            base_url: where it is going to be sent; a key bound to another origin does not open. None = where its row says.

        Raises:
            KeyMissing: the account has no such key.
            VaultLocked: the key was changed, moved or sealed elsewhere; nothing says which, and nothing is overwritten.
        """
        opened = self._live(account_id)
        key = opened.keys.get(key_id) if opened else None
        if key is not None and opened is not None:
            return self._unsealed(key, opened, base_url) if key.sealed is not None else NO_SECRET
        removals = self._removals
        key = await self._read(account_id, key_id)
        opened = await self._open_account(account_id)
        if removals == self._removals:
            opened.keys[key_id] = key
        if key.sealed is None:
            return NO_SECRET
        secret = self._unsealed(key, opened, base_url)
        self._marks.add(self._mark(secret.reveal()))
        return secret

    def knows(self, word: str) -> bool:
        """Tell whether `word` is a key that was used since the start, for the log to hide it. Only marks of them are remembered."""
        return self._mark(word) in self._marks

    async def broken(self, batch: int = 500) -> Sequence[Key]:
        """Return the keys of all accounts that do not open, for the operator's `verify`. Changes nothing."""
        found, last = list[Key](), ""
        while True:
            async with self._database.unit_of_work() as stores:
                page = await stores.keys.page(last, batch)
            if not page:
                return found
            last = page[-1].id
            found += [key for key in page if not await self._opens(key)]

    def close(self) -> None:
        """Wipe every data key."""
        for account_id in [*self._accounts]:
            self._forget(account_id)

    def _mark(self, word: str) -> bytes:
        return hmac.digest(self._mark_key, word.encode(errors="replace"), "sha256")

    def _live(self, account_id: str) -> _Opened | None:
        opened = self._accounts.get(account_id)
        if opened is not None and opened.ends_s <= self._clock.monotonic_s():
            self._forget(account_id)
            return None
        return opened

    def _forget(self, account_id: str) -> None:
        if opened := self._accounts.pop(account_id, None):
            if opened.dek is not None:
                wipe(opened.dek)
            if opened.timer is not None:
                opened.timer.cancel()

    async def _opens(self, key: Key) -> bool:
        try:
            self._unsealed(key, await self._open_account(key.account_id), None)
        except VaultLocked:
            return False
        return True

    async def _read(self, account_id: str, key_id: str) -> Key:
        async with self._database.unit_of_work() as stores:
            key = await stores.keys.get(account_id, key_id)
        if key is None:
            raise KeyMissing("this key was removed; add it again", details={"key_id": key_id})
        return key

    async def _open_account(self, account_id: str) -> _Opened:
        async with self._opening:  # one unwrap for any number of callers
            if opened := self._live(account_id):
                return opened
            async with self._database.unit_of_work() as stores:
                wrapped = await stores.deks.get(account_id)
            dek = await self._unwrap(wrapped) if wrapped else None
            opened = _Opened(dek, wrapped.id if wrapped else None, self._clock.monotonic_s() + DEK_LIFE_S)
            opened.timer = asyncio.get_running_loop().call_later(DEK_LIFE_S, self._forget, account_id)
            self._accounts[account_id] = opened
            return opened

    async def _make_dek(self, account_id: str) -> None:
        """Give the account its data key, unless it has one. Of several made at once the first that is kept counts."""
        async with self._database.unit_of_work() as stores:
            if await stores.deks.get(account_id):
                return
        await self._enrol()
        unwrapped = bytearray(self._ids.secret_bytes(KEY_BYTES))
        dek = WrappedDek(self._ids.new("dek"), account_id, 1, "", b"")
        try:
            wrap = await self._custody.wrap(bytes(unwrapped), wrap_context(dek))
        finally:
            wipe(unwrapped)
        async with self._database.unit_of_work() as stores:
            await stores.deks.put(replace(dek, kek_id=wrap.kek_id, blob=wrap.blob))
        self._forget(account_id)

    async def _unwrap(self, wrapped: WrappedDek) -> bytearray:
        dek = await self._custody.unwrap(wrapped.wrap, wrap_context(wrapped))
        if len(dek) != KEY_BYTES:
            wipe(dek)
            raise VaultLocked("the vault cannot be opened")
        return dek

    def _sealed(self, key: Key, opened: _Opened, secret: Secret) -> Key:
        key = replace(key, dek_id=opened.dek_id)
        if opened.dek is None:
            raise _locked(key)
        clear, salt = secret.reveal().encode(), self._ids.secret_bytes(SALT_BYTES)
        sealed = seal(opened.dek, clear, self._context(key, key.endpoint_origin), salt)
        return replace(key, sealed=sealed, fingerprint=_fingerprint(opened.dek, clear))

    def _unsealed(self, key: Key, opened: _Opened, base_url: str | None) -> Secret:
        origin = _origin_or_none(key.base_url if base_url is None else base_url)
        if key.sealed is None or opened.dek is None or key.dek_id != opened.dek_id or origin is None or origin != key.endpoint_origin:
            raise _locked(key)
        try:
            clear = open_(opened.dek, key.sealed, self._context(key, origin))
        except SealBroken as error:
            raise _locked(key) from error
        try:
            return Secret(clear.decode())
        finally:
            wipe(clear)

    def _context(self, key: Key, origin: str) -> bytes:
        row = (key.account_id, key.id, key.provider, origin, _AUTH_SCHEME, key.dek_id or "", key.secret_version)
        return _secret_context(self._deployment_id, *row)


def endpoint_origin(base_url: str) -> str:
    """Return scheme, host and port of a base URL, the port always written out.

    Raises:
        MalformedRequest: it is no plain http or https URL.
    """
    origin = _origin_or_none(base_url)
    if origin is None:
        raise MalformedRequest(
            "the base URL must look like https://host/path, without user, password, query or fragment", details={"param": "base_url"}
        )
    return origin


def _fingerprint(dek: bytearray, secret: bytes) -> str:
    own_key = hmac.digest(dek, _FINGERPRINT, "sha256")
    return hmac.digest(own_key, secret, "sha256")[:_FINGERPRINT_BYTES].hex()


@lru_cache(maxsize=256)
def _origin_or_none(base_url: str) -> str | None:
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    odd = "@" in parts.netloc or "\\" in base_url or not base_url.isascii() or not base_url.isprintable() or " " in base_url
    if not host or port is None or odd or parts.query or parts.fragment or parts.scheme not in _DEFAULT_PORTS:
        return None
    return f"{parts.scheme}://[{host}]:{port}" if ":" in host else f"{parts.scheme}://{host}:{port}"


@lru_cache(maxsize=256)  # nothing of it is secret; writing it anew was 3 % of a request's time
def _secret_context(*fields: str | int) -> bytes:
    return context("secret", *fields)


def _locked(key: Key) -> VaultLocked:
    details = {"provider": key.provider, "key_label": key.label, "key_id": key.id}
    return VaultLocked("this key cannot be opened; remove it and add it again", details=details)
