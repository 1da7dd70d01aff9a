"""Invitations in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from satchel.domain.accounts import INVITATION_KEPT, Invitation
from satchel.stores.memory.state import Tables


class MemoryInvitations:
    """`InvitationStore` over a dictionary by hash."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, invitation: Invitation) -> None:
        """Keep a new invitation."""
        kept = self._tables.invitations
        for old in [each for each in kept.values() if each.expires_at <= invitation.created_at - INVITATION_KEPT]:
            del kept[old.secret_hash]
        kept[invitation.secret_hash] = invitation

    async def take(self, secret_hash: str, account_id: str, now: datetime) -> Invitation | None:
        """Use an invitation up."""
        found = self._tables.invitations.get(secret_hash)
        if found is None or found.state(now) != "waiting":
            return None
        self._tables.invitations[secret_hash] = used = replace(found, used_at=now, used_by=account_id)
        return used

    async def by_hash(self, secret_hash: str) -> Invitation | None:
        """Return the invitation of this hash."""
        return self._tables.invitations.get(secret_hash)

    async def list(self) -> Sequence[Invitation]:
        """Return all invitations, newest first."""
        return sorted(self._tables.invitations.values(), key=lambda each: (each.created_at, each.id), reverse=True)

    async def remove(self, invitation_id: str) -> bool:
        """Forget an invitation."""
        for each in self._tables.invitations.values():
            if each.id == invitation_id:
                del self._tables.invitations[each.secret_hash]
                return True
        return False
