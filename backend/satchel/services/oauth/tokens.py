"""Tokens that people make by hand: named, scoped, with an end and a spending limit. Those that apps get are issued by `service.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.budgets import Budget, Period
from satchel.domain.errors import MalformedRequest, NotFound
from satchel.domain.grants import BudgetCaveat, new_budget
from satchel.domain.tokens import ACCOUNT_TOKEN_SCOPES, DEFAULT_TOKEN_SCOPES, Token, TokenKind, hint_of, secret_hash, token_text
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.coordination import TOKENS_TOPIC, Bus
from satchel.ports.stores import Database

MAX_NAME_CHARACTERS = 100


NewLimit = Callable[[Budget | None], BudgetCaveat | None]
"""Says what a spending limit is to be, given the one that is kept when it is written; None takes it away. What it raises undoes all."""


@dataclass(frozen=True, slots=True)
class TokenChange:
    """What to change of a token; None leaves it."""

    name: str | None = None
    disabled: bool | None = None
    limit: NewLimit | None = None


class Tokens:
    """Make, list, change and revoke an account's own tokens. Every change counts at once, everywhere."""

    def __init__(self, database: Database, look_again: Callable[[str], None], *, bus: Bus, clock: Clock, ids: Ids) -> None:
        """Build it; `look_again` tells whoever keeps budgets in memory that the one of an owner was changed."""
        self._database = database
        self._look_again = look_again
        self._bus = bus
        self._clock = clock
        self._ids = ids

    async def create(
        self,
        account_id: str,
        name: str,
        scopes: frozenset[str] = DEFAULT_TOKEN_SCOPES,
        *,
        expires_at: datetime | None = None,
        limit: BudgetCaveat | None = None,
    ) -> tuple[Token, str]:
        """Make a token; return its record and its text, which is not kept.

        Raises:
            MalformedRequest: the name is empty or too long, a scope is not for such tokens, or the end is past.
        """
        now = self._clock.now()
        if not scopes or not scopes <= ACCOUNT_TOKEN_SCOPES:
            wrong = sorted(scopes - ACCOUNT_TOKEN_SCOPES)
            raise MalformedRequest(f"these scopes are not for an account's token: {wrong}", details={"param": "scopes"})
        if expires_at is not None and expires_at <= now:
            raise MalformedRequest("the token would have expired already", details={"param": "expires_at"})
        text = token_text(self._ids.secret_bytes(32))
        token = Token(
            id=self._ids.new("tok"),
            account_id=account_id,
            kind=TokenKind.ACCOUNT,
            secret_hash=secret_hash(text),
            scopes=scopes,
            created_at=now,
            name=_checked_name(name),
            expires_at=expires_at,
            hint=hint_of(text),
        )
        async with self._database.unit_of_work() as stores:
            await stores.tokens.add(token)
            if limit is not None:
                await stores.budgets.put(new_budget(token.id, token.account_id, limit, now))
            await stores.audit.add(AuditRecord(account_id, now, Act.TOKEN_CREATED, token.id, token.name))
        return token, text

    async def list(self, account_id: str, *, include_disabled: bool = True) -> Sequence[tuple[Token, Budget | None]]:
        """Return the account's own tokens that are neither revoked nor expired, newest first, each with its spending limit."""
        async with self._database.unit_of_work() as stores:
            found = [token for token in await stores.tokens.list(account_id) if token.kind is TokenKind.ACCOUNT]
            shown = [token for token in found if include_disabled or not token.disabled]
            return [(token, await stores.budgets.get(token.id)) for token in shown]

    async def terms(self, token: Token, budget: Budget | None) -> tuple[Budget | None, datetime | None]:
        """Return what a token may spend and until when: its own limit and end, or what its site, or its device, was allowed."""
        if token.caveats is not None and token.family_id is not None:
            async with self._database.unit_of_work() as stores:
                return await stores.budgets.get(token.family_id), token.expires_at
        if token.origin is None:
            return budget, token.expires_at
        async with self._database.unit_of_work() as stores:
            grant = await stores.grants.find(token.account_id, token.origin, None)
            budget = await stores.budgets.get(grant.id) if grant is not None else None
        ends = [end for end in (token.expires_at, grant.caveats.expires_at if grant is not None else None) if end is not None]
        return budget, min(ends, default=None)

    async def get(self, account_id: str, hashed: str) -> tuple[Token, Budget | None]:
        """Return the token with this hash, of any kind that opens doors, and its spending limit.

        Raises:
            NotFound: the account has none such, or it was revoked.
        """
        async with self._database.unit_of_work() as stores:
            token = await stores.tokens.by_hash(hashed)
            if token is None or token.account_id != account_id or token.revoked_at is not None or token.kind is TokenKind.REFRESH:
                raise NotFound("there is no such token")
            return token, await stores.budgets.get(token.id)

    async def change(self, account_id: str, hashed: str, change: TokenChange) -> tuple[Token, Budget | None]:
        """Rename a token, switch it off or on, set or take away its spending limit; return it as it is then.

        Raises:
            NotFound: as `get`.
            MalformedRequest: the new name is none.
            SatchelError: what the new limit raises.
        """
        token, _ = await self.get(account_id, hashed)
        now = self._clock.now()
        name = None if change.name is None else _checked_name(change.name)
        async with self._database.unit_of_work() as stores:
            changed = await stores.tokens.change(account_id, token.id, now, name=name, disabled=change.disabled)
            if changed is None:
                raise NotFound("there is no such token")
            if change.limit is not None:  # the token's row is ours until we are done: nobody else changes the limit meanwhile
                limit = change.limit(await stores.budgets.get(token.id))
                if limit is None:
                    await stores.budgets.remove(token.id)
                else:
                    await stores.budgets.put(new_budget(token.id, token.account_id, limit, now))
            budget = await stores.budgets.get(token.id)
            await stores.audit.add(AuditRecord(account_id, now, Act.TOKEN_CHANGED, token.id, changed.name))
        self._look_again(token.id)
        if change.disabled:
            self._tell(token.id)
        return changed, budget

    async def introspect(self, account_id: str, text: str) -> Mapping[str, object]:
        """Describe a token of the account by its text (RFC 7662); whatever is not live, or not the account's, is only "not active"."""
        async with self._database.unit_of_work() as stores:
            token = await stores.tokens.by_hash(secret_hash(text))
        now = self._clock.now()
        if token is None or token.account_id != account_id or not token.is_live(now):
            return {"active": False}
        known = {
            "client_id": token.client_id,
            "exp": int(token.expires_at.timestamp()) if token.expires_at else None,
            "cnf": {"jkt": token.key_hash} if token.key_hash else None,
        }
        return {
            "active": True,
            "scope": " ".join(sorted(token.scopes)),
            "token_type": _type_of(token),
            "sub": token.account_id,
            "jti": token.id,
            "iat": int(token.created_at.timestamp()),
            **{name: value for name, value in known.items() if value is not None},
        }

    async def revoke(self, account_id: str, token_id: str) -> bool:
        """Revoke one token of an account, whatever its kind, and tell every door; False if there is none or it already was."""
        async with self._database.unit_of_work() as stores:
            revoked = await stores.tokens.revoke(account_id, token_id, self._clock.now())
            if revoked:
                await stores.audit.add(AuditRecord(account_id, self._clock.now(), Act.TOKEN_REVOKED, token_id))
        if revoked:
            self._tell(token_id)
        return revoked

    def _tell(self, token_id: str) -> None:
        self._bus.publish(TOKENS_TOPIC, {"token_id": token_id})


def _type_of(token: Token) -> str:
    if token.kind is TokenKind.REFRESH:
        return "refresh_token"
    return "DPoP" if token.key_hash is not None else "Bearer"


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise MalformedRequest(f"a token needs a name of 1 to {MAX_NAME_CHARACTERS} characters", details={"param": "name"})
    return name.strip()


def limit_of(cap_nusd: int, period: Period | None) -> BudgetCaveat:
    """Return a spending limit; without a period it never starts anew."""
    return BudgetCaveat(cap_nusd, period or Period.TOTAL)
