"""Sealed provider keys and wrapped data keys in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from satchel.domain.errors import MalformedRequest
from satchel.domain.keys import Key, WrappedDek
from satchel.stores.sql.tables import deks, keys
from satchel.stores.sql.transaction import Transaction


class SqlKeys:
    """`KeyStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, key: Key) -> None:
        """Keep a new key."""
        columns = {column.name: getattr(key, column.name) for column in keys.c}
        statement = insert(keys).values(columns).on_conflict_do_nothing(index_elements=["account_id", "label"])
        if not await self._transaction.write(statement):
            raise MalformedRequest(f"there is a key labelled {key.label!r} already; choose another label", details={"param": "label"})

    async def get(self, account_id: str, key_id: str) -> Key | None:
        """Return the key, or None."""
        row = await self._transaction.row(select(keys).where(keys.c.account_id == account_id, keys.c.id == key_id))
        return _key(row) if row else None

    async def list(self, account_id: str) -> Sequence[Key]:
        """Return the account's keys, oldest first."""
        query = select(keys).where(keys.c.account_id == account_id).order_by(keys.c.created_at, keys.c.id)
        return [_key(row) for row in await self._transaction.rows(query)]

    async def remove(self, account_id: str, key_id: str) -> bool:
        """Remove the key; False if there is none."""
        return await self._transaction.write(delete(keys).where(keys.c.account_id == account_id, keys.c.id == key_id)) == 1

    async def dek(self, account_id: str) -> WrappedDek | None:
        """Return the account's newest wrapped data key, or None."""
        row = await self._transaction.row(select(deks).where(deks.c.account_id == account_id).order_by(deks.c.version.desc()).limit(1))
        return _dek(row) if row else None

    async def put_dek(self, dek: WrappedDek) -> WrappedDek:
        """Keep `dek` unless the account has one of this version; return the one that is kept."""
        columns = {column.name: getattr(dek, column.name) for column in deks.c}
        await self._transaction.write(insert(deks).values(columns).on_conflict_do_nothing(index_elements=["account_id", "version"]))
        row = await self._transaction.row(select(deks).where(deks.c.account_id == dek.account_id, deks.c.version == dek.version))
        return _dek(row) if row else dek


def _key(row: Row[Any]) -> Key:
    return Key(**row._mapping)


def _dek(row: Row[Any]) -> WrappedDek:
    return WrappedDek(**row._mapping)
