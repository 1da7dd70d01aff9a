"""Issued tokens in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, or_, select, update

from satchel.domain.pairings import PairingState
from satchel.domain.tokens import Token, TokenKind
from satchel.ports.clock import Clock
from satchel.stores.sql.oauth_tables import codes, pairings
from satchel.stores.sql.tables import budgets, tokens
from satchel.stores.sql.transaction import Transaction
from satchel.stores.sql.turns import turn_of


class SqlTokens:
    """`TokenStore` in SQL."""

    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._clock = clock

    async def add(self, token: Token) -> None:
        """Keep a new token."""
        await self._transaction.write(insert(tokens).values(token_columns(token)))

    async def by_hash(self, secret_hash: str) -> Token | None:
        """Return the token with this hash, or None."""
        row = await self._transaction.row(select(tokens).where(tokens.c.secret_hash == secret_hash))
        return token_from(row) if row else None

    async def list(self, account_id: str) -> Sequence[Token]:
        """Return the account's live tokens, newest first."""
        lasting = or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > self._clock.now())
        live = (tokens.c.account_id == account_id, tokens.c.revoked_at.is_(None), tokens.c.used_at.is_(None), lasting)
        found = await self._transaction.rows(select(tokens).where(*live).order_by(tokens.c.created_at.desc(), tokens.c.id.desc()))
        return [token_from(row) for row in found]

    async def change(
        self, account_id: str, token_id: str, now: datetime, *, name: str | None = None, disabled: bool | None = None
    ) -> Token | None:
        """Set what is given, and nothing else; return the token as it is then, or None if there is none or it was revoked."""
        wanted = (tokens.c.account_id == account_id, tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
        given = {column: value for column, value in (("name", name), ("disabled", disabled)) if value is not None}
        statement = update(tokens).where(*wanted).values(updated_at=now, **given).returning(tokens)
        changed = await self._transaction.write_returning(statement)
        return token_from(changed[0]) if changed else None

    async def gone(self, token_ids: Collection[str]) -> Sequence[str]:
        """Return which of these were revoked, switched off, or removed with their account."""
        good = (tokens.c.id.in_(token_ids), tokens.c.revoked_at.is_(None), tokens.c.disabled.is_(False))
        found = {row.id for row in await self._transaction.rows(select(tokens.c.id).where(*good))}
        return [token_id for token_id in token_ids if token_id not in found]

    async def remove_ended(self, before: datetime, limit: int) -> int:
        """Remove tokens that had expired `before`, with their budgets, and all such codes; return how many tokens, `limit` at most.

        The budget of a family goes with the last of its tokens.
        """
        family_ended = or_(tokens.c.kind != TokenKind.REFRESH.value, tokens.c.family_ends_at.is_(None), tokens.c.family_ends_at < before)
        wanted = (
            select(tokens.c.id, tokens.c.family_id).where(tokens.c.expires_at < before, family_ended).order_by(tokens.c.id).limit(limit)
        )
        found = await self._transaction.rows(wanted)
        ended, families = [row.id for row in found], {row.family_id for row in found if row.family_id is not None}
        await self._transaction.write(delete(codes).where(codes.c.expires_at < before))
        await self._transaction.write(delete(budgets).where(budgets.c.owner_id.in_(ended)))
        gone = await self._transaction.write(delete(tokens).where(tokens.c.id.in_(ended)))
        lasting = select(tokens.c.id).where(tokens.c.family_id == budgets.c.owner_id).exists()
        await self._transaction.write(delete(budgets).where(budgets.c.owner_id.in_(families), ~lasting))
        return gone

    async def revoke(self, account_id: str, token_id: str, now: datetime) -> bool:
        """Revoke a token; False if there is none or it already was."""
        wanted = (tokens.c.account_id == account_id, tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
        return await self._transaction.write(update(tokens).where(*wanted).values(revoked_at=now)) == 1

    async def revoke_family(self, account_id: str, family_id: str, now: datetime) -> Sequence[str]:
        """Revoke every token of a family; return the ids of those that were live."""
        await self._transaction.write_returning(turn_of(account_id))
        return await self._revoke((tokens.c.account_id == account_id, tokens.c.family_id == family_id), now)

    async def revoke_origin(self, account_id: str, origin: str, now: datetime) -> Sequence[str]:
        """Revoke every token of an account that speaks for this site, and withhold others; return the ids of the tokens that were live."""
        await self.withhold(account_id, origin)
        return await self._revoke((tokens.c.account_id == account_id, tokens.c.origin == origin), now)

    async def withhold(self, account_id: str, origin: str | None = None) -> None:
        """Use up the codes that were not redeemed, and deny the pairings that were allowed and not fetched: of one site or all."""
        await self._transaction.write_returning(turn_of(account_id))
        allowed = update(pairings).where(pairings.c.account_id == account_id, pairings.c.state == PairingState.ALLOWED.value)
        unused = update(codes).where(codes.c.account_id == account_id, codes.c.used.is_(False))
        if origin is not None:
            allowed, unused = allowed.where(pairings.c.origin == origin), unused.where(codes.c.origin == origin)
        await self._transaction.write(unused.values(used=True))
        await self._transaction.write(allowed.values(state=PairingState.DENIED.value))

    async def _revoke(self, wanted: Sequence[ColumnElement[bool]], now: datetime) -> Sequence[str]:
        statement = update(tokens).where(*wanted, tokens.c.revoked_at.is_(None)).values(revoked_at=now).returning(tokens.c.id)
        return [row.id for row in await self._transaction.write_returning(statement)]


def token_columns(token: Token) -> dict[str, Any]:
    """Return a token as a row."""
    columns = {column.name: getattr(token, column.name) for column in tokens.c}
    return {**columns, "kind": token.kind.value, "scopes": " ".join(sorted(token.scopes))}


def token_from(row: Row[Any]) -> Token:
    """Return a row as a token."""
    return Token(**{**row._mapping, "kind": TokenKind(row.kind), "scopes": frozenset(row.scopes.split())})
