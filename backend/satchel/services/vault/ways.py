"""The ways to unlock a locked vault: the person's own wraps of its data key, offered to a client, added and removed.

Whoever changes them decides who gets in: that takes a person who has just proved who they are, in the portal. Any other client keeps or
takes back a device only, and only if it has just brought the data key itself: a token alone changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from satchel.domain.accounts import Principal
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import MalformedRequest, NotFound, ProofNeeded, Refused
from satchel.domain.keys import WrappedDek
from satchel.domain.vault import OpenWrap, UserWrap, WrapDraft, WrapKind, check_draft, check_kinds, usable_wraps
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.custody import Custody
from satchel.ports.stores import Database
from satchel.services.vault import Vault
from satchel.services.vault.opened import vault_was_changed


class Ways:
    """Offer, add and remove them."""

    def __init__(self, database: Database, custody: Custody, vault: Vault, *, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._custody = custody
        self._vault = vault
        self._clock = clock
        self._ids = ids

    async def offered(self, wraps: Sequence[UserWrap], dek: WrappedDek, *, may_guess: bool) -> Sequence[OpenWrap]:
        """Return the wraps that a client may try, without the KEK's seal: the client opens the rest.

        Args:
            wraps: all there are.
            dek: what they hold.
            may_guess: whether the client is one that a person signed in. A passphrase can be guessed at where nobody counts, unlike the
                random bits of the other kinds, so its wrap goes to no token that was made by hand.
        """
        usable = usable_wraps(wraps, locked_by_hand=dek.locked_by_hand, may_guess=may_guess)
        inner = [(wrap, await self._custody.unwrap(wrap.wrap, wrap.context)) for wrap in usable]
        return [OpenWrap(wrap.id, wrap.kind, wrap.params, bytes(blob), wrap.label) for wrap, blob in inner]

    async def wrapped(self, dek: WrappedDek, draft: WrapDraft) -> UserWrap:
        """Return a wrap as it is kept, under the KEK's seal."""
        await self._vault.enrol()
        wrap = UserWrap(
            id=self._ids.new("wrap"),
            account_id=dek.account_id,
            dek_id=dek.id,
            dek_version=dek.version,
            kind=draft.kind,
            params=draft.params,
            created_at=self._clock.now(),
            kek_id="",
            blob=b"",
            label=draft.label,
        )
        sealed = await self._custody.wrap(draft.blob, wrap.context)
        return replace(wrap, kek_id=sealed.kek_id, blob=sealed.blob)

    async def add(self, principal: Principal, draft: WrapDraft, *, in_portal: bool) -> UserWrap:
        """Keep one more wrap of the data key, made by a client for which the vault is unlocked.

        Args:
            principal: the client.
            draft: the wrap.
            in_portal: whether it is a person who has just proved there who they are.

        Raises:
            MalformedRequest: it is no wrap, or there are too many.
            VaultLocked: the vault is locked for this client.
            ProofNeeded: outside the portal, the client has not brought the data key within five minutes.
            Refused: outside the portal, it is not a device.
        """
        check_draft(draft)
        dek = await self._open_for(principal, in_portal=in_portal)
        _check_kind(draft.kind, in_portal=in_portal)
        wrap = await self.wrapped(dek, draft)
        async with self._database.unit_of_work() as stores:
            if not await stores.deks.pin(dek.id):
                raise vault_was_changed()
            kinds = [each.kind for each in await stores.dek_wraps.list(principal.account_id, dek.id)]
            check_kinds({*kinds, draft.kind}, len(kinds) + 1)
            await stores.dek_wraps.add(wrap)
            await stores.audit.add(self._record(principal, Act.VAULT_WRAP_ADDED, wrap))
        return wrap

    async def remove(self, principal: Principal, wrap_id: str, *, in_portal: bool) -> None:
        """Forget a wrap, unless too few would be left.

        Raises:
            NotFound: there is none such.
            MalformedRequest: the person would have no second way in, or none on paper.
            VaultLocked, ProofNeeded, Refused: as `add`.
        """
        async with self._database.unit_of_work() as stores:
            kept = await stores.deks.get(principal.account_id)
        if kept is None or not kept.is_locked:
            raise _no_wrap(wrap_id)
        dek = await self._open_for(principal, in_portal=in_portal)
        async with self._database.unit_of_work() as stores:
            if not await stores.deks.pin(dek.id):
                raise vault_was_changed()
            wraps = {each.id: each for each in await stores.dek_wraps.list(principal.account_id, dek.id)}
            gone = wraps.pop(wrap_id, None)
            if gone is None:
                raise _no_wrap(wrap_id)
            _check_kind(gone.kind, in_portal=in_portal)
            check_kinds({each.kind for each in wraps.values()}, len(wraps))
            await stores.dek_wraps.remove(principal.account_id, wrap_id)
            await stores.audit.add(self._record(principal, Act.VAULT_WRAP_REMOVED, gone))
        await self._database.scrub()

    async def _open_for(self, principal: Principal, *, in_portal: bool) -> WrappedDek:
        """Return the data key, which is open for this client, and which the client has just brought unless it is the portal."""
        if principal.origin is not None:
            raise not_for_sites()
        kept = await self._vault.in_hand(principal.account_id, principal.client)
        if kept is None or not kept.is_locked:
            raise MalformedRequest("this vault is not in locked mode")
        if not in_portal and not self._vault.opened.was_just_brought(principal.account_id, principal.client):
            raise ProofNeeded("unlock the vault from here once more, then try again; or do it in the portal, under Keys")
        return kept

    def _record(self, principal: Principal, act: Act, wrap: UserWrap) -> AuditRecord:
        return AuditRecord(principal.account_id, self._clock.now(), act, wrap.id, wrap.kind)


def not_for_sites() -> Refused:
    """Return the error of a site that reaches for the vault."""
    return Refused("a site's token does not reach the vault; unlock it in Satchel's own pages or the extension")


def _check_kind(kind: WrapKind, *, in_portal: bool) -> None:
    if not in_portal and kind != "device":
        raise Refused("a token does not change how a vault is unlocked, but for the device that holds it; do it in the portal, under Keys")


def _no_wrap(wrap_id: str) -> NotFound:
    return NotFound(f"there is no wrap {wrap_id!r}")
