"""The house as a whole: what a killed process left is settled, and closing leaves nothing open."""

import asyncio
import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.databases import Databases

from satchel.bootstrap.doors import Doors
from satchel.bootstrap.house import House, open_house
from satchel.coordination.memory import MemoryLimiter
from satchel.domain.errors import SatchelError
from satchel.domain.keys import Secret
from satchel.domain.ledger import HoldRecord
from satchel.ports.custody import KekRefused
from satchel.settings import Settings


def settings(home: Path) -> Settings:
    return Settings(home=home, builtin_model="off", local_servers="off")


async def test_what_a_killed_process_left_is_settled_at_the_next_start(tmp_path: Path) -> None:
    async with open_house(settings(tmp_path / "home")) as house:
        account = await house.accounts.create("owner@satchel.example", "a long enough password")
        hold = HoldRecord("gen_1", account.id, 0, (), datetime(2026, 11, 23, tzinfo=UTC), "work_dead", "a/b", "a/b", "acme")
        await house.journal.hold(hold)
    async with open_house(settings(tmp_path / "home")) as house:
        async with Doors(house).serving(others_may_live=False):
            assert await house.journal.orphans("nobody", house.clock.now()) == []
        entry = await house.ledger.get(account.id, "gen_1")
    assert entry is not None
    assert entry.status == "failed"


async def test_where_other_workers_may_live_a_young_hold_is_theirs(tmp_path: Path) -> None:
    async with open_house(settings(tmp_path / "home")) as house:
        hold = HoldRecord("gen_1", "acct_1", 0, (), house.clock.now(), "work_other", "a/b", "a/b", "acme")
        await house.journal.hold(hold)
        async with Doors(house).serving(others_may_live=True):
            assert len(await house.journal.orphans("nobody", datetime.now(UTC))) == 1


async def test_the_pages_that_the_operator_names_are_the_only_ones_of_their_origin(tmp_path: Path) -> None:
    chosen = settings(tmp_path / "home")
    site = "https://a.example"
    async with open_house(chosen.model_copy(update={"allowed_origins": (site,), "redirect_uris": (f"{site}/back",)})) as house:
        app = house.apps.find(site)
    assert app
    assert (app.allows_redirect(f"{site}/back"), app.allows_redirect(f"{site}/")) == (True, False)


async def test_closing_leaves_no_task_running(tmp_path: Path) -> None:
    async with open_house(settings(tmp_path / "home")) as house, Doors(house).serving(others_may_live=False):
        await house.catalog.endpoints("acct_nobody")
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_kek_that_is_lost_stops_the_start_instead_of_making_a_new_one(tmp_path: Path) -> None:
    chosen = settings(tmp_path / "home").model_copy(update={"kek_url": f"file://{tmp_path / 'lost'}"})
    with pytest.raises(KekRefused, match="lost"):
        async with open_house(chosen):
            pass


async def test_once_something_is_sealed_no_other_kek_starts_and_none_is_made(tmp_path: Path) -> None:
    chosen = settings(tmp_path / "home")
    async with open_house(chosen) as house:
        account = await house.accounts.create("owner@satchel.example", "a long enough password")
        key = await house.vault.add(account.id, "openai", "https://api.example.org/v1", Secret("sk-not-a-real-key-0123456789"))
    kept = chosen.keyring.read_bytes()
    chosen.keyring.unlink()
    other = base64.b64encode(bytes((37 * n + 11) ** 2 % 251 for n in range(32))).decode()
    for start, says in [
        (chosen, "put it back from your backup"),
        (chosen.model_copy(update={"kek_url": "env:", "kek": SecretStr(other)}), "put it back where SATCHEL_KEK_URL says"),
        (chosen.model_copy(update={"kek_url": "env:"}), "SATCHEL_KEK is empty"),
    ]:
        with pytest.raises(KekRefused, match=says):
            async with open_house(start):
                pass
    assert not chosen.keyring.exists()
    chosen.keyring.write_bytes(kept)
    chosen.keyring.chmod(0o600)
    async with open_house(chosen) as house:
        assert (await house.vault.open(account.id, key.id)).last4() == "6789"


async def test_home_and_keyring_are_for_their_owner_only(tmp_path: Path) -> None:
    async with open_house(settings(tmp_path / "home")) as house:
        assert house.settings.home.stat().st_mode & 0o077 == 0
        assert house.settings.keyring.stat().st_mode & 0o077 == 0
        assert house.settings.keyring.parent != house.settings.home


async def tries(first: House, second: House) -> list[str]:
    """Try wrong passwords at two servers in turn; return how each ended."""
    await first.accounts.create("owner@satchel.example", "a long enough password")
    ends = []
    for number in range(12):
        house = (first, second)[number % 2]
        try:
            await house.accounts.identify("owner@satchel.example", "wrong", "192.0.2.1")
        except SatchelError as error:
            ends.append(error.code)
        await house.accounts.alarms.aclose()
    return ends


async def test_two_servers_of_one_database_take_no_more_wrong_passwords_than_one(tmp_path: Path, databases: Databases) -> None:
    shared = settings(tmp_path / "home").model_copy(update={"database_url": await databases.fresh("postgres", tmp_path)})
    async with open_house(shared) as first, open_house(shared) as second:
        assert await tries(first, second) == ["token_invalid"] * 10 + ["rate_limited"] * 2


async def test_a_server_on_its_own_asks_no_database_how_often_somebody_tried(tmp_path: Path) -> None:
    async with open_house(settings(tmp_path / "home")) as house:
        assert isinstance(house.guard, MemoryLimiter)
        assert await tries(house, house) == ["token_invalid"] * 10 + ["rate_limited"] * 2
