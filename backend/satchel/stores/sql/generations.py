"""The ledger in SQL: read here, written by the journal."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select, update

from satchel.domain.activity import Activity
from satchel.domain.attempts import FailedAttempt
from satchel.domain.ledger import ERASED, Entry, HoldRecord, Status
from satchel.domain.searches import EVERYTHING, Search, Word
from satchel.domain.usage import Cost, Usage
from satchel.stores.sql.tables import generations, holds
from satchel.stores.sql.transaction import Transaction

_TOKENS = ("input_tokens", "output_tokens", "reasoning_tokens", "cached_tokens", "cache_write_tokens", "image_tokens", "audio_tokens")
_USAGE = (*_TOKENS, "estimated", "images", "seconds", "characters")
_COMPUTED = (*_USAGE, "status", "cost_nusd", "cost_known", "dropped", "forgotten", "failed_attempts")
_TEXTS = tuple(
    generations.c[name] for name in ("origin", "client_id", "model", "requested_model", "provider", "error_code", "generation_id")
)
_PLAIN = tuple(column.name for column in generations.c if column.name not in _COMPUTED)
_FORGOTTEN = {**ERASED, "dropped": "", "failed_attempts": None, "forgotten": True}
_HELD = tuple(column.name for column in holds.c)
_SUMMED = ("cost_nusd", "input_tokens", "output_tokens", "reasoning_tokens")
_plain_of, _usage_of, _held_of = attrgetter(*_PLAIN), attrgetter(*_USAGE), attrgetter(*_HELD)


class SqlGenerations:
    """`GenerationStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def list(
        self, account_id: str, limit: int, search: Search = EVERYTHING, before: tuple[datetime, str] | None = None
    ) -> Sequence[Entry]:
        """Return the entries that `search` finds, newest first, older than `before`."""
        started_at, generation_id = generations.c.started_at, generations.c.generation_id
        query = select(generations).where(generations.c.account_id == account_id, generations.c.forgotten.is_(False), *_found_by(search))
        if before is not None:
            query = query.where(or_(started_at < before[0], and_(started_at == before[0], generation_id < before[1])))
        rows = await self._transaction.rows(query.order_by(started_at.desc(), generation_id.desc()).limit(limit))
        return [_entry(row) for row in rows]

    async def get(self, account_id: str, generation_id: str) -> Entry | None:
        """Return the entry, or None."""
        wanted = (generations.c.account_id == account_id, generations.c.generation_id == generation_id)
        row = await self._transaction.row(select(generations).where(*wanted, generations.c.forgotten.is_(False)))
        return _entry(row) if row else None

    async def forget(self, account_id: str, generation_id: str | None = None, origin: str | None = None) -> int:
        """Erase what tells of one entry, of those of an origin, or of all; return how many."""
        statement = update(generations).where(generations.c.account_id == account_id, generations.c.forgotten.is_(False))
        if generation_id is not None:
            statement = statement.where(generations.c.generation_id == generation_id)
        if origin is not None:
            statement = statement.where(generations.c.origin == origin)
        return await self._transaction.write(statement.values(_FORGOTTEN))

    async def forget_older(self, account_id: str, until: datetime, since: datetime | None = None) -> int:
        """Forget what began before `until`, and not before `since` where that is given."""
        started_at = generations.c.started_at
        statement = update(generations).where(
            generations.c.account_id == account_id, started_at < until, generations.c.forgotten.is_(False)
        )
        if since is not None:
            statement = statement.where(started_at >= since)
        return await self._transaction.write(statement.values(_FORGOTTEN))

    async def is_running(self, account_id: str) -> bool:
        """Tell whether a generation of the account is not settled yet, in whichever process it runs."""
        query = select(holds.c.generation_id).where(holds.c.account_id == account_id).limit(1)
        return await self._transaction.row(query) is not None

    async def since(self, account_id: str, moment: datetime) -> tuple[int, int]:
        """Return cost in nano-US-dollars and number of generations since `moment`."""
        wanted = (generations.c.account_id == account_id, generations.c.started_at >= moment)
        query = select(func.sum(generations.c.cost_nusd).label("cost_nusd"), func.count().label("generations")).where(*wanted)
        row = await self._transaction.row(query)
        return (int(row.cost_nusd or 0), int(row.generations)) if row else (0, 0)

    async def by_token(self, account_id: str, moments: Sequence[datetime]) -> Mapping[str, Sequence[int]]:
        """Return what each token spent since each of `moments`."""
        cost, token_id = generations.c.cost_nusd, generations.c.token_id
        spent: list[ColumnElement[int]] = [func.sum(case((generations.c.started_at >= moment, cost), else_=0)) for moment in moments]
        wanted = (generations.c.account_id == account_id, token_id.is_not(None))
        rows = await self._transaction.rows(select(token_id, *spent).where(*wanted).group_by(token_id))
        return {str(row[0]): [int(row[at + 1]) for at in range(len(moments))] for row in rows}

    async def by_day(self, account_id: str, first: datetime, days: int, token_id: str | None = None) -> Sequence[Activity]:
        """Return what was asked in so many days from the midnight `first` on, the newest day first."""
        started_at = generations.c.started_at
        ends = [first + timedelta(days=number + 1) for number in range(days)]
        day = case(*[(started_at < end, number) for number, end in enumerate(ends)]).label("day")
        sums: list[ColumnElement[int]] = [func.sum(generations.c[name]).label(name) for name in _SUMMED]
        wanted = (generations.c.account_id == account_id, generations.c.forgotten.is_(False), started_at >= first, started_at < ends[-1])
        query = select(day, generations.c.model, generations.c.provider, func.count().label("requests"), *sums).where(*wanted)
        if token_id is not None:
            query = query.where(generations.c.token_id == token_id)
        rows = await self._transaction.rows(query.group_by("day", generations.c.model, generations.c.provider))
        return sorted((_activity(row, (first + timedelta(days=row.day)).date()) for row in rows), key=Activity.place)


def _activity(row: Row[Any], day: date) -> Activity:
    summed = {name: int(row._mapping[name]) for name in _SUMMED}
    return Activity(day, row.model, row.provider, row.requests, **summed)


def entry_columns(entry: Entry) -> dict[str, Any]:
    """Return an entry as a row."""
    columns: dict[str, Any] = dict(zip(_PLAIN, _plain_of(entry), strict=True))
    columns.update(zip(_USAGE, _usage_of(entry.usage), strict=True))
    columns.update(status=entry.status.value, cost_nusd=entry.cost.nusd, cost_known=entry.cost.known)
    columns.update(dropped=" ".join(entry.dropped), forgotten=False, failed_attempts=_text_of(entry.failed_attempts))
    return columns


def hold_columns(record: HoldRecord) -> dict[str, Any]:
    """Return a hold as a row."""
    columns: dict[str, Any] = dict(zip(_HELD, _held_of(record), strict=True))
    columns["budget_ids"] = " ".join(record.budget_ids)
    return columns


def hold_from(row: Row[Any]) -> HoldRecord:
    """Return a row as a hold."""
    return HoldRecord(**{**row._mapping, "budget_ids": tuple(row.budget_ids.split())})


def _found_by(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.origin is not None:
        yield generations.c.origin == search.origin
    if search.status is not None:
        yield generations.c.status == search.status.value
    yield from (_has(word) for word in search.words)


def _has(word: Word) -> ColumnElement[bool]:
    """Return that a word is in a row. A text that is null has no word; `or_` with a true one is still true."""
    names = [generations.c.model.in_(word.models), generations.c.requested_model.in_(word.models)] if word.models else []
    apps = [generations.c.client_id.in_(word.apps)] if word.apps else []
    return or_(*(text.icontains(word.text, autoescape=True) for text in _TEXTS), *names, *apps)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        **{name: row._mapping[name] for name in _PLAIN},
        status=Status(row.status),
        usage=Usage(**{name: row._mapping[name] for name in _USAGE}),
        cost=Cost(row.cost_nusd, row.cost_known),
        dropped=tuple(row.dropped.split()),
        failed_attempts=tuple(FailedAttempt(*each) for each in json.loads(row.failed_attempts or "[]")),
    )


def _text_of(attempts: Sequence[FailedAttempt]) -> str | None:
    return json.dumps([[each.provider, each.endpoint, each.code, each.duration_ms] for each in attempts]) if attempts else None
