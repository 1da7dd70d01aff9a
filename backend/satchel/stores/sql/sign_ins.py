"""Portal sign-ins and the owner's set-up link in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from satchel.domain.accounts import STARTED_TOGETHER, SetupLink, SignIn
from satchel.stores.sql.tables import setup_links, sign_ins
from satchel.stores.sql.transaction import Transaction


class SqlSignIns:
    """`SignInStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, sign_in: SignIn) -> None:
        """Keep a new sign-in."""
        columns = {column.name: getattr(sign_in, column.name) for column in sign_ins.c}
        await self._transaction.write(insert(sign_ins).values(columns))

    async def by_hash(self, secret_hash: str) -> SignIn | None:
        """Return the sign-in whose cookie hashes to this, or None."""
        row = await self._transaction.row(select(sign_ins).where(sign_ins.c.secret_hash == secret_hash))
        return SignIn(**row._mapping) if row else None

    async def touch(self, sign_in_id: str, now: datetime) -> None:
        """Note when it was last used."""
        await self._transaction.write(update(sign_ins).where(sign_ins.c.id == sign_in_id).values(last_used_at=now))

    async def prove(self, sign_in_id: str, secret_hash: str, now: datetime) -> bool:
        """Note a proof, and change the cookie; False if there is no such sign-in."""
        changes = {"secret_hash": secret_hash, "proved_at": now, "last_used_at": now}
        return await self._transaction.write(update(sign_ins).where(sign_ins.c.id == sign_in_id).values(changes)) == 1

    async def list(self, account_id: str) -> Sequence[SignIn]:
        """Return the account's sign-ins, the one used last first."""
        query = select(sign_ins).where(sign_ins.c.account_id == account_id)
        rows = await self._transaction.rows(query.order_by(sign_ins.c.last_used_at.desc(), sign_ins.c.id))
        return [SignIn(**row._mapping) for row in rows]

    async def remove(self, account_id: str, sign_in_id: str) -> bool:
        """End a sign-in; False if there is none."""
        wanted = (sign_ins.c.account_id == account_id, sign_ins.c.id == sign_in_id)
        return await self._transaction.write(delete(sign_ins).where(*wanted)) == 1

    async def gone(self, sign_in_ids: Collection[str]) -> Sequence[str]:
        """Return which of these were ended, or removed with their account."""
        rows = await self._transaction.rows(select(sign_ins.c.id).where(sign_ins.c.id.in_(sign_in_ids)))
        found = {row.id for row in rows}
        return [sign_in_id for sign_in_id in sign_in_ids if sign_in_id not in found]

    async def put_link(self, link: SetupLink) -> None:
        """Keep a set-up link in place of those from before servers that start now."""
        await self._transaction.write(delete(setup_links).where(setup_links.c.created_at <= link.created_at - STARTED_TOGETHER))
        columns = {column.name: getattr(link, column.name) for column in setup_links.c}
        await self._transaction.write(insert(setup_links).values(columns))

    async def take_link(self, secret_hash: str, now: datetime) -> bool:
        """Use the link up, and all others with it."""
        wanted = (setup_links.c.secret_hash == secret_hash, setup_links.c.expires_at > now)
        if await self._transaction.write(delete(setup_links).where(*wanted)) != 1:
            return False
        await self._transaction.write(delete(setup_links))
        return True
