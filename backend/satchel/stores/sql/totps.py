"""Seeds of one-time codes, and recovery codes, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from satchel.domain.totp import Totp
from satchel.stores.sql.tables import recovery_codes, totps
from satchel.stores.sql.transaction import Transaction
from satchel.stores.sql.turns import turn_of


class SqlTotps:
    """`TotpStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def get(self, account_id: str) -> Totp | None:
        """Return the account's seed, or None."""
        row = await self._transaction.row(select(totps).where(totps.c.account_id == account_id))
        return _totp(row) if row else None

    async def put(self, totp: Totp) -> bool:
        """Keep a seed in place of one that was never confirmed; False if the account has a confirmed one, which stays."""
        columns = {column.name: getattr(totp, column.name) for column in totps.c}
        kept = self._transaction.insert(totps).values(columns)
        unconfirmed = totps.c.confirmed_at.is_(None)
        kept = kept.on_conflict_do_update(index_elements=["account_id"], set_=columns, where=unconfirmed)
        return await self._transaction.write(kept) == 1

    async def use_step(self, totp_id: str, step: int, now: datetime) -> bool:
        """Use up the code of a step, and all before."""
        later = (totps.c.id == totp_id, totps.c.last_step < step)
        if await self._transaction.write(update(totps).where(*later).values(last_step=step)) != 1:
            return False
        unconfirmed = (totps.c.id == totp_id, totps.c.confirmed_at.is_(None))
        await self._transaction.write(update(totps).where(*unconfirmed).values(confirmed_at=now))
        return True

    async def remove(self, account_id: str) -> bool:
        """Remove the account's seed; False if there is none."""
        return await self._transaction.write(delete(totps).where(totps.c.account_id == account_id)) == 1

    async def page(self, after_id: str, limit: int, but_under: str | None = None) -> Sequence[Totp]:
        """Return seeds of all accounts in the order of their ids."""
        query = select(totps).where(totps.c.id > after_id).order_by(totps.c.id).limit(limit)
        if but_under is not None:
            query = query.where(totps.c.kek_id != but_under)
        return [_totp(row) for row in await self._transaction.rows(query)]

    async def rewrap(self, before: Totp, after: Totp) -> bool:
        """Replace how a seed is wrapped, unless somebody was faster."""
        same = (totps.c.id == before.id, totps.c.kek_id == before.kek_id, totps.c.blob == before.blob)
        return await self._transaction.write(update(totps).where(*same).values(kek_id=after.kek_id, blob=after.blob)) == 1


class SqlRecoveryCodes:
    """`RecoveryCodeStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, account_id: str, hashes: Sequence[str]) -> None:
        """Keep codes in place of all earlier ones of the account."""
        await self._transaction.write_returning(turn_of(account_id))
        await self._transaction.write(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
        for each in hashes:
            await self._transaction.write(insert(recovery_codes).values(account_id=account_id, code_hash=each))

    async def take(self, account_id: str, code_hash: str) -> bool:
        """Use a code up."""
        wanted = (recovery_codes.c.account_id == account_id, recovery_codes.c.code_hash == code_hash)
        return await self._transaction.write(delete(recovery_codes).where(*wanted)) == 1

    async def count(self, account_id: str) -> int:
        """Return how many codes the account has left."""
        query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.account_id == account_id)
        row = await self._transaction.row(query)
        return int(row[0]) if row else 0


def _totp(row: Row[Any]) -> Totp:
    return Totp(**row._mapping)
