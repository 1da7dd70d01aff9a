"""Ceremonies in SQL."""

from datetime import datetime

from sqlalchemy import delete, select

from satchel.domain.passkeys import Ceremony
from satchel.stores.sql.tables import ceremonies
from satchel.stores.sql.transaction import Transaction


class SqlCeremonies:
    """`CeremonyStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, ceremony: Ceremony, now: datetime) -> None:
        """Begin a ceremony in place of the holder's earlier one."""
        columns = {column.name: getattr(ceremony, column.name) for column in ceremonies.c}
        kept = self._transaction.insert(ceremonies).values(columns)
        await self._transaction.write(kept.on_conflict_do_update(index_elements=["holder"], set_=columns))
        over = select(ceremonies.c.holder).where(ceremonies.c.expires_at <= now)
        unhandled = over.with_for_update(skip_locked=True)  # what somebody is just ending or replacing is theirs
        await self._transaction.write(delete(ceremonies).where(ceremonies.c.holder.in_(unhandled)))

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
