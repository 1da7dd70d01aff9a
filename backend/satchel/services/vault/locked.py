"""Locked mode: the data key lies in wraps that only the person opens, in their client. It is here in clear only while it is unlocked.

Switching it on or off, or changing its wraps as a whole, makes a new data key and seals every provider key anew, in one transaction: what
an old copy of the database opens with the KEK is old, and nothing added since.
"""

import hmac
from collections.abc import Mapping, Sequence

from satchel.domain.accounts import Principal
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import MalformedRequest, RateLimited
from satchel.domain.keys import WrappedDek
from satchel.domain.vault import Challenge, UserWrap, VaultState, WrapDraft, check_draft, check_kinds
from satchel.kit.aead import KEY_BYTES, wipe
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.coordination import PASSWORDS_TOPIC, TOKENS_TOPIC, VAULTS_TOPIC, Bus, Limit, Limiter, Message, account_topic
from satchel.ports.custody import Custody
from satchel.ports.elsewhere import hear
from satchel.ports.stores import Database
from satchel.services.vault import Vault
from satchel.services.vault.challenges import Challenges
from satchel.services.vault.moves import Moves
from satchel.services.vault.opened import IDLE_S, vault_was_changed
from satchel.services.vault.seals import check_value
from satchel.services.vault.ways import Ways, not_for_sites

_BEGINNINGS = Limit(count=30, window_s=300)
_FAILURES = 5


class _WrongKey(MalformedRequest):
    """What was brought is no data key of the vault."""


