"""Ceremonies in memory."""

from datetime import datetime

from satchel.domain.passkeys import Ceremony
from satchel.stores.memory.state import Tables


class MemoryCeremonies:
    """`CeremonyStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def put(self, ceremony: Ceremony, now: datetime) -> None:
        """Begin a ceremony in place of the holder's earlier one."""
        for holder in [one.holder for one in self._tables.ceremonies.values() if one.expires_at <= now]:
            del self._tables.ceremonies[holder]
        self._tables.ceremonies[ceremony.holder] = ceremony

    async def get(self, holder: str, now: datetime) -> Ceremony | None:
        """Return the holder's ceremony while it lasts, or None."""
        found = self._tables.ceremonies.get(holder)
        return found if found is not None and found.expires_at > now else None

    async def take(self, holder: str, now: datetime) -> Ceremony | None:
        """End the holder's ceremony and return it; None if there is none, or it is too old."""
        found = self._tables.ceremonies.pop(holder, None)
        return found if found is not None and found.expires_at > now else None
