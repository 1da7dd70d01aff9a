"""Provider keys: sealed at rest, opened for the moment they are sent. KEK → data key of the account (DEK) → key.

Managed mode: the KEK is in custody, a DEK belongs to one account, and a key's seal is bound to the origin it may be sent to, so that a row
edited to point elsewhere does not open. Opened DEKs and sealed rows are remembered for minutes; secrets in clear never are. In locked mode
only the person can bring the DEK: `locked.py`.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import KeyMissing, NotReady, VaultLocked
from satchel.domain.keys import NO_SECRET, Key, Secret, WrappedDek
from satchel.kit.aead import KEY_BYTES, wipe
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.custody import Custody
from satchel.ports.stores import Database
from satchel.services.vault.opened import DEK_LIFE_S, Opened, OpenedDeks, vault_is_locked, vault_was_changed
from satchel.services.vault.seals import Seals, endpoint_origin, may_open, unusable

__all__ = ["DEK_LIFE_S", "Vault", "Verified", "endpoint_origin"]

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of opening everything: keys that do not open, and how many lie in locked vaults, where only the person can tell."""

    broken: Sequence[Key]
    locked: int


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
        self.opened = OpenedDeks(clock)
        self.seals = Seals(deployment_id, ids)
        self._database = database
        self._custody = custody
        self.enrol = enrol
        self._clock = clock
        self._ids = ids
        self._opening = asyncio.Lock()
        self._mark_key = ids.secret_bytes(KEY_BYTES)
        self._marks: set[bytes] = set()
        self._changes = 0

    async def add(
        self, account_id: str, provider: str, base_url: str, secret: Secret, label: str | None = None, *, client: str | None = None
    ) -> Key:
        """Seal a key and keep it; an empty secret is a keyless server.

        Args:
            account_id: whose key it is.
            provider: a provider's id, or `custom`.
            base_url: where the key may be sent: http or https, without user, query or fragment.
            secret: the provider's key.
            label: unique in the account.
            client: who adds it; a locked vault must be open for them.

        Raises:
            MalformedRequest: the base URL is none, or the label is taken.
            VaultLocked: the account's data key does not open, or the vault is locked.
        """
        base_url = base_url.rstrip("/")
        origin = endpoint_origin(base_url)
        key = Key(self._ids.new("key"), account_id, provider, base_url, origin, self._clock.now(), label, secret.last4())
        if not secret:
            await self._keep(key, Act.KEY_ADDED)
            return key
        return await self._seal_and_keep(key, secret, client, Act.KEY_ADDED)

    async def renew(self, account_id: str, key_id: str, secret: Secret, *, client: str | None = None) -> Key:
        """Put another secret in a key's place; its id, its label and where it may be sent stay.

        Raises:
            KeyMissing: the account has no such key.
            VaultLocked: the account's data key does not open, or the vault is locked.
        """
        before = await self._read(account_id, key_id)
        key = replace(before, last4=secret.last4(), secret_version=before.secret_version + 1)
        key = await self._seal_and_keep(key, secret, client, Act.KEY_REPLACED)
        self._let_go(account_id, key_id)
        await self._database.scrub()
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
        self._let_go(account_id, key_id)
        if removed:
            await self._database.scrub()
        return removed

    async def open(self, account_id: str, key_id: str, base_url: str | None = None, client: str | None = None) -> Secret:
        """Return a key in clear; let go of it as soon as it is sent.

        Args:
            account_id: whose key it is.
            key_id: which one.
            base_url: where it is going to be sent; a key bound to another origin does not open. None = where its row says.
            client: for whom; None is the server itself, which only asks providers for their models.

        Raises:
            KeyMissing: the account has no such key.
            VaultLocked: the vault is locked for this client (`details.unlockable`), or the key was changed, moved or sealed elsewhere;
                nothing says which, and nothing is overwritten.
        """
        opened = self.opened.live(account_id)
        key = opened.keys.get(key_id) if opened else None
        if key is None or opened is None:
            return await self._open_first(account_id, key_id, base_url, client)
        if key.sealed is None:
            return NO_SECRET
        self.opened.use(opened, client)
        return self.seals.open(key, opened.dek, opened.dek_id, base_url)

    async def open_dek(self, account_id: str) -> Opened:
        """Return the account's data key in clear: what is remembered of it, else unwrapped by custody. Raises `VaultLocked`."""
        async with self._opening:  # one unwrap for any number of callers
            if opened := self.opened.live(account_id):
                return opened
            async with self._database.unit_of_work() as stores:
                wrapped = await stores.deks.get(account_id)
            if wrapped is not None and wrapped.is_locked:
                raise vault_is_locked()
            dek = await self._unwrap(wrapped) if wrapped else None
            return self.opened.remember(account_id, dek, wrapped.id if wrapped else None)

    async def _open_anew(self, account_id: str, dek_id: str | None) -> Opened:
        """Return the account's data key in clear, read anew if that which is remembered is another: somebody else's process renewed it."""
        opened = await self.open_dek(account_id)
        if dek_id in (None, opened.dek_id) or opened.unlock is not None:
            return opened
        self.opened.forget(account_id)
        return await self.open_dek(account_id)

    async def in_hand(self, account_id: str, client: str) -> WrappedDek | None:
        """Return the account's data key as it is kept, which is open for this client; None if there is none. Raises `VaultLocked`."""
        async with self._database.unit_of_work() as stores:
            kept = await stores.deks.get(account_id)
        if kept is not None:
            opened = await self._open_anew(account_id, kept.id)
            if opened.dek_id != kept.id:
                raise vault_was_changed()
            self.opened.use(opened, client)
        return kept

    def knows(self, word: str) -> bool:
        """Tell whether `word` is a key that was used since the start, for the log to hide it. Only marks of them are remembered."""
        return self._mark(word) in self._marks

    async def verify(self, batch: int = 500) -> Verified:
        """Open every key of all accounts, for the operator's `verify`. Only the shape is looked at of what is locked. Changes nothing."""
        broken, locked, last = list[Key](), 0, ""
        while True:
            async with self._database.unit_of_work() as stores:
                page = await stores.keys.page(last, batch)
            if not page:
                return Verified(broken, locked)
            last = page[-1].id
            for key in page:
                opens = await self._opens(key)
                locked += opens is None
                if opens is False:
                    broken.append(key)

    def forget(self, account_id: str) -> bool:
        """Wipe an account's data key, and look at its rows anew from now on; False if it was not open."""
        self._changes += 1
        return self.opened.forget(account_id)

    def close(self) -> None:
        """Wipe every data key."""
        self.opened.close()

    def _mark(self, word: str) -> bytes:
        return hmac.digest(self._mark_key, word.encode(errors="replace"), "sha256")

    def _let_go(self, account_id: str, key_id: str) -> None:
        """Forget a row that was read before it was changed, also one that is being read now."""
        self._changes += 1
        if opened := self.opened.live(account_id):
            opened.keys.pop(key_id, None)

    async def _seal_and_keep(self, key: Key, secret: Secret, client: str | None, act: Act) -> Key:
        for _ in range(_TRIES):
            opened = await self._opened_for_sealing(key.account_id, client)
            if opened.dek is None or opened.dek_id is None:
                raise unusable(key)
            key = self.seals.seal(key, secret.reveal().encode(), opened.dek, opened.dek_id)
            if await self._keep(key, act):
                self._marks.add(self._mark(secret.reveal()))
                return key
            self.forget(key.account_id)
        raise _being_changed()

    async def _keep(self, key: Key, act: Act) -> bool:
        """Write down a key, instead of the one of its id if there is one; False if the data key it is sealed with is gone by now."""
        async with self._database.unit_of_work() as stores:
            if key.dek_id is not None and not await stores.deks.pin(key.dek_id):
                return False
            await stores.keys.remove(key.account_id, key.id)
            await stores.keys.add(key)
            await stores.audit.add(AuditRecord(key.account_id, self._clock.now(), act, key.id, key.provider))
        return True

    async def _opens(self, key: Key) -> bool | None:
        """Tell whether a key opens; None where it might, and only the person can tell."""
        if key.sealed is None:
            return True
        try:
            opened = await self.open_dek(key.account_id)
            self.seals.open(key, opened.dek, opened.dek_id)
        except VaultLocked as error:
            if error.details.get("unlockable") is not True:
                return False
            async with self._database.unit_of_work() as stores:
                dek = await stores.deks.get(key.account_id)
            return None if dek is not None and may_open(key, dek.id) else False
        return True

    async def _open_first(self, account_id: str, key_id: str, base_url: str | None, client: str | None) -> Secret:
        """Open a key whose row is not remembered, and remember it."""
        for _ in range(_TRIES):
            changes, key = self._changes, await self._read(account_id, key_id)
            try:
                opened = await self._open_anew(account_id, key.dek_id)
            except VaultLocked:
                if key.sealed is None:
                    return NO_SECRET
                raise
            self.opened.use(opened, client)
            is_settled = changes == self._changes
            if is_settled:
                opened.keys[key_id] = key
            if key.sealed is None:
                return NO_SECRET
            if is_settled or key.dek_id == opened.dek_id:  # else one of them is from before the data key was changed
                secret = self.seals.open(key, opened.dek, opened.dek_id, base_url)
                self._marks.add(self._mark(secret.reveal()))
                return secret
        raise _being_changed()

    async def _read(self, account_id: str, key_id: str) -> Key:
        async with self._database.unit_of_work() as stores:
            key = await stores.keys.get(account_id, key_id)
        if key is None:
            raise KeyMissing("this key was removed; add it again", details={"key_id": key_id})
        return key

    async def _opened_for_sealing(self, account_id: str, client: str | None) -> Opened:
        await self._make_dek(account_id)
        opened = await self.open_dek(account_id)
        if opened.unlock is not None and client is None:
            raise vault_is_locked()
        self.opened.use(opened, client)
        return opened

    async def _make_dek(self, account_id: str) -> None:
        """Give the account its data key, unless it has one. Of several made at once the first that is kept counts."""
        async with self._database.unit_of_work() as stores:
            if await stores.deks.get(account_id):
                return
        unwrapped = bytearray(self._ids.secret_bytes(KEY_BYTES))
        try:
            dek = await self.managed_dek(account_id, 1, unwrapped)
        finally:
            wipe(unwrapped)
        async with self._database.unit_of_work() as stores:
            await stores.deks.put(dek)
        self.forget(account_id)

    async def managed_dek(self, account_id: str, version: int, clear: bytearray) -> WrappedDek:
        """Return a new data key, wrapped by custody and not yet kept."""
        await self.enrol()
        dek = WrappedDek(self._ids.new("dek"), account_id, version, "", b"")
        wrap = await self._custody.wrap(bytes(clear), dek.context)
        return replace(dek, kek_id=wrap.kek_id, blob=wrap.blob)

    async def _unwrap(self, wrapped: WrappedDek) -> bytearray:
        dek = await self._custody.unwrap(wrapped.wrap, wrapped.context)
        if len(dek) != KEY_BYTES:
            wipe(dek)
            raise VaultLocked("the vault cannot be opened")
        return dek


def _being_changed() -> NotReady:
    return NotReady("the vault is being changed; try again in a moment", retry_after_s=1.0)
