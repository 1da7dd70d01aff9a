"""KEK versions: checked at the start, rotated while everything runs. What is broken stays as it is and holds nobody else up."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from satchel.custody.keyring import read_keyring
from satchel.custody.local import LocalCustody, kek_id_of
from satchel.domain.errors import VaultLocked
from satchel.domain.keys import Key, Secret, WrappedDek
from satchel.kit.ids import Ids
from satchel.ports.custody import KekRefused
from satchel.services.vault import Vault
from satchel.services.vault.keks import Keks
from satchel.stores.memory.database import MemoryDatabase

URL = "https://api.example.org/v1"


class TickingClock:
    """A clock that goes on a second whenever it is looked at."""

    def __init__(self) -> None:
        self.seconds = 0

    def now(self) -> datetime:
        self.seconds += 1
        return datetime.fromtimestamp(1_800_000_000 + self.seconds, UTC)

    def monotonic_s(self) -> float:
        return 0.0


class House:
    """A keyring file, a database, and any number of processes over them."""

    def __init__(self, folder: Path) -> None:
        self.keyring = folder / "keyring" / "kek"
        self.database = MemoryDatabase()
        self.clock = TickingClock()

    def custody(self) -> LocalCustody:
        return LocalCustody.from_keyring(self.keyring, "dep_1")

    def keks(self) -> Keks:
        return Keks(self.database, self.custody(), self.clock, Ids())

    def vault(self) -> Vault:
        return Vault(self.database, self.custody(), self.clock, Ids(), deployment_id="dep_1", enrol=self.keks().enrol)

    async def filled(self, accounts: int = 5) -> list[Key]:
        """Seal a key for each of some accounts."""
        vault = self.vault()
        return [await vault.add(f"acct_{number}", "openai", URL, secret(number)) for number in range(accounts)]

    async def open(self, keys: list[Key]) -> list[str]:
        """Open keys as a process does that has just started."""
        vault = self.vault()
        return [(await vault.open(key.account_id, key.id)).reveal() for key in keys]

    @property
    def deks(self) -> dict[tuple[str, int], WrappedDek]:
        return self.database.state.tables.deks


def secret(number: int) -> Secret:
    return Secret(f"sk-not-a-real-key-{number:04}")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    yield House(tmp_path)


async def test_the_first_key_writes_down_the_kek_and_a_start_without_keys_needs_none(house: House) -> None:
    await house.keks().check()
    assert await house.keks().status() == []
    await house.filled(1)
    (only,) = await house.keks().status()
    assert (only.id, only.kek and only.kek.state, only.wraps, only.in_custody) == (kek_of(house), "primary", 1, True)
    await house.keks().check()


async def test_rotation_wraps_every_data_key_anew_and_changes_no_key(house: House) -> None:
    keys = await house.filled()
    old = kek_of(house)
    sealed = dict(house.database.state.tables.keys)
    done = await house.keks().rotate(batch=2)
    assert (done.count, done.broken) == (5, [])
    assert kek_of(house) != old
    assert {dek.kek_id for dek in house.deks.values()} == {kek_of(house)}
    assert house.database.state.tables.keys == sealed
    assert await house.open(keys) == [secret(number).reveal() for number in range(5)]
    states = {each.id: (each.kek and each.kek.state, each.wraps) for each in await house.keks().status()}
    assert states == {kek_of(house): ("primary", 5), old: ("decrypt_only", 0)}


async def test_wrapping_anew_is_idempotent(house: House) -> None:
    await house.filled()
    await house.keks().rotate()
    before = dict(house.deks)
    assert (await house.keks().rewrap()).count == 0
    assert house.deks == before


async def test_a_rotation_that_was_broken_off_is_finished_and_no_further_kek_is_made(house: House) -> None:
    keys = await house.filled()
    old = dict(house.deks)
    await house.keks().rotate()
    for place in list(old)[2:]:
        house.deks[place] = old[place]
    assert (await house.keks().rotate()).count == 3
    assert len(read_keyring(house.keyring)) == 2
    assert await house.open(keys) == [secret(number).reveal() for number in range(5)]


async def test_a_kek_made_by_a_process_that_was_killed_at_once_is_taken_up_at_the_next_start(house: House) -> None:
    await house.filled()
    await house.custody().renew()
    await house.keks().check()
    assert [each.kek.state for each in await house.keks().status() if each.kek] == ["primary", "decrypt_only"]
    assert (await house.keks().rotate()).count == 5
    assert len(read_keyring(house.keyring)) == 2


async def test_a_server_that_runs_opens_and_seals_through_a_rotation(house: House) -> None:
    keys = await house.filled()
    server = house.vault()
    await house.keks().rotate()
    assert (await server.open(keys[0].account_id, keys[0].id)).reveal() == secret(0).reveal()
    late = await server.add("acct_late", "openai", URL, secret(9))
    assert house.deks["acct_late", 1].kek_id == kek_of(house)
    assert await house.open([late]) == [secret(9).reveal()]


async def test_a_broken_data_key_is_named_and_left_and_the_others_go_on(house: House) -> None:
    keys = await house.filled()
    broken = house.deks["acct_2", 1]
    house.deks["acct_2", 1] = broken = replace(broken, blob=broken.blob[:-1])
    done = await house.keks().rotate()
    assert done.broken == [broken]
    assert done.count == 4
    assert house.deks["acct_2", 1] == broken
    assert await house.keks().broken() == [broken]
    assert [key.id for key in (await house.vault().verify(batch=2)).broken] == [keys[2].id]
    assert await house.open([key for key in keys if key.account_id != "acct_2"])
    kek = kek_of(house)
    assert (await house.keks().rotate()).count == 4, "what does not open keeps nobody from rotating again"
    assert kek_of(house) != kek


@pytest.mark.parametrize("what", ["account", "key", "endpoint", "truncated", "flipped"])
async def test_a_key_that_was_swapped_or_cut_is_named_and_the_others_open(house: House, what: str) -> None:
    keys = await house.filled(3)
    table = house.database.state.tables.keys
    one, two = keys[0], keys[1]
    assert one.sealed
    changed = {
        "account": replace(two, account_id=one.account_id),
        "key": replace(two, sealed=one.sealed),
        "endpoint": replace(two, base_url="https://evil.example/v1", endpoint_origin="https://evil.example:443"),
        "truncated": replace(two, sealed=one.sealed[:40]),
        "flipped": replace(two, sealed=bytes([*one.sealed[:50], one.sealed[50] ^ 4, *one.sealed[51:]])),
    }[what]
    table[two.id] = changed
    assert [key.id for key in (await house.vault().verify()).broken] == [two.id]
    assert await house.open([keys[0], keys[2]]) == [secret(0).reveal(), secret(2).reveal()]
    with pytest.raises(VaultLocked):
        await house.vault().open(changed.account_id, two.id)
    assert table[two.id] == changed


async def test_data_keys_swapped_between_accounts_do_not_open(house: House) -> None:
    await house.filled(2)
    one, two = house.deks["acct_0", 1], house.deks["acct_1", 1]
    house.deks["acct_0", 1], house.deks["acct_1", 1] = replace(one, blob=two.blob), replace(two, blob=one.blob)
    assert len(await house.keks().broken()) == 2
    assert len((await house.vault().verify()).broken) == 2


async def test_every_bit_of_a_wrapped_data_key_counts(house: House) -> None:
    await house.filled(1)
    dek, custody = house.deks["acct_0", 1], house.custody()
    keks = Keks(house.database, custody, house.clock, Ids())
    opened = 0
    for at in range(len(dek.blob) * 8):
        flipped = bytearray(dek.blob)
        flipped[at // 8] ^= 1 << at % 8
        house.deks["acct_0", 1] = replace(dek, blob=bytes(flipped))
        opened += not await keks.broken()
    assert opened == 0


async def test_another_kek_stops_the_start_and_changes_nothing(house: House) -> None:
    await house.filled()
    before = house.database.state.tables.copy()
    house.keyring.unlink()
    with pytest.raises(KekRefused, match="put it back"):
        await house.keks().check()
    assert house.database.state.tables == before


async def test_an_old_kek_that_still_wraps_is_needed_and_one_that_wraps_nothing_is_not(house: House) -> None:
    await house.filled()
    old = dict(house.deks)
    await house.keks().rotate()
    rotated = dict(house.deks)
    only_the_new_one(house)
    house.deks["acct_3", 1] = old["acct_3", 1]
    with pytest.raises(KekRefused, match=old["acct_3", 1].kek_id):
        await house.keks().check()
    house.deks["acct_3", 1] = rotated["acct_3", 1]
    await house.keks().check()
    await house.keks().rewrap()
    assert [each.kek.state for each in await house.keks().status() if each.kek] == ["primary", "destroyed"]


async def test_a_changed_canary_stops_the_start(house: House) -> None:
    await house.filled(1)
    ((kek_id, kek),) = house.database.state.tables.keks.items()
    house.database.state.tables.keks[kek_id] = replace(kek, canary=kek.canary[:-1] + b"\0")
    with pytest.raises(KekRefused, match="canary"):
        await house.keks().check()


async def test_the_database_of_another_deployment_stops_the_start(house: House) -> None:
    await house.filled(1)
    with pytest.raises(KekRefused, match="another deployment"):
        await Keks(house.database, LocalCustody.from_keyring(house.keyring, "dep_2"), house.clock, Ids()).check()


def only_the_new_one(house: House) -> None:
    house.keyring.write_text(house.keyring.read_text().splitlines()[0])
    assert stat.S_IMODE(house.keyring.stat().st_mode) == 0o600


def kek_of(house: House) -> str:
    return kek_id_of(read_keyring(house.keyring)[0])
