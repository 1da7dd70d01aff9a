"""What Authlib's synchronous classes read and write, inside one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from satchel.domain.apps import AuthorizationCode
from satchel.domain.audit import AuditRecord
from satchel.domain.budgets import Budget
from satchel.domain.tokens import Token
from satchel.ports.pairings import PairingRecords
from satchel.ports.pushes import PushRecords

T = TypeVar("T")


class OAuthRecords(Protocol):
    """The synchronous facade: only inside `OAuthStore.run`."""

    @property
    def pairings(self) -> PairingRecords:
        """Return the devices that ask to be let in."""
        ...

    @property
    def pushes(self) -> PushRecords:
        """Return the pushed authorization requests."""
        ...

    def add_code(self, code: AuthorizationCode) -> None:
        """Keep an authorization code."""
        ...

    def claim_code(self, secret_hash: str, client_id: str) -> tuple[AuthorizationCode | None, bool]:
        """Use a code up: it and True for exactly one caller; it and False for later ones; (None, False) if unknown."""
        ...

    def add_token(self, token: Token) -> None:
        """Keep a token."""
        ...

    def add_budget(self, budget: Budget) -> None:
        """Keep the budget of a token, or of a family of them, that was just added."""
        ...

    def claim_refresh(self, secret_hash: str, client_id: str, now: datetime) -> tuple[Token | None, bool]:
        """Use a refresh token up: it and True for exactly one caller; it and False if it was used or revoked; (None, False) if unknown."""
        ...

    def token_by_hash(self, secret_hash: str) -> Token | None:
        """Return a token, or None."""
        ...

    def add_audit(self, record: AuditRecord) -> None:
        """Write down an act."""
        ...

    def revoke_family(self, account_id: str, family_id: str, now: datetime) -> Sequence[str]:
        """Revoke every token of a family, those that somebody is just adding too; return the ids of those that were live."""
        ...


class OAuthStore(Protocol):
    """Runs synchronous code against the database without blocking the event loop."""

    async def run(self, work: Callable[[OAuthRecords], T]) -> T:
        """Run `work` in one transaction. Commits whenever `work` returns, so that a refusal can still revoke; rolls back if it raises."""
        ...
