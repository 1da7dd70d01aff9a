"""How often something may be tried: in one process, and together with others of one database."""

import asyncio
from datetime import timedelta

import pytest

from satchel.coordination.memory import MemoryLimiter
from satchel.ports.coordination import Limit, Limiter
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.throttles import SqlLimiter

from .conftest import House

THREE = Limit(3, 10.0)


def limiters(house: House, count: int) -> list[Limiter]:
    """Return the limiters of so many processes; of the one in memory there is one only."""
    if isinstance(house.database, SqlDatabase):
        assert house.url is not None
        others = [SqlDatabase(house.url, house.clock) for _ in range(count - 1)]
        return [SqlLimiter(database, house.clock) for database in (house.database, *others)]
    return [MemoryLimiter(house.clock)] * count


async def closed(house: House, made: list[Limiter]) -> None:
    for each in made:
        if isinstance(each, SqlLimiter) and each._database is not house.database:
            await each._database.aclose()


def pass_by(house: House, seconds: float) -> None:
    house.clock.moment += timedelta(seconds=seconds)


async def test_a_refused_take_takes_nothing_and_says_when_to_come_back(house: House) -> None:
    (limiter,) = limiters(house, 1)
    assert (await limiter.take("b", 2, THREE)).allowed
    pass_by(house, 4)
    refused = await limiter.take("b", 2, THREE)
    assert (refused.allowed, refused.retry_after_s) == (False, pytest.approx(6.0))
    assert (await limiter.take("b", 1, THREE)).allowed
    assert (await limiter.take("other", 3, THREE)).allowed
    pass_by(house, 6)
    assert (await limiter.take("b", 2, THREE)).allowed
    assert not (await limiter.take("b", 4, THREE)).allowed


async def test_no_window_ever_holds_more_than_the_limit(house: House) -> None:
    (limiter,) = limiters(house, 1)
    taken: list[float] = []
    for tenth in range(60):
        if (await limiter.take("b", 1, Limit(3, 1.5))).allowed:
            taken.append(tenth / 10)
        pass_by(house, 0.1)
    assert taken[:3] == [0.0, 0.1, 0.2]
    assert all(later - earlier >= 1.45 for earlier, later in zip(taken, taken[3:], strict=False))
    assert len(taken) == 12


async def test_several_processes_let_through_no_more_than_one(house: House) -> None:
    made = limiters(house, 3)
    decisions = await asyncio.gather(*[made[number % 3].take("b", 1, THREE) for number in range(12)])
    assert [decision.allowed for decision in decisions].count(True) == 3
    pass_by(house, 10)
    assert (await made[2].take("b", 3, THREE)).allowed
    assert not (await made[0].take("b", 1, THREE)).allowed
    await closed(house, made)
