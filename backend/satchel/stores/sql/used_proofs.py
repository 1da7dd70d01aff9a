"""Used proofs of possession in SQL."""

from datetime import datetime

from sqlalchemy import delete

from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.oauth_tables import used_proofs


class SqlUsedProofs:
    """`UsedProofs` in SQL. No commit waits for the disk: every request of a bound token brings a proof, and none is good for long."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, proof_hash: str, ends_at: datetime) -> bool:
        """Note that a proof is used, by one INSERT, so that exactly one of any number of callers may."""
        async with self._database.passing() as transaction:
            noted = transaction.insert(used_proofs).values(proof_hash=proof_hash, ends_at=ends_at)
            return await transaction.write(noted.on_conflict_do_nothing(index_elements=["proof_hash"])) == 1

    async def remove_ended(self, now: datetime) -> None:
        """Forget proofs whose time is over."""
        async with self._database.passing() as transaction:
            await transaction.write(delete(used_proofs).where(used_proofs.c.ends_at <= now))
