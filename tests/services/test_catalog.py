import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Databases
from tests.yardstick import awaited_cost_us

from satchel.coordination.memory import MemoryBus
from satchel.domain.accounts import Account
from satchel.domain.catalog import PREFERRED, Endpoint, ProviderRow
from satchel.domain.endpoints import endpoint_of
from satchel.domain.errors import NotReady, ProviderUnavailable, UnknownModel
from satchel.domain.keys import NO_SECRET, Key, Secret
from satchel.loading import provider_rows
from satchel.ports.coordination import Message, account_topic
from satchel.ports.stores import UnitOfWork
from satchel.services.catalog import Catalog
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.sql.database import SqlDatabase

ME = "acct_1"
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)
ROWS = provider_rows()
TINY = replace(endpoint_of(ROWS["builtin"], "tiny", "http://127.0.0.1"), model_id="smollm2/tiny")
LLAMA = endpoint_of(ROWS["ollama"], "llama3:8b", "http://127.0.0.1:11434/v1")


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.s = 1000.0

    def now(self) -> datetime:
        return MOMENT

    def monotonic_s(self) -> float:
        return self.s


class Local:
    """A local source that a test sets."""

    def __init__(self, *endpoints: Endpoint) -> None:
        self.found: list[Endpoint] = list(endpoints)
        self.asked = 0

    async def endpoints(self) -> Sequence[Endpoint]:
        self.asked += 1
        await asyncio.sleep(0)
        return list(self.found)


class Lists:
    """A source of keys' models that a test sets."""

    def __init__(self) -> None:
        self.natives: dict[str, list[str]] = {}
        self.error: Exception | None = None
        self.secrets: list[Secret] = []
        self.wait_s = 0.0

    async def endpoints(self, row: ProviderRow, key: Key, secret: Secret) -> Sequence[Endpoint]:
        self.secrets.append(secret)
        await asyncio.sleep(self.wait_s)
        if self.error is not None:
            raise self.error
        return [endpoint_of(row, native, key.base_url, key=key) for native in self.natives.get(key.id, [])]


class Database(MemoryDatabase):
    """A database that can be away, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.read = 0

    def unit_of_work(self) -> UnitOfWork:
        self.read += 1
        if self.away:
            raise NotReady("away")
        return super().unit_of_work()


class House:
    """A catalog with everything around it in a test's hands."""

    def __init__(self, *, near: bool = False) -> None:
        self.database, self.bus, self.clock = Database(), MemoryBus(), HandClock()
        self.local, self.lists = Local(TINY, LLAMA), Lists()
        self.pushed: list[Message] = []
        self.bus.subscribe(account_topic(ME), self.pushed.append)
        self.catalog = Catalog(
            self.database,
            self.bus,
            self.clock,
            rows=ROWS,
            sources={"openai_chat": self.lists},
            local=[self.local],
            open_key=self.open_key,
            retired={"openai/gpt-4": ("openai:gpt-now", "openrouter:openai/gpt-now"), "local": ()},
            near=near,
        )

    async def open_key(self, account_id: str, key_id: str, base_url: str) -> Secret:
        return Secret(f"{account_id}/{key_id}")

    async def begin(self) -> None:
        async with self.database.unit_of_work() as stores:
            await stores.accounts.add(Account(ME, "me@here.example", MOMENT))

    async def add_key(self, key_id: str, provider: str = "custom", *natives: str, **changes: Any) -> Key:
        fields: dict[str, Any] = {"base_url": "https://a.example/v1", "endpoint_origin": "https://a.example", "sealed": b"x", **changes}
        key = Key(key_id, ME, provider, created_at=MOMENT, **fields)
        self.lists.natives[key_id] = list(natives)
        async with self.database.unit_of_work() as stores:
            await stores.keys.add(key)
        return key

    async def ids(self) -> list[str]:
        return [endpoint.id for endpoint in await self.catalog.endpoints(ME)]

    async def named(self, model: str) -> list[str]:
        return [endpoint.id for endpoint in await self.catalog.resolve(ME, model)]

    async def settled(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    subject = House()
    await subject.begin()
    yield subject
    await subject.catalog.aclose()


async def test_the_catalog_is_this_machine_and_then_the_keys(house: House) -> None:
    await house.add_key("key_1", "openai", "gpt-5")
    assert await house.ids() == ["builtin:tiny", "ollama:llama3:8b", "openai:gpt-5"]
    assert house.lists.secrets == [Secret(f"{ME}/key_1")]


async def test_a_keyless_server_is_asked_without_a_secret(house: House) -> None:
    await house.add_key("key_1", "custom", "m", sealed=None, label="lab")
    assert await house.named("lab:m") == ["lab:m"]
    assert house.lists.secrets == [NO_SECRET]


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("smollm2/tiny", ["builtin:tiny"]),
        ("builtin:tiny", ["builtin:tiny"]),
        ("ollama:llama3:8b", ["ollama:llama3:8b"]),
        (PREFERRED, ["builtin:tiny"]),
        ("lab:m", ["lab:m"]),
        ("lab:brand-new", ["lab:brand-new"]),
        ("custom:brand-new", ["custom:brand-new"]),
        ("ollama:brand-new:1b", ["ollama:brand-new:1b"]),
        ("openai:gpt-5", ["openai:gpt-5"]),
        ("nobody:m", []),
        ("gpt-5", []),
        ("", []),
        (":m", []),
        ("lab:", []),
    ],
)
async def test_a_model_is_found_by_any_of_its_names(house: House, model: str, found: list[str]) -> None:
    await house.add_key("key_1", "custom", "m", label="lab")
    assert await house.named(model) == found


