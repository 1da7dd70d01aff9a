"""Invitations in SQL."""

from datetime import datetime

from sqlalchemy import delete, insert

from satchel.domain.accounts import SetupLink
from satchel.stores.sql.tables import invitations
from satchel.stores.sql.transaction import Transaction


class SqlInvitations:
    """`InvitationStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, link: SetupLink) -> None:
        """Keep a new invitation."""
        await self._transaction.write(delete(invitations).where(invitations.c.expires_at <= link.created_at))
        await self._transaction.write(insert(invitations).values({column.name: getattr(link, column.name) for column in invitations.c}))

    async def take(self, secret_hash: str, now: datetime) -> bool:
        """Use an invitation up."""
        wanted = (invitations.c.secret_hash == secret_hash, invitations.c.expires_at > now)
        return await self._transaction.write(delete(invitations).where(*wanted)) == 1
