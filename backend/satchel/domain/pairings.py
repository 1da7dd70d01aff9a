"""Pairings: a program without a browser of its own asks to be let in, and a person types its code elsewhere (RFC 8628)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from satchel.domain.grants import Caveats

PAIRING_LIFE = timedelta(minutes=10)
POLL_INTERVAL_S = 5

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_CODE_LENGTH = 8


class PairingState(StrEnum):
    """What has become of it."""

    PENDING = "pending"
    ALLOWED = "allowed"
    DENIED = "denied"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Pairing:
    """One request of a device. Both of its codes are stored as hashes only; `account_id` is whoever decided."""

    device_hash: str = field(repr=False)
    user_hash: str = field(repr=False)
    client_id: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    family_id: str
    address: str
    interval_s: int = POLL_INTERVAL_S
    state: PairingState = PairingState.PENDING
    polled_at: datetime | None = None
    account_id: str | None = None
    origin: str | None = None
    caveats: Caveats | None = None
    """What its tokens are held to, if they speak for no site."""

    def is_too_soon(self, now: datetime) -> bool:
        """Tell whether a device that asks now has not waited as long as it was told."""
        return self.polled_at is not None and now - self.polled_at < timedelta(seconds=self.interval_s)


def user_code(random_bytes: Callable[[int], bytes]) -> str:
    """Return a new code for people to type: eight of twenty consonants, which make no words, in two groups (RFC 8628 §6.1)."""
    letters = ""
    while len(letters) < _CODE_LENGTH:
        letters += "".join(_LETTERS[byte % 20] for byte in random_bytes(16) if byte < 240)  # else some letters would come more often
    return shown_code(letters[:_CODE_LENGTH])


def typed_code(text: str) -> str:
    """Return a code as it was made, however it was typed: small letters, other separators or none."""
    return "".join(letter for letter in text.upper() if letter in _LETTERS)


def shown_code(letters: str) -> str:
    """Return a code as it is shown."""
    return f"{letters[:4]}-{letters[4:]}"