async def test_a_name_taken_at_its_word_has_the_key_and_address_of_its_prefix(house: House) -> None:
    await house.add_key("key_1", "custom", "m", label="lab", base_url="http://127.0.0.1:5000/v1")
    (made,) = await house.catalog.resolve(ME, "lab:other")
    assert (made.key_id, made.key_label, made.own) == ("key_1", "lab", True)
    assert (made.base_url, made.native_model) == ("http://127.0.0.1:5000/v1", "other")
    (keyless,) = await house.catalog.resolve(ME, "openai:gpt-5")
    assert (keyless.key_id, keyless.base_url) == (None, "https://api.openai.com/v1")


async def test_two_keys_of_one_provider_are_two_endpoints_of_one_name(house: House) -> None:
    await house.add_key("key_1", "openai", "gpt-5")
    await house.add_key("key_2", "openai", "gpt-5")
    assert [endpoint.key_id for endpoint in await house.catalog.resolve(ME, "openai:gpt-5")] == ["key_1", "key_2"]


async def test_warm_look_ups_take_microseconds_and_no_database(house: House) -> None:
    await house.add_key("key_1", "custom", "m", label="lab")
    names = (PREFERRED, "lab:m", "lab:at-its-word")
    for name in names:
        await house.catalog.resolve(ME, name)
    read = house.database.read

    async def once() -> None:
        for name in names:
            await house.catalog.resolve(ME, name)

    assert await awaited_cost_us(once) / len(names) < 20
    assert house.database.read == read


async def test_any_number_of_cold_callers_read_once(house: House) -> None:
    await house.add_key("key_1", "custom", "m")
    before = house.database.read
    await asyncio.gather(*(house.catalog.resolve(ME, PREFERRED) for _ in range(20)))
    assert (house.database.read - before, house.local.asked, len(house.lists.secrets)) == (1, 1, 1)


async def test_a_caller_that_leaves_does_not_stop_the_others(house: House) -> None:
    house.lists.wait_s = 0.05
    await house.add_key("key_1", "custom", "m")
    leaver = asyncio.create_task(house.catalog.resolve(ME, "custom:m"))
    stayer = asyncio.create_task(house.catalog.resolve(ME, "custom:m"))
    await asyncio.sleep(0.01)
    leaver.cancel()
    assert [endpoint.id for endpoint in await stayer] == ["custom:m"]


