"""Data keys in clear, for a while: five minutes in managed mode, as long as the person keeps the vault unlocked in locked mode."""

import asyncio
from collections.abc import Iterator
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
class Unlock:
    """For whom a locked vault is open. `clients` are those who unlocked it, with the credential each did it by; `brought_s` says when."""

    until_s: float
    until_at: datetime
    clients: dict[str, str] = field(default_factory=dict)
    brought_s: dict[str, float] = field(default_factory=dict)
    shared_by: set[str] = field(default_factory=set)
    idle_s: float = IDLE_S

    def admits(self, client: str | None) -> bool:
        """Tell whether it is open for `client`; None is the server itself, which lists models."""
        return client is None or client in self.clients or bool(self.shared_by)

    def end(self, client: str) -> None:
        """Close it for a client, and for all that this client let in."""
        self.clients.pop(client, None)
        self.brought_s.pop(client, None)
        self.shared_by.discard(client)


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
        if unlock is None:
            return
        if not unlock.admits(client):
            raise vault_is_locked()
        if client is not None:
            opened.ends_s = min(self._clock.monotonic_s() + unlock.idle_s, unlock.until_s)

    def remember(self, account_id: str, dek: bytearray | None, dek_id: str | None) -> Opened:
        """Remember a managed data key, or that there is none."""
        return self._put(account_id, Opened(dek, dek_id, self._clock.monotonic_s() + DEK_LIFE_S))

    def unlock(
        self, account_id: str, dek: bytearray, dek_id: str, *, client: str, credential: str, everywhere: bool, idle_s: float = IDLE_S
    ) -> Unlock:
        """Remember a data key that a client brought; clients that brought it before keep it open too. The last says for how long unused."""
        now_s, before = self._clock.monotonic_s(), self.live(account_id)
        known = before.unlock if before is not None and before.dek_id == dek_id else None
        unlock = Unlock(now_s + UNLOCKED_S, self._clock.now() + timedelta(seconds=UNLOCKED_S), idle_s=idle_s)
        if known is not None:
            unlock.clients, unlock.shared_by, unlock.brought_s = dict(known.clients), set(known.shared_by), dict(known.brought_s)
        unlock.end(client)
        unlock.clients[client] = credential
        unlock.brought_s[client] = now_s
        if everywhere:
            unlock.shared_by.add(client)
        self._put(account_id, Opened(dek, dek_id, min(now_s + idle_s, unlock.until_s), unlock))
        return unlock

    def was_just_brought(self, account_id: str, client: str) -> bool:
        """Tell whether this very client brought the data key of what is open, within five minutes."""
        opened = self.live(account_id)
        brought_s = opened.unlock.brought_s.get(client) if opened is not None and opened.unlock is not None else None
        return brought_s is not None and self._clock.monotonic_s() - brought_s <= BROUGHT_S

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
            for client in [client for client, by in unlock.clients.items() if by == credential]:
                unlock.end(client)
            if not unlock.clients and self.forget(account_id):
                yield account_id

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
