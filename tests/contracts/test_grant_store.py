"""Grants, read back as they were written, on every kind of store."""

import asyncio
from dataclasses import replace

from satchel.domain.budgets import Period
from satchel.domain.grants import BudgetCaveat, Caveats, GrantState

from .conftest import House
from .values import DAY, NOW, budget, grant


async def test_a_grant_is_read_back_with_all_its_caveats(house: House) -> None:
    caveats = Caveats(("author/slug", "author/ø"), BudgetCaveat(500, Period.WEEK), 30, NOW + DAY, True, ("model:prompt", "model:list"), 500)
    full = grant(embedder="https://top.example", state=GrantState.ONCE, caveats=caveats, last_used_at=NOW)
    async with house.database.unit_of_work() as work:
        assert await work.grants.put(full) == full
        assert await work.grants.put(grant("grant_2")) == grant("grant_2")
        assert await work.grants.get("acct_a", "grant_1") == full
        assert await work.grants.find("acct_a", "https://a.example", "https://top.example") == full
        assert await work.grants.find("acct_a", "https://a.example", None) == grant("grant_2")


async def test_a_grant_is_for_exactly_its_account_origin_and_embedder(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.grants.put(grant(embedder="https://top.example"))
        assert await work.grants.find("acct_a", "https://a.example", None) is None
        assert await work.grants.find("acct_a", "https://a.example:444", "https://top.example") is None
        assert await work.grants.find("acct_b", "https://a.example", "https://top.example") is None
        assert await work.grants.get("acct_b", "grant_1") is None
        assert not await work.grants.remove("acct_b", "grant_1")
        assert not await work.grants.consume("acct_b", "grant_1")


async def test_putting_a_grant_again_replaces_it_and_keeps_its_id(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.grants.put(grant("grant_1", caveats=Caveats(rate_per_minute=5)))
        kept = await work.grants.put(grant("grant_2", state=GrantState.BLOCKED, created_at=NOW + DAY))
        assert kept == grant("grant_1", state=GrantState.BLOCKED, created_at=NOW + DAY)
        assert await work.grants.list("acct_a") == [kept]


async def test_grants_are_listed_newest_first_by_origin_or_all(house: House) -> None:
    async with house.database.unit_of_work() as work:
        for number, origin in enumerate(("https://a.example", "https://b.example", "https://c.example")):
            await work.grants.put(grant(f"grant_{number}", origin=origin, created_at=NOW + number * DAY))
        assert [one.id for one in await work.grants.list("acct_a")] == ["grant_2", "grant_1", "grant_0"]
        assert {one.id for one in await work.grants.those(["grant_0", "grant_9"])} == {"grant_0"}
        assert [one.id for one in await work.grants.list("acct_a", "https://b.example")] == ["grant_1"]
        assert await work.grants.list("acct_b") == []


async def test_removing_a_grant_removes_its_budget(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.grants.put(grant())
        await work.budgets.put(budget("grant_1"))
        assert await work.grants.remove("acct_a", "grant_1")
        assert not await work.grants.remove("acct_a", "grant_1")
        assert await work.budgets.get("grant_1") is None


async def test_a_once_grant_is_used_up_by_exactly_one_of_many(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.grants.put(grant(state=GrantState.ONCE))
    used = await asyncio.gather(*[consume(house, "grant_1") for _ in range(20)])
    assert sorted(used) == [False] * 19 + [True]
    async with house.database.unit_of_work() as work:
        assert await work.grants.find("acct_a", "https://a.example", None) is None


async def test_a_grant_is_narrowed_only_as_it_was_seen_and_nothing_else_of_it_changes(house: House) -> None:
    caveats = Caveats(("author/slug",), BudgetCaveat(500, Period.WEEK), 30, NOW + DAY)
    seen, wide = grant(caveats=caveats), grant("grant_2", origin="https://b.example")
    narrow = replace(seen, caveats=replace(caveats, local_only=True), last_used_at=NOW + DAY, created_at=NOW + DAY)
    async with house.database.unit_of_work() as work:
        for one in (seen, wide):
            await work.grants.put(one)
            other = replace(one, account_id="acct_b")
            assert not await work.grants.swap(other, other)
        assert await work.grants.swap(wide, replace(wide, caveats=caveats))
        assert await work.grants.swap(seen, narrow)
        assert await work.grants.get("acct_a", "grant_1") == replace(seen, caveats=narrow.caveats)
        assert await work.grants.get("acct_a", "grant_2") == replace(wide, caveats=caveats)
        for changed in (seen, replace(narrow, state=GrantState.BLOCKED), replace(narrow, id="grant_3")):
            assert not await work.grants.swap(changed, seen)
        assert await work.grants.get("acct_a", "grant_1") == replace(seen, caveats=narrow.caveats)


async def test_other_grants_are_not_used_up(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.grants.put(grant())
    assert not await consume(house, "grant_1")
    async with house.database.unit_of_work() as work:
        assert await work.grants.get("acct_a", "grant_1") == grant()


async def consume(house: House, grant_id: str) -> bool:
    async with house.database.unit_of_work() as work:
        return await work.grants.consume("acct_a", grant_id)
