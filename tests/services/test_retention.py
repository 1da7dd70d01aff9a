"""Activity that is kept for as long as its person wants it, and no longer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from tests.contracts.values import DAY, NOW, SetClock, hold, settlement

from satchel.bootstrap.house import House, open_house
from satchel.domain.accounts import Account
from satchel.domain.audit import Act
from satchel.domain.errors import NotFound, NotReady
from satchel.ports.stores import UnitOfWork
from satchel.services.accounts import retention as module
from satchel.services.accounts.retention import Retention
from satchel.settings import Settings
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.journal import MemoryJournal

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Kept(MemoryDatabase):
    """A database that can be away, and tells when it was asked."""

    is_away = False

    def __init__(self, clock: SetClock) -> None:
        super().__init__(clock)
        self.asked = asyncio.Event()

    def unit_of_work(self) -> UnitOfWork:
        self.asked.set()
        if self.is_away:
            raise NotReady("nobody there")
        return super().unit_of_work()


@dataclass
class Place:
    """The service over stores in memory, with two accounts."""

    clock: SetClock
    database: Kept
    journal: MemoryJournal
    retention: Retention

    async def ended(self, name: str, age: timedelta, account_id: str = "acct_a") -> None:
        """Write down a generation that began so long ago."""
        await self.journal.settle(settlement(hold(name, 0, (), account_id=account_id, started_at=self.clock.now() - age), 10))

    async def listed(self, account_id: str = "acct_a") -> list[str]:
        async with self.database.unit_of_work() as work:
            return [one.generation_id for one in await work.generations.list(account_id, 10)]


@pytest.fixture
async def place() -> Place:
    clock = SetClock()
    database = Kept(clock)
    journal = MemoryJournal(database)

    async def flush() -> None:
        """Wait for nothing: the journal in memory writes at once."""

    async with database.unit_of_work() as work:
        for name in "ab":
            await work.accounts.add(Account(f"acct_{name}", f"{name}@example.org", NOW))
    return Place(clock, database, journal, Retention(database, clock, flush))


async def test_what_is_too_old_goes_with_the_choice_and_later_by_itself_and_stays_counted(place: Place) -> None:
    for days in (31, 29, 1):
        await place.ended(f"gen_{days}", days * DAY)
    await place.ended("gen_b", 99 * DAY, "acct_b")
    await place.retention.choose("acct_a", 30)
    assert await place.listed() == ["gen_1", "gen_29"]
    place.clock.moment += 2 * DAY
    assert await place.retention.forget() == 1
    assert await place.listed() == ["gen_1"]
    assert await place.listed("acct_b") == ["gen_b"]
    async with place.database.unit_of_work() as work:
        assert await work.generations.since("acct_a", NOW - 99 * DAY) == (30, 3)


async def test_where_only_counts_are_kept_what_ended_goes_at_the_next_look(place: Place) -> None:
    await place.ended("gen_1", MINUTE)
    await place.retention.choose("acct_a", 0)
    assert await place.listed() == []
    await place.ended("gen_2", MINUTE)
    assert await place.listed() == ["gen_2"]
    assert await place.retention.forget(HOUR) == 1
    assert await place.listed() == []


async def test_for_ever_forgets_nothing_from_then_on(place: Place) -> None:
    await place.retention.choose("acct_a", 7)
    await place.retention.choose("acct_a", None)
    await place.ended("gen_1", 999 * DAY)
    assert await place.retention.forget() == 0
    assert await place.listed() == ["gen_1"]


async def test_each_change_is_in_the_audit_log_once_and_in_words(place: Place) -> None:
    for days in (30, 30, 0, None):
        await place.retention.choose("acct_a", days)
    async with place.database.unit_of_work() as work:
        records = await work.audit.list("acct_a", 9)
    assert {record.act for record in records} == {Act.ACTIVITY_DAYS_CHANGED}
    assert [record.about for record in reversed(records)] == ["30 days", "only what is counted", "for ever"]
    with pytest.raises(NotFound):
        await place.retention.choose("acct_z", 30)


@pytest.fixture
async def looking(place: Place, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """The service looks by itself, again and again, at everything the first time only."""
    monkeypatch.setattr(module, "EVERY_S", 0.001)
    monkeypatch.setattr(module, "WHOLE_EVERY", 10**9)
    task = asyncio.create_task(place.retention.run())
    yield place
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def gone(place: Place, name: str) -> None:
    """Wait until a generation is listed no more."""
    async with asyncio.timeout(20):
        while name in await place.listed():
            await asyncio.sleep(0.001)


async def looks(place: Place, times: int) -> None:
    """Wait until the service has looked so often."""
    async with asyncio.timeout(20):
        for _ in range(times):
            place.database.asked.clear()
            await place.database.asked.wait()


async def test_it_goes_on_after_a_database_that_was_away_and_a_computer_that_slept(looking: Place) -> None:
    await looking.retention.choose("acct_a", 7)
    await looking.ended("gen_1", 6 * DAY)
    looking.database.is_away = True
    await looks(looking, 3)
    looking.clock.moment += 2 * DAY
    await looks(looking, 3)
    looking.database.is_away = False
    await gone(looking, "gen_1")


async def test_what_grew_too_old_while_the_server_was_down_goes_at_its_start(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.retention.choose("acct_a", 7)
    await place.ended("gen_1", 6 * DAY)
    place.clock.moment += 300 * DAY
    monkeypatch.setattr(module, "EVERY_S", 3600)
    task = asyncio.create_task(place.retention.run())
    await gone(place, "gen_1")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(Settings(home=tmp_path / "data", builtin_model="off", local_servers="off")) as built:
        yield built


def raw(house: House) -> bytes:
    files = [house.settings.home / f"satchel.db{end}" for end in ("", "-wal", "-shm")]
    return b"".join(file.read_bytes() for file in files if file.exists())


async def test_what_grew_too_old_leaves_no_byte_in_the_files(house: House) -> None:
    account = await house.accounts.create("keeper@holt.example", "a long enough password")
    long_ago = house.clock.now() - 40 * DAY
    for number in range(60):  # enough for rows to move from page to page
        record = hold(f"gen_{number:02}", 0, (), account_id=account.id, started_at=long_ago)
        await house.journal.settle(settlement(record, 7, origin=f"https://told-{number:02}.example"))
    traces = [f"told-{number:02}".encode() for number in range(60)]
    assert [trace for trace in traces if trace not in raw(house)] == []
    await house.retention.choose(account.id, 90)
    assert [trace for trace in traces if trace not in raw(house)] == []
    await house.retention.choose(account.id, 30)
    assert [trace for trace in traces if trace in raw(house)] == []
    assert await house.ledger.spent(account.id) == 60 * 7
