"""What a database URL means, and how SQLite is set up."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.engine import database_url, make_private_file, writer_engine
from satchel.stores.sql.migrate import migrate


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:////var/lib/satchel.db", "sqlite+aiosqlite:////var/lib/satchel.db"),
        ("postgresql://me:pass@db.example/satchel", "postgresql+asyncpg://me:pass@db.example/satchel"),
        ("postgres://me@db.example/satchel", "postgresql+asyncpg://me@db.example/satchel"),
        ("postgresql+psycopg://me@db.example/satchel", "postgresql+asyncpg://me@db.example/satchel"),
        ("postgresql://me@db.example/satchel?sslmode=require", "postgresql+asyncpg://me@db.example/satchel?ssl=require"),
    ],
)
def test_urls_are_read_as_hosts_hand_them_out(written: str, meant: str) -> None:
    assert database_url(written).render_as_string(hide_password=False) == meant


@pytest.mark.parametrize("written", ["", "satchel.db", "mysql://db.example/satchel", "sqlite://", "sqlite:///:memory:"])
def test_other_urls_are_refused_with_the_way_to_write_them(written: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path/to/file"):
        database_url(written)


def test_a_refused_url_does_not_show_its_password() -> None:
    with pytest.raises(ValueError, match="mysql") as refused:
        database_url("mysql://me:hunter2@db.example/satchel")
    assert "hunter2" not in str(refused.value)


async def test_sqlite_is_set_up_as_decided(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/satchel.db"
    await migrate(url)
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
    database = SqlDatabase(url)
    async with database.transaction() as transaction:
        found = [(await transaction.rows(text(f"PRAGMA {name}")))[0][0] for name in pragmas]
    await database.aclose()
    assert found == ["wal", 2, 1, 1, 5000]
    engine = writer_engine(database_url(url), "NORMAL")
    with engine.connect() as connection:
        assert [connection.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas] == ["wal", 1, 1, 1, 0]
    engine.dispose()


async def test_what_a_statement_was_about_is_not_in_its_error(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/satchel.db"
    statement, values = text("INSERT INTO nowhere VALUES (:value)"), {"value": "sk-secret"}
    database, engine = SqlDatabase(url), writer_engine(database_url(url), "NORMAL")
    with engine.connect() as connection, pytest.raises(SQLAlchemyError) as failed:
        connection.execute(statement, values)
    assert "sk-secret" not in str(failed.value)
    async with database.transaction() as transaction:
        with pytest.raises(SQLAlchemyError) as failed:
            await transaction.connection.execute(statement, values)
    assert "sk-secret" not in str(failed.value)
    engine.dispose()
    await database.aclose()


def test_a_new_file_is_in_wal_mode_before_anybody_connects(tmp_path: Path) -> None:
    file = tmp_path / "home" / "satchel.db"
    make_private_file(file)
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert [path.name for path in file.parent.iterdir()] == ["satchel.db"]


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "satchel.db"
    file.write_bytes(b"mine")
    make_private_file(file)
    assert file.read_bytes() == b"mine"
