"""The person's own wraps of data keys, in memory."""

from collections.abc import Sequence

from satchel.domain.vault import UserWrap
from satchel.stores.memory.state import Tables


class MemoryDekWraps:
    """`DekWrapStore` over a dictionary."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, wrap: UserWrap) -> None:
        """Keep a new wrap."""
        self._tables.dek_wraps[wrap.id] = wrap

    async def list(self, account_id: str, dek_id: str) -> Sequence[UserWrap]:
        """Return the wraps of one data key, oldest first."""
        found = [wrap for wrap in self._tables.dek_wraps.values() if (wrap.account_id, wrap.dek_id) == (account_id, dek_id)]
        return sorted(found, key=lambda wrap: (wrap.created_at, wrap.id))

    async def remove(self, account_id: str, wrap_id: str) -> bool:
        """Remove a wrap; False if there is none."""
        wrap = self._tables.dek_wraps.get(wrap_id)
        if wrap is None or wrap.account_id != account_id:
            return False
        del self._tables.dek_wraps[wrap_id]
        return True

    async def remove_all(self, account_id: str) -> None:
        """Remove every wrap of an account."""
        for wrap_id in [wrap.id for wrap in self._tables.dek_wraps.values() if wrap.account_id == account_id]:
            del self._tables.dek_wraps[wrap_id]

    async def page(self, after_id: str, limit: int, but_under: str | None = None) -> Sequence[UserWrap]:
        """Return wraps of all accounts in the order of their ids."""
        found = [wrap for wrap in self._tables.dek_wraps.values() if wrap.id > after_id and wrap.kek_id != but_under]
        return sorted(found, key=lambda wrap: wrap.id)[:limit]

    async def rewrap(self, before: UserWrap, after: UserWrap) -> bool:
        """Replace the KEK's seal of a wrap, unless somebody was faster."""
        if self._tables.dek_wraps.get(before.id) != before:
            return False
        self._tables.dek_wraps[before.id] = after
        return True
