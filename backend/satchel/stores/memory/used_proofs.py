"""Used proofs of possession in memory."""

from datetime import datetime

from satchel.stores.memory.database import MemoryDatabase


class MemoryUsedProofs:
    """`UsedProofs` over a dictionary of when each ends."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._tables = database.state.tables

    async def add(self, proof_hash: str, ends_at: datetime) -> bool:
        """Note that a proof is used."""
        if proof_hash in self._tables.used_proofs:
            return False
        self._tables.used_proofs[proof_hash] = ends_at
        return True

    async def remove_ended(self, now: datetime) -> None:
        """Forget proofs whose time is over."""
        for proof_hash in [one for one, ends_at in self._tables.used_proofs.items() if ends_at <= now]:
            del self._tables.used_proofs[proof_hash]
