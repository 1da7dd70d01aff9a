"""The person's own wraps of data keys, in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from satchel.domain.vault import UserWrap
from satchel.stores.sql.tables import dek_wraps
from satchel.stores.sql.transaction import Transaction


class SqlDekWraps:
    """`DekWrapStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, wrap: UserWrap) -> None:
        """Keep a new wrap."""
        await self._transaction.write(insert(dek_wraps).values({column.name: getattr(wrap, column.name) for column in dek_wraps.c}))

    async def list(self, account_id: str, dek_id: str) -> Sequence[UserWrap]:
        """Return the wraps of one data key, oldest first."""
        mine = (dek_wraps.c.account_id == account_id, dek_wraps.c.dek_id == dek_id)
        query = select(dek_wraps).where(*mine).order_by(dek_wraps.c.created_at, dek_wraps.c.id)
        return [_wrap(row) for row in await self._transaction.rows(query)]

    async def remove(self, account_id: str, wrap_id: str) -> bool:
        """Remove a wrap; False if there is none."""
        mine = (dek_wraps.c.account_id == account_id, dek_wraps.c.id == wrap_id)
        return await self._transaction.write(delete(dek_wraps).where(*mine)) == 1

    async def remove_all(self, account_id: str) -> None:
        """Remove every wrap of an account."""
        await self._transaction.write(delete(dek_wraps).where(dek_wraps.c.account_id == account_id))

    async def page(self, after_id: str, limit: int, but_under: str | None = None) -> Sequence[UserWrap]:
        """Return wraps of all accounts in the order of their ids."""
        query = select(dek_wraps).where(dek_wraps.c.id > after_id).order_by(dek_wraps.c.id).limit(limit)
        if but_under is not None:
            query = query.where(dek_wraps.c.kek_id != but_under)
        return [_wrap(row) for row in await self._transaction.rows(query)]

    async def rewrap(self, before: UserWrap, after: UserWrap) -> bool:
        """Replace the KEK's seal of a wrap, unless somebody was faster."""
        same = (dek_wraps.c.id == before.id, dek_wraps.c.kek_id == before.kek_id, dek_wraps.c.blob == before.blob)
        return await self._transaction.write(update(dek_wraps).where(*same).values(kek_id=after.kek_id, blob=after.blob)) == 1


def _wrap(row: Row[Any]) -> UserWrap:
    return UserWrap(**row._mapping)
