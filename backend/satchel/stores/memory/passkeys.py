"""Passkeys in memory."""

from collections.abc import Sequence

from satchel.domain.passkeys import Passkey
from satchel.stores.memory.state import Tables


class MemoryPasskeys:
    """`PasskeyStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, passkey: Passkey) -> None:
        """Keep a new passkey."""
        self._tables.passkeys[passkey.id] = passkey

    async def by_credential(self, credential_id: bytes) -> Passkey | None:
        """Return the passkey that an authenticator names so, or None."""
        return next((one for one in self._tables.passkeys.values() if one.credential_id == credential_id), None)

    async def list(self, account_id: str) -> Sequence[Passkey]:
        """Return the account's passkeys, oldest first."""
        found = [one for one in self._tables.passkeys.values() if one.account_id == account_id]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    async def update(self, passkey: Passkey) -> bool:
        """Replace the passkey of the same id and account; False if there is none."""
        kept = self._tables.passkeys.get(passkey.id)
        if kept is None or kept.account_id != passkey.account_id:
            return False
        self._tables.passkeys[passkey.id] = passkey
        return True

    async def remove(self, account_id: str, passkey_id: str) -> bool:
        """Forget a passkey; False if there is none."""
        kept = self._tables.passkeys.get(passkey_id)
        if kept is None or kept.account_id != account_id:
            return False
        del self._tables.passkeys[passkey_id]
        return True
