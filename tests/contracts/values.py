"""Nouns for the contract tests, with everything set that can be."""

from datetime import UTC, datetime, timedelta

from satchel.domain.apps import AuthorizationCode
from satchel.domain.attempts import FailedAttempt
from satchel.domain.budgets import Budget, Period, period_start
from satchel.domain.grants import Grant, GrantState
from satchel.domain.ledger import Entry, HoldRecord, Settlement, Status
from satchel.domain.tokens import Token, TokenKind
from satchel.domain.usage import Cost, Usage

NOW = datetime(2026, 11, 25, 12, 30, 15, 123456, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)


class SetClock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        """Return the moment set."""
        return self.moment

    def monotonic_s(self) -> float:
        """Return the same in seconds."""
        return self.moment.timestamp()


def grant(grant_id: str = "grant_1", **changes: object) -> Grant:
    """Return a grant of `acct_a`."""
    values: dict[str, object] = {"account_id": "acct_a", "origin": "https://a.example", "state": GrantState.ALLOWED, "created_at": NOW}
    return Grant(grant_id, **{**values, **changes})  # type: ignore[arg-type]


def token(token_id: str = "tok_1", **changes: object) -> Token:
    """Return an account token of `acct_a`."""
    values: dict[str, object] = {
        "account_id": "acct_a",
        "kind": TokenKind.ACCOUNT,
        "secret_hash": f"hash of {token_id}",
        "scopes": frozenset({"models", "generate"}),
        "created_at": NOW,
    }
    return Token(token_id, **{**values, **changes})  # type: ignore[arg-type]


def refresh(token_id: str = "tok_r", **changes: object) -> Token:
    """Return a refresh token of `acct_a`, issued to the client `app`."""
    values: dict[str, object] = {"kind": TokenKind.REFRESH, "client_id": "app", "family_id": "fam_1", "expires_at": NOW + 30 * DAY}
    return token(token_id, **{**values, **changes})


def code(**changes: object) -> AuthorizationCode:
    """Return an authorization code of `acct_a` for the client `app`."""
    values: dict[str, object] = {
        "secret_hash": "hash of the code",
        "client_id": "app",
        "account_id": "acct_a",
        "redirect_uri": "https://a.example/back",
        "scopes": frozenset({"generate", "models"}),
        "code_challenge": "challenge",
        "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=1),
        "family_id": "fam_1",
    }
    return AuthorizationCode(**{**values, **changes})  # type: ignore[arg-type]


def budget(owner_id: str = "grant_1", cap_nusd: int = 1_000, period: Period = Period.DAY, **changes: object) -> Budget:
    """Return a budget of `acct_a`, of which nothing is spent."""
    return Budget(owner_id, "acct_a", cap_nusd, period, **{"period_start": period_start(period, NOW), **changes})  # type: ignore[arg-type]


def hold(generation_id: str = "gen_1", amount_nusd: int = 100, budget_ids: tuple[str, ...] = ("grant_1",), **changes: object) -> HoldRecord:
    """Return a hold of `acct_a`."""
    values: dict[str, object] = {
        "account_id": "acct_a",
        "started_at": NOW,
        "worker_id": "worker_1",
        "requested_model": "satchel/preferred",
        "model": "author/slug",
        "provider": "fake",
        "origin": "https://a.example",
        "client_id": "app",
        "token_id": "tok_1",
        "grant_id": "grant_1",
        "kind": "speech",
    }
    return HoldRecord(generation_id, amount_nusd=amount_nusd, budget_ids=budget_ids, **{**values, **changes})  # type: ignore[arg-type]


def entry(generation_id: str = "gen_1", cost_nusd: int = 40, **changes: object) -> Entry:
    """Return an entry of `acct_a`."""
    values: dict[str, object] = {
        "account_id": "acct_a",
        "status": Status.FINISHED,
        "usage": Usage(10, 20, 5, 3, 2, estimated=True, image_tokens=7, images=1, audio_tokens=6, seconds=9, characters=8),
        "cost": Cost(cost_nusd),
        "requested_model": "satchel/preferred",
        "model": "author/slug",
        "provider": "fake",
        "started_at": NOW,
        "duration_ms": 1_234,
        "first_event_ms": 56,
        "reason": "stop",
        "native_reason": "end_turn",
        "origin": "https://a.example",
        "client_id": "app",
        "token_id": "tok_1",
        "grant_id": "grant_1",
        "attempts": 2,
        "failed_attempts": (FailedAttempt("other", 'other:a model, with "quotes"', "provider_throttled", 321),),
        "dropped": ("seed", "top_k"),
        "kind": "image",
    }
    return Entry(generation_id, **{**values, **changes})  # type: ignore[arg-type]


def settlement(record: HoldRecord, cost_nusd: int = 40, **changes: object) -> Settlement:
    """Return the end of a hold."""
    return Settlement(entry(record.generation_id, cost_nusd, account_id=record.account_id, started_at=record.started_at, **changes), record)
