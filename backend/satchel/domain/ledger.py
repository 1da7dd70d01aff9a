"""The append-only record of generations, and the holds that precede it. A hold is replaced by exactly one entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from satchel.domain.attempts import FailedAttempt
from satchel.domain.errors import Cancelled, InternalError, SatchelError
from satchel.domain.events import Finished, FinishReason
from satchel.domain.usage import UNPRICED, Cost, Usage

Kind = Literal["chat", "embedding", "image", "speech", "transcription"]
"""What was asked for."""


class Status(StrEnum):
    """How a generation ended."""

    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class HoldRecord:
    """A hold as it is written before the first event leaves: enough to settle the generation if this process dies.

    `amount_nusd` is what each budget of `budget_ids` keeps reserved. `worker_id` tells a reaper whose orphan it is.
    """

    generation_id: str
    account_id: str
    amount_nusd: int
    budget_ids: tuple[str, ...]
    started_at: datetime
    worker_id: str
    requested_model: str
    model: str
    provider: str
    origin: str | None = None
    client_id: str | None = None
    token_id: str | None = None
    grant_id: str | None = None
    kind: Kind = "chat"


@dataclass(frozen=True, slots=True)
class Entry:
    """One generation in the ledger. Never changed; a correction is a new entry.

    `dropped` are the parameters that the caller set and that the endpoint does not take: it was asked without them. `failed_attempts`
    are in the order of the tries; those of before these were kept have none, however many `attempts` there were.
    """

    generation_id: str
    account_id: str
    status: Status
    usage: Usage
    cost: Cost
    requested_model: str
    model: str
    provider: str
    started_at: datetime
    duration_ms: int
    first_event_ms: int | None = None
    reason: str | None = None
    native_reason: str | None = None
    error_code: str | None = None
    origin: str | None = None
    client_id: str | None = None
    token_id: str | None = None
    grant_id: str | None = None
    attempts: int = 1
    dropped: tuple[str, ...] = ()
    kind: Kind = "chat"
    failed_attempts: tuple[FailedAttempt, ...] = ()


ERASED: Mapping[str, Any] = {
    **dict.fromkeys(("reason", "native_reason", "error_code", "origin", "client_id", "grant_id")),
    **dict.fromkeys(("requested_model", "model", "provider"), ""),
    **dict.fromkeys(("dropped", "failed_attempts"), ()),
}
"""What a forgotten entry says instead of who asked what of whom. Times, counts, costs and the token stay, for the sums."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of a hold: its entry, and what to take off each budget. Applying it twice changes nothing the second time."""

    entry: Entry
    hold: HoldRecord


def outcome(finished: Finished | None, error: BaseException | None) -> tuple[Status, str | None]:
    """Return how a generation ended, and the code of what failed it. Hanging up after the end changes nothing."""
    if isinstance(error, Exception) and not isinstance(error, Cancelled):
        return Status.FAILED, error.code if isinstance(error, SatchelError) else InternalError.code
    if finished is None or finished.reason is FinishReason.CANCELLED:
        return Status.CANCELLED, None
    return (Status.FAILED if finished.reason is FinishReason.ERROR else Status.FINISHED), None


def entry_of(
    hold: HoldRecord,
    *,
    status: Status,
    usage: Usage,
    cost: Cost,
    duration_ms: int,
    served_by: tuple[str, str] | None = None,
    first_event_ms: int | None = None,
    finished: Finished | None = None,
    error_code: str | None = None,
    attempts: int = 1,
    dropped: tuple[str, ...] = (),
    failed_attempts: tuple[FailedAttempt, ...] = (),
) -> Entry:
    """Return the entry that replaces `hold`. `served_by` is model and provider, where they may differ from those first in line."""
    model, provider = served_by or (hold.model, hold.provider)
    return Entry(
        generation_id=hold.generation_id,
        account_id=hold.account_id,
        status=status,
        usage=usage,
        cost=cost,
        requested_model=hold.requested_model,
        model=model,
        provider=provider,
        started_at=hold.started_at,
        duration_ms=duration_ms,
        first_event_ms=first_event_ms,
        reason=finished.reason.value if finished else None,
        native_reason=finished.native_reason if finished else None,
        error_code=error_code,
        origin=hold.origin,
        client_id=hold.client_id,
        token_id=hold.token_id,
        grant_id=hold.grant_id,
        attempts=attempts,
        dropped=dropped,
        kind=hold.kind,
        failed_attempts=failed_attempts,
    )


def orphan_entry(hold: HoldRecord, now: datetime) -> Entry:
    """Return the entry of a generation whose worker died: that it was is known, what it used is not."""
    duration_ms = max(0, int((now - hold.started_at) / timedelta(milliseconds=1)))
    return entry_of(
        hold, status=Status.FAILED, usage=Usage(estimated=True), cost=UNPRICED, duration_ms=duration_ms, error_code=InternalError.code
    )
