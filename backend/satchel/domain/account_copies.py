"""A copy of everything that is kept of an account, for its holder to take along. No secret is in it, sealed or not."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

from satchel.domain.accounts import Account, Invitation, SignIn
from satchel.domain.audit import AuditRecord
from satchel.domain.authorities import Tie
from satchel.domain.budgets import Budget
from satchel.domain.grants import Grant
from satchel.domain.keys import Key
from satchel.domain.ledger import Entry
from satchel.domain.passkeys import Passkey
from satchel.domain.tokens import Token
from satchel.domain.vault import Mode, UserWrap

FORMAT = "satchel-account/1"

_OF_NO_USE_ELSEWHERE = frozenset(
    {"account_id", "fingerprint", "dek_id", "secret_version", "credential_id", "sign_count", "number", "used_by"}
)


@dataclass(frozen=True, slots=True)
class WayToUnlock:
    """One of the ways to unlock a locked vault, without what unlocks it."""

    kind: str
    label: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VaultCopy:
    """How the account's keys are kept."""

    mode: Mode
    ways: Sequence[WayToUnlock]


@dataclass(frozen=True, slots=True)
class AccountCopy:
    """What is kept of an account. Prompts and answers are not among it: they are not kept."""

    exported_at: datetime
    account: Account
    passkeys: Sequence[Passkey]
    authorities: Sequence[Tie]
    sign_ins: Sequence[SignIn]
    invitations: Sequence[Invitation]
    tokens: Sequence[Token]
    codes_since: datetime | None
    """Since when signing in asks for a one-time code too."""
    vault: VaultCopy
    keys: Sequence[Key]
    grants: Sequence[Grant]
    budgets: Sequence[Budget]
    generations: Sequence[Entry]
    audit: Sequence[AuditRecord]


def vault_copy(wraps: Sequence[UserWrap], *, is_locked: bool) -> VaultCopy:
    """Return what a copy says of a vault and its ways to unlock."""
    return VaultCopy("locked" if is_locked else "managed", [WayToUnlock(wrap.kind, wrap.label, wrap.created_at) for wrap in wraps])


def json_of(copy: AccountCopy) -> Mapping[str, object]:
    """Return a copy as JSON has it. What does not show itself (`repr=False`) is a secret, and is left out."""
    return {"format": FORMAT, **_fields(copy)}


def _fields(value: object) -> dict[str, object]:
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no fields")
    shown = [field.name for field in fields(value) if field.repr and field.name not in _OF_NO_USE_ELSEWHERE]
    return {name: _plain(getattr(value, name)) for name in shown}


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Decimal():
            return str(value)
        case bytes():
            return base64.urlsafe_b64encode(value).decode()
        case frozenset():
            return sorted(_plain(each) for each in value)  # type: ignore[type-var]
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return _fields(value)
