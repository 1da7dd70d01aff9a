"""Used proofs of possession: one of many callers at the same time may use one, and it is remembered for as long as it would be good."""

import asyncio

from satchel.ports.proofs import UsedProofs
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.used_proofs import MemoryUsedProofs
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.used_proofs import SqlUsedProofs

from .conftest import House
from .values import DAY, NOW


def used_of(house: House) -> UsedProofs:
    """Return the store of this kind."""
    if isinstance(house.database, SqlDatabase):
        return SqlUsedProofs(house.database)
    assert isinstance(house.database, MemoryDatabase)
    return MemoryUsedProofs(house.database)


async def test_a_proof_is_used_once_among_eight_at_the_same_time_and_forgotten_at_its_end(house: House) -> None:
    used = used_of(house)
    assert sorted(await asyncio.gather(*[used.add("hash", NOW) for _ in range(8)])) == [False] * 7 + [True]
    assert await used.add("later", NOW + DAY)
    await used.remove_ended(NOW)
    assert await used.add("hash", NOW)
    assert not await used_of(house).add("later", NOW + DAY)
