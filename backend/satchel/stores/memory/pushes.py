"""Pushed authorization requests in memory."""

from datetime import datetime

from satchel.domain.pushes import Push
from satchel.stores.memory.state import Tables


class MemoryPushes:
    """`PushRecords` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, push: Push, now: datetime) -> None:
        """Keep a pushed request, and forget those that are over."""
        for reference_hash, other in list(self._tables.pushes.items()):
            if other.expires_at <= now:
                del self._tables.pushes[reference_hash]
        self._tables.pushes[push.reference_hash] = push

    def get(self, reference_hash: str) -> Push | None:
        """Return a pushed request, or None."""
        return self._tables.pushes.get(reference_hash)

    def take(self, reference_hash: str) -> bool:
        """Use a pushed request up."""
        return self._tables.pushes.pop(reference_hash, None) is not None
