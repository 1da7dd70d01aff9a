"""Sealed provider keys in memory."""

from collections.abc import Sequence
from dataclasses import replace

from satchel.domain.errors import MalformedRequest
from satchel.domain.keys import Key
from satchel.stores.memory.state import Tables


class MemoryKeys:
    """`KeyStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, key: Key) -> None:
        """Keep a new key."""
        if key.label is not None and any(other.label == key.label for other in await self.list(key.account_id)):
            raise MalformedRequest(f"there is a key labelled {key.label!r} already; choose another label", details={"param": "label"})
        self._tables.keys[key.id] = key

    async def get(self, account_id: str, key_id: str) -> Key | None:
        """Return the key, or None."""
        key = self._tables.keys.get(key_id)
        return key if key and key.account_id == account_id else None

    async def list(self, account_id: str) -> Sequence[Key]:
        """Return the account's keys, oldest first."""
        found = [key for key in self._tables.keys.values() if key.account_id == account_id]
        return sorted(found, key=lambda key: (key.created_at, key.id))

    async def remove(self, account_id: str, key_id: str) -> bool:
        """Remove the key; False if there is none."""
        if not await self.get(account_id, key_id):
            return False
        del self._tables.keys[key_id]
        return True

    async def page(self, after_id: str, limit: int) -> Sequence[Key]:
        """Return sealed keys of all accounts in the order of their ids."""
        found = sorted(key_id for key_id, key in self._tables.keys.items() if key_id > after_id and key.sealed is not None)
        return [self._tables.keys[key_id] for key_id in found[:limit]]

    async def reseal(self, before: Key, after: Key) -> bool:
        """Replace how a key is sealed, unless it was removed or is sealed otherwise by now."""
        kept = await self.get(before.account_id, before.id)
        if kept is None or kept.dek_id != before.dek_id:
            return False
        self._tables.keys[before.id] = replace(kept, sealed=after.sealed, dek_id=after.dek_id, fingerprint=after.fingerprint)
        return True
