"""Wrapped data keys in SQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from satchel.domain.keys import WrappedDek
from satchel.stores.sql.tables import deks
from satchel.stores.sql.transaction import Transaction


class SqlDeks:
    """`DekStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def get(self, account_id: str) -> WrappedDek | None:
        """Return the account's newest wrapped data key, or None."""
        row = await self._transaction.row(select(deks).where(deks.c.account_id == account_id).order_by(deks.c.version.desc()).limit(1))
        return _dek(row) if row else None

    async def put(self, dek: WrappedDek) -> WrappedDek:
        """Keep `dek` unless the account has one of this version; return the one that is kept."""
        columns = {column.name: getattr(dek, column.name) for column in deks.c}
        await self._transaction.write(
            self._transaction.insert(deks).values(columns).on_conflict_do_nothing(index_elements=["account_id", "version"])
        )
        row = await self._transaction.row(select(deks).where(deks.c.account_id == dek.account_id, deks.c.version == dek.version))
        return _dek(row) if row else dek

    async def page(self, after_id: str, limit: int, but_under: str | None = None) -> Sequence[WrappedDek]:
        """Return data keys of all accounts in the order of their ids, without locked ones."""
        query = select(deks).where(deks.c.id > after_id, deks.c.check_value.is_(None)).order_by(deks.c.id).limit(limit)
        if but_under is not None:
            query = query.where(deks.c.kek_id != but_under)
        return [_dek(row) for row in await self._transaction.rows(query)]

    async def rewrap(self, before: WrappedDek, after: WrappedDek) -> bool:
        """Replace how a data key is wrapped, unless somebody was faster."""
        same = (deks.c.id == before.id, deks.c.kek_id == before.kek_id, deks.c.blob == before.blob)
        return await self._transaction.write(update(deks).where(*same).values(kek_id=after.kek_id, blob=after.blob)) == 1

    async def pin(self, dek_id: str) -> bool:
        """Keep others from removing a data key until this unit of work ends; False if it is gone already."""
        return await self._transaction.write(update(deks).where(deks.c.id == dek_id).values(version=deks.c.version)) == 1

    async def mark_by_hand(self, dek_id: str, locked: bool) -> None:
        """Note that a person has locked a data key by hand, or unlocked it so."""
        more = {"locks": deks.c.locks + 1} if locked else {}
        await self._transaction.write(update(deks).where(deks.c.id == dek_id).values(locked_by_hand=locked, **more))

    async def count_lock(self, account_id: str) -> None:
        """Note that whatever of the account is open must close, in every process."""
        await self._transaction.write(update(deks).where(deks.c.account_id == account_id).values(locks=deks.c.locks + 1))

    async def count_locked(self) -> int:
        """Return how many accounts are in locked mode."""
        row = await self._transaction.row(select(func.count().label("locked")).where(deks.c.check_value.is_not(None)))
        return int(row.locked) if row else 0

    async def current(self, account_ids: Collection[str]) -> Mapping[str, tuple[str, int]]:
        """Return, for each of the accounts that has one, its newest data key's id and how often that was locked."""
        query = select(deks.c.account_id, deks.c.id, deks.c.locks).where(deks.c.account_id.in_(account_ids)).order_by(deks.c.version)
        return {row.account_id: (row.id, row.locks) for row in await self._transaction.rows(query)}

    async def remove(self, dek_id: str) -> bool:
        """Remove a data key; False if it is gone already."""
        return await self._transaction.write(delete(deks).where(deks.c.id == dek_id)) == 1


def _dek(row: Row[Any]) -> WrappedDek:
    return WrappedDek(**row._mapping)
