"""Units of work over SQLite or PostgreSQL."""

import asyncio
from types import TracebackType

from sqlalchemy import select, text

from satchel.kit.clock import SystemClock
from satchel.ports.clock import Clock
from satchel.ports.stores import UnitOfWork
from satchel.stores.sql.accounts import SqlAccounts
from satchel.stores.sql.async_engine import AsyncEngine
from satchel.stores.sql.audit import SqlAudit
from satchel.stores.sql.budgets import SqlBudgets
from satchel.stores.sql.ceremonies import SqlCeremonies
from satchel.stores.sql.dek_wraps import SqlDekWraps
from satchel.stores.sql.deks import SqlDeks
from satchel.stores.sql.engine import BUSY_TIMEOUT_S, async_engine, database_url, is_sqlite
from satchel.stores.sql.generations import SqlGenerations
from satchel.stores.sql.grants import SqlGrants
from satchel.stores.sql.invitations import SqlInvitations
from satchel.stores.sql.keks import SqlKeks
from satchel.stores.sql.keys import SqlKeys
from satchel.stores.sql.passkeys import SqlPasskeys
from satchel.stores.sql.scrubbing import Scrubbing
from satchel.stores.sql.sign_ins import SqlSignIns
from satchel.stores.sql.tables import deployment
from satchel.stores.sql.ties import SqlTies
from satchel.stores.sql.tokens import SqlTokens
from satchel.stores.sql.totps import SqlRecoveryCodes, SqlTotps
from satchel.stores.sql.transaction import Transaction


class SqlDatabase:
    """`Database` in SQL. Migrate first: `migrations.migrate(url)`."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        """Prepare, without connecting.

        Args:
            url: `sqlite:///path/to/file` or `postgresql://user@host/name`.
            clock: tells which tokens have expired; the system's clock by default.
        """
        parsed = database_url(url)
        self._clock = clock or SystemClock()
        self._engine: AsyncEngine = async_engine(parsed)
        self._passing: AsyncEngine = async_engine(parsed, passing=True)
        self._turns = asyncio.Lock() if is_sqlite(parsed) else None
        self._scrubbing = Scrubbing(self._empty_log)

    def unit_of_work(self) -> UnitOfWork:
        """Return a new unit of work, not yet begun."""
        return SqlUnitOfWork(self.transaction(), self._clock)

    def transaction(self) -> Transaction:
        """Return a new transaction for other stores of this package."""
        return Transaction(self._engine, self._turns)

    def passing(self) -> Transaction:
        """Return a new transaction for what matters for minutes: it outlives a restart, but its commit does not wait for the disk."""
        return Transaction(self._passing, self._turns)

    async def check(self) -> None:
        """Answer a trivial query. Raises `NotReady` where the database does not."""
        async with self.transaction() as transaction:
            await transaction.row(text("SELECT 1"))

    async def scrub(self) -> None:
        """Bring the write-ahead log of SQLite into the file, where `secure_delete` has overwritten what was removed, and empty it.

        A reader that began earlier keeps the log for a moment, so it is tried for a few seconds, then on and on after the
        return; no try waits, or writers would wait with it. On PostgreSQL that is vacuum's business.
        """
        if self._turns is not None:
            await self._scrubbing.scrub()

    async def _empty_log(self) -> bool:
        async with self.transaction() as transaction:
            await transaction.row(text("PRAGMA busy_timeout = 0"))
            try:
                row = await transaction.row(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            finally:
                await transaction.row(text(f"PRAGMA busy_timeout = {round(BUSY_TIMEOUT_S * 1000)}"))
        return row is None or row[0] == 0

    async def deployment_id(self) -> str:
        """Return the id of this deployment, made by the first migration; seals are bound to it."""
        async with self.transaction() as transaction:
            row = await transaction.row(select(deployment.c.id))
        if row is None:
            raise RuntimeError("the database was not migrated; run `satchel migrate`")
        return str(row.id)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._scrubbing.aclose()
        await self._engine.dispose()
        await self._passing.dispose()


class SqlUnitOfWork:
    """`UnitOfWork` in SQL."""

    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._clock = clock

    async def __aenter__(self) -> "SqlStores":
        """Begin."""
        return SqlStores(await self._transaction.__aenter__(), self._clock)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit or roll back."""
        await self._transaction.__aexit__(kind, error, trace)


class SqlStores:
    """`Stores` in SQL."""

    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self.accounts = SqlAccounts(transaction)
        self.sign_ins = SqlSignIns(transaction)
        self.invitations = SqlInvitations(transaction)
        self.passkeys = SqlPasskeys(transaction)
        self.ceremonies = SqlCeremonies(transaction)
        self.totps = SqlTotps(transaction)
        self.recovery_codes = SqlRecoveryCodes(transaction)
        self.tokens = SqlTokens(transaction, clock)
        self.grants = SqlGrants(transaction)
        self.budgets = SqlBudgets(transaction)
        self.keys = SqlKeys(transaction)
        self.deks = SqlDeks(transaction)
        self.dek_wraps = SqlDekWraps(transaction)
        self.keks = SqlKeks(transaction)
        self.generations = SqlGenerations(transaction)
        self.audit = SqlAudit(transaction)
        self.ties = SqlTies(transaction)
