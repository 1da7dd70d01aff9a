"""Consent in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from satchel.domain.grants import Grant, GrantState
from satchel.stores.memory.state import Tables


class MemoryGrants:
    """`GrantStore` over dictionaries."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def put(self, grant: Grant) -> Grant:
        """Create the grant, or replace the one of the same account, origin and embedder."""
        before = await self.find(grant.account_id, grant.origin, grant.embedder)
        kept = replace(grant, id=before.id) if before else grant
        self._tables.grants[kept.id] = kept
        return kept

    async def find(self, account_id: str, origin: str, embedder: str | None) -> Grant | None:
        """Return the grant for exactly this origin inside exactly this embedder, or None."""
        wanted = (account_id, origin, embedder)
        return next((grant for grant in self._tables.grants.values() if (grant.account_id, grant.origin, grant.embedder) == wanted), None)

    async def get(self, account_id: str, grant_id: str) -> Grant | None:
        """Return the grant, or None."""
        grant = self._tables.grants.get(grant_id)
        return grant if grant and grant.account_id == account_id else None

    async def list(self, account_id: str, origin: str | None = None) -> Sequence[Grant]:
        """Return the grants, newest first, of one origin or all."""
        found = [
            grant for grant in self._tables.grants.values() if grant.account_id == account_id and (origin is None or grant.origin == origin)
        ]
        return sorted(found, key=lambda grant: (grant.created_at, grant.id), reverse=True)

    async def remove(self, account_id: str, grant_id: str) -> bool:
        """Remove the grant and its budget; False if there is none."""
        if not await self.get(account_id, grant_id):
            return False
        del self._tables.grants[grant_id]
        self._tables.budgets.pop(grant_id, None)
        return True

    async def swap(self, before: Grant, after: Grant) -> bool:
        """Give the grant the caveats of `after`, if it is still as `before` says."""
        kept = await self.get(before.account_id, before.id)
        if kept is None or (kept.state, kept.caveats) != (before.state, before.caveats):
            return False
        self._tables.grants[kept.id] = replace(kept, caveats=after.caveats)
        return True

    async def those(self, grant_ids: Collection[str]) -> Sequence[Grant]:
        """Return which of these there are, as they are kept."""
        return [self._tables.grants[grant_id] for grant_id in grant_ids if grant_id in self._tables.grants]

    async def consume(self, account_id: str, grant_id: str) -> bool:
        """Use up a `once` grant. Its budget stays: the generation that it allowed has yet to be settled."""
        grant = await self.get(account_id, grant_id)
        if grant is None or grant.state is not GrantState.ONCE:
            return False
        del self._tables.grants[grant_id]
        return True
