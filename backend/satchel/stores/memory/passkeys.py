"""Passkeys in memory."""

from collections.abc import Sequence
from dataclasses import replace

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

    async def rename(self, account_id: str, passkey_id: str, name: str) -> bool:
        """Set the name, and nothing else; False if there is none."""
        kept = self._tables.passkeys.get(passkey_id)
        if kept is None or kept.account_id != account_id:
            return False
        self._tables.passkeys[passkey_id] = replace(kept, name=name)
        return True

    async def use(self, passkey: Passkey) -> bool:
        """Set count, `synced` and when it was last used; False if it is gone, or has been used with this count or a later one."""
        kept = self._tables.passkeys.get(passkey.id)
        if kept is None or kept.account_id != passkey.account_id:
            return False
        if kept.sign_count and kept.sign_count >= passkey.sign_count:
            return False
        used = replace(kept, sign_count=passkey.sign_count, synced=passkey.synced, last_used_at=passkey.last_used_at)
        self._tables.passkeys[passkey.id] = used
        return True

    async def remove(self, account_id: str, passkey_id: str) -> bool:
        """Forget a passkey; False if there is none."""
        kept = self._tables.passkeys.get(passkey_id)
        if kept is None or kept.account_id != account_id:
            return False
        del self._tables.passkeys[passkey_id]
        return True
