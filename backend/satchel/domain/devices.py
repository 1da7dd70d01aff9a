"""What a person connected, as they see it: an extension, a terminal or an app. Its tokens are one family, and end together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from satchel.domain.grants import Caveats
from satchel.domain.tokens import Token, TokenKind

FAMILY_LIFE = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Device:
    """One of them. `id` is its family's. `last_used_at` is when it last fetched a token: every ten minutes while it is used."""

    id: str
    name: str | None
    client_id: str | None
    origin: str | None
    since_at: datetime
    last_used_at: datetime
    ends_at: datetime | None
    caveats: Caveats | None
    """What it is held to, where it speaks for no site."""


def devices_of(tokens: Sequence[Token]) -> Sequence[Device]:
    """Return the devices that an account's live tokens belong to, the one used last first. Tokens that people see as such are none."""
    families: dict[str, list[Token]] = {}
    for token in tokens:
        if token.family_id is not None and token.kind is not TokenKind.ACCOUNT:
            families.setdefault(token.family_id, []).append(token)
    devices = [_device(family_id, members) for family_id, members in families.items()]
    return sorted(devices, key=lambda device: device.last_used_at, reverse=True)


def _device(family_id: str, members: Sequence[Token]) -> Device:
    newest = max(members, key=lambda token: token.created_at)
    ends_at = newest.family_ends_at
    return Device(
        id=family_id,
        name=newest.name,
        client_id=newest.client_id,
        origin=newest.origin,
        since_at=min(token.created_at for token in members) if ends_at is None else ends_at - FAMILY_LIFE,
        last_used_at=newest.created_at,
        caveats=newest.caveats,
        ends_at=max((token.expires_at for token in members if token.expires_at is not None), default=None),
    )