class LockedMode:
    """Lock and unlock vaults, for the doors."""

    def __init__(self, database: Database, custody: Custody, vault: Vault, *, limiter: Limiter, bus: Bus, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._vault = vault
        self._limiter = limiter
        self._bus = bus
        self._clock = clock
        self._ids = ids
        self.ways = Ways(database, custody, vault, clock=clock, ids=ids)
        self._moves = Moves(database, vault)
        self._challenges = Challenges(vault.seals.deployment_id, clock, ids)
        self._failures: dict[str, int] = {}
        self._under_way: list[set[str]] = []  # for each unlocking that is being written down: which accounts and credentials end meanwhile
        self._process = ids.new("proc")
        self._unsubscribe = [bus.subscribe(topic, self._on_over) for topic in (TOKENS_TOPIC, PASSWORDS_TOPIC, VAULTS_TOPIC)]

    async def state(self, principal: Principal) -> VaultState:
        """Return how things stand, for this client."""
        async with self._database.unit_of_work() as stores:
            dek = await stores.deks.get(principal.account_id)
            if dek is None or not dek.is_locked:
                return VaultState("managed", unlocked=True)
            wraps = await stores.dek_wraps.list(principal.account_id, dek.id)
        opened = self._vault.opened.live(principal.account_id)
        unlock, now_s = opened.unlock if opened is not None else None, self._clock.monotonic_s()
        lease = unlock.lease(principal.client, now_s) if unlock is not None else None
        if unlock is None or lease is None:
            return VaultState("locked", unlocked=False, wraps=wraps, locked_by_hand=dek.locked_by_hand)
        everywhere = unlock.is_shared(now_s)
        return VaultState("locked", unlocked=True, wraps=wraps, until_at=lease.until_at, everywhere=everywhere, idle_s=int(lease.idle_s))

    async def count(self) -> int:
        """Return how many accounts are in locked mode, for the operator."""
        async with self._database.unit_of_work() as stores:
            return await stores.deks.count_locked()

    async def begin_unlock(self, principal: Principal, *, in_portal: bool = False) -> Challenge:
        """Return what the client needs to bring the data key, the wraps that it may try among it: no device's after a lock by hand.

        Args:
            principal: the client.
            in_portal: whether it is a browser that is signed in there.

        Raises:
            Refused: the caller speaks for a site.
            MalformedRequest: the vault is not locked.
            RateLimited: too many beginnings.
        """
        await self._check(principal)
        async with self._database.unit_of_work() as stores:
            dek = await stores.deks.get(principal.account_id)
            wraps = await stores.dek_wraps.list(principal.account_id, dek.id) if dek else ()
        if dek is None or not dek.is_locked:
            raise MalformedRequest("this vault is not in locked mode: there is nothing to unlock")
        return self._challenges.new(
            principal, dek.id, dek.version, await self.ways.offered(wraps, dek, may_guess=in_portal or principal.family_id is not None)
        )

    async def unlock(
        self, principal: Principal, unlock_id: str, letter: bytes, *, everywhere: bool, idle_s: int = int(IDLE_S), address: str = ""
    ) -> VaultState:
        """Keep the data key that the client brings, until it is locked, unused for a while, or 12 hours are over.

        Args:
            principal: the client that it is unlocked for.
            unlock_id: of the challenge.
            letter: the data key, sealed for the challenge.
            everywhere: whether the account's other apps and tokens may use it too.
            idle_s: how long it stays open without being used.
            address: the network address that the letter came from, which the audit log names after too many wrong ones.

        Raises:
            MalformedRequest: the challenge is over, or what was brought is not the data key. After five such tries the vault is locked.
        """
        await self._check(principal)
        challenge, dek = await self._read_letter(principal, unlock_id, letter, address)
        ended = set[str]()
        self._under_way.append(ended)
        try:
            locks = await self._note_unlocked(principal, challenge, dek)
            if ended & {principal.account_id, principal.token_id}:
                raise MalformedRequest("the vault was locked meanwhile; begin again", details={"param": "unlock_id"})
        except _WrongKey:
            wipe(dek)
            await self._failed(principal, address)
            raise
        except BaseException:
            wipe(dek)
            raise
        finally:
            self._under_way.remove(ended)
        self._failures.pop(principal.account_id, None)
        self._remember(principal, dek, challenge.dek_id, everywhere=everywhere, idle_s=idle_s, locks=locks)
        return await self.state(principal)

    async def lock(self, principal: Principal) -> VaultState:
        """Lock the vault now, for every client and in every process. No device opens it until somebody has unlocked it by hand."""
        if principal.origin is not None:
            raise not_for_sites()
        account_id = principal.account_id
        async with self._database.unit_of_work() as stores:
            dek = await stores.deks.get(account_id)
            if dek is not None and dek.is_locked:
                await stores.deks.mark_by_hand(dek.id, True)
                if not dek.locked_by_hand or self._vault.opened.live(account_id) is not None:
                    await stores.audit.add(self._record(principal, Act.VAULT_LOCKED, dek.id))
        self._lock(account_id)
        self._bus.publish(VAULTS_TOPIC, {"account_id": account_id, "process": self._process})
        return await self.state(principal)

    async def begin_switch(self, principal: Principal) -> Challenge:
        """Return what the client needs to make a new data key and wrap it: locked mode begins, or begins anew, when it brings that.

        Raises:
            VaultLocked: it is locked now.
        """
        await self._check(principal)
        before = await self._vault.in_hand(principal.account_id, principal.client)
        return self._challenges.new(principal, self._ids.new("dek"), (before.version if before else 0) + 1)

    async def switch_on(
        self, principal: Principal, unlock_id: str, letter: bytes, drafts: Sequence[WrapDraft], *, address: str = ""
    ) -> VaultState:
        """Seal everything with the data key that the client brings, keep its wraps, and forget every earlier data key and wrap.

        Raises:
            MalformedRequest: fewer than two kinds of wraps, none for recovery, wraps that are none, or the challenge is over.
            VaultLocked: it is locked now.
        """
        check_kinds({draft.kind for draft in drafts}, len(drafts))
        for draft in drafts:
            check_draft(draft)
        before = await self._vault.in_hand(principal.account_id, principal.client)
        challenge, clear = await self._read_letter(principal, unlock_id, letter, address)
        if challenge.wraps:  # it was begun to unlock, and names the data key that is there already
            wipe(clear)
            raise MalformedRequest("this challenge was made for unlocking; begin again", details={"param": "unlock_id"})
        after = WrappedDek(challenge.dek_id, principal.account_id, challenge.dek_version, "", b"", check_value(clear))
        try:
            wraps = [await self.ways.wrapped(after, draft) for draft in drafts]
            await self._move(principal, before, after, clear, wraps)
            self._remember(principal, bytearray(clear), after.id, everywhere=False)
        finally:
            wipe(clear)
        await self._database.scrub()
        return await self.state(principal)

    async def switch_off(self, principal: Principal) -> VaultState:
        """Seal everything with a new data key that the KEK opens, and forget the wraps. Raises `VaultLocked` if it is locked now."""
        if principal.origin is not None:
            raise not_for_sites()
        before = await self._vault.in_hand(principal.account_id, principal.client)
        if before is not None and before.is_locked:
            clear = bytearray(self._ids.secret_bytes(KEY_BYTES))
            try:
                after = await self._vault.managed_dek(principal.account_id, before.version + 1, clear)
                await self._move(principal, before, after, clear, ())
            finally:
                wipe(clear)
            await self._database.scrub()
        return await self.state(principal)

    async def start_over(self, principal: Principal) -> VaultState:
        """Forget the keys that a locked vault holds, its data key and its wraps, for a person who has lost every way in. Nothing is opened.

        Raises:
            MalformedRequest: it is not in locked mode, so nothing is lost.
        """
        account_id = principal.account_id
        async with self._database.unit_of_work() as stores:
            dek = await stores.deks.get(account_id)
            if dek is None or not dek.is_locked:
                raise MalformedRequest("this vault is not in locked mode: its keys open as they are")
            if not await stores.deks.remove(dek.id):
                raise vault_was_changed()
            for key in await stores.keys.list(account_id):
                if key.dek_id == dek.id:
                    await stores.keys.remove(account_id, key.id)
            await stores.dek_wraps.remove_all(account_id)
            await stores.audit.add(self._record(principal, Act.VAULT_STARTED_OVER, dek.id))
        self._vault.forget(account_id)
        self._bus.publish(account_topic(account_id), {"event": "keys_changed", "data": {}})
        self._tell(account_id)
        await self._database.scrub()
        return await self.state(principal)

    def credentials(self) -> set[str]:
        """Return the ids of the tokens and sign-ins that vaults are open for here."""
        unlocks = [opened.unlock for opened in self._vault.opened.all().values() if opened.unlock is not None]
        return {lease.credential for unlock in unlocks for lease in unlock.leases.values()}

    async def hear_of_others(self) -> None:
        """Close what another process has locked, given another data key, or deleted. Nothing happens while the database is away."""
        all_open = dict(self._vault.opened.all())

        def heard(asked: Sequence[str], current: Mapping[str, tuple[str, int]]) -> None:
            for account_id in asked:
                opened, (dek_id, locks) = all_open[account_id], current.get(account_id, (None, 0))
                is_same = dek_id == opened.dek_id and (opened.unlock is None or opened.unlock.locks == locks)
                if not is_same and self._vault.opened.live(account_id) is opened:
                    self._vault.forget(account_id)
                    self._tell(account_id)

        await hear(self._database, [*all_open], lambda stores, account_ids: stores.deks.current(account_ids), heard)

    def close(self) -> None:
        """Stop listening."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    async def _check(self, principal: Principal) -> None:
        if principal.origin is not None:
            raise not_for_sites()
        decision = await self._limiter.take(f"vault:{principal.account_id}", 1, _BEGINNINGS)
        if not decision.allowed:
            raise RateLimited("too many tries to unlock; wait a little and try again", retry_after_s=decision.retry_after_s)

    async def _read_letter(self, principal: Principal, unlock_id: str, letter: bytes, address: str) -> tuple[Challenge, bytearray]:
        try:
            return self._challenges.read(principal, unlock_id, letter)
        except MalformedRequest:
            await self._failed(principal, address)
            raise

    async def _note_unlocked(self, principal: Principal, challenge: Challenge, dek: bytearray) -> int:
        """Check what the client brought, and write down that it unlocks. Nothing is open before that is kept.

        Returns:
            How often it was locked until now.
        """
        async with self._database.unit_of_work() as stores:
            await stores.deks.pin(challenge.dek_id)  # a lock by hand comes before this, or after
            kept = await stores.deks.get(principal.account_id)
            right = kept is not None and kept.id == challenge.dek_id and kept.check_value is not None
            if kept is None or not right or not hmac.compare_digest(kept.check_value or b"", check_value(dek)):
                raise _WrongKey("this is not the key of your vault", details={"param": "sealed"})
            if kept.locked_by_hand and any(wrap.kind == "device" for wrap in challenge.wraps):
                raise MalformedRequest("the vault was locked by hand meanwhile; begin again", details={"param": "unlock_id"})
            await stores.deks.mark_by_hand(kept.id, False)
            await stores.audit.add(self._record(principal, Act.VAULT_UNLOCKED, kept.id))
        return kept.locks

    async def _failed(self, principal: Principal, address: str) -> None:
        """Count a wrong try; after too many lock the vault, and write down whose tries they were and from where the last one came."""
        account_id = principal.account_id
        failures = self._failures[account_id] = self._failures.get(account_id, 0) + 1
        if failures < _FAILURES:
            return
        del self._failures[account_id]
        self._lock(account_id)
        about = f"{principal.label or 'a token without a name'}, from {address}"
        async with self._database.unit_of_work() as stores:
            await stores.audit.add(self._record(principal, Act.VAULT_TRIES_STOPPED, principal.token_id, about))

    def _lock(self, account_id: str) -> None:
        self._end_under_way(account_id)
        opened = self._vault.opened.live(account_id)
        if opened is not None and opened.unlock is not None:
            self._vault.forget(account_id)
            self._tell(account_id)

    def _end_under_way(self, name: str) -> None:
        for ended in self._under_way:
            ended.add(name)

    def _remember(
        self, principal: Principal, dek: bytearray, dek_id: str, *, everywhere: bool, idle_s: float = IDLE_S, locks: int = 0
    ) -> None:
        self._vault.opened.unlock(
            principal.account_id,
            dek,
            dek_id,
            client=principal.client,
            credential=principal.token_id,
            everywhere=everywhere,
            idle_s=idle_s,
            locks=locks,
        )
        self._tell(principal.account_id)

    async def _move(
        self, principal: Principal, before: WrappedDek | None, after: WrappedDek, clear: bytearray, wraps: Sequence[UserWrap]
    ) -> None:
        act = Act.VAULT_LOCKED_MODE_ON if after.is_locked else Act.VAULT_LOCKED_MODE_OFF
        await self._moves.move(before, after, clear, self._record(principal, act, after.id), wraps)
        self._tell(principal.account_id)

    def _record(self, principal: Principal, act: Act, subject: str, about: str | None = None) -> AuditRecord:
        return AuditRecord(principal.account_id, self._clock.now(), act, subject, about or principal.label)

    def _tell(self, account_id: str) -> None:
        self._bus.publish(account_topic(account_id), {"event": "vault_changed", "data": {}})

    def _on_over(self, message: Message) -> None:
        """Lock what a client had unlocked whose credential is over, or all of an account: its password was changed, or it is locked."""
        credential, account_id = message.get("token_id"), message.get("account_id")
        if isinstance(credential, str):
            self._end_under_way(credential)
            for locked_id in self._vault.opened.end_credential(credential):
                self._tell(locked_id)
        if isinstance(account_id, str) and message.get("process") != self._process:  # what this process locked may be open again
            self._lock(account_id)
