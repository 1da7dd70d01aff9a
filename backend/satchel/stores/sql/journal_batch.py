"""What one batch of the journal does, in one transaction, on either engine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from satchel.domain.budgets import current
from satchel.domain.errors import BudgetExceeded, SatchelError
from satchel.domain.ledger import HoldRecord, Settlement
from satchel.stores.refusals import over_budget
from satchel.stores.sql.budgets import move_parameters
from satchel.stores.sql.generations import entry_columns, hold_columns
from satchel.stores.sql.journal_statements import Held, Row, Statements

Item = HoldRecord | Settlement


@dataclass(slots=True)
class _Move:
    """What a batch does to one budget; `moment` tells in which period."""

    moment: datetime
    cost: int = 0
    released: int = 0
    holds: list[HoldRecord] = field(default_factory=list)


def apply_batch(statements: Statements, batch: Sequence[Item]) -> list[SatchelError | None]:
    """Apply holds and settlements in a transaction that the caller has begun; return how each went, in order.

    A refused hold is undone alone. Doing it all again, after a commit whose answer was lost, changes nothing: both sides are idempotent by
    generation id. Rows are touched in the order of their ids, so that two workers do not wait for each other.
    """
    held = {item.generation_id: item for item in batch if isinstance(item, HoldRecord)}
    settled: dict[str, Settlement] = {}
    for item in batch:
        if isinstance(item, Settlement):
            settled.setdefault(item.entry.generation_id, item)
    new_holds = _insert(statements.keep_holds, {key: hold_columns(record) for key, record in held.items()})
    new_entries = _insert(statements.keep_entries, {key: entry_columns(item.entry) for key, item in settled.items()})
    ended = _drop_holds(statements, settled)
    moves: dict[str, _Move] = {}
    for key, settlement in settled.items():
        _take_settlement(moves, settlement, is_new=key in new_entries, ended=None if key in new_holds else ended.get(key))
    for key, record in held.items():
        if key in new_holds and key not in ended:  # a hold that ends in its own batch keeps no money from anybody
            _take_hold(moves, record)
    refusals = _move_all(statements, moves)
    _drop_holds(statements, refusals)
    return [refusals.get(item.generation_id) if isinstance(item, HoldRecord) else None for item in batch]


def _insert(insert: Callable[[Sequence[Row]], set[str]], rows: Mapping[str, Row]) -> set[str]:
    return insert([rows[key] for key in sorted(rows)]) if rows else set()


def _drop_holds(statements: Statements, generation_ids: Iterable[str]) -> dict[str, Held]:
    ids = sorted(generation_ids)
    return statements.drop_holds(ids) if ids else {}


def _take_settlement(moves: dict[str, _Move], settlement: Settlement, *, is_new: bool, ended: Held | None) -> None:
    entry = settlement.entry
    released, releasing = ended or (0, [])
    if is_new and entry.cost.nusd:
        for owner_id in settlement.hold.budget_ids:
            moves.setdefault(owner_id, _Move(entry.started_at)).cost += entry.cost.nusd
    if released:
        for owner_id in releasing:
            moves.setdefault(owner_id, _Move(entry.started_at)).released += released


def _take_hold(moves: dict[str, _Move], record: HoldRecord) -> None:
    if record.amount_nusd:
        for owner_id in record.budget_ids:
            move = moves.setdefault(owner_id, _Move(record.started_at))
            move.moment = max(move.moment, record.started_at)
            move.holds.append(record)


def _move_all(statements: Statements, moves: Mapping[str, _Move]) -> dict[str, BudgetExceeded]:
    """Move the money of each budget in one conditional UPDATE, or hold by hold where all of them do not fit; return the refused holds."""
    refusals: dict[str, BudgetExceeded] = {}
    for owner_id in sorted(moves):
        move = moves[owner_id]
        wanted = [record for record in move.holds if record.generation_id not in refusals]
        more = sum(record.amount_nusd for record in wanted)
        if _moved(statements, owner_id, move.moment, cost=move.cost, released=move.released, more=more):
            continue
        if move.cost or move.released:
            _moved(statements, owner_id, move.moment, cost=move.cost, released=move.released)
        for record in wanted:
            if not _moved(statements, owner_id, record.started_at, more=record.amount_nusd):
                refusals[record.generation_id] = _refusal(statements, owner_id, record)
                _give_back(statements, record, owner_id)
    return refusals


def _moved(statements: Statements, owner_id: str, moment: datetime, *, cost: int = 0, released: int = 0, more: int = 0) -> bool:
    parameters = move_parameters(owner_id, moment, cost=cost, released=released, more=more)
    return statements.move(parameters)


def _give_back(statements: Statements, record: HoldRecord, refused_by: str) -> None:
    """Undo what a refused hold got from budgets before the one that refused."""
    for owner_id in record.budget_ids:
        if owner_id < refused_by:
            _moved(statements, owner_id, record.started_at, released=record.amount_nusd)


def _refusal(statements: Statements, owner_id: str, record: HoldRecord) -> BudgetExceeded:
    budget = statements.budget(owner_id)
    return over_budget(owner_id, current(budget, record.started_at) if budget else None, record.amount_nusd)
