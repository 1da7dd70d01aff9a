"""For how long a locked vault stays open, and for whom: each client has its own time."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from satchel.domain.audit import Act
from satchel.domain.errors import KeyMissing, MalformedRequest, NotReady, VaultLocked
from satchel.ports.coordination import TOKENS_TOPIC, VAULTS_TOPIC, account_topic
from satchel.ports.stores import UnitOfWork
from satchel.services.vault.opened import IDLE_S, UNLOCKED_S
from satchel.stores.memory.database import MemoryDatabase, MemoryStores

from .locked_house import ME, OTHER_CLIENT, SECRET, House


@pytest.fixture
def house() -> House:
    """Return a vault, its locked mode, and clients."""
    return House()


async def test_it_locks_itself_when_nobody_uses_it_and_in_any_case_after_twelve_hours(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    remembered = house.vault.opened.live("acct_a")
    assert remembered
    for _ in range(3):
        house.clock.seconds += IDLE_S - 1
        await house.open(key)
    house.clock.seconds += IDLE_S
    with pytest.raises(VaultLocked):
        await house.open(key)
    assert remembered.dek == bytearray(32)
    state = await house.unlock()
    ends_s = house.clock.seconds + UNLOCKED_S
    assert state.until_at == house.clock.now() + timedelta(seconds=UNLOCKED_S)
    while house.clock.seconds + IDLE_S - 1 < ends_s:
        house.clock.seconds += IDLE_S - 1
        await house.open(key)
    house.clock.seconds = ends_s
    with pytest.raises(VaultLocked):
        await house.open(key)


async def test_it_stays_open_unused_for_as_long_as_each_client_said_for_itself(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    assert (await house.unlock(idle_s=60)).idle_s == 60
    assert (await house.unlock(OTHER_CLIENT, idle_s=14_400)).idle_s == 14_400
    assert (await house.locked_mode.state(ME)).idle_s == 60
    for _ in range(2):
        house.clock.seconds += 59
        await house.open(key)
    for _ in range(2):
        house.clock.seconds += 30
        assert await house.open(key, OTHER_CLIENT) == SECRET.reveal()
    with pytest.raises(VaultLocked):
        await house.open(key)
    assert not (await house.locked_mode.state(ME)).unlocked
    assert not house.vault.opened.was_just_brought("acct_a", ME.client)
    house.clock.seconds += 14_399
    assert await house.open(key, OTHER_CLIENT) == SECRET.reveal()
    house.clock.seconds += 14_400
    with pytest.raises(VaultLocked):
        await house.open(key, OTHER_CLIENT)


async def test_no_client_makes_anothers_twelve_hours_longer(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    mine = await house.unlock(idle_s=14_400)
    house.clock.seconds += 14_000
    await house.open(key)
    theirs = await house.unlock(OTHER_CLIENT, idle_s=14_400)
    assert theirs.until_at
    assert mine.until_at
    assert (await house.locked_mode.state(ME)).until_at == mine.until_at < theirs.until_at
    for _ in range(2):
        house.clock.seconds += 14_000
        await house.open(key)
        await house.open(key, OTHER_CLIENT)
    house.clock.seconds += UNLOCKED_S - 42_000
    with pytest.raises(VaultLocked):
        await house.open(key)
    assert await house.open(key, OTHER_CLIENT) == SECRET.reveal()


async def test_whoever_is_let_in_by_another_uses_what_that_one_wished(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    await house.unlock(idle_s=60, everywhere=True)
    house.clock.seconds += 59
    await house.open(key, OTHER_CLIENT)
    assert (await house.locked_mode.state(OTHER_CLIENT)).idle_s == 60
    house.clock.seconds += 59
    await house.open(key)
    house.clock.seconds += 60
    for who in (ME, OTHER_CLIENT):
        with pytest.raises(VaultLocked):
            await house.open(key, who)


async def test_a_credential_that_ends_locks_for_whoever_has_idled_too_long(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    await house.unlock(idle_s=60)
    await house.unlock(OTHER_CLIENT)
    remembered = house.vault.opened.live("acct_a")
    house.clock.seconds += 60
    house.bus.publish(TOKENS_TOPIC, {"token_id": OTHER_CLIENT.token_id})
    await asyncio.sleep(0)
    assert remembered
    assert remembered.dek == bytearray(32)
    with pytest.raises(VaultLocked):
        await house.open(key, OTHER_CLIENT)


async def test_the_servers_own_looks_do_not_keep_it_open(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    house.clock.seconds += IDLE_S - 1
    assert (await house.vault.open("acct_a", key.id)).reveal() == SECRET.reveal()
    house.clock.seconds += 1
    with pytest.raises(VaultLocked):
        await house.vault.open("acct_a", key.id)


async def test_of_two_that_let_others_in_the_one_that_lasts_longest_is_used(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    await house.unlock(idle_s=60, everywhere=True)
    await house.unlock(OTHER_CLIENT, idle_s=120, everywhere=True)
    third = replace(ME, token_id="tok_3", family_id="fam_3")
    for _ in range(2):
        house.clock.seconds += 100
        assert await house.open(key, third) == SECRET.reveal()
        assert (await house.locked_mode.state(third)).idle_s == 120
    with_me = await house.locked_mode.state(ME)
    assert (with_me.unlocked, with_me.everywhere, with_me.idle_s) == (True, True, 120), "by the other's, its own is over"
    house.clock.seconds += 120
    assert not (await house.locked_mode.state(third)).unlocked


async def test_what_a_client_leaves_open_ends_by_its_own_time_when_another_signs_out(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    await house.unlock(idle_s=60)
    await house.unlock(OTHER_CLIENT, idle_s=14_400)
    house.bus.publish(TOKENS_TOPIC, {"token_id": OTHER_CLIENT.token_id})
    await asyncio.sleep(0)
    assert await house.open(key) == SECRET.reveal()
    opened = house.vault.opened.live("acct_a")
    assert opened
    assert opened.ends_s == house.clock.seconds + 60
    assert opened.timer
    assert opened.timer.when() <= asyncio.get_running_loop().time() + 60
    house.clock.seconds += 60
    assert house.vault.opened.live("acct_a") is None
    assert opened.dek == bytearray(32)


async def test_it_is_wiped_when_its_time_is_over_though_nobody_asks(house: House) -> None:
    opened, dek = house.vault.opened, bytearray(b"k" * 32)
    opened.unlock("acct_a", dek, "dek_1", client="fam_1", credential="tok_1", everywhere=False, idle_s=0.02)
    await asyncio.sleep(0.05)  # the timer has looked, and the clock stands still
    assert dek == bytearray(b"k" * 32)
    house.clock.seconds += 0.02
    async with asyncio.timeout(10):
        while dek != bytearray(32):
            await asyncio.sleep(0.005)
    assert not opened.forget("acct_a")


async def test_starting_over_forgets_what_the_vault_holds_and_nothing_of_others(house: House) -> None:
    key, told = await house.add(), []
    with pytest.raises(MalformedRequest, match="not in locked mode"):
        await house.locked_mode.start_over(ME)
    await house.switch_on()
    other = replace(ME, account_id="acct_b")
    kept = await house.add(other)
    house.bus.subscribe(account_topic("acct_a"), told.append)
    state = await house.locked_mode.start_over(ME)
    assert (state.mode, state.unlocked) == ("managed", True)
    await asyncio.sleep(0)
    assert [message["event"] for message in told] == ["keys_changed", "vault_changed"]
    assert all(message["data"] == {} for message in told)
    tables = house.database.state.tables
    assert {each.account_id for each in tables.keys.values()} == {each.account_id for each in tables.deks.values()} == {"acct_b"}
    assert not tables.dek_wraps
    with pytest.raises(KeyMissing):
        await house.open(key)
    assert await house.open(kept, other) == SECRET.reveal()
    async with house.database.unit_of_work() as stores:
        (record,) = [each for each in await stores.audit.list("acct_a", 10) if each.act is Act.VAULT_STARTED_OVER]
    assert (record.subject[:4], record.about) == ("dek_", "Portal")


class TornDatabase(MemoryDatabase):
    """A database that fails to keep a unit of work, or lets something happen just before it does."""

    before_keeping: Callable[[], None] | None = None

    @asynccontextmanager
    async def _torn(self) -> AsyncGenerator[MemoryStores, None]:
        async with super().unit_of_work() as stores:
            yield stores
            if self.before_keeping is not None and [*self.state.tables.audit.values()][-1].act is Act.VAULT_UNLOCKED:
                self.before_keeping()
                await asyncio.sleep(0)

    def unit_of_work(self) -> UnitOfWork:
        return self._torn()


def fail() -> None:
    raise NotReady("the database went away")


async def test_nothing_is_open_when_that_it_was_unlocked_could_not_be_written_down() -> None:
    database = TornDatabase()
    house = House(database)
    key = await house.add()
    await house.switch_on()
    await house.locked_mode.lock(ME)
    database.before_keeping = fail
    with pytest.raises(NotReady):
        await house.unlock()
    assert house.vault.opened.live("acct_a") is None
    with pytest.raises(VaultLocked):
        await house.open(key)
    database.before_keeping = None
    await house.unlock()
    assert await house.open(key) == SECRET.reveal()


@pytest.mark.parametrize(
    ("topic", "over"), [(TOKENS_TOPIC, {"token_id": "tok_1"}), (VAULTS_TOPIC, {"account_id": "acct_a", "process": "another"})], ids=str
)
async def test_what_ends_while_an_unlocking_is_written_down_stays_locked(topic: str, over: Mapping[str, str]) -> None:
    database = TornDatabase()
    house = House(database)
    key = await house.add()
    await house.switch_on()
    await house.locked_mode.lock(ME)
    database.before_keeping = lambda: house.bus.publish(topic, over)
    with pytest.raises(MalformedRequest, match="meanwhile"):
        await house.unlock()
    with pytest.raises(VaultLocked):
        await house.open(key)
