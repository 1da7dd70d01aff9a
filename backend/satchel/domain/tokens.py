"""Credentials that we issue: opaque `sat_…` texts, stored as SHA-256 only.

A token text is `sat_` + 43 characters base64url of 256 random bits + 6 characters of checksum, so that a scanner can tell a real one
offline.
"""

import base64
import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from satchel.domain.grants import Caveats

PREFIX = "sat_"
MANAGE_TOKENS = "tokens"
SCOPES = frozenset({"generate", "models", "grants", "activity", "settings", MANAGE_TOKENS, "ext:attest-origin"})
ACCOUNT_TOKEN_SCOPES = SCOPES - {"ext:attest-origin"}
DEFAULT_TOKEN_SCOPES = ACCOUNT_TOKEN_SCOPES - {MANAGE_TOKENS}
INFERENCE_SCOPES = frozenset({"generate", "models", "activity"})
_SECRET_CHARACTERS = 43
_CHECKSUM_CHARACTERS = 6
_HINT_CHARACTERS = 4


class TokenKind(StrEnum):
    """What a token is for: made by hand in the account, or issued by OAuth."""

    ACCOUNT = "account"
    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Token:
    """The record of an issued token; never the token itself.

    `family_id` ties the refresh and access tokens of one consent together: refresh reuse revokes all of them. `used_at` is set on a
    refresh token when it is exchanged. `family_ends_at` is the moment after which a family is not prolonged, however often it is refreshed.
    `origin` is the site that an app's token speaks for: what it may do is what the person allowed that site.
    `hint` is how its text begins, so that people can tell which of their tokens it is. A `disabled` one can be switched on again.
    """

    id: str
    account_id: str
    kind: TokenKind
    secret_hash: str = field(repr=False)
    scopes: frozenset[str]
    created_at: datetime
    name: str | None = None
    client_id: str | None = None
    family_id: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    family_ends_at: datetime | None = None
    hint: str | None = None
    disabled: bool = False
    updated_at: datetime | None = None
    origin: str | None = None
    key_hash: str | None = None
    """The thumbprint of the DPoP key that the token is bound to: whoever sends it must prove that they hold that key."""
    salt: str | None = field(default=None, repr=False)
    """Of a bound refresh token: what its successors are derived from, with its text, so that they can be told again for a moment."""
    caveats: Caveats | None = None
    """What it is held to where it speaks for no site: what the person set when they let the device in. The same for all of a family."""

    def is_live(self, now: datetime) -> bool:
        """Tell whether it still opens what it was made for."""
        ended = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and self.used_at is None and not self.disabled and not ended


def token_text(random_32: bytes) -> str:
    """Return the token text for 32 random bytes."""
    body = base64.urlsafe_b64encode(random_32).rstrip(b"=").decode()
    return f"{PREFIX}{body}{_checksum(body)}"


def hint_of(text: str) -> str:
    """Return how a token's text begins: 24 of its 256 bits, enough to tell one's own tokens apart and no help in guessing one."""
    return f"{text[: len(PREFIX) + _HINT_CHARACTERS]}…"


def is_well_formed(text: str) -> bool:
    """Tell whether `text` can be a token of ours, by prefix, length and checksum; says nothing about validity."""
    body = text[len(PREFIX) : -_CHECKSUM_CHARACTERS]
    return text.startswith(PREFIX) and len(body) == _SECRET_CHARACTERS and text[-_CHECKSUM_CHARACTERS:] == _checksum(body)


def secret_hash(text: str) -> str:
    """Return the SHA-256 of a secret text in hex: what is stored and looked up."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode("ascii", "replace"))
    return base64.b32encode(number.to_bytes(4, "big")).decode().rstrip("=").lower()[:_CHECKSUM_CHARACTERS]
