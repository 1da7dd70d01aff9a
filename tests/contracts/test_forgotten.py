"""Generations that the person wants forgotten: not listed any more, still counted, on every kind of store."""

from .conftest import House
from .values import DAY, NOW, hold, settlement


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
