"""What one batch of the journal does, in one transaction, on either engine."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from satchel.domain.budgets import current
from satchel.domain.errors import BudgetExceeded, SatchelError
from satchel.domain.ledger import HoldRecord, Settlement
from satchel.stores.refusals import over_budget
from satchel.stores.sql.budgets import budget_from, move_money, move_parameters
from satchel.stores.sql.generations import entry_columns, hold_columns
from satchel.stores.sql.tables import budgets, generations, holds

Item = HoldRecord | Settlement

_KEEP_HOLDS = insert(holds).on_conflict_do_nothing(index_elements=["generation_id"]).returning(holds.c.generation_id)
_KEEP_ENTRIES = insert(generations).on_conflict_do_nothing(index_elements=["generation_id"]).returning(generations.c.generation_id)
_DROP_HOLDS = (
    delete(holds)
    .where(holds.c.generation_id.in_(bindparam("ids", expanding=True)))
    .returning(holds.c.generation_id, holds.c.amount_nusd, holds.c.budget_ids)
)
_MOVE = move_money()
_BUDGET = select(budgets).where(budgets.c.owner_id == bindparam("owner"))


@dataclass(slots=True)
class _Move:
    """What a batch does to one budget; `moment` tells in which period."""

    moment: datetime
    cost: int = 0
    released: int = 0
    holds: list[HoldRecord] = field(default_factory=list)


def apply_batch(connection: Connection, batch: Sequence[Item]) -> list[SatchelError | None]:
    """Apply holds and settlements in a transaction that the caller has begun; return how each went, in order.

    A refused hold is undone alone. Doing it all again, after a commit whose answer was lost, changes nothing: both sides are idempotent by
    generation id. Rows are touched in the order of their ids, so that two workers do not wait for each other.
    """
    held = {item.generation_id: item for item in batch if isinstance(item, HoldRecord)}
    settled: dict[str, Settlement] = {}
    for item in batch:
        if isinstance(item, Settlement):
            settled.setdefault(item.entry.generation_id, item)
    new_holds = _insert(connection, _KEEP_HOLDS, {key: hold_columns(record) for key, record in held.items()})
    new_entries = _insert(connection, _KEEP_ENTRIES, {key: entry_columns(item.entry) for key, item in settled.items()})
    ended = _drop_holds(connection, settled)
    moves: dict[str, _Move] = {}
    for key, settlement in settled.items():
        _take_settlement(moves, settlement, is_new=key in new_entries, ended=None if key in new_holds else ended.get(key))
    for key, record in held.items():
        if key in new_holds and key not in ended:  # a hold that ends in its own batch keeps no money from anybody
            _take_hold(moves, record)
    refusals = _move_all(connection, moves)
    _drop_holds(connection, refusals)
    return [refusals.get(item.generation_id) if isinstance(item, HoldRecord) else None for item in batch]


def _insert(connection: Connection, statement: Any, rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Insert rows that are not there yet; return the ids of those that were not."""
    return set(connection.execute(statement, [rows[key] for key in sorted(rows)]).scalars()) if rows else set()


def _drop_holds(connection: Connection, generation_ids: Iterable[str]) -> dict[str, tuple[int, list[str]]]:
    """Remove holds; return amount and budgets of those that were there."""
    ids = sorted(generation_ids)
    rows = connection.execute(_DROP_HOLDS, {"ids": ids}).all() if ids else ()
    return {row.generation_id: (row.amount_nusd, row.budget_ids.split()) for row in rows}


def _take_settlement(moves: dict[str, _Move], settlement: Settlement, *, is_new: bool, ended: tuple[int, list[str]] | None) -> None:
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


def _move_all(connection: Connection, moves: Mapping[str, _Move]) -> dict[str, BudgetExceeded]:
    """Move the money of each budget in one conditional UPDATE, or hold by hold where all of them do not fit; return the refused holds."""
    refusals: dict[str, BudgetExceeded] = {}
    for owner_id in sorted(moves):
        move = moves[owner_id]
        wanted = [record for record in move.holds if record.generation_id not in refusals]
        more = sum(record.amount_nusd for record in wanted)
        if _moved(connection, owner_id, move.moment, cost=move.cost, released=move.released, more=more):
            continue
        if move.cost or move.released:
            _moved(connection, owner_id, move.moment, cost=move.cost, released=move.released)
        for record in wanted:
            if not _moved(connection, owner_id, record.started_at, more=record.amount_nusd):
                refusals[record.generation_id] = _refusal(connection, owner_id, record)
                _give_back(connection, record, owner_id)
    return refusals


def _moved(connection: Connection, owner_id: str, moment: datetime, *, cost: int = 0, released: int = 0, more: int = 0) -> bool:
    parameters = move_parameters(owner_id, moment, cost=cost, released=released, more=more)
    return connection.execute(_MOVE, parameters).rowcount == 1


def _give_back(connection: Connection, record: HoldRecord, refused_by: str) -> None:
    """Undo what a refused hold got from budgets before the one that refused."""
    for owner_id in record.budget_ids:
        if owner_id < refused_by:
            _moved(connection, owner_id, record.started_at, released=record.amount_nusd)


def _refusal(connection: Connection, owner_id: str, record: HoldRecord) -> BudgetExceeded:
    row = connection.execute(_BUDGET, {"owner": owner_id}).first()
    return over_budget(owner_id, current(budget_from(row), record.started_at) if row else None, record.amount_nusd)
