"""Ceremonies in SQL."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from satchel.domain.passkeys import Ceremony
from satchel.stores.sql.tables import ceremonies
from satchel.stores.sql.transaction import Transaction


class SqlCeremonies:
    """`CeremonyStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, ceremony: Ceremony, now: datetime) -> None:
        """Begin a ceremony in place of the holder's earlier one."""
        over = (ceremonies.c.expires_at <= now) | (ceremonies.c.holder == ceremony.holder)
        await self._transaction.write(delete(ceremonies).where(over))
        columns = {column.name: getattr(ceremony, column.name) for column in ceremonies.c}
        await self._transaction.write(insert(ceremonies).values(columns))

    async def get(self, holder: str, now: datetime) -> Ceremony | None:
        """Return the holder's ceremony while it lasts, or None."""
        row = await self._transaction.row(select(ceremonies).where(ceremonies.c.holder == holder, ceremonies.c.expires_at > now))
        return Ceremony(**row._mapping) if row else None

    async def take(self, holder: str, now: datetime) -> Ceremony | None:
        """End the holder's ceremony and return it; None if there is none, or it is too old."""
        statement = delete(ceremonies).where(ceremonies.c.holder == holder).returning(*ceremonies.c)
        rows = await self._transaction.write_returning(statement)
        found = Ceremony(**rows[0]._mapping) if rows else None
        return found if found is not None and found.expires_at > now else None
