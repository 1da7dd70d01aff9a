"""Passkeys in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from satchel.domain.passkeys import Passkey
from satchel.stores.sql.tables import passkeys
from satchel.stores.sql.transaction import Transaction


class SqlPasskeys:
    """`PasskeyStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, passkey: Passkey) -> None:
        """Keep a new passkey."""
        await self._transaction.write(insert(passkeys).values(_columns(passkey)))

    async def by_credential(self, credential_id: bytes) -> Passkey | None:
        """Return the passkey that an authenticator names so, or None."""
        row = await self._transaction.row(select(passkeys).where(passkeys.c.credential_id == credential_id))
        return _passkey(row) if row else None

    async def list(self, account_id: str) -> Sequence[Passkey]:
        """Return the account's passkeys, oldest first."""
        query = select(passkeys).where(passkeys.c.account_id == account_id)
        return [_passkey(row) for row in await self._transaction.rows(query.order_by(passkeys.c.created_at, passkeys.c.id))]

    async def rename(self, account_id: str, passkey_id: str, name: str) -> bool:
        """Set the name, and nothing else; False if there is none."""
        wanted = (passkeys.c.account_id == account_id, passkeys.c.id == passkey_id)
        return await self._transaction.write(update(passkeys).where(*wanted).values(name=name)) == 1

    async def use(self, passkey: Passkey) -> bool:
        """Set count, `synced` and when it was last used; False if it is gone, or has been used with this count or a later one."""
        count = passkeys.c.sign_count
        is_new = count < passkey.sign_count if passkey.sign_count else count == 0
        wanted = (passkeys.c.account_id == passkey.account_id, passkeys.c.id == passkey.id, is_new)
        changes = {"sign_count": passkey.sign_count, "synced": passkey.synced, "last_used_at": passkey.last_used_at}
        return await self._transaction.write(update(passkeys).where(*wanted).values(changes)) == 1

    async def remove(self, account_id: str, passkey_id: str) -> bool:
        """Forget a passkey; False if there is none."""
        wanted = (passkeys.c.account_id == account_id, passkeys.c.id == passkey_id)
        return await self._transaction.write(delete(passkeys).where(*wanted)) == 1


def _columns(passkey: Passkey) -> dict[str, Any]:
    columns = {column.name: getattr(passkey, column.name) for column in passkeys.c}
    return {**columns, "transports": " ".join(passkey.transports)}


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(**{**row._mapping, "transports": tuple(row.transports.split())})
