"""Pushed authorization requests: used once, whoever comes at the same time, and read back as they were written."""

import asyncio
from dataclasses import replace

from satchel.domain.pushes import Push

from .conftest import House
from .values import DAY, NOW

PUSH = Push("hash of the reference", "app", "client_id=app&scope=models", NOW + DAY, "thumbprint")


async def test_a_push_is_read_back_and_used_once(house: House) -> None:
    await house.oauth.run(lambda records: records.pushes.add(PUSH, NOW))
    assert await house.oauth.run(lambda records: records.pushes.get(PUSH.reference_hash)) == PUSH
    takes = await asyncio.gather(*[house.oauth.run(lambda records: records.pushes.take(PUSH.reference_hash)) for _ in range(6)])
    assert sorted(takes) == [False] * 5 + [True]
    assert await house.oauth.run(lambda records: records.pushes.get(PUSH.reference_hash)) is None


async def test_what_is_over_is_forgotten_with_the_next_one(house: House) -> None:
    await house.oauth.run(lambda records: records.pushes.add(PUSH, NOW))
    other = replace(PUSH, reference_hash="another", expires_at=NOW + 2 * DAY, key_hash=None)
    await house.oauth.run(lambda records: records.pushes.add(other, NOW + DAY))
    assert await house.oauth.run(lambda records: records.pushes.get(PUSH.reference_hash)) is None
    assert await house.oauth.run(lambda records: records.pushes.get("another")) == other
