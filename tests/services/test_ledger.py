"""The ledger, read."""

from satchel.domain.searches import Search
from satchel.services.ledger import Ledger

from .house import ACCOUNT, NUSD, ORIGIN, House


async def test_entries_come_newest_first_by_page_and_by_origin(house: House) -> None:
    ledger = Ledger(house.database, house.clock, house.budgets.flush)
    await house.allow()
    for origin in (ORIGIN, None, ORIGIN):
        house.clock.pass_time(1)
        await house.collect(house.call(origin=origin))
    await house.entries()
    first = await ledger.recent(ACCOUNT, 2)
    assert [entry.generation_id for entry in first] == ["gen_13", "gen_12"]
    rest = await ledger.recent(ACCOUNT, 2, before=(first[-1].started_at, first[-1].generation_id))
    assert [entry.generation_id for entry in rest] == ["gen_11"]
    assert [entry.generation_id for entry in await ledger.recent(ACCOUNT, 9, Search(ORIGIN))] == ["gen_13", "gen_11"]


async def test_an_entry_belongs_to_its_account(house: House) -> None:
    ledger = Ledger(house.database, house.clock, house.budgets.flush)
    await house.collect(house.call(origin=None))
    await house.entries()
    assert (await ledger.get(ACCOUNT, "gen_11")) is not None
    assert (await ledger.get("acct_2", "gen_11")) is None


async def test_today_begins_at_midnight_utc(house: House) -> None:
    ledger = Ledger(house.database, house.clock, house.budgets.flush)
    await house.collect(house.call(origin=None))
    await house.entries()
    assert await ledger.today(ACCOUNT) == (2 * NUSD, 1)
    house.clock.pass_time(12 * 3600)
    assert await ledger.today(ACCOUNT) == (0, 0)


async def test_whoever_saw_the_end_finds_the_entry_however_slow_the_disk(house: House) -> None:
    ledger = Ledger(house.database, house.clock, house.budgets.flush)
    await house.allow()
    house.journal.settling_takes_s = 0.1
    call = house.call()
    await house.collect(call)
    entry = await ledger.get(ACCOUNT, call.id)
    assert entry is not None
