"""Ties between accounts and authorities: a person elsewhere is tied once, whoever comes at the same time."""

import asyncio
from dataclasses import replace

from satchel.domain.authorities import Tie

from .conftest import House
from .values import DAY, NOW

TIE = Tie("tie_1", "acct_a", "https://id.example", "person-1", NOW, NOW, "a@example.org")


async def test_a_tie_is_read_back_listed_and_removed_by_its_own_account(house: House) -> None:
    later = replace(TIE, id="tie_2", subject="person-2", created_at=NOW + DAY)
    async with house.database.unit_of_work() as work:
        assert await work.ties.add(later)
        assert await work.ties.add(TIE)
        await work.ties.touch("tie_1", NOW + DAY)
    async with house.database.unit_of_work() as work:
        assert await work.ties.of_subject("https://id.example", "person-1") == replace(TIE, last_used_at=NOW + DAY)
        assert await work.ties.of_subject("https://other.example", "person-1") is None
        assert [tie.id for tie in await work.ties.list("acct_a")] == ["tie_1", "tie_2"]
        assert await work.ties.list("acct_b") == []
        assert not await work.ties.remove("acct_b", "tie_1")
        assert await work.ties.remove("acct_a", "tie_1")
        assert not await work.ties.remove("acct_a", "tie_1")


async def test_of_several_who_tie_one_person_at_once_one_wins(house: House) -> None:
    async def tie(number: int) -> bool:
        async with house.database.unit_of_work() as work:
            return await work.ties.add(replace(TIE, id=f"tie_{number}", account_id=f"acct_{'ab'[number % 2]}"))

    assert sorted(await asyncio.gather(*[tie(number) for number in range(6)])) == [False] * 5 + [True]