async def test_a_new_key_counts_at_once_when_the_bus_says_so(house: House) -> None:
    await house.ids()
    await house.add_key("key_1", "custom", "m", label="lab")
    house.bus.publish(account_topic(ME), {"event": "keys_changed", "data": {}})
    await house.settled()
    assert "lab:m" in await house.ids()


async def test_a_key_added_by_another_process_is_found_when_it_is_asked_for(house: House) -> None:
    await house.ids()
    await house.add_key("key_1", "custom", "m", label="lab")
    house.clock.s += 1
    assert await house.named("lab:m") == ["lab:m"]


async def test_an_unknown_model_does_not_hammer_the_database(house: House) -> None:
    await house.named("nobody:m")
    house.clock.s += 1
    read = house.database.read
    for _ in range(50):
        assert await house.named("nobody:m") == []
    assert house.database.read == read + 1


async def test_a_provider_that_goes_away_keeps_its_models(house: House) -> None:
    await house.add_key("key_1", "openai", "gpt-5")
    assert "openai:gpt-5" in await house.ids()
    house.lists.error = ProviderUnavailable("away")
    await house.catalog.refresh(ME)
    house.clock.s += 700
    await house.ids()
    await house.settled()
    assert "openai:gpt-5" in await house.ids()


async def test_the_catalog_stands_in_for_a_database_that_is_away(house: House) -> None:
    await house.ids()
    house.database.away = True
    house.clock.s += 100
    assert await house.named(PREFERRED) == ["builtin:tiny"]
    await house.settled()
    assert await house.named("smollm2/tiny") == ["builtin:tiny"]


async def test_an_account_never_seen_is_not_ready_while_the_database_is_away(house: House) -> None:
    house.database.away = True
    with pytest.raises(NotReady):
        await house.ids()
    house.database.away = False
    assert await house.ids()


