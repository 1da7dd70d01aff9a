"""What is kept, one small store per noun, inside a unit of work. Every method takes the account first: no query crosses accounts.

The hot path does not use these: it has `Journal`, which commits holds and settlements in groups, and services cache what they read.
"""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol

from satchel.domain.activity import Activity
from satchel.domain.audit import AuditRecord
from satchel.domain.budgets import Budget
from satchel.domain.grants import Grant
from satchel.domain.ledger import Entry, HoldRecord, Settlement
from satchel.domain.searches import EVERYTHING, Search
from satchel.domain.tokens import Token
from satchel.ports.account_stores import (
    AccountStore,
    CeremonyStore,
    InvitationStore,
    PasskeyStore,
    RecoveryCodeStore,
    SignInStore,
    TotpStore,
)
from satchel.ports.ties import TieStore
from satchel.ports.vault_stores import DekStore, DekWrapStore, KekStore, KeyStore


class TokenStore(Protocol):
    """Issued tokens, by hash."""

    async def add(self, token: Token) -> None:
        """Keep a new token."""
        ...

    async def by_hash(self, secret_hash: str) -> Token | None:
        """Return the token with this hash, revoked and expired ones too, or None."""
        ...

    async def list(self, account_id: str) -> Sequence[Token]:
        """Return the account's tokens that are neither revoked nor expired refresh or access tokens, newest first."""
        ...

    async def change(
        self, account_id: str, token_id: str, now: datetime, *, name: str | None = None, disabled: bool | None = None
    ) -> Token | None:
        """Set what is given, `updated_at`, and nothing else; return the token as it is then, or None if there is none or it was revoked."""
        ...

    async def gone(self, token_ids: Collection[str]) -> Sequence[str]:
        """Return which of these, a few hundred at most, were revoked, switched off, or removed with their account; not what has expired."""
        ...

    async def remove_ended(self, before: datetime, limit: int) -> int:
        """Remove tokens that had expired `before`, with their budgets, and all such codes; return how many tokens, `limit` at most.

        A refresh token stays until its family has ended, too; with the last token of a family its budget goes.
        """
        ...

    async def revoke(self, account_id: str, token_id: str, now: datetime) -> bool:
        """Revoke a token; False if there is none or it already was."""
        ...

    async def revoke_origin(self, account_id: str, origin: str, now: datetime) -> Sequence[str]:
        """Revoke every token of an account that speaks for this site, those that somebody is just adding too, and `withhold` its others.

        Return the ids of the tokens that were live. Ask before anything else is changed.
        """
        ...

    async def withhold(self, account_id: str, origin: str | None = None) -> None:
        """Let nobody fetch tokens any more that the account has allowed, by a code or as a device: of one site, or None for all.

        Ask before anything else is changed.
        """
        ...

    async def revoke_family(self, account_id: str, family_id: str, now: datetime) -> Sequence[str]:
        """Revoke every token of a family, those that somebody is just adding too; return the ids of those that were live."""
        ...


class GrantStore(Protocol):
    """Consent, one grant per account × origin × embedder."""

    async def put(self, grant: Grant) -> Grant:
        """Create the grant, or replace the one of the same account, origin and embedder (whose id is kept); return it as kept."""
        ...

    async def find(self, account_id: str, origin: str, embedder: str | None) -> Grant | None:
        """Return the grant for exactly this origin inside exactly this embedder, or None."""
        ...

    async def get(self, account_id: str, grant_id: str) -> Grant | None:
        """Return the grant, or None."""
        ...

    async def list(self, account_id: str, origin: str | None = None) -> Sequence[Grant]:
        """Return the grants, newest first, of one origin or all."""
        ...

    async def remove(self, account_id: str, grant_id: str) -> bool:
        """Remove the grant and its budget; False if there is none."""
        ...

    async def swap(self, before: Grant, after: Grant) -> bool:
        """Give the grant the caveats of `after`, if it is still as `before` says; False if the person has decided otherwise meanwhile.

        Nobody else changes it until the unit of work ends.
        """
        ...

    async def those(self, grant_ids: Collection[str]) -> Sequence[Grant]:
        """Return which of these there are, as they are kept."""
        ...

    async def consume(self, account_id: str, grant_id: str) -> bool:
        """Use up a `once` grant: True for exactly one of any number of concurrent callers."""
        ...


class BudgetStore(Protocol):
    """Budgets by owner (grant, token or account)."""

    async def put(self, budget: Budget) -> None:
        """Create the budget, or set cap and period of the one kept; what is spent and held stays, unless the period changed."""
        ...

    async def get(self, owner_id: str) -> Budget | None:
        """Return the budget as kept; see `budgets.current` for a new period."""
        ...

    async def remove(self, owner_id: str) -> None:
        """Remove the budget, if there is one."""
        ...


