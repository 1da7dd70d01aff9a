"""Generations that the person wants forgotten: not listed any more, still counted, on every kind of store."""

from sqlalchemy import select

from satchel.domain.attempts import FailedAttempt
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.sql.async_engine import AsyncEngine
from satchel.stores.sql.engine import database_url
from satchel.stores.sql.tables import generations

from .conftest import House
from .values import DAY, NOW, hold, settlement

TELLING = {name: f"told-{name}" for name in ("reason", "native_reason", "error_code", "origin", "client_id", "grant_id", "requested_model")}


async def listed(house: House) -> list[str]:
    async with house.database.unit_of_work() as work:
        return [one.generation_id for one in await work.generations.list("acct_a", 10)]


async def test_a_forgotten_generation_is_not_listed_and_still_counted(house: House) -> None:
    for number, account_id in enumerate(["acct_a", "acct_a", "acct_a", "acct_b"]):
        record = hold(f"gen_{number}", 0, (), account_id=account_id, token_id="tok_1")
        await house.journal.settle(settlement(record, 10, origin=f"https://{number}.example", token_id="tok_1"))
    async with house.database.unit_of_work() as work:
        assert await work.generations.forget("acct_a", "gen_3") == 0
        assert await work.generations.forget("acct_a", "gen_1", "https://0.example") == 0
        assert await work.generations.forget("acct_a", "gen_1") == 1
        assert await work.generations.forget("acct_a", "gen_1") == 0
        assert await work.generations.forget("acct_a", origin="https://2.example") == 1
    assert await listed(house) == ["gen_0"]
    await house.journal.settle(settlement(hold("gen_1", 0, ()), 10))
    async with house.database.unit_of_work() as work:
        assert await work.generations.get("acct_a", "gen_1") is None
        assert await work.generations.since("acct_a", NOW - DAY) == (30, 3)
        assert list((await work.generations.by_token("acct_a", [NOW - DAY]))["tok_1"]) == [30]
        assert await work.generations.forget("acct_a") == 1
        assert await work.generations.get("acct_b", "gen_3") is not None
    assert await listed(house) == []


async def rows(house: House) -> str:
    """Return all that is kept of generations, as it lies there."""
    if isinstance(house.database, MemoryDatabase):
        return repr(house.database.state.tables.generations)
    assert house.url is not None
    engine = AsyncEngine(database_url(house.url))
    async with engine.connect() as connection:
        found = repr((await connection.execute(select(generations))).all())
    await engine.dispose()
    return found


async def test_nothing_that_tells_of_a_forgotten_generation_is_kept_in_its_row(house: House) -> None:
    told = {**TELLING, "model": "told-model", "provider": "told-provider", "dropped": ("told-dropped",)}
    told["failed_attempts"] = (FailedAttempt("other", "told-endpoint", "provider_timeout", 1),)
    await house.journal.settle(settlement(hold("gen_1", 0, ()), 10, **told))
    assert (await rows(house)).count("told-") == len(told)
    async with house.database.unit_of_work() as work:
        assert await work.generations.forget("acct_a") == 1
    left = await rows(house)
    assert "told-" not in left
    assert "gen_1" in left


async def test_what_is_older_than_a_moment_is_forgotten_as_by_hand_and_nothing_else(house: House) -> None:
    ages = {"gen_old": 9 * DAY, "gen_due": 3 * DAY, "gen_new": DAY}
    for name, age in ages.items():
        record = hold(name, 0, (), started_at=NOW - age)
        await house.journal.settle(settlement(record, 10, **TELLING))
    await house.journal.settle(settlement(hold("gen_b", 0, (), account_id="acct_b", started_at=NOW - 9 * DAY), 10))
    async with house.database.unit_of_work() as work:
        assert await work.generations.forget_older("acct_a", NOW - 2 * DAY, NOW - 4 * DAY) == 1
    assert await listed(house) == ["gen_new", "gen_old"]
    async with house.database.unit_of_work() as work:
        assert await work.generations.forget_older("acct_a", NOW - 2 * DAY) == 1
        assert await work.generations.forget_older("acct_a", NOW - DAY) == 0
        assert await work.generations.since("acct_a", NOW - 10 * DAY) == (30, 3)
        assert await work.generations.get("acct_b", "gen_b") is not None
    assert await listed(house) == ["gen_new"]
    assert (await rows(house)).count("told-") == len(TELLING)
