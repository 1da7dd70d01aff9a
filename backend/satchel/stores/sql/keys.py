"""Sealed provider keys in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select, update

from satchel.domain.errors import MalformedRequest
from satchel.domain.keys import Key
from satchel.stores.sql.tables import keys
from satchel.stores.sql.transaction import Transaction


class SqlKeys:
    """`KeyStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, key: Key) -> None:
        """Keep a new key."""
        columns = {column.name: getattr(key, column.name) for column in keys.c}
        statement = self._transaction.insert(keys).values(columns).on_conflict_do_nothing(index_elements=["account_id", "label"])
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

    async def page(self, after_id: str, limit: int) -> Sequence[Key]:
        """Return sealed keys of all accounts in the order of their ids."""
        query = select(keys).where(keys.c.id > after_id, keys.c.sealed.is_not(None)).order_by(keys.c.id).limit(limit)
        return [_key(row) for row in await self._transaction.rows(query)]

    async def reseal(self, before: Key, after: Key) -> bool:
        """Replace how a key is sealed, unless it was removed or is sealed otherwise by now."""
        same = (keys.c.account_id == before.account_id, keys.c.id == before.id, keys.c.dek_id == before.dek_id)
        sealed = {"sealed": after.sealed, "dek_id": after.dek_id, "fingerprint": after.fingerprint}
        return await self._transaction.write(update(keys).where(*same).values(sealed)) == 1


def _key(row: Row[Any]) -> Key:
    return Key(**row._mapping)
