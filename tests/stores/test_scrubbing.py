"""What was removed leaves SQLite's write-ahead log too, also when somebody reads in it for long, or the database is away."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from satchel.domain.accounts import Account
from satchel.domain.errors import NotReady
from satchel.kit.clock import SystemClock
from satchel.stores.sql import scrubbing
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.migrate import migrate

CANARY = "somebody-who-leaves@satchel.example"


async def test_a_long_reader_only_puts_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "TRIES", 2)
    monkeypatch.setattr(scrubbing, "PAUSE_S", 0.01)
    monkeypatch.setattr(scrubbing, "LATER_S", 0.01)
    file = tmp_path / "satchel.db"
    await migrate(f"sqlite:///{file}")
    database = SqlDatabase(f"sqlite:///{file}")
    log = file.with_name("satchel.db-wal")
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        async with database.unit_of_work() as work:
            await work.accounts.add(Account("acct_a", CANARY, SystemClock().now()))
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM accounts").fetchone() == (1,)
        async with database.unit_of_work() as work:
            assert await work.accounts.remove("acct_a")
        await database.scrub()
        assert CANARY.encode() in log.read_bytes() + file.read_bytes()
        reader.execute("COMMIT")
        async with asyncio.timeout(30):
            while log.stat().st_size:
                await asyncio.sleep(0.01)
        assert CANARY.encode() not in file.read_bytes()
    await database.aclose()


async def test_closing_does_not_wait_for_a_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "TRIES", 1)
    file = tmp_path / "satchel.db"
    await migrate(f"sqlite:///{file}")
    database = SqlDatabase(f"sqlite:///{file}")
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        async with database.unit_of_work() as work:
            await work.accounts.add(Account("acct_a", CANARY, SystemClock().now()))
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM accounts").fetchone()
        async with database.unit_of_work() as work:
            assert await work.accounts.remove("acct_a")
        await database.scrub()
        async with asyncio.timeout(5):
            await database.aclose()


async def test_a_database_that_is_away_fails_nobody_and_is_scrubbed_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "LATER_S", 0.01)
    answers: list[NotReady | bool] = [NotReady("away"), NotReady("still away"), False, True]
    done = asyncio.Event()

    async def empty() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, NotReady):
            raise answer
        if answer:
            done.set()
        return answer

    tries = scrubbing.Scrubbing(empty)
    await tries.scrub()
    async with asyncio.timeout(5):
        await done.wait()
    await tries.aclose()
    assert answers == []
