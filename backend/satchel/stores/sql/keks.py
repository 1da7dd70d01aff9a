"""What is known of the key-encryption keys, in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select, union_all, update

from satchel.domain.keys import Kek
from satchel.stores.sql.tables import dek_wraps, deks, keks, totps
from satchel.stores.sql.transaction import Transaction
from satchel.stores.sql.turns import turn_of_deployment


class SqlKeks:
    """`KekStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def list(self) -> Sequence[Kek]:
        """Return all, newest first."""
        return [_kek(row) for row in await self._transaction.rows(select(keks).order_by(keks.c.created_at.desc(), keks.c.id))]

    async def put_primary(self, kek: Kek) -> None:
        """Make this one the primary, and the earlier one decrypt_only."""
        await self._transaction.write_returning(turn_of_deployment())
        columns = {column.name: getattr(kek, column.name) for column in keks.c}
        demote = update(keks).where(keks.c.state == "primary", keks.c.id != kek.id).values(state="decrypt_only")
        await self._transaction.write(demote)
        statement = self._transaction.insert(keks).values(columns)
        await self._transaction.write(statement.on_conflict_do_update(index_elements=["id"], set_={"state": "primary"}))

    async def retire(self, kek_id: str) -> bool:
        """Call one destroyed, if it only unwraps and has nothing left to."""
        wraps = [select(table.c.id).where(table.c.kek_id == kek_id).exists() for table in (deks, dek_wraps, totps)]
        idle = (keks.c.id == kek_id, keks.c.state == "decrypt_only", *(~some for some in wraps))
        return await self._transaction.write(update(keks).where(*idle).values(state="destroyed")) == 1

    async def counts(self) -> Mapping[str, int]:
        """Return how many data keys and seeds each KEK seals."""
        managed = select(deks.c.kek_id).where(deks.c.check_value.is_(None))
        wraps = union_all(managed, select(dek_wraps.c.kek_id), select(totps.c.kek_id)).subquery()
        rows = await self._transaction.rows(select(wraps.c.kek_id, func.count().label("wraps")).group_by(wraps.c.kek_id))
        return {str(row.kek_id): int(row.wraps) for row in rows}


def _kek(row: Row[Any]) -> Kek:
    return Kek(**row._mapping)
