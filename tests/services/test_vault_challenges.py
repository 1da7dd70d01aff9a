"""Bringing a data key: for whom, for what, how long, how often."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.vault_client import letter, raw

from satchel.domain.accounts import Principal
from satchel.domain.errors import MalformedRequest, RateLimited
from satchel.domain.vault import VaultState
from satchel.services.vault.challenges import CHALLENGE_S, NODE_KEY_S

from .locked_house import ME, OTHER_CLIENT, House, wire


@pytest.fixture
def house() -> House:
    return House()


@pytest.mark.parametrize(
    "change",
    [
        {"client": "fam_2"},
        {"account_id": "acct_b"},
        {"deployment_id": "dep_2"},
        {"dek_id": "dek_other"},
        {"unlock_id": "unlock_other"},
        {"expires_s": 1},
    ],
    ids=str,
)
async def test_a_letter_for_anything_else_does_not_open(house: House, change: Mapping[str, object]) -> None:
    dek = await house.switch_on()
    await house.locked_mode.lock(ME)
    challenge = wire(await house.locked_mode.begin_unlock(ME))
    with pytest.raises(MalformedRequest):
        await house.locked_mode.unlock(ME, challenge["unlock_id"], raw(letter(challenge, dek, **change)), everywhere=False)
    assert not (await house.locked_mode.state(ME)).unlocked


async def test_a_challenge_is_good_once_for_its_client_and_for_a_minute(house: House) -> None:
    dek = await house.switch_on()

    async def bring(challenge: Mapping[str, Any], who: Principal) -> VaultState:
        return await house.locked_mode.unlock(who, challenge["unlock_id"], raw(letter(challenge, dek)), everywhere=False)

    challenge = wire(await house.locked_mode.begin_unlock(ME))
    with pytest.raises(MalformedRequest):
        await bring(challenge, OTHER_CLIENT)
    challenge = wire(await house.locked_mode.begin_unlock(ME))
    await bring(challenge, ME)
    with pytest.raises(MalformedRequest):
        await bring(challenge, ME)
    challenge = wire(await house.locked_mode.begin_unlock(ME))
    house.clock.seconds += CHALLENGE_S
    with pytest.raises(MalformedRequest):
        await bring(challenge, ME)


async def test_five_wrong_keys_lock_an_open_vault(house: House) -> None:
    await house.switch_on()
    for tries in range(5):
        assert (await house.locked_mode.state(ME)).unlocked, tries
        challenge = wire(await house.locked_mode.begin_unlock(ME))
        with pytest.raises(MalformedRequest):
            await house.locked_mode.unlock(ME, challenge["unlock_id"], raw(letter(challenge, bytes(32))), everywhere=True)
    assert not (await house.locked_mode.state(ME)).unlocked


async def test_beginnings_are_limited(house: House) -> None:
    await house.switch_on()
    with pytest.raises(RateLimited):
        for _ in range(100):
            await house.locked_mode.begin_unlock(ME)


async def test_the_servers_key_is_made_anew_every_hour_and_what_was_begun_before_still_ends(house: House) -> None:
    dek = await house.switch_on()
    first = wire(await house.locked_mode.begin_unlock(ME))
    again = wire(await house.locked_mode.begin_unlock(ME))
    house.clock.seconds += NODE_KEY_S - 1
    late = wire(await house.locked_mode.begin_unlock(ME))
    house.clock.seconds += 1
    new = wire(await house.locked_mode.begin_unlock(ME))
    assert first["node_key"] == again["node_key"] == late["node_key"] != new["node_key"]
    state = await house.locked_mode.unlock(ME, late["unlock_id"], raw(letter(late, dek)), everywhere=False)
    assert state.unlocked
