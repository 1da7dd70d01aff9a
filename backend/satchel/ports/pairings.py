"""What is kept of devices that ask to be let in, inside one synchronous transaction."""

from datetime import datetime
from typing import Protocol

from satchel.domain.grants import Caveats
from satchel.domain.pairings import Pairing


class PairingRecords(Protocol):
    """Pairings by either of their codes' hashes: only inside `OAuthStore.run`."""

    def add(self, pairing: Pairing) -> None:
        """Keep a pairing, and forget those that had ended when it began."""
        ...

    def by_user_code(self, user_hash: str) -> Pairing | None:
        """Return the pairing of a code that somebody typed, or None."""
        ...

    def by_device_code(self, device_hash: str, client_id: str) -> Pairing | None:
        """Return the pairing of a device's code, if it is this client's, or None."""
        ...

    def decide(self, user_hash: str, account_id: str, now: datetime, *, allowed: bool, caveats: Caveats | None = None) -> bool:
        """Decide a pairing that is pending and not over, and what its tokens are held to: True for exactly one caller."""
        ...

    def claim(self, device_hash: str) -> bool:
        """Use up a pairing that was allowed: True for exactly one caller."""
        ...

    def note_poll(self, device_hash: str, now: datetime, interval_s: int) -> None:
        """Note when the device asked, and how long it must wait from now on."""
        ...
