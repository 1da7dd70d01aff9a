"""A vault that is open in several processes at once: what one of them ends, ends in all."""

import asyncio
from dataclasses import replace

import pytest
from tests.services.locked_house import ME, OTHER_CLIENT, SECRET, House

from satchel.coordination.memory import MemoryLimiter
from satchel.domain.accounts import Account
from satchel.domain.errors import NotReady, VaultLocked
from satchel.domain.keys import Key
from satchel.kit.ids import Ids
from satchel.services.accounts import Accounts
from satchel.stores.memory.database import MemoryDatabase


@pytest.fixture
def here() -> House:
    return House()


async def twice(here: House) -> tuple[House, Key]:
    """Open a locked vault in two processes over one database; return the other process, and a key."""
    key = await here.add()
    await here.switch_on()
    there = House(here.database, here.custody)
    await there.unlock()
    assert [await house.open(key) for house in (here, there)] == [SECRET.reveal()] * 2
    return there, key


async def test_a_lock_by_hand_closes_it_everywhere_even_if_it_was_opened_again_before_that_is_heard(here: House) -> None:
    there, key = await twice(here)
    await here.locked_mode.lock(ME)
    await here.unlock()
    await there.locked_mode.hear_of_others()
    with pytest.raises(VaultLocked):
        await there.open(key)
    await here.locked_mode.hear_of_others()
    assert await here.open(key) == SECRET.reveal()


async def test_whoever_opened_it_before_a_lock_elsewhere_has_it_open_no_more_once_another_opens_it(here: House) -> None:
    there, key = await twice(here)
    await here.locked_mode.lock(ME)
    await there.unlock(OTHER_CLIENT)
    assert await there.open(key, OTHER_CLIENT) == SECRET.reveal()
    with pytest.raises(VaultLocked):
        await there.open(key)


async def test_another_password_closes_it_everywhere(here: House) -> None:
    there, key = await twice(here)
    async with here.database.unit_of_work() as stores:
        await stores.accounts.add(Account("acct_a", "a@example.org", here.clock.now()))
    accounts = Accounts(here.database, MemoryLimiter(here.clock), here.bus, here.clock, Ids())
    await accounts.change_password("acct_a", "another long password", "")
    await asyncio.sleep(0)
    await there.locked_mode.hear_of_others()
    for house in (here, there):
        with pytest.raises(VaultLocked):
            await house.open(key)


async def test_a_data_key_that_is_changed_or_deleted_elsewhere_is_wiped(here: House) -> None:
    there, key = await twice(here)
    remembered = there.vault.opened.live("acct_a")
    assert remembered
    await here.locked_mode.switch_off(ME)
    await there.locked_mode.hear_of_others()
    assert remembered.dek == bytearray(32)
    assert await there.open(key) == SECRET.reveal()
    remembered = there.vault.opened.live("acct_a")
    assert remembered
    async with here.database.unit_of_work() as stores:
        await stores.accounts.remove_wraps("acct_a")
    await there.locked_mode.hear_of_others()
    assert (remembered.dek, there.vault.opened.live("acct_a")) == (bytearray(32), None)


async def test_nothing_changes_while_nothing_was_changed_or_the_database_is_away(here: House, monkeypatch: pytest.MonkeyPatch) -> None:
    there, key = await twice(here)
    await there.add(replace(ME, account_id="acct_b"))
    for house in (here, there):
        await house.locked_mode.hear_of_others()
        assert await house.open(key) == SECRET.reveal()
    assert there.vault.opened.live("acct_b")
    assert there.locked_mode.credentials() == {ME.token_id}
    await here.locked_mode.lock(ME)

    def away(_: MemoryDatabase) -> None:
        raise NotReady("away")

    with monkeypatch.context() as patch:
        patch.setattr(MemoryDatabase, "unit_of_work", away)
        await there.locked_mode.hear_of_others()
    assert there.vault.opened.live("acct_a")
