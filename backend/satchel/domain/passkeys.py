"""Passkeys: what an account keeps of each, and the ceremonies in which one is made or used. WebAuthn itself is in `services/accounts`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

CEREMONY_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of an account.

    `credential_id` is the authenticator's name for it, `public_key` is in COSE form. `prf` tells whether it said that it can derive
    secrets, which the locked vault may ask it for. `sign_count` stays 0 for passkeys that are synchronised between devices.
    """

    id: str
    account_id: str
    credential_id: bytes
    public_key: bytes = field(repr=False)
    name: str
    created_at: datetime
    sign_count: int = 0
    prf: bool = False
    synced: bool = False
    transports: tuple[str, ...] = ()
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ceremony:
    """Something begun that one browser may finish once: `holder` says which browser, and what for.

    `account_id` is whom it is about; None where that comes out at its end only.
    """

    holder: str
    challenge: bytes = field(repr=False)
    expires_at: datetime
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whom a passkey is for: our host name, and the one origin that may use it."""

    id: str
    origin: str

    @classmethod
    def of(cls, origin: str) -> "RelyingParty | None":
        """Return it for our address; None where that is an IP address, for which browsers make no passkeys."""
        host = urlsplit(origin).hostname or ""
        try:
            ip_address(host)
        except ValueError:
            return cls(host, origin)
        return None
