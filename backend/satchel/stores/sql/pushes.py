"""Pushed authorization requests in SQL, on a database connection lent by `run_sync`."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from satchel.domain.pushes import Push
from satchel.stores.sql.oauth_tables import pushes


class SqlPushes:
    """`PushRecords` over a synchronous connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, push: Push, now: datetime) -> None:
        """Keep a pushed request, and forget those that are over."""
        self._connection.execute(delete(pushes).where(pushes.c.expires_at <= now))
        self._connection.execute(insert(pushes).values({column.name: getattr(push, column.name) for column in pushes.c}))

    def get(self, reference_hash: str) -> Push | None:
        """Return a pushed request, or None."""
        row = self._connection.execute(select(pushes).where(pushes.c.reference_hash == reference_hash)).first()
        return Push(**row._mapping) if row else None

    def take(self, reference_hash: str) -> bool:
        """Use a pushed request up, by one DELETE."""
        return self._connection.execute(delete(pushes).where(pushes.c.reference_hash == reference_hash)).rowcount == 1