async def test_a_slow_list_does_not_hold_up_the_rest(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("satchel.services.catalog._LIST_PATIENCE_S", 0.02)
    house.lists.wait_s = 0.5
    await house.add_key("key_1", "openai", "gpt-5")
    assert await house.ids() == ["builtin:tiny", "ollama:llama3:8b"]
    async with asyncio.timeout(20):
        while "openai:gpt-5" not in await house.ids():
            await asyncio.sleep(0.05)


async def test_a_server_that_appears_is_pushed_and_one_that_goes_too(house: House) -> None:
    await house.ids()
    for found in ([TINY], [TINY, LLAMA]):
        house.local.found = found
        house.pushed.clear()
        await house.catalog.refresh(ME)
        await house.settled()
        assert house.pushed == [{"event": "models_changed", "data": {}}]
    house.pushed.clear()
    await house.catalog.refresh(ME)
    await house.settled()
    assert house.pushed == []


async def test_this_machine_is_probed_again_in_the_background(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("satchel.services.catalog._PROBE_AGAIN_S", 0.01)
    await house.ids()
    house.local.found = [TINY]
    running = asyncio.create_task(house.catalog.run())
    await until(lambda: bool(house.pushed), house)
    running.cancel()
    assert house.pushed == [{"event": "models_changed", "data": {}}]


async def until(done: Callable[[], bool], house: House) -> None:
    for _ in range(200):
        house.clock.s += 1
        if done():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen")


async def test_the_preferred_model_is_the_persons_choice_else_the_first_there_is(house: House) -> None:
    assert await house.catalog.preferred(ME) == "smollm2/tiny"
    await house.catalog.set_preferred(ME, "ollama:llama3:8b")
    assert await house.catalog.preferred(ME) == "ollama:llama3:8b"
    assert await house.named(PREFERRED) == ["ollama:llama3:8b"]
    await house.settled()
    assert house.pushed == [{"event": "model_changed", "data": {"model": "ollama:llama3:8b"}}]
    async with house.database.unit_of_work() as stores:
        account = await stores.accounts.get(ME)
    assert account is not None
    assert account.preferred_model == "ollama:llama3:8b"
    await house.catalog.set_preferred(ME, PREFERRED)
    assert await house.catalog.preferred(ME) == "smollm2/tiny"


async def test_a_choice_made_while_the_password_changes_brings_no_old_password_back(databases: Databases, tmp_path: Path) -> None:
    database = SqlDatabase(await databases.fresh("sqlite", tmp_path), HandClock())
    async with database.unit_of_work() as stores:
        await stores.accounts.add(Account(ME, "a@example.org", MOMENT, password_hash="old"))
    catalog = Catalog(database, MemoryBus(), HandClock(), rows=ROWS, sources={}, local=[Local(LLAMA)], open_key=House().open_key)
    await catalog.endpoints(ME)
    async with database.unit_of_work() as stores:
        await stores.accounts.set_password(ME, "new")  # has the turn to write, while others read what was before
        choosing = asyncio.create_task(catalog.set_preferred(ME, LLAMA.id))
        await asyncio.wait({choosing}, timeout=0.2)
    await choosing
    async with database.unit_of_work() as stores:
        account = await stores.accounts.get(ME)
    await catalog.aclose()
    await database.aclose()
    assert account is not None
    assert (account.password_hash, account.preferred_model) == ("new", LLAMA.id)


async def test_a_choice_that_names_nothing_is_refused(house: House) -> None:
    with pytest.raises(UnknownModel):
        await house.catalog.set_preferred(ME, "nobody/nothing")
    assert await house.catalog.preferred(ME) == "smollm2/tiny"


async def test_without_any_model_the_preferred_one_names_none(house: House) -> None:
    house.local.found = []
    assert await house.catalog.preferred(ME) == PREFERRED
    assert await house.named(PREFERRED) == []


async def test_accounts_see_their_own_keys_only(house: House) -> None:
    await house.add_key("key_1", "custom", "m", label="lab")
    assert [endpoint.id for endpoint in await house.catalog.endpoints("acct_2")] == ["builtin:tiny", "ollama:llama3:8b"]
    assert await house.catalog.resolve("acct_2", "lab:m") == ()


async def test_an_id_of_old_leads_to_a_living_model_of_a_key_else_to_the_preferred_one(house: House) -> None:
    assert await house.named("openai/gpt-4") == ["builtin:tiny"]
    assert await house.named("local") == ["builtin:tiny"]
    await house.add_key("key_1", "openrouter")
    await house.catalog.refresh(ME)
    assert await house.named("openai/gpt-4") == ["openrouter:openai/gpt-now"]
    await house.add_key("key_2", "openai")
    await house.catalog.refresh(ME)
    assert await house.named("openai/gpt-4") == ["openai:gpt-now"]


async def test_models_that_do_not_chat_are_listed_for_who_asks_and_never_preferred(house: House) -> None:
    embedder = endpoint_of(ROWS["ollama"], "nomic-embed-text", "http://127.0.0.1:11434/v1")
    house.local.found = [embedder, LLAMA]
    await house.catalog.refresh(ME)
    assert await house.catalog.endpoints(ME) == [LLAMA]
    assert await house.catalog.endpoints(ME, "embeddings") == [embedder]
    assert await house.catalog.endpoints(ME, None) == (embedder, LLAMA)
    assert await house.catalog.resolve(ME, PREFERRED) == (LLAMA,)
    assert await house.catalog.resolve(ME, "satchel/embeddings") == (embedder,)
    house.local.found = [LLAMA]
    await house.catalog.refresh(ME)
    assert await house.catalog.resolve(ME, "satchel/embeddings") == ()
