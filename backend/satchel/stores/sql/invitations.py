"""Invitations in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from satchel.domain.accounts import INVITATION_KEPT, Invitation
from satchel.stores.sql.tables import invitations
from satchel.stores.sql.transaction import Transaction


class SqlInvitations:
    """`InvitationStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, invitation: Invitation) -> None:
        """Keep a new invitation."""
        await self._transaction.write(delete(invitations).where(invitations.c.expires_at <= invitation.created_at - INVITATION_KEPT))
        row = {column.name: getattr(invitation, column.name) for column in invitations.c}
        await self._transaction.write(insert(invitations).values(row))

    async def take(self, secret_hash: str, account_id: str, now: datetime) -> Invitation | None:
        """Use an invitation up."""
        c = invitations.c
        wanted = (c.secret_hash == secret_hash, c.expires_at > now, c.used_at.is_(None))
        if not await self._transaction.write(update(invitations).where(*wanted).values(used_at=now, used_by=account_id)):
            return None
        return await self.by_hash(secret_hash)

    async def by_hash(self, secret_hash: str) -> Invitation | None:
        """Return the invitation of this hash."""
        row = await self._transaction.row(select(invitations).where(invitations.c.secret_hash == secret_hash))
        return _invitation(row) if row is not None else None

    async def list(self) -> Sequence[Invitation]:
        """Return all invitations, newest first."""
        newest_first = select(invitations).order_by(invitations.c.created_at.desc(), invitations.c.id.desc())
        return [_invitation(row) for row in await self._transaction.rows(newest_first)]

    async def remove(self, invitation_id: str) -> bool:
        """Forget an invitation."""
        return await self._transaction.write(delete(invitations).where(invitations.c.id == invitation_id)) == 1


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(row.id, row.secret_hash, row.account_id, row.name, row.created_at, row.expires_at, row.used_at, row.used_by)
