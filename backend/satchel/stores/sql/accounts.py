"""Accounts in SQL."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from satchel.domain.accounts import Account
from satchel.domain.errors import MalformedRequest
from satchel.stores.sql.tables import accounts, budgets, ceremonies, dek_wraps, deks, generations, holds, keys, totps
from satchel.stores.sql.transaction import Transaction
from satchel.stores.sql.turns import turn_of, turn_of_deployment


class SqlAccounts:
    """`AccountStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, account: Account) -> None:
        """Keep a new account."""
        statement = self._transaction.insert(accounts).values(_columns(account)).on_conflict_do_nothing(index_elements=["email_lower"])
        if not await self._transaction.write(statement):
            raise MalformedRequest("there is an account with this e-mail already", details={"param": "email"})

    async def get(self, account_id: str) -> Account | None:
        """Return the account, or None."""
        return _account(await self._transaction.row(select(accounts).where(accounts.c.id == account_id)))

    async def by_email(self, email: str) -> Account | None:
        """Return the account with this e-mail, or None."""
        return _account(await self._transaction.row(select(accounts).where(accounts.c.email_lower == email.lower())))

    async def prefer(self, account_id: str, model: str | None) -> None:
        """Set the preferred model, and nothing else."""
        await self._transaction.write(update(accounts).where(accounts.c.id == account_id).values(preferred_model=model))

    async def keep_activity(self, account_id: str, days: int | None) -> None:
        """Set for how many days activity is kept, None for ever, and nothing else."""
        await self._transaction.write(update(accounts).where(accounts.c.id == account_id).values(activity_days=days))

    async def activity_days(self) -> Mapping[str, int]:
        """Return for how many days each account wants its activity kept that wants an end."""
        query = select(accounts.c.id, accounts.c.activity_days).where(accounts.c.activity_days.is_not(None))
        return {row.id: row.activity_days for row in await self._transaction.rows(query)}

    async def prove_email(self, account_id: str, now: datetime) -> bool:
        """Note since when the e-mail is proven, and nothing else; False if it was before."""
        unproven = (accounts.c.id == account_id, accounts.c.email_proven_at.is_(None))
        return await self._transaction.write(update(accounts).where(*unproven).values(email_proven_at=now)) == 1

    async def set_password(self, account_id: str, password_hash: str, instead_of: str | None = None) -> bool:
        """Set the password's hash, and nothing else; with `instead_of`, only in place of that hash."""
        statement = update(accounts).where(accounts.c.id == account_id).values(password_hash=password_hash)
        if instead_of is not None:
            statement = statement.where(accounts.c.password_hash == instead_of)
        return await self._transaction.write(statement) == 1

    async def take_turn(self, account_id: str) -> None:
        """Wait until nobody else ends, hands out or replaces what this account has."""
        await self._transaction.write_returning(turn_of(account_id))

    async def await_owner(self) -> Account | None:
        """Return what `owner` does, once nobody else is making the owner."""
        await self._transaction.write_returning(turn_of_deployment())
        return await self.owner()

    async def pin(self, account_id: str, password_hash: str | None = None) -> bool:
        """Keep others from changing an account until this unit of work ends: a write of what is there already, which locks its row."""
        statement = update(accounts).where(accounts.c.id == account_id).values(email=accounts.c.email)
        if password_hash is not None:
            statement = statement.where(accounts.c.password_hash == password_hash)
        return await self._transaction.write(statement) == 1

    async def owner(self) -> Account | None:
        """Return the owner's account, or None."""
        query = select(accounts).where(accounts.c.is_owner).order_by(accounts.c.created_at, accounts.c.id).limit(1)
        return _account(await self._transaction.row(query))

    async def remove_wraps(self, account_id: str) -> None:
        """Remove all that opens what is sealed for an account."""
        for table in (dek_wraps, deks, totps):
            await self._transaction.write(delete(table).where(table.c.account_id == account_id))

    async def remove(self, account_id: str) -> bool:
        """Remove an account and every row of it. What refers to it goes with it; the record of money does not, and is named here."""
        await self.take_turn(account_id)
        for table in (keys, generations, holds, budgets, ceremonies):
            await self._transaction.write(delete(table).where(table.c.account_id == account_id))
        return await self._transaction.write(delete(accounts).where(accounts.c.id == account_id)) == 1


def _columns(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "email": account.email,
        "email_lower": account.email.lower(),
        "created_at": account.created_at,
        "preferred_model": account.preferred_model,
        "password_hash": account.password_hash,
        "is_owner": account.is_owner,
        "activity_days": account.activity_days,
        "email_proven_at": account.email_proven_at,
    }


def _account(row: Row[Any] | None) -> Account | None:
    if row is None:
        return None
    return Account(
        id=row.id,
        email=row.email,
        created_at=row.created_at,
        preferred_model=row.preferred_model,
        password_hash=row.password_hash,
        is_owner=row.is_owner,
        activity_days=row.activity_days,
        email_proven_at=row.email_proven_at,
    )