class GenerationStore(Protocol):
    """The ledger, read."""

    async def list(
        self, account_id: str, limit: int, search: Search = EVERYTHING, before: tuple[datetime, str] | None = None
    ) -> Sequence[Entry]:
        """Return the entries that `search` finds, newest first, older than `before` (start and id of the last one seen)."""
        ...

    async def get(self, account_id: str, generation_id: str) -> Entry | None:
        """Return the entry, or None."""
        ...

    async def forget(self, account_id: str, generation_id: str | None = None, origin: str | None = None) -> int:
        """Take one entry, or those of an origin, or all, out of what is listed, and erase who asked what of whom.

        Times, counts and costs stay for the sums. Returns how many were forgotten.
        """
        ...

    async def forget_older(self, account_id: str, until: datetime, since: datetime | None = None) -> int:
        """Forget, as `forget` does, what began before `until`, and not before `since` where that is given."""
        ...

    async def is_running(self, account_id: str) -> bool:
        """Tell whether a generation of the account is not settled yet, in whichever process it runs."""
        ...

    async def since(self, account_id: str, moment: datetime) -> tuple[int, int]:
        """Return cost in nano-US-dollars and number of generations since `moment`."""
        ...

    async def by_token(self, account_id: str, moments: Sequence[datetime]) -> Mapping[str, Sequence[int]]:
        """Return what each of the account's tokens spent, in nano-US-dollars, since each of `moments`; tokens that spent nothing lack."""
        ...

    async def by_day(self, account_id: str, first: datetime, days: int, token_id: str | None = None) -> Sequence[Activity]:
        """Return what was asked in so many days from the midnight `first` on, of one token or all, the newest day first; no forgotten ones.

        The rows of a day are in the order of their model, then their provider.
        """
        ...


class AuditStore(Protocol):
    """The audit log: it grows, and nothing in it changes."""

    async def add(self, record: AuditRecord) -> None:
        """Write down an act."""
        ...

    async def list(self, account_id: str, limit: int, before: int | None = None) -> Sequence[AuditRecord]:
        """Return the account's records, newest first, with numbers below `before`."""
        ...


class Stores(Protocol):
    """All stores of one unit of work."""

    @property
    def accounts(self) -> AccountStore:
        """Return the accounts."""
        ...

    @property
    def sign_ins(self) -> SignInStore:
        """Return the portal sign-ins."""
        ...

    @property
    def invitations(self) -> InvitationStore:
        """Return the invitations."""
        ...

    @property
    def passkeys(self) -> PasskeyStore:
        """Return the passkeys."""
        ...

    @property
    def ceremonies(self) -> CeremonyStore:
        """Return what browsers have begun."""
        ...

    @property
    def totps(self) -> TotpStore:
        """Return the seeds of one-time codes."""
        ...

    @property
    def recovery_codes(self) -> RecoveryCodeStore:
        """Return the recovery codes."""
        ...

    @property
    def tokens(self) -> TokenStore:
        """Return the tokens."""
        ...

    @property
    def grants(self) -> GrantStore:
        """Return the grants."""
        ...

    @property
    def budgets(self) -> BudgetStore:
        """Return the budgets."""
        ...

    @property
    def keys(self) -> KeyStore:
        """Return the keys."""
        ...

    @property
    def deks(self) -> DekStore:
        """Return the data keys."""
        ...

    @property
    def dek_wraps(self) -> DekWrapStore:
        """Return the person's own wraps of data keys."""
        ...

    @property
    def keks(self) -> KekStore:
        """Return what is known of the key-encryption keys."""
        ...

    @property
    def generations(self) -> GenerationStore:
        """Return the ledger."""
        ...

    @property
    def audit(self) -> AuditStore:
        """Return the audit log."""
        ...

    @property
    def ties(self) -> TieStore:
        """Return the ties to authorities."""
        ...


class UnitOfWork(Protocol):
    """One transaction: committed on a normal exit, rolled back on an exception."""

    async def __aenter__(self) -> Stores:
        """Begin."""
        ...

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit or roll back."""
        ...


class Database(Protocol):
    """Where units of work come from."""

    def unit_of_work(self) -> UnitOfWork:
        """Return a new unit of work, not yet begun."""
        ...

    async def check(self) -> None:
        """Answer a trivial query. Raises `NotReady` where the database does not."""
        ...

    async def scrub(self) -> None:
        """Let go of what the engine keeps of removed rows, as far as it is in our hands. Nothing happens where it keeps nothing.

        It raises nothing: a deed that is done does not fail because its traces go later.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...


class Journal(Protocol):
    """Holds and settlements of the hot path, committed in groups by one writer."""

    def hold(self, record: HoldRecord) -> Awaitable[None]:
        """Start to keep a hold; the awaitable ends when it is durable.

        Every budget of the hold gets its amount added to `held`, only if spent + held + amount stays within the cap.

        Raises (from the awaitable):
            BudgetExceeded: another worker was faster; nothing is kept.
            NotReady: the database does not answer.
        """
        ...

    def settle(self, settlement: Settlement) -> Awaitable[None]:
        """Start to replace a hold by its entry: entry added, budgets' held less and spent more, hold removed, all or nothing.

        Idempotent by generation id. Never refuses for want of money. Also right when the hold itself was never kept.
        """
        ...

    async def orphans(self, worker_id: str, before: datetime) -> Sequence[HoldRecord]:
        """Return the holds of other workers started before `before`, and none of `worker_id`."""
        ...

    async def aclose(self) -> None:
        """Commit all that waits, then stop."""
        ...
