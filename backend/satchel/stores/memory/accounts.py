"""Accounts in memory."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime

from satchel.domain.accounts import Account
from satchel.domain.errors import MalformedRequest
from satchel.stores.memory.state import Tables


class MemoryAccounts:
    """`AccountStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, account: Account) -> None:
        """Keep a new account."""
        if await self.by_email(account.email):
            raise MalformedRequest("there is an account with this e-mail already", details={"param": "email"})
        self._tables.accounts[account.id] = account

    async def get(self, account_id: str) -> Account | None:
        """Return the account, or None."""
        return self._tables.accounts.get(account_id)

    async def by_email(self, email: str) -> Account | None:
        """Return the account with this e-mail, or None."""
        wanted = email.lower()
        return next((account for account in self._tables.accounts.values() if account.email.lower() == wanted), None)

    async def prefer(self, account_id: str, model: str | None) -> None:
        """Set the preferred model, and nothing else."""
        kept = self._tables.accounts.get(account_id)
        if kept is not None:
            self._tables.accounts[account_id] = replace(kept, preferred_model=model)

    async def keep_activity(self, account_id: str, days: int | None) -> None:
        """Set for how many days activity is kept, None for ever, and nothing else."""
        kept = self._tables.accounts.get(account_id)
        if kept is not None:
            self._tables.accounts[account_id] = replace(kept, activity_days=days)

    async def activity_days(self) -> Mapping[str, int]:
        """Return for how many days each account wants its activity kept that wants an end."""
        kept = self._tables.accounts.values()
        return {account.id: account.activity_days for account in kept if account.activity_days is not None}

    async def prove_email(self, account_id: str, now: datetime) -> bool:
        """Note since when the e-mail is proven, and nothing else; False if it was before."""
        kept = self._tables.accounts.get(account_id)
        if kept is None or kept.email_proven_at is not None:
            return False
        self._tables.accounts[account_id] = replace(kept, email_proven_at=now)
        return True

    async def set_password(self, account_id: str, password_hash: str, instead_of: str | None = None) -> bool:
        """Set the password's hash, and nothing else; with `instead_of`, only in place of that hash."""
        kept = self._tables.accounts.get(account_id)
        if kept is None or instead_of not in (None, kept.password_hash):
            return False
        self._tables.accounts[account_id] = replace(kept, password_hash=password_hash)
        return True

    async def take_turn(self, account_id: str) -> None:
        """Do nothing: units of work go one at a time."""

    async def await_owner(self) -> Account | None:
        """Return what `owner` does: units of work go one at a time."""
        return await self.owner()

    async def pin(self, account_id: str, password_hash: str | None = None) -> bool:
        """Tell whether an account is there, with that password; units of work are one after the other."""
        kept = self._tables.accounts.get(account_id)
        return kept is not None and password_hash in (None, kept.password_hash)

    async def owner(self) -> Account | None:
        """Return the owner's account, or None."""
        return next((account for account in self._tables.accounts.values() if account.is_owner), None)

    async def remove_wraps(self, account_id: str) -> None:
        """Remove all that opens what is sealed for an account."""
        self._drop(account_id, "dek_wraps", "deks", "totps")

    async def remove(self, account_id: str) -> bool:
        """Remove an account and every row of it."""
        if self._tables.accounts.pop(account_id, None) is None:
            return False
        self._tables.recovery_codes.pop(account_id, None)
        for invitation in [each for each in self._tables.invitations.values() if each.used_by == account_id]:
            self._tables.invitations[invitation.secret_hash] = replace(invitation, used_by=None)
        self._drop(account_id, *(column.name for column in fields(self._tables)))
        return True

    def _drop(self, account_id: str, *names: str) -> None:
        for name in names:
            rows: dict[object, object] = getattr(self._tables, name)
            for key in [key for key, row in rows.items() if getattr(row, "account_id", None) == account_id]:
                del rows[key]
