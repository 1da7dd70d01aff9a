"""Issued tokens in memory."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from satchel.domain.pairings import PairingState
from satchel.domain.tokens import Token, TokenKind
from satchel.ports.clock import Clock
from satchel.stores.memory.state import Tables


class MemoryTokens:
    """`TokenStore` over dictionaries."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def add(self, token: Token) -> None:
        """Keep a new token."""
        self._tables.tokens[token.id] = token

    async def by_hash(self, secret_hash: str) -> Token | None:
        """Return the token with this hash, or None."""
        return token_by_hash(self._tables, secret_hash)

    async def list(self, account_id: str) -> Sequence[Token]:
        """Return the account's live tokens, newest first."""
        now = self._clock.now()
        live = [token for token in self._tables.tokens.values() if token.account_id == account_id and _is_live(token, now)]
        return sorted(live, key=lambda token: (token.created_at, token.id), reverse=True)

    async def change(
        self, account_id: str, token_id: str, now: datetime, *, name: str | None = None, disabled: bool | None = None
    ) -> Token | None:
        """Set what is given, and nothing else; return the token as it is then, or None if there is none or it was revoked."""
        kept = self._tables.tokens.get(token_id)
        if kept is None or kept.account_id != account_id or kept.revoked_at is not None:
            return None
        named = kept.name if name is None else name
        off = kept.disabled if disabled is None else disabled
        changed = self._tables.tokens[token_id] = replace(kept, name=named, disabled=off, updated_at=now)
        return changed

    async def gone(self, token_ids: Collection[str]) -> Sequence[str]:
        """Return which of these were revoked, switched off, or removed with their account."""
        good = {token.id for token in self._tables.tokens.values() if token.revoked_at is None and not token.disabled}
        return [token_id for token_id in token_ids if token_id not in good]

    async def remove_ended(self, before: datetime, limit: int) -> int:
        """Remove tokens that had expired `before`, with their budgets, and all such codes; return how many tokens, `limit` at most.

        The budget of a family goes with the last of its tokens.
        """
        ended = sorted(token.id for token in self._tables.tokens.values() if _has_ended(token, before))[:limit]
        for place in [place for place, code in self._tables.codes.items() if code.expires_at < before]:
            del self._tables.codes[place]
        for token_id in ended:
            family_id = self._tables.tokens.pop(token_id).family_id
            self._tables.budgets.pop(token_id, None)
            if family_id is not None and all(token.family_id != family_id for token in self._tables.tokens.values()):
                self._tables.budgets.pop(family_id, None)
        return len(ended)

    async def revoke(self, account_id: str, token_id: str, now: datetime) -> bool:
        """Revoke a token; False if there is none or it already was."""
        token = self._tables.tokens.get(token_id)
        if token is None or token.account_id != account_id or token.revoked_at is not None:
            return False
        self._tables.tokens[token_id] = replace(token, revoked_at=now)
        return True

    async def revoke_family(self, account_id: str, family_id: str, now: datetime) -> Sequence[str]:
        """Revoke every token of a family; return the ids of those that were live."""
        return revoke_family(self._tables, account_id, family_id, now)

    async def revoke_origin(self, account_id: str, origin: str, now: datetime) -> Sequence[str]:
        """Revoke every token of an account that speaks for this site, and withhold others; return the ids of the tokens that were live."""
        await self.withhold(account_id, origin)
        return _revoke(self._tables, lambda token: (token.account_id, token.origin) == (account_id, origin), now)

    async def withhold(self, account_id: str, origin: str | None = None) -> None:
        """Use up the codes that were not redeemed, and deny the pairings that were allowed and not fetched: of one site or all."""
        for place, code in self._tables.codes.items():
            if code.account_id == account_id and origin in (None, code.origin):
                self._tables.codes[place] = replace(code, used=True)
        for place, pairing in self._tables.pairings.items():
            if pairing.account_id == account_id and pairing.state is PairingState.ALLOWED and origin in (None, pairing.origin):
                self._tables.pairings[place] = replace(pairing, state=PairingState.DENIED)


def _has_ended(token: Token, before: datetime) -> bool:
    ends = [token.expires_at, token.family_ends_at if token.kind is TokenKind.REFRESH else None]
    return token.expires_at is not None and all(end is None or end < before for end in ends)


def token_by_hash(tables: Tables, secret_hash: str) -> Token | None:
    """Return the token with this hash, or None."""
    return next((token for token in tables.tokens.values() if token.secret_hash == secret_hash), None)


def revoke_family(tables: Tables, account_id: str, family_id: str, now: datetime) -> Sequence[str]:
    """Revoke every token of a family; return the ids of those not revoked before."""
    return _revoke(tables, lambda token: (token.account_id, token.family_id) == (account_id, family_id), now)


def _revoke(tables: Tables, is_wanted: Callable[[Token], bool], now: datetime) -> Sequence[str]:
    live = [token for token in tables.tokens.values() if token.revoked_at is None and is_wanted(token)]
    for token in live:
        tables.tokens[token.id] = replace(token, revoked_at=now)
    return [token.id for token in live]


def _is_live(token: Token, now: datetime) -> bool:
    return token.revoked_at is None and token.used_at is None and (token.expires_at is None or token.expires_at > now)
