"""The vault: what goes in comes out, for its owner, to its origin, and for no one and nowhere else."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.yardstick import awaited_cost_us

from satchel.custody.local import LocalCustody
from satchel.domain.errors import KeyMissing, MalformedRequest, VaultLocked
from satchel.domain.keys import NO_SECRET, Key, Secret, Wrap, earlier_twin
from satchel.kit.ids import Ids
from satchel.services.vault import DEK_LIFE_S, Vault, endpoint_origin
from satchel.services.vault.keks import Keks
from satchel.stores.memory.database import MemoryDatabase

KEK = bytes((37 * n + 11) ** 2 % 251 for n in range(32))
URL = "https://api.example.org/v1"
SECRET = Secret("sk-not-a-real-key-0123456789")


class SetClock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 25, tzinfo=UTC)

    def monotonic_s(self) -> float:
        return self.seconds


class CountingCustody:
    """Custody that counts, and can be taken away."""

    def __init__(self) -> None:
        self.inner = LocalCustody([KEK], "dep_1")
        self.unwraps = 0
        self.away = False

    async def known(self) -> Sequence[str]:
        return await self.inner.known()

    async def wrap(self, dek: bytes, context: tuple[str, ...]) -> Wrap:
        return await self.inner.wrap(dek, context)

    async def aclose(self) -> None:
        await self.inner.aclose()

    async def renew(self) -> None:
        await self.inner.renew()

    async def unwrap(self, wrap: Wrap, context: tuple[str, ...]) -> bytearray:
        await asyncio.sleep(0)
        self.unwraps += 1
        if self.away:
            raise VaultLocked("away")
        return await self.inner.unwrap(wrap, context)


class House:
    """A vault and everything around it."""

    def __init__(self) -> None:
        self.database = MemoryDatabase()
        self.custody = CountingCustody()
        self.clock = SetClock()
        self.vault = self.another()

    def another(self, deployment_id: str = "dep_1") -> Vault:
        """Return a vault over the same rows, with nothing remembered."""
        keks = Keks(self.database, self.custody, self.clock, Ids())
        return Vault(self.database, self.custody, self.clock, Ids(), deployment_id=deployment_id, enrol=keks.enrol)

    def tamper(self, key: Key, **changes: object) -> None:
        """Change a row behind the vault's back."""
        self.database.state.tables.keys[key.id] = replace(key, **changes)  # type: ignore[arg-type]


@pytest.fixture
def house() -> House:
    return House()


async def test_a_key_opens_to_what_was_added(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL + "/", SECRET, label="work")
    assert (await house.vault.open("acct_a", key.id)).reveal() == SECRET.reveal()
    assert (await house.another().open("acct_a", key.id, URL)).reveal() == SECRET.reveal()
    assert (key.base_url, key.endpoint_origin, key.last4, key.label) == (URL, "https://api.example.org:443", "6789", "work")
    assert await house.vault.list("acct_a") == [key]
    assert await house.vault.list("acct_b") == []


async def test_e1_nothing_that_is_kept_holds_the_secret(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    tables = house.database.state.tables
    assert key.sealed
    assert SECRET.reveal().encode() not in key.sealed
    assert SECRET.reveal() not in repr((house.vault, tables, vars(house.vault)))


async def test_two_seals_of_one_secret_have_nothing_in_common(house: House) -> None:
    first = await house.vault.add("acct_a", "openai", URL, SECRET)
    second = await house.vault.add("acct_a", "openai", URL, SECRET)
    assert first.sealed
    assert second.sealed
    assert first.sealed[1:65] != second.sealed[1:65]


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "https://evil.example/v1"},
        {"base_url": "https://evil.example/v1", "endpoint_origin": "https://evil.example:443"},
        {"base_url": "http://api.example.org/v1", "endpoint_origin": "http://api.example.org:80"},
        {"base_url": "https://api.example.org:444/v1", "endpoint_origin": "https://api.example.org:444"},
        {"base_url": "https://api.example.org@evil.example/v1"},
        {"base_url": "nonsense"},
        {"provider": "other"},
        {"secret_version": 2},
        {"dek_id": "dek_other"},
        {"dek_id": None},
        {"sealed": b""},
        {"sealed": b"\x01" + bytes(144)},
    ],
    ids=str,
)
async def test_a_changed_row_does_not_open_and_stays_as_it_is(house: House, changes: dict[str, object]) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    house.tamper(key, **changes)
    before = house.database.state.tables.copy()
    with pytest.raises(VaultLocked) as refused:
        await house.another().open("acct_a", key.id)
    assert house.database.state.tables == before
    assert SECRET.reveal() not in str(refused.value)


