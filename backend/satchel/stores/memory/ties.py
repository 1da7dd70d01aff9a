"""Ties to authorities in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from satchel.domain.authorities import Tie
from satchel.stores.memory.state import Tables


class MemoryTies:
    """`TieStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, tie: Tie) -> bool:
        """Keep a tie, unless that person is tied already."""
        if await self.of_subject(tie.issuer, tie.subject) is not None:
            return False
        self._tables.ties[tie.id] = tie
        return True

    async def of_subject(self, issuer: str, subject: str) -> Tie | None:
        """Return the tie of a person of an authority, or None."""
        return next((tie for tie in self._tables.ties.values() if (tie.issuer, tie.subject) == (issuer, subject)), None)

    async def touch(self, tie_id: str, now: datetime) -> None:
        """Note when somebody last signed in by it."""
        if tie := self._tables.ties.get(tie_id):
            self._tables.ties[tie_id] = replace(tie, last_used_at=now)

    async def list(self, account_id: str) -> Sequence[Tie]:
        """Return the account's ties, the oldest first."""
        found = [tie for tie in self._tables.ties.values() if tie.account_id == account_id]
        return sorted(found, key=lambda tie: (tie.created_at, tie.id))

    async def remove(self, account_id: str, tie_id: str) -> bool:
        """Untie; False if there is none."""
        tie = self._tables.ties.get(tie_id)
        if tie is None or tie.account_id != account_id:
            return False
        del self._tables.ties[tie_id]
        return True
