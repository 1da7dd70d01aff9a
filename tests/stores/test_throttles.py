"""What the database keeps of tries: no name, and only while it counts."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.contracts.values import SetClock
from tests.databases import Databases

from satchel.ports.coordination import Limit
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.oauth_tables import throttles
from satchel.stores.sql.throttles import SqlLimiter

THREE = Limit(3, 10.0)


class House:
    """A database of one kind, and a clock."""

    def __init__(self, kind: str, url: str) -> None:
        self.kind = kind
        self.clock = SetClock()
        self.database = SqlDatabase(url, self.clock)

    def limiter(self) -> SqlLimiter:
        return SqlLimiter(self.database, self.clock)

    async def kept(self) -> list[str]:
        async with self.database.transaction() as transaction:
            return [repr(row) for row in await transaction.rows(select(throttles))]


@pytest.fixture(params=["sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[House]:
    built = House(request.param, await databases.fresh(request.param, tmp_path))
    yield built
    await built.database.aclose()


async def test_what_is_kept_names_nobody_and_goes_when_it_counts_no_more(house: House) -> None:
    limiter = house.limiter()
    for number in range(3):
        await limiter.take(f"sign-in:address:192.0.2.{number}", 1, THREE)
    assert ["192.0.2" in row for row in await house.kept()] == [False] * 3
    house.clock.moment += timedelta(seconds=61)
    await limiter.take("another", 1, THREE)
    assert len(await house.kept()) == 1


async def test_nobody_waits_for_a_bucket_that_somebody_holds(house: House) -> None:
    await house.limiter().take("held", 1, THREE)
    house.clock.moment += timedelta(seconds=61)
    async with house.database.transaction() as transaction:
        await transaction.rows(select(throttles).with_for_update())  # which SQLite does not know
        await house.limiter().take("another", 1, THREE)
        assert len(await house.kept()) == (2 if house.kind == "postgres" else 1)
    house.clock.moment += timedelta(seconds=61)
    await house.limiter().take("a third", 1, THREE)
    assert len(await house.kept()) == 1
