"""The append-only record of generations, and the holds that precede it. A hold is replaced by exactly one entry."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from satchel.domain.usage import Cost, Usage


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One generation in the ledger. Never changed; a correction is a new entry."""

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


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of a hold: its entry, and what to take off each budget. Applying it twice changes nothing the second time."""

    entry: Entry
    hold: HoldRecord
