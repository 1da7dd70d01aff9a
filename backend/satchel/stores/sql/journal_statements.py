"""The journal's statements, written once in Core: run as such on PostgreSQL, and on SQLite as the same text prepared beforehand.

Core's own share of a small statement is several times SQLite's, and this is the hot path: `SqliteStatements` compiles each statement once
and hands the driver plain tuples. It also reads as few rows as it can: at every row the driver lets go of the interpreter, and gets it back
only when the event loop has nothing to do.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Table, Text, bindparam, cast, delete, func, literal_column, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.elements import ClauseElement

from satchel.domain.budgets import Budget
from satchel.stores.sql.budgets import budget_from, move_money
from satchel.stores.sql.tables import budgets, generations, holds
from satchel.stores.sql.upserts import insert_into

T = TypeVar("T")
Row = Mapping[str, Any]
Held = tuple[int, list[str]]
"""What a hold kept: its amount, and of which budgets."""

_CHUNKS = (64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1)


def _keep(table: Table, dialect: str) -> ReturningInsert[Any]:
    return insert_into(table, dialect).on_conflict_do_nothing(index_elements=["generation_id"]).returning(table.c.generation_id)


@cache
def _keeps(dialect: str) -> tuple[ReturningInsert[Any], ReturningInsert[Any]]:
    return _keep(holds, dialect), _keep(generations, dialect)


def _drop(ids: Any) -> Any:
    return delete(holds).where(holds.c.generation_id.in_(ids)).returning(holds.c.generation_id, holds.c.amount_nusd, holds.c.budget_ids)


_MOVE = move_money()
_BUDGET = select(budgets).where(budgets.c.owner_id == bindparam("owner"))


class Statements(Protocol):
    """What a batch may do, inside a transaction."""

    def keep_holds(self, rows: Sequence[Row]) -> set[str]:
        """Insert holds that are not there yet; return the ids of those that were not."""
        ...

    def keep_entries(self, rows: Sequence[Row]) -> set[str]:
        """Insert entries the same way."""
        ...

    def drop_holds(self, generation_ids: Sequence[str]) -> dict[str, Held]:
        """Remove holds; return what those that were there kept."""
        ...

    def move(self, parameters: Row) -> bool:
        """Move the money of one budget; False if it does not fit, or if there is no such budget."""
        ...

    def budget(self, owner_id: str) -> Budget | None:
        """Return a budget as it stands."""
        ...


class CoreStatements:
    """The statements on a SQLAlchemy connection."""

    _drop_holds = _drop(bindparam("ids", expanding=True))

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._keep_holds, self._keep_entries = _keeps(connection.dialect.name)

    def keep_holds(self, rows: Sequence[Row]) -> set[str]:
        """Insert holds that are not there yet."""
        return set(self._connection.execute(self._keep_holds, rows).scalars())

    def keep_entries(self, rows: Sequence[Row]) -> set[str]:
        """Insert entries that are not there yet."""
        return set(self._connection.execute(self._keep_entries, rows).scalars())

    def drop_holds(self, generation_ids: Sequence[str]) -> dict[str, Held]:
        """Remove holds."""
        return _held(self._connection.execute(self._drop_holds, {"ids": generation_ids}))

    def move(self, parameters: Row) -> bool:
        """Move the money of one budget."""
        return self._connection.execute(_MOVE, parameters).rowcount == 1

    def budget(self, owner_id: str) -> Budget | None:
        """Return a budget as it stands."""
        row = self._connection.execute(_BUDGET, {"owner": owner_id}).first()
        return budget_from(row._asdict()) if row else None


class SqliteStatements:
    """The statements on SQLite's own connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._keep_holds = _PreparedInsert(holds)
        self._keep_entries = _PreparedInsert(generations)
        self._drop_holds = _PreparedDrop()
        self._move = _Prepared(_MOVE)
        self._budget = _Prepared(_BUDGET)

    def begin(self, wait_s: float) -> bool:
        """Begin a transaction, with the write lock. False where another connection has it and there is no time to wait.

        Raises:
            sqlite3.OperationalError: it had the lock all the time.
        """
        if self._begun():
            return True
        if wait_s:
            self._connection.execute(f"PRAGMA busy_timeout={wait_s * 1000:.0f}")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            finally:
                self._connection.execute("PRAGMA busy_timeout=0")
        return wait_s > 0

    def _begun(self) -> bool:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return False
            raise
        return True

    def commit(self) -> None:
        """End it."""
        self._connection.execute("COMMIT")

    def keep_holds(self, rows: Sequence[Row]) -> set[str]:
        """Insert holds that are not there yet."""
        return self._keep_holds.run(self._connection, rows)

    def keep_entries(self, rows: Sequence[Row]) -> set[str]:
        """Insert entries that are not there yet."""
        return self._keep_entries.run(self._connection, rows)

    def drop_holds(self, generation_ids: Sequence[str]) -> dict[str, Held]:
        """Remove holds."""
        return self._drop_holds.run(self._connection, generation_ids)

    def move(self, parameters: Row) -> bool:
        """Move the money of one budget."""
        return self._move.run(self._connection, parameters).rowcount == 1

    def budget(self, owner_id: str) -> Budget | None:
        """Return a budget as it stands."""
        row = self._budget.run(self._connection, {"owner": owner_id}).fetchone()
        if row is None:
            return None
        return budget_from({name: read(value) for (name, read), value in zip(_BUDGET_COLUMNS, row, strict=True)})


