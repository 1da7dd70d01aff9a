"""Invitations in memory."""

from datetime import datetime

from satchel.domain.accounts import SetupLink
from satchel.stores.memory.state import Tables


class MemoryInvitations:
    """`InvitationStore` over a dictionary by hash."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, link: SetupLink) -> None:
        """Keep a new invitation."""
        self._tables.invitations[link.secret_hash] = link

    async def take(self, secret_hash: str, now: datetime) -> bool:
        """Use an invitation up."""
        link = self._tables.invitations.get(secret_hash)
        if link is None or link.expires_at <= now:
            return False
        del self._tables.invitations[secret_hash]
        return True
