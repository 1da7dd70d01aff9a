"""One-time codes from an app (TOTP, RFC 6238), and the recovery codes for whoever has lost it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from satchel.domain.keys import Wrap

STEP_S = 30
RECOVERY_CODES = 10

_RECOVERY_BYTES = 10
_GROUP = 4


@dataclass(frozen=True, slots=True)
class Totp:
    """An account's seed (32 bytes), wrapped by the KEK: it must open while a locked vault does not.

    `confirmed_at` None: the app has not shown that it has the seed, and signing in asks for no code yet. A code of a step up to
    `last_step` was used.
    """

    id: str
    account_id: str
    kek_id: str
    blob: bytes = field(repr=False)
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0

    @property
    def wrap(self) -> Wrap:
        """Return how the seed is wrapped."""
        return Wrap(self.kek_id, self.blob)

    @property
    def context(self) -> tuple[str, ...]:
        """Return what the wrap is bound to."""
        return self.account_id, self.id, "1", "totp-seed"


def new_recovery_codes(secret_bytes: Callable[[int], bytes]) -> list[str]:
    """Return ten codes such as `k3fd-9q2m-…` of 80 random bits each."""
    return [_grouped(base64.b32encode(secret_bytes(_RECOVERY_BYTES)).decode().lower()) for _ in range(RECOVERY_CODES)]


def plain_code(typed: str) -> str:
    """Return a code as it is compared: without the spaces and dashes that people type."""
    return "".join(character for character in typed.lower() if character.isalnum())


def _grouped(text: str) -> str:
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
