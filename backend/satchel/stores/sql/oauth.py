"""What Authlib's synchronous classes read and write, on a database connection lent to them by `run_sync`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, insert, select, update

from satchel.domain.apps import AuthorizationCode
from satchel.domain.audit import AuditRecord
from satchel.domain.budgets import Budget, Period
from satchel.domain.grants import BudgetCaveat
from satchel.domain.tokens import Token, TokenKind
from satchel.ports.oauth import OAuthRecords
from satchel.stores.sql.audit import audit_columns
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.oauth_tables import codes
from satchel.stores.sql.pairings import SqlPairings
from satchel.stores.sql.pushes import SqlPushes
from satchel.stores.sql.tables import audit, budgets, tokens
from satchel.stores.sql.tokens import token_columns, token_from
from satchel.stores.sql.turns import turn_of

T = TypeVar("T")


class SqlOAuthStore:
    """`OAuthStore` in SQL."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def run(self, work: Callable[[OAuthRecords], T]) -> T:
        """Run `work` in one transaction, committed whenever it returns."""
        async with self._database.transaction() as transaction:
            await transaction.begin()
            return await transaction.connection.run_sync(lambda connection: work(SqlOAuthRecords(connection)))


class SqlOAuthRecords:
    """`OAuthRecords` over a synchronous connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.pairings = SqlPairings(connection)
        self.pushes = SqlPushes(connection)

    def add_code(self, code: AuthorizationCode) -> None:
        """Keep an authorization code."""
        limit = code.limit
        money = {"cap_nusd": limit.cap_nusd if limit else None, "period": limit.period.value if limit else None}
        columns = {column.name: getattr(code, column.name) for column in codes.c if column.name not in money}
        self._connection.execute(insert(codes).values({**columns, **money, "scopes": " ".join(sorted(code.scopes))}))

    def claim_code(self, secret_hash: str, client_id: str) -> tuple[AuthorizationCode | None, bool]:
        """Use a code up: one conditional UPDATE, so that exactly one of any number of callers wins."""
        wanted = (codes.c.secret_hash == secret_hash, codes.c.client_id == client_id)
        self._take_turn(select(codes.c.account_id).where(*wanted))
        won = self._connection.execute(update(codes).where(*wanted, codes.c.used.is_(False)).values(used=True)).rowcount == 1
        row = self._connection.execute(select(codes).where(*wanted)).first()
        return (_code(row), won) if row else (None, False)

    def add_token(self, token: Token) -> None:
        """Keep a token."""
        self._connection.execute(insert(tokens).values(token_columns(token)))

    def add_budget(self, budget: Budget) -> None:
        """Keep the budget of a token, or of a family of them, that was just added."""
        self._connection.execute(insert(budgets).values({column.name: getattr(budget, column.name) for column in budgets.c}))

    def claim_refresh(self, secret_hash: str, client_id: str, now: datetime) -> tuple[Token | None, bool]:
        """Use a refresh token up, the same way."""
        wanted = (tokens.c.secret_hash == secret_hash, tokens.c.client_id == client_id, tokens.c.kind == TokenKind.REFRESH.value)
        unused = (tokens.c.used_at.is_(None), tokens.c.revoked_at.is_(None))
        self._take_turn(select(tokens.c.account_id).where(*wanted))
        won = self._connection.execute(update(tokens).where(*wanted, *unused).values(used_at=now)).rowcount == 1
        row = self._connection.execute(select(tokens).where(*wanted)).first()
        return (token_from(row), won) if row else (None, False)

    def token_by_hash(self, secret_hash: str) -> Token | None:
        """Return a token, or None."""
        row = self._connection.execute(select(tokens).where(tokens.c.secret_hash == secret_hash)).first()
        return token_from(row) if row else None

    def add_audit(self, record: AuditRecord) -> None:
        """Write down an act."""
        self._connection.execute(insert(audit).values(audit_columns(record)))

    def revoke_family(self, account_id: str, family_id: str, now: datetime) -> Sequence[str]:
        """Revoke every token of a family; return the ids of those that were live."""
        self._connection.execute(turn_of(account_id))
        live = (tokens.c.account_id == account_id, tokens.c.family_id == family_id, tokens.c.revoked_at.is_(None))
        revoked = self._connection.execute(update(tokens).where(*live).values(revoked_at=now).returning(tokens.c.id))
        return [row.id for row in revoked]

    def _take_turn(self, whose: Select[str]) -> None:
        """Take the turn of the account that a query finds, if it finds one."""
        account_id = self._connection.execute(whose).scalar()
        if account_id is not None:
            self._connection.execute(turn_of(account_id))


def _code(row: Row[Any]) -> AuthorizationCode:
    columns = dict(row._mapping)
    cap_nusd, period = columns.pop("cap_nusd"), columns.pop("period")
    limit = BudgetCaveat(cap_nusd, Period(period)) if period is not None else None
    return AuthorizationCode(**{**columns, "scopes": frozenset(row.scopes.split()), "limit": limit})
