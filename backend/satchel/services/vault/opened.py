"""Data keys in clear, for a while: five minutes in managed mode, as long as the person keeps the vault unlocked in locked mode."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from satchel.domain.errors import NotReady, VaultLocked
from satchel.domain.keys import Key
from satchel.kit.aead import wipe
from satchel.ports.clock import Clock

DEK_LIFE_S = 300.0
IDLE_S = 900.0
UNLOCKED_S = 43_200.0
BROUGHT_S = 300.0
"""For how long it counts that a client has brought the data key itself: as long as a person's proof in the portal does."""


@dataclass(slots=True)
class Lease:
    """For how long one client has a locked vault open: while it uses it within `idle_s` each time, until `until_s` at the latest.

    What other clients wish or do makes it no longer. If it is shared, they may use the vault by it too, which is a use of it.
    """

    credential: str
    brought_s: float
    idle_s: float
    until_s: float
    until_at: datetime
    is_shared: bool
    ends_s: float = 0.0

    def use(self, now_s: float) -> None:
        """Note a use."""
        self.ends_s = min(now_s + self.idle_s, self.until_s)


@dataclass(slots=True)
class Unlock:
    """For whom a locked vault is open, by client, since it was locked for the `locks`th time."""

    leases: dict[str, Lease] = field(default_factory=dict)
    locks: int = 0

    def lease(self, client: str, now_s: float) -> Lease | None:
        """Return by which lease a client is let in: its own, else the one that is shared and lasts longest; None if it is not."""
        own = self.leases.get(client)
        if own is not None and own.ends_s > now_s:
            return own
        return max(self._shared(now_s), key=lambda lease: lease.ends_s, default=None)

    def is_shared(self, now_s: float) -> bool:
        """Tell whether it is open for every client."""
        return any(True for _ in self._shared(now_s))

    def ends_s(self) -> float:
        """Return when the last lease ends."""
        return max((lease.ends_s for lease in self.leases.values()), default=0.0)

    def _shared(self, now_s: float) -> Iterator[Lease]:
        return (lease for lease in self.leases.values() if lease.is_shared and lease.ends_s > now_s)


@dataclass(slots=True)
class Opened:
    """What is remembered of an account: its data key in clear (None while it has none), and sealed rows read since."""

    dek: bytearray | None
    dek_id: str | None
    ends_s: float
    unlock: Unlock | None = None
    keys: dict[str, Key] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None


class OpenedDeks:
    """The data keys in clear of this process, by account."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accounts: dict[str, Opened] = {}

    def live(self, account_id: str) -> Opened | None:
        """Return what is open, or None."""
        opened = self._accounts.get(account_id)
        if opened is not None and opened.ends_s <= self._clock.monotonic_s():
            self.forget(account_id)
            return None
        return opened

    def use(self, opened: Opened, client: str | None) -> None:
        """Let `client` use it, which keeps a locked vault from locking itself for want of use.

        Raises:
            VaultLocked: it is locked, and not open for this client.
        """
        unlock = opened.unlock
        if unlock is None or client is None:  # nobody's: the server itself, which lists models
            return
        now_s = self._clock.monotonic_s()
        if (lease := unlock.lease(client, now_s)) is None:
            raise vault_is_locked()
        lease.use(now_s)
        opened.ends_s = max(opened.ends_s, lease.ends_s)

    def remember(self, account_id: str, dek: bytearray | None, dek_id: str | None) -> Opened:
        """Remember a managed data key, or that there is none."""
        return self._put(account_id, Opened(dek, dek_id, self._clock.monotonic_s() + DEK_LIFE_S))

    def unlock(
        self,
        account_id: str,
        dek: bytearray,
        dek_id: str,
        *,
        client: str,
        credential: str,
        everywhere: bool,
        idle_s: float = IDLE_S,
        locks: int = 0,
    ) -> Unlock:
        """Remember a data key that a client brought, for itself; clients that brought it since it was last locked keep what they have."""
        now_s, before = self._clock.monotonic_s(), self.live(account_id)
        known = before.unlock if before is not None and before.dek_id == dek_id else None
        is_kept = known is not None and known.locks == locks
        leases = known.leases.items() if known is not None and is_kept else ()
        unlock = Unlock({name: lease for name, lease in leases if lease.ends_s > now_s}, locks)
        until_at = self._clock.now() + timedelta(seconds=UNLOCKED_S)
        unlock.leases[client] = Lease(credential, now_s, idle_s, now_s + UNLOCKED_S, until_at, everywhere)
        unlock.leases[client].use(now_s)
        self._put(account_id, Opened(dek, dek_id, unlock.ends_s(), unlock))
        return unlock

    def all(self) -> Mapping[str, Opened]:
        """Return what is open, by account."""
        return {account_id: opened for account_id in [*self._accounts] if (opened := self.live(account_id)) is not None}

    def was_just_brought(self, account_id: str, client: str) -> bool:
        """Tell whether this very client brought the data key of what is open for it, within five minutes."""
        opened, now_s = self.live(account_id), self._clock.monotonic_s()
        lease = opened.unlock.leases.get(client) if opened is not None and opened.unlock is not None else None
        return lease is not None and lease.ends_s > now_s and now_s - lease.brought_s <= BROUGHT_S

    def forget(self, account_id: str) -> bool:
        """Wipe a data key; False if none was open."""
        opened = self._accounts.pop(account_id, None)
        if opened is None:
            return False
        if opened.dek is not None:
            wipe(opened.dek)
        if opened.timer is not None:
            opened.timer.cancel()
        return True

    def end_credential(self, credential: str) -> Iterator[str]:
        """Close every vault for the client that unlocked it by a credential that is over; yield the accounts that are locked by that."""
        for account_id, opened in [*self._accounts.items()]:
            unlock = opened.unlock
            if unlock is None:
                continue
            unlock.leases = {client: lease for client, lease in unlock.leases.items() if lease.credential != credential}
            opened.ends_s = unlock.ends_s()
            if opened.ends_s <= self._clock.monotonic_s() and self.forget(account_id):
                yield account_id
            else:
                self._watch(account_id, opened)

    def close(self) -> None:
        """Wipe them all."""
        for account_id in [*self._accounts]:
            self.forget(account_id)

    def _put(self, account_id: str, opened: Opened) -> Opened:
        self.forget(account_id)
        self._accounts[account_id] = opened
        self._watch(account_id, opened)
        return opened

    def _watch(self, account_id: str, opened: Opened) -> None:
        """Wipe it when its time is over, though nobody asks."""
        if opened.timer is not None:
            opened.timer.cancel()
        left_s = opened.ends_s - self._clock.monotonic_s()
        opened.timer = asyncio.get_running_loop().call_later(max(left_s, 0.0), self._look, account_id, opened)

    def _look(self, account_id: str, opened: Opened) -> None:
        if opened.ends_s <= self._clock.monotonic_s():
            self.forget(account_id)
        else:
            self._watch(account_id, opened)


def vault_is_locked() -> VaultLocked:
    """Return the error of a vault that the person can unlock."""
    return VaultLocked("your vault is locked; unlock it, then ask again", details={"unlockable": True})


def vault_was_changed() -> NotReady:
    """Return the error of whoever looked at a vault before somebody else gave it another data key."""
    return NotReady("the vault was changed meanwhile; look at it anew and try again", retry_after_s=1.0)
