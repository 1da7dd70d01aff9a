"""What Authlib reads and writes, in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from satchel.domain.apps import AuthorizationCode
from satchel.domain.audit import AuditRecord
from satchel.domain.budgets import Budget
from satchel.domain.tokens import Token, TokenKind
from satchel.ports.oauth import OAuthRecords
from satchel.stores.memory.audit import add_audit
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.pairings import MemoryPairings
from satchel.stores.memory.pushes import MemoryPushes
from satchel.stores.memory.state import Tables
from satchel.stores.memory.tokens import revoke_family, token_by_hash

T = TypeVar("T")


class MemoryOAuthStore:
    """`OAuthStore` over the dictionaries of a `MemoryDatabase`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._state = database.state

    async def run(self, work: Callable[[OAuthRecords], T]) -> T:
        """Run `work` alone; undo what it did if it raises."""
        async with self._state.lock:
            before = self._state.tables.copy()
            try:
                return work(MemoryOAuthRecords(self._state.tables))
            except BaseException:
                self._state.tables.restore(before)
                raise


class MemoryOAuthRecords:
    """`OAuthRecords` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.pairings = MemoryPairings(tables)
        self.pushes = MemoryPushes(tables)

    def add_code(self, code: AuthorizationCode) -> None:
        """Keep an authorization code."""
        self._tables.codes[code.secret_hash] = code

    def claim_code(self, secret_hash: str, client_id: str) -> tuple[AuthorizationCode | None, bool]:
        """Use a code up."""
        code = self._tables.codes.get(secret_hash)
        if code is None or code.client_id != client_id:
            return None, False
        if code.used:
            return code, False
        self._tables.codes[secret_hash] = used = replace(code, used=True)
        return used, True

    def add_token(self, token: Token) -> None:
        """Keep a token."""
        self._tables.tokens[token.id] = token

    def add_budget(self, budget: Budget) -> None:
        """Keep the budget of a token, or of a family of them, that was just added."""
        self._tables.budgets[budget.owner_id] = budget

    def claim_refresh(self, secret_hash: str, client_id: str, now: datetime) -> tuple[Token | None, bool]:
        """Use a refresh token up."""
        token = self.token_by_hash(secret_hash)
        if token is None or token.kind is not TokenKind.REFRESH or token.client_id != client_id:
            return None, False
        if token.used_at is not None or token.revoked_at is not None:
            return token, False
        self._tables.tokens[token.id] = used = replace(token, used_at=now)
        return used, True

    def token_by_hash(self, secret_hash: str) -> Token | None:
        """Return a token, or None."""
        return token_by_hash(self._tables, secret_hash)

    def add_audit(self, record: AuditRecord) -> None:
        """Write down an act."""
        add_audit(self._tables, record)

    def revoke_family(self, account_id: str, family_id: str, now: datetime) -> Sequence[str]:
        """Revoke every token of a family; return the ids of those that were live."""
        return revoke_family(self._tables, account_id, family_id, now)
