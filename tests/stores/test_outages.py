"""A database that is away, locked or refuses a value: callers are told, nobody waits for ever, and the writer goes on afterwards."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from tests.contracts.values import DAY, NOW, budget, hold, settlement
from tests.postgres import Postgres, free_port

from satchel.domain.errors import InternalError, NotReady
from satchel.stores.group_commit import GroupCommit
from satchel.stores.sql import engine
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.journal import SqlJournal
from satchel.stores.sql.migrate import migrate


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """Return a migrated SQLite file."""
    file = tmp_path / "satchel.db"
    await migrate(f"sqlite:///{file}")
    return file


async def test_a_server_that_is_away_is_not_ready() -> None:
    url = f"postgresql://satchel@127.0.0.1:{free_port()}/satchel"
    database, journal = SqlDatabase(url), SqlJournal(url)
    with pytest.raises(NotReady):
        await database.check()
    with pytest.raises(NotReady):
        await journal.hold(hold())
    with pytest.raises(NotReady):
        await journal.orphans("worker_1", NOW)
    with pytest.raises(NotReady):
        await migrate(url)
    await journal.aclose()
    await database.aclose()


async def test_a_database_that_the_server_does_not_have_is_not_ready(postgres: Postgres) -> None:
    database, journal = SqlDatabase(postgres.url("no_such_database")), SqlJournal(postgres.url("no_such_database"))
    with pytest.raises(NotReady):
        await database.check()
    with pytest.raises(NotReady):
        await journal.hold(hold())
    with pytest.raises(NotReady):
        await migrate(postgres.url("no_such_database"))
    await journal.aclose()
    await database.aclose()


async def test_a_restarted_server_costs_no_hold_and_no_settlement(postgres: Postgres) -> None:
    postgres.sql("CREATE DATABASE restarted")
    url = postgres.url("restarted")
    await migrate(url)
    database, journal = SqlDatabase(url), SqlJournal(url)
    async with database.unit_of_work() as work:
        await work.budgets.put(budget())
    await journal.hold(hold("gen_1"))
    postgres.stop("fast")
    outage = [journal.hold(hold("gen_2")), journal.settle(settlement(hold("gen_1")))]
    outcomes = await asyncio.gather(*outage, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NotReady, NotReady]
    postgres.restart()
    await journal.hold(hold("gen_3"))
    async with asyncio.timeout(10):
        while [record.generation_id for record in await journal.orphans("reaper", NOW + DAY)] != ["gen_3"]:
            await asyncio.sleep(0.05)  # the settlement that was refused is offered again by itself
    async with database.unit_of_work() as work:
        assert await work.budgets.get("grant_1") == budget(spent_nusd=40, held_nusd=100)
    await journal.aclose()
    await database.aclose()


async def test_a_locked_file_fails_those_who_wait_and_then_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.05)
    journal = SqlJournal(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = [journal.hold(hold("gen_1", 0, ())), journal.settle(settlement(hold("gen_2", 0, ())))]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NotReady, NotReady]
    other.execute("ROLLBACK")
    other.close()
    await journal.hold(hold("gen_3", 0, ()))
    assert [record.generation_id for record in await journal.orphans("reaper", NOW + DAY)] == ["gen_3"]
    await journal.aclose()  # the settlement that is still owed is written at the latest now
    database = SqlDatabase(f"sqlite:///{path}")
    async with database.unit_of_work() as work:
        assert await work.generations.get("acct_a", "gen_2")
    await database.aclose()


async def test_a_file_that_another_locks_for_a_moment_keeps_no_lone_caller_from_writing_nor_the_loop_from_running(path: Path) -> None:
    journal = SqlJournal(f"sqlite:///{path}")
    await journal.hold(hold("gen_1", 0, ()))  # from here on a lone item is written by the event loop itself
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(journal.hold(hold("gen_2", 0, ())))
    began_s = asyncio.get_running_loop().time()
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert asyncio.get_running_loop().time() - began_s < 3
    assert not waiting.done()
    other.execute("ROLLBACK")
    other.close()
    await asyncio.wait_for(waiting, 10)
    await journal.hold(hold("gen_3", 0, ()))
    assert len(await journal.orphans("reaper", NOW + DAY)) == 3
    await journal.aclose()


async def test_what_the_journal_wrote_reaches_the_file_without_anybody_waiting(path: Path) -> None:
    journal = SqlJournal(f"sqlite:///{path}")
    before_bytes = path.stat().st_size
    for number in range(2_100):
        await journal.hold(hold(f"gen_{number}", 0, ()))
    async with asyncio.timeout(20):
        while path.stat().st_size < before_bytes + 100_000:
            await asyncio.sleep(0.02)
    await journal.aclose()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_a_value_that_no_database_takes_fails_its_own_item_only(kind: str, path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{path}"
    if kind == "postgres":
        postgres = request.getfixturevalue("postgres")
        postgres.sql("CREATE DATABASE values_refused")
        url = postgres.url("values_refused")
        await migrate(url)
    journal = SqlJournal(url)
    wanted = [hold("gen_1", 0, ()), hold("gen_2", 2**70, ()), hold("gen_3", 0, (), model=None), hold("gen_4", 0, ())]
    outcomes = await asyncio.gather(*[journal.hold(record) for record in wanted], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), InternalError, InternalError, type(None)]
    assert sorted(record.generation_id for record in await journal.orphans("reaper", NOW + DAY)) == ["gen_1", "gen_4"]
    await journal.aclose()


async def test_a_writer_that_raises_or_forgets_items_leaves_nobody_waiting() -> None:
    async def forgetful(batch: object) -> list[None]:
        return []

    async def broken(batch: object) -> list[None]:
        raise RuntimeError("a bug below")

    for apply in (forgetful, broken):
        commits: GroupCommit[int] = GroupCommit(apply)
        futures = [commits.put(number) for number in range(3)]
        async with asyncio.timeout(2):
            outcomes = await asyncio.gather(*futures, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [NotReady] * 3
        await commits.aclose()


async def test_a_writer_that_is_cancelled_leaves_nobody_waiting() -> None:
    async def stuck(batch: object) -> list[None]:
        await asyncio.sleep(60)
        return []

    commits: GroupCommit[int] = GroupCommit(stuck, max_batch=1)
    futures = [commits.put(number) for number in range(3)]
    await asyncio.sleep(0.01)
    assert commits.waiting == 2
    next(task for task in asyncio.all_tasks() if task.get_name() == "group commit").cancel()
    async with asyncio.timeout(2):
        outcomes = await asyncio.gather(*futures, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NotReady] * 3


async def test_all_that_waits_is_taken_at_once() -> None:
    batches: list[int] = []

    async def count(batch: object) -> list[None]:
        batches.append(len(batch))  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        return [None] * batches[-1]

    commits: GroupCommit[int] = GroupCommit(count, max_batch=50)
    first = [commits.put(number) for number in range(10)]
    await asyncio.sleep(0.001)
    await asyncio.gather(*first, *[commits.put(number) for number in range(120)])
    assert batches == [10, 50, 50, 20]
    await commits.aclose()
    await commits.aclose()
