"""Engines: what a database URL means, how connections are set up, and how a transaction of each engine begins."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from satchel.domain.errors import NotReady
from satchel.stores.sql.async_engine import AsyncConnection, AsyncEngine

BUSY_TIMEOUT_S = 5.0
_PATIENT_BUSY_TIMEOUT_S = 60.0  # several workers may wait in line for one that migrates on a slow disk
_CONNECT_TIMEOUT_S = 10.0
_ANSWER_TIMEOUT_S = 30.0
_CACHED_STATEMENTS = 512
_POOL_CONNECTIONS = 5
_PASSING_CONNECTIONS = 1
_PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY")
_CHECKPOINT_PAGES = 1_000
_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}

UNREACHABLE = (DBAPIError, sqlite3.Error, PoolTimeout, OSError)
"""What a database that is away, full, locked or broken raises; all of it becomes `NotReady`."""

_SQLITE_REFUSALS = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
_POSTGRES_REFUSALS = ("22", "23")  # classes of SQLSTATE: data exceptions, integrity constraint violations


def database_url(text: str) -> URL:
    """Return `text` as a URL with our driver: `sqlite:///file`, or `postgresql://…` as hosts hand it out.

    Raises:
        ValueError: it is another database, or SQLite in memory (which connections could not share).
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("the database URL is none; write sqlite:///path/to/file or postgresql://user@host/name") from None
    backend = url.drivername.partition("+")[0]
    if backend not in _ASYNC_DRIVERS:
        raise ValueError(f"no such database here: {backend!r}; write sqlite:///path/to/file or postgresql://user@host/name")
    if backend == "sqlite" and (url.database or ":memory:") == ":memory:":
        raise ValueError("SQLite needs a file; write sqlite:///path/to/file")
    return _with_asyncpg_words(url.set(drivername=_ASYNC_DRIVERS[backend]))


def is_sqlite(url: URL) -> bool:
    """Tell which of the two engines a URL is for."""
    return url.get_backend_name() == "sqlite"


def async_engine(url: URL, *, patient: bool = False, passing: bool = False) -> AsyncEngine:
    """Return an engine for coroutines. SQLite files are made, readable to their owner only.

    A patient one keeps no connections, and waits as long as a statement takes. What a passing one commits outlives the process, not
    a power cut; of any other it is on the disk when the commit returns (`synchronous=FULL`): consent, tokens, keys are rare and precious.
    """
    kept = _PASSING_CONNECTIONS if passing else _POOL_CONNECTIONS
    pool: dict[str, Any] = {"poolclass": NullPool} if patient else {"pool_size": kept, "pool_pre_ping": not is_sqlite(url)}
    pool["hide_parameters"] = True  # errors may be logged, and a statement's values are nobody's business
    if not is_sqlite(url):
        arguments: dict[str, Any] = {"timeout": _CONNECT_TIMEOUT_S, "command_timeout": None if patient else _ANSWER_TIMEOUT_S}
        return AsyncEngine(url, connect_args=arguments | ({"server_settings": {"synchronous_commit": "off"}} if passing else {}), **pool)
    make_private_file(Path(url.database or ""))
    engine = AsyncEngine(url, connect_args=_sqlite_arguments(_PATIENT_BUSY_TIMEOUT_S if patient else BUSY_TIMEOUT_S), **pool)
    _set_up(engine.sync_engine, "NORMAL" if passing else "FULL")
    return engine


def writer_engine(url: URL, synchronous: str) -> Engine:
    """Return a SQLite engine for the journal's one connection: statements stay prepared, it waits for no lock, and never checkpoints.

    Args:
        url: a SQLite URL.
        synchronous: `NORMAL` or `FULL`, see the decision record on durability.
    """
    make_private_file(Path(url.database or ""))
    arguments = {**_sqlite_arguments(0.0), "cached_statements": _CACHED_STATEMENTS, "check_same_thread": False}
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), connect_args=arguments, pool_size=1, max_overflow=0, hide_parameters=True)
    _set_up(engine, synchronous, 0)
    return engine


def begin_write(connection: Connection) -> None:
    """Begin a transaction that will write: on SQLite it takes the write lock at once, so that it can never fail half-way for want of it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


async def begin_write_async(connection: AsyncConnection) -> None:
    """Do what `begin_write` does, for coroutines."""
    await connection.run_sync(begin_write)


def not_ready(error: BaseException) -> NotReady:
    """Return the error that callers see when the database does not answer."""
    ours = NotReady("the database does not answer; try again in a moment", retry_after_s=1.0)
    ours.__cause__ = error
    return ours


def refuses_a_value(error: BaseException) -> bool:
    """Tell a database that refuses what one row says from one that is away, locked, full or broken."""
    if isinstance(error, sqlite3.Error):
        return isinstance(error, _SQLITE_REFUSALS)
    if not isinstance(error, DBAPIError) or error.connection_invalidated:
        return False
    code = getattr(error.orig, "pgcode", None)
    if code is None:  # the driver's own checks, before anything was sent
        return error.orig is not None and isinstance(error.orig.__cause__, ValueError)
    return str(code).startswith(_POSTGRES_REFUSALS)


def make_private_file(path: Path) -> None:
    """Make an empty database file of mode 0600, and its folder of mode 0700, where they are missing.

    It is in WAL mode from its first moment: two connections that turn a file's journal over at once do not wait for each other, one fails.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        return
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(descriptor)
    try:
        with contextlib.closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        with contextlib.suppress(FileExistsError):  # another start was quicker
            os.link(draft, path)
    finally:
        Path(draft).unlink()


def _sqlite_arguments(busy_timeout_s: float) -> Mapping[str, Any]:
    return {"timeout": busy_timeout_s, "isolation_level": None}  # None: Python begins nothing, we say BEGIN IMMEDIATE ourselves


def _set_up(engine: Engine, synchronous: str, checkpoint_pages: int = _CHECKPOINT_PAGES) -> None:
    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in (*_PRAGMAS, f"synchronous={synchronous}", f"wal_autocheckpoint={checkpoint_pages}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "connect", connected)


def _with_asyncpg_words(url: URL) -> URL:
    """Say `ssl` for libpq's `sslmode`: asyncpg knows no other word."""
    if "sslmode" not in url.query or is_sqlite(url):
        return url
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": str(url.query["sslmode"])})