async def test_a_row_moved_to_another_account_or_id_does_not_open(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    await house.vault.add("acct_b", "openai", URL, SECRET)
    house.database.state.tables.keys["key_moved"] = replace(key, id="key_moved")
    house.tamper(key, account_id="acct_b")
    with pytest.raises(VaultLocked):
        await house.vault.open("acct_b", key.id)
    with pytest.raises(VaultLocked):
        await house.vault.open("acct_a", "key_moved")


async def test_c1_a_key_is_never_opened_for_another_origin(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    assert (await house.vault.open("acct_a", key.id, "https://api.example.org/other/path")).reveal()
    for elsewhere in ("https://evil.example/v1", "http://api.example.org/v1", "https://api.example.org:8443/v1", ""):
        with pytest.raises(VaultLocked):
            await house.vault.open("acct_a", key.id, elsewhere)


async def test_another_deployment_does_not_open_it(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    with pytest.raises(VaultLocked):
        await house.another("dep_2").open("acct_a", key.id)


async def test_a_changed_data_key_locks_the_account_and_is_not_replaced(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    ((place, dek),) = house.database.state.tables.deks.items()
    changed = replace(dek, blob=dek.blob[:-1] + bytes([dek.blob[-1] ^ 1]))
    house.database.state.tables.deks[place] = changed
    with pytest.raises(VaultLocked):
        await house.another().open("acct_a", key.id)
    with pytest.raises(VaultLocked):
        await house.another().add("acct_a", "openai", URL, SECRET)
    assert house.database.state.tables.deks[place] == changed


async def test_a_keyless_server_needs_no_data_key(house: House) -> None:
    key = await house.vault.add("acct_a", "custom", "http://127.0.0.1:8080", NO_SECRET, label="lab")
    assert await house.vault.open("acct_a", key.id) == NO_SECRET
    assert (key.sealed, key.last4, house.database.state.tables.deks) == (None, None, {})


async def test_a_removed_key_is_gone_at_once(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    await house.vault.open("acct_a", key.id)
    assert not await house.vault.remove("acct_b", key.id)
    assert await house.vault.remove("acct_a", key.id)
    with pytest.raises(KeyMissing):
        await house.vault.open("acct_a", key.id)


async def test_one_account_cannot_open_the_key_of_another(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    with pytest.raises(KeyMissing):
        await house.vault.open("acct_b", key.id)


async def test_a_fingerprint_tells_equal_secrets_of_one_account_and_nothing_to_others(house: House) -> None:
    first = await house.vault.add("acct_a", "openai", URL, SECRET)
    again = await house.another().add("acct_a", "openai", URL, SECRET)
    others = [await house.vault.add("acct_b", "openai", URL, SECRET), await house.vault.add("acct_a", "openai", URL, Secret("sk-another"))]
    assert first.fingerprint == again.fingerprint
    assert len({first.fingerprint, *(key.fingerprint for key in others)}) == 3
    assert first.fingerprint != hashlib.sha256(SECRET.reveal().encode()).hexdigest()[:32]
    assert (earlier_twin(again, [first, again]), earlier_twin(first, [first, again])) == (first.id, None)


async def test_many_callers_at_once_cost_one_unwrap(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    vault, house.custody.unwraps = house.another(), 0
    opened = await asyncio.gather(*[vault.open("acct_a", key.id) for _ in range(50)])
    assert {secret.reveal() for secret in opened} == {SECRET.reveal()}
    assert house.custody.unwraps == 1


async def test_several_first_keys_at_once_share_one_data_key(house: House) -> None:
    keys = await asyncio.gather(*[house.another().add("acct_a", "openai", URL, SECRET) for _ in range(8)])
    assert len(house.database.state.tables.deks) == 1
    for key in keys:
        assert (await house.vault.open("acct_a", key.id)).reveal() == SECRET.reveal()


async def test_a_data_key_is_wiped_when_its_time_is_over(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    remembered = house.vault.opened._accounts["acct_a"]
    house.clock.seconds = DEK_LIFE_S - 1
    await house.vault.open("acct_a", key.id)
    house.clock.seconds = DEK_LIFE_S
    house.custody.away = True
    with pytest.raises(VaultLocked):
        await house.vault.open("acct_a", key.id)
    assert remembered.dek == bytearray(32)
    assert DEK_LIFE_S <= 300


async def test_closing_wipes_every_data_key(house: House) -> None:
    await house.vault.add("acct_a", "openai", URL, SECRET)
    remembered = house.vault.opened._accounts["acct_a"]
    house.vault.close()
    assert remembered.dek == bytearray(32)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a.example",
        "a.example",
        "https://",
        "https://user@a.example",
        "https://a.example?x=1",
        "https://a.example#x",
        "https://a.example\\@evil.example",
        "https://a.example:99999",
        "https://a.exa mple",
        "https://ä.example",
        "https://a.example/\n",
    ],
)
async def test_an_odd_base_url_is_refused(house: House, url: str) -> None:
    with pytest.raises(MalformedRequest):
        await house.vault.add("acct_a", "custom", url, SECRET)


def test_an_origin_has_its_port_written_out() -> None:
    assert endpoint_origin("https://API.example.org/v1") == "https://api.example.org:443"
    assert endpoint_origin("http://127.0.0.1:8080") == "http://127.0.0.1:8080"
    assert endpoint_origin("http://[::1]/v1") == "http://[::1]:80"


async def test_a_warm_open_is_quick(house: House) -> None:
    key = await house.vault.add("acct_a", "openai", URL, SECRET)
    assert await awaited_cost_us(lambda: house.vault.open("acct_a", key.id, URL)) <= 50
