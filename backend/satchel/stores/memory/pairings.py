"""Pairings in memory."""

from dataclasses import replace
from datetime import datetime

from satchel.domain.grants import Caveats
from satchel.domain.pairings import Pairing, PairingState
from satchel.stores.memory.state import Tables


class MemoryPairings:
    """`PairingRecords` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, pairing: Pairing) -> None:
        """Keep a pairing, and forget those that had ended."""
        for device_hash, other in list(self._tables.pairings.items()):
            if other.expires_at <= pairing.created_at:
                del self._tables.pairings[device_hash]
        self._tables.pairings[pairing.device_hash] = pairing

    def by_user_code(self, user_hash: str) -> Pairing | None:
        """Return the pairing of a code that somebody typed, or None."""
        return next((pairing for pairing in self._tables.pairings.values() if pairing.user_hash == user_hash), None)

    def by_device_code(self, device_hash: str, client_id: str) -> Pairing | None:
        """Return the pairing of a device's code, or None."""
        pairing = self._tables.pairings.get(device_hash)
        return pairing if pairing is not None and pairing.client_id == client_id else None

    def decide(self, user_hash: str, account_id: str, now: datetime, *, allowed: bool, caveats: Caveats | None = None) -> bool:
        """Decide a pairing that is pending and not over."""
        pairing = self.by_user_code(user_hash)
        if pairing is None or pairing.state is not PairingState.PENDING or pairing.expires_at <= now:
            return False
        state = PairingState.ALLOWED if allowed else PairingState.DENIED
        self._tables.pairings[pairing.device_hash] = replace(pairing, state=state, account_id=account_id, caveats=caveats)
        return True

    def claim(self, device_hash: str) -> bool:
        """Use up a pairing that was allowed."""
        pairing = self._tables.pairings.get(device_hash)
        if pairing is None or pairing.state is not PairingState.ALLOWED:
            return False
        self._tables.pairings[device_hash] = replace(pairing, state=PairingState.USED)
        return True

    def note_poll(self, device_hash: str, now: datetime, interval_s: int) -> None:
        """Note when the device asked, and how long it must wait."""
        self._tables.pairings[device_hash] = replace(self._tables.pairings[device_hash], polled_at=now, interval_s=interval_s)
