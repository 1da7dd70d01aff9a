"""Portal sign-ins and the owner's set-up link in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from satchel.domain.accounts import STARTED_TOGETHER, SetupLink, SignIn
from satchel.stores.memory.state import Tables


class MemorySignIns:
    """`SignInStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, sign_in: SignIn) -> None:
        """Keep a new sign-in."""
        self._tables.sign_ins[sign_in.id] = sign_in

    async def by_hash(self, secret_hash: str) -> SignIn | None:
        """Return the sign-in whose cookie hashes to this, or None."""
        return next((sign_in for sign_in in self._tables.sign_ins.values() if sign_in.secret_hash == secret_hash), None)

    async def touch(self, sign_in_id: str, now: datetime) -> None:
        """Note when it was last used."""
        if sign_in := self._tables.sign_ins.get(sign_in_id):
            self._tables.sign_ins[sign_in_id] = replace(sign_in, last_used_at=now)

    async def prove(self, sign_in_id: str, secret_hash: str, now: datetime) -> bool:
        """Note a proof, and change the cookie; False if there is no such sign-in."""
        sign_in = self._tables.sign_ins.get(sign_in_id)
        if sign_in is None:
            return False
        self._tables.sign_ins[sign_in_id] = replace(sign_in, secret_hash=secret_hash, proved_at=now, last_used_at=now)
        return True

    async def list(self, account_id: str) -> Sequence[SignIn]:
        """Return the account's sign-ins, the one used last first."""
        found = [sign_in for sign_in in self._tables.sign_ins.values() if sign_in.account_id == account_id]
        return sorted(sorted(found, key=lambda one: one.id), key=lambda one: one.last_used_at, reverse=True)

    async def remove(self, account_id: str, sign_in_id: str) -> bool:
        """End a sign-in; False if there is none."""
        sign_in = self._tables.sign_ins.get(sign_in_id)
        if sign_in is None or sign_in.account_id != account_id:
            return False
        del self._tables.sign_ins[sign_in_id]
        return True

    async def gone(self, sign_in_ids: Collection[str]) -> Sequence[str]:
        """Return which of these were ended, or removed with their account."""
        return [sign_in_id for sign_in_id in sign_in_ids if sign_in_id not in self._tables.sign_ins]

    async def put_link(self, link: SetupLink) -> None:
        """Keep a set-up link in place of those from before servers that start now."""
        for old in [one for one in self._tables.links.values() if one.created_at <= link.created_at - STARTED_TOGETHER]:
            del self._tables.links[old.secret_hash]
        self._tables.links[link.secret_hash] = link

    async def take_link(self, secret_hash: str, now: datetime) -> bool:
        """Use the link up, and all others with it."""
        link = self._tables.links.get(secret_hash)
        if link is None or link.expires_at <= now:
            return False
        self._tables.links.clear()
        return True
