"""Pairings: decided once, used once, whoever comes at the same time, and read back as they were written."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from satchel.domain.budgets import Period
from satchel.domain.grants import BudgetCaveat, Caveats
from satchel.domain.pairings import Pairing, PairingState
from satchel.ports.oauth import OAuthRecords

from .conftest import House
from .values import DAY, NOW

PAIRING = Pairing("hash of the device's", "hash of the person's", "app", frozenset({"models"}), NOW, NOW + DAY, "fam_1", "192.0.2.1")


TERMS = Caveats(("a/m", "p:m"), BudgetCaveat(7, Period.WEEK), 3, NOW + DAY, True, ("model:prompt",), 9)


async def test_a_pairing_is_read_back_by_either_code_but_for_its_client_only(house: House) -> None:
    full = replace(PAIRING, device_hash="d2", user_hash="u2", origin="https://a.example")

    def work(records: OAuthRecords) -> None:
        records.pairings.add(PAIRING)
        records.pairings.add(full)
        records.pairings.note_poll("d2", NOW, 10)

    await house.oauth.run(work)
    noted = replace(full, polled_at=NOW, interval_s=10)
    assert await house.oauth.run(lambda records: records.pairings.by_user_code("u2")) == noted
    assert await house.oauth.run(lambda records: records.pairings.by_device_code("d2", "app")) == noted
    assert await house.oauth.run(lambda records: records.pairings.by_device_code("d2", "another app")) is None
    assert await house.oauth.run(lambda records: records.pairings.by_user_code("another")) is None
    assert await house.oauth.run(lambda records: records.pairings.by_user_code(PAIRING.user_hash)) == PAIRING


async def test_a_pairing_is_decided_once_and_used_once(house: House) -> None:
    def decide(number: int) -> "asyncio.Future[bool]":
        account_id = f"acct_{'ab'[number % 2]}"
        return asyncio.ensure_future(
            house.oauth.run(lambda records: records.pairings.decide(PAIRING.user_hash, account_id, NOW, allowed=True, caveats=TERMS))
        )

    await house.oauth.run(lambda records: records.pairings.add(PAIRING))
    assert not await house.oauth.run(lambda records: records.pairings.claim(PAIRING.device_hash)), "nobody has allowed it"
    assert sorted(await asyncio.gather(*[decide(number) for number in range(6)])) == [False] * 5 + [True]
    claims = await asyncio.gather(*[house.oauth.run(lambda records: records.pairings.claim(PAIRING.device_hash)) for _ in range(6)])
    assert sorted(claims) == [False] * 5 + [True]
    used = await house.oauth.run(lambda records: records.pairings.by_user_code(PAIRING.user_hash))
    assert used is not None
    assert (used.state, used.caveats) == (PairingState.USED, TERMS)


async def test_what_is_over_is_not_decided_and_then_forgotten(house: House) -> None:
    await house.oauth.run(lambda records: records.pairings.add(PAIRING))
    late = NOW + DAY
    assert not await house.oauth.run(lambda records: records.pairings.decide(PAIRING.user_hash, "acct_a", late, allowed=True))
    after = replace(PAIRING, device_hash="d2", user_hash="u2", created_at=late, expires_at=late + timedelta(minutes=10))
    await house.oauth.run(lambda records: records.pairings.add(after))
    assert await house.oauth.run(lambda records: records.pairings.by_user_code(PAIRING.user_hash)) is None


async def test_a_denied_pairing_is_not_claimed(house: House) -> None:
    await house.oauth.run(lambda records: records.pairings.add(PAIRING))
    assert await house.oauth.run(lambda records: records.pairings.decide(PAIRING.user_hash, "acct_a", NOW, allowed=False))
    assert not await house.oauth.run(lambda records: records.pairings.claim(PAIRING.device_hash))
