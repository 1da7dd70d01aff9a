"""Ties to authorities in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from satchel.domain.authorities import Tie
from satchel.stores.sql.oauth_tables import ties
from satchel.stores.sql.transaction import Transaction


class SqlTies:
    """`TieStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, tie: Tie) -> bool:
        """Keep a tie, unless that person is tied already."""
        columns = {column.name: getattr(tie, column.name) for column in ties.c}
        statement = self._transaction.insert(ties).values(columns)
        return await self._transaction.write(statement.on_conflict_do_nothing(index_elements=["issuer", "subject"])) == 1

    async def of_subject(self, issuer: str, subject: str) -> Tie | None:
        """Return the tie of a person of an authority, or None."""
        row = await self._transaction.row(select(ties).where(ties.c.issuer == issuer, ties.c.subject == subject))
        return _tie(row) if row else None

    async def touch(self, tie_id: str, now: datetime) -> None:
        """Note when somebody last signed in by it."""
        await self._transaction.write(update(ties).where(ties.c.id == tie_id).values(last_used_at=now))

    async def list(self, account_id: str) -> Sequence[Tie]:
        """Return the account's ties, the oldest first."""
        query = select(ties).where(ties.c.account_id == account_id).order_by(ties.c.created_at, ties.c.id)
        return [_tie(row) for row in await self._transaction.rows(query)]

    async def remove(self, account_id: str, tie_id: str) -> bool:
        """Untie; False if there is none."""
        wanted = (ties.c.account_id == account_id, ties.c.id == tie_id)
        return await self._transaction.write(delete(ties).where(*wanted)) == 1


def _tie(row: Row[Any]) -> Tie:
    return Tie(**row._mapping)