class _Prepared:
    """A statement as SQLite's text, its constants, and how each parameter is written."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_NAMED)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError("only statements can be prepared")
        self._text = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
        self._writers = {name: _writer(bind.type) for name, bind in compiled.binds.items() if bind.required}

    def run(self, connection: sqlite3.Connection, parameters: Row) -> sqlite3.Cursor:
        """Execute it."""
        written = {name: write(parameters[name]) for name, write in self._writers.items()}
        return connection.execute(self._text, {**self._constants, **written})


class _PreparedInsert:
    """An insert of many rows in few statements, whose texts come in few lengths, so that SQLite keeps them all prepared."""

    def __init__(self, table: Table) -> None:
        head, values, tail = _split_at_values(str(_keep(table, "sqlite").compile(dialect=_DIALECT)))
        self._texts = {count: f"{head}{', '.join([values] * count)}" for count in _CHUNKS}
        self._tail = tail
        self._values_of = itemgetter(*(column.name for column in table.c))
        self._width = len(table.c)
        writers = [(position, _writer(column.type)) for position, column in enumerate(table.c)]
        self._writers = [(position, write) for position, write in writers if write is not _as_it_is]

    def run(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> set[str]:
        """Execute it; return the ids of the rows that were new."""
        new: set[str] = set()
        for chunk in _chunks(rows):
            values = list(chain.from_iterable(map(self._values_of, chunk)))
            for position, write in self._writers:  # few columns are written otherwise than they are
                for place in range(position, len(values), self._width):
                    values[place] = write(values[place])
            new.update(self._insert(connection, chunk, values))
        return new

    def _insert(self, connection: sqlite3.Connection, chunk: Sequence[Row], values: Sequence[Any]) -> Iterable[str]:
        """Insert plainly; only where one is there already, do it again the way that tells which are new."""
        text = self._texts[len(chunk)]
        try:
            connection.execute(text, values)
        except sqlite3.IntegrityError:
            return [row[0] for row in connection.execute(text + self._tail, values)]
        return [row["generation_id"] for row in chunk]


class _PreparedDrop:
    """The removal of many holds in few statements; one by one they were half of the journal's time."""

    def __init__(self) -> None:
        self._texts = {count: self._text(count) for count in _CHUNKS}

    def run(self, connection: sqlite3.Connection, generation_ids: Sequence[str]) -> dict[str, Held]:
        """Execute it; return what those that were there kept."""
        dropped: dict[str, Held] = {}
        for chunk in _chunks(generation_ids):
            look, drop = self._texts[len(chunk)]
            (lines,) = connection.execute(look, chunk).fetchone()
            for line in (lines or "").splitlines():
                generation_id, amount_nusd, *budget_ids = line.split()
                dropped[generation_id] = (int(amount_nusd), budget_ids)
            if lines:
                connection.execute(drop, chunk)
        return dropped

    @staticmethod
    def _text(count: int) -> tuple[str, str]:
        """Return the statement that reads them all as one row, a line each, and the one that removes them."""
        wanted = holds.c.generation_id.in_([bindparam(f"id{number}") for number in range(count)])
        line = holds.c.generation_id + literal_column("' '") + cast(holds.c.amount_nusd, Text) + literal_column("' '") + holds.c.budget_ids
        lines = func.group_concat(line, literal_column("char(10)"))
        return str(select(lines).where(wanted).compile(dialect=_DIALECT)), str(delete(holds).where(wanted).compile(dialect=_DIALECT))


_DIALECT = sqlite.dialect(paramstyle="qmark")
_NAMED = sqlite.dialect(paramstyle="named")


def _writer(kind: Any) -> Callable[[Any], Any]:
    return kind.bind_processor(_DIALECT) or _as_it_is


def _reader(kind: Any) -> Callable[[Any], Any]:
    return kind.result_processor(_DIALECT, None) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


_BUDGET_COLUMNS = [(column.name, _reader(column.type)) for column in budgets.c]


def _split_at_values(text: str) -> tuple[str, str, str]:
    """Return an INSERT's text before, of and after its one group of values."""
    head, _, rest = text.partition(" VALUES ")
    end = rest.index(")") + 1
    return f"{head} VALUES ", rest[:end], rest[end:]


def _chunks(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces that are as long as statements are prepared for."""
    start = 0
    for count in _CHUNKS:
        while len(whole) - start >= count:
            yield whole[start : start + count]
            start += count


def _held(rows: Any) -> dict[str, Held]:
    return {generation_id: (amount_nusd, budget_ids.split()) for generation_id, amount_nusd, budget_ids in rows}
