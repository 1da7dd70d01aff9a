"""Consent in SQL."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from satchel.domain.budgets import Period
from satchel.domain.grants import BudgetCaveat, Caveats, Grant, GrantState
from satchel.stores.sql.tables import budgets, grants
from satchel.stores.sql.transaction import Transaction

_PLACE = ("account_id", "origin", "embedder")
_CAVEATS = ("models", "budget_cap_nusd", "budget_period", "rate_per_minute", "expires_at", "local_only", "capabilities", "max_tokens")


class SqlGrants:
    """`GrantStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, grant: Grant) -> Grant:
        """Create the grant, or replace the one of the same account, origin and embedder."""
        statement = self._transaction.insert(grants).values(_columns(grant))
        replaced = {column.name: statement.excluded[column.name] for column in grants.c if column.name not in ("id", *_PLACE)}
        kept = statement.on_conflict_do_update(index_elements=_PLACE, set_=replaced).returning(grants)
        return _grant((await self._transaction.write_returning(kept))[0])

    async def find(self, account_id: str, origin: str, embedder: str | None) -> Grant | None:
        """Return the grant for exactly this origin inside exactly this embedder, or None."""
        return await self._one(grants.c.account_id == account_id, grants.c.origin == origin, grants.c.embedder == (embedder or ""))

    async def get(self, account_id: str, grant_id: str) -> Grant | None:
        """Return the grant, or None."""
        return await self._one(grants.c.account_id == account_id, grants.c.id == grant_id)

    async def list(self, account_id: str, origin: str | None = None) -> Sequence[Grant]:
        """Return the grants, newest first, of one origin or all."""
        query = select(grants).where(grants.c.account_id == account_id)
        if origin is not None:
            query = query.where(grants.c.origin == origin)
        return [_grant(row) for row in await self._transaction.rows(query.order_by(grants.c.created_at.desc(), grants.c.id.desc()))]

    async def remove(self, account_id: str, grant_id: str) -> bool:
        """Remove the grant and its budget; False if there is none."""
        gone = await self._transaction.write(delete(grants).where(grants.c.account_id == account_id, grants.c.id == grant_id))
        if gone:
            await self._transaction.write(delete(budgets).where(budgets.c.owner_id == grant_id))
        return bool(gone)

    async def swap(self, before: Grant, after: Grant) -> bool:
        """Give the grant the caveats of `after`, if it is still as `before` says."""
        kept, new = _columns(before), _columns(after)
        same = [grants.c[name].is_not_distinct_from(kept[name]) for name in ("id", "account_id", "state", *_CAVEATS)]
        statement = update(grants).where(*same).values({name: new[name] for name in _CAVEATS})
        return await self._transaction.write(statement) == 1

    async def those(self, grant_ids: Collection[str]) -> Sequence[Grant]:
        """Return which of these there are, as they are kept."""
        return [_grant(row) for row in await self._transaction.rows(select(grants).where(grants.c.id.in_(grant_ids)))]

    async def consume(self, account_id: str, grant_id: str) -> bool:
        """Use up a `once` grant. Its budget stays: the generation that it allowed has yet to be settled."""
        wanted = (grants.c.account_id == account_id, grants.c.id == grant_id, grants.c.state == GrantState.ONCE.value)
        return await self._transaction.write(delete(grants).where(*wanted)) == 1

    async def _one(self, *wanted: ColumnElement[bool]) -> Grant | None:
        row = await self._transaction.row(select(grants).where(*wanted))
        return _grant(row) if row else None


def _columns(grant: Grant) -> dict[str, Any]:
    caveats = grant.caveats
    return {
        "id": grant.id,
        "account_id": grant.account_id,
        "origin": grant.origin,
        "embedder": grant.embedder or "",
        "state": grant.state.value,
        "created_at": grant.created_at,
        "models": None if caveats.models is None else json.dumps(caveats.models),
        "budget_cap_nusd": caveats.budget.cap_nusd if caveats.budget else None,
        "budget_period": caveats.budget.period.value if caveats.budget else None,
        "rate_per_minute": caveats.rate_per_minute,
        "expires_at": caveats.expires_at,
        "local_only": caveats.local_only,
        "capabilities": None if caveats.capabilities is None else json.dumps(caveats.capabilities),
        "max_tokens": caveats.max_tokens,
        "last_used_at": grant.last_used_at,
    }


def _grant(row: Row[Any]) -> Grant:
    return Grant(
        id=row.id,
        account_id=row.account_id,
        origin=row.origin,
        embedder=row.embedder or None,
        state=GrantState(row.state),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        caveats=Caveats(
            models=None if row.models is None else tuple(json.loads(row.models)),
            budget=None if row.budget_cap_nusd is None else BudgetCaveat(row.budget_cap_nusd, Period(row.budget_period)),
            rate_per_minute=row.rate_per_minute,
            expires_at=row.expires_at,
            local_only=row.local_only,
            capabilities=None if row.capabilities is None else tuple(json.loads(row.capabilities)),
            max_tokens=row.max_tokens,
        ),
    )
