"""Everything that the memory stores keep: one dictionary per noun, and the lock that makes units of work one after another."""

import asyncio
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from satchel.domain.accounts import Account, Invitation, SetupLink, SignIn
from satchel.domain.apps import AuthorizationCode
from satchel.domain.audit import AuditRecord
from satchel.domain.authorities import Tie
from satchel.domain.budgets import Budget
from satchel.domain.grants import Grant
from satchel.domain.keys import Kek, Key, WrappedDek
from satchel.domain.ledger import Entry, HoldRecord
from satchel.domain.pairings import Pairing
from satchel.domain.passkeys import Ceremony, Passkey
from satchel.domain.pushes import Push
from satchel.domain.tokens import Token
from satchel.domain.totp import Totp
from satchel.domain.vault import UserWrap


@dataclass(slots=True)
class Tables:
    """One dictionary per noun, by id unless said otherwise. The values are frozen."""

    accounts: dict[str, Account] = field(default_factory=dict)
    sign_ins: dict[str, SignIn] = field(default_factory=dict)
    links: dict[str, SetupLink] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    passkeys: dict[str, Passkey] = field(default_factory=dict)
    ceremonies: dict[str, Ceremony] = field(default_factory=dict)
    totps: dict[str, Totp] = field(default_factory=dict)
    recovery_codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    budgets: dict[str, Budget] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    deks: dict[tuple[str, int], WrappedDek] = field(default_factory=dict)
    dek_wraps: dict[str, UserWrap] = field(default_factory=dict)
    keks: dict[str, Kek] = field(default_factory=dict)
    generations: dict[str, Entry] = field(default_factory=dict)
    forgotten: dict[str, bool] = field(default_factory=dict)
    holds: dict[str, HoldRecord] = field(default_factory=dict)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    audit: dict[int, AuditRecord] = field(default_factory=dict)
    pushes: dict[str, Push] = field(default_factory=dict)
    pairings: dict[str, Pairing] = field(default_factory=dict)
    ties: dict[str, Tie] = field(default_factory=dict)
    used_proofs: dict[str, datetime] = field(default_factory=dict)

    def copy(self) -> "Tables":
        """Return tables with dictionaries of their own."""
        return replace(self, **{column.name: dict(getattr(self, column.name)) for column in fields(self)})

    def restore(self, earlier: "Tables") -> None:
        """Become what `earlier` is, in place."""
        for column in fields(self):
            setattr(self, column.name, getattr(earlier, column.name))


@dataclass(slots=True)
class State:
    """The tables of one memory database. Hold `lock` while changing them."""

    deployment_id: str
    tables: Tables = field(default_factory=Tables)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    closed: bool = False
