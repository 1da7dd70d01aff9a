"""A key that is added is tried with the provider, and kept whatever the provider says."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from tests.doors.served import Served
from tests.key_asker import GOOD_KEY, key_asker

BAD_KEY = "sk-not-a-real-key-and-wrong-0002"


@pytest.fixture
def provider() -> Iterator[str]:
    """Yield the address of a provider that knows one key."""
    with key_asker() as url:
        yield url


async def added(house: Served, base_url: str, secret: str, **more: str) -> dict[str, Any]:
    status, key = await house.call("POST", "/v1/keys", {"provider": "custom", "base_url": base_url, "secret": secret, **more})
    assert status == 201
    assert secret not in str(key)
    assert isinstance(key, dict)
    return key


async def listed(house: Served, key_id: str) -> dict[str, Any]:
    _, keys = await house.call("GET", "/v1/keys")
    return next(key for key in keys["data"] if key["id"] == key_id)  # type: ignore[no-any-return]


async def test_a_key_that_works_is_accepted_and_its_models_are_there_at_once(house: Served, provider: str) -> None:
    key = await added(house, provider, GOOD_KEY, label="works")
    assert key["check"] == {"status": "accepted", "message": None, "models": 2}
    assert key["last4"] == "0001"
    assert await listed(house, key["id"]) == key
    _, models = await house.call("GET", "/v1/models")
    assert {"works:one", "works:two"} <= {model["id"] for model in models["data"]}


async def test_a_key_that_is_refused_is_kept_and_the_provider_is_quoted_without_the_key(house: Served, provider: str) -> None:
    key = await added(house, provider, BAD_KEY)
    assert key["check"]["status"] == "refused"
    assert "Incorrect API key provided" in key["check"]["message"]
    assert BAD_KEY not in key["check"]["message"]
    assert await listed(house, key["id"]) == key


async def test_a_key_whose_provider_is_away_is_kept_and_that_is_said(house: Served) -> None:
    key = await added(house, "http://127.0.0.1:9/v1", GOOD_KEY)
    assert key["check"]["status"] == "unreachable"
    assert "does not answer" in key["check"]["message"]
    assert await listed(house, key["id"]) == key


async def test_a_provider_without_a_list_says_nothing_of_the_key(house: Served, provider: str) -> None:
    key = await added(house, provider.replace("/v1", "/nolist"), GOOD_KEY)
    assert key["check"]["status"] == "unchecked"


async def test_a_key_that_was_tampered_with_is_unusable_and_the_others_go_on(house: Served, provider: str) -> None:
    broken = await added(house, provider, GOOD_KEY, label="broken")
    whole = await added(house, provider, GOOD_KEY, label="whole")
    with closing(sqlite3.connect(house.house.settings.home / "satchel.db")) as database, database:
        database.execute("UPDATE keys SET sealed = zeroblob(length(sealed)) WHERE id = ?", (broken["id"],))
    house.house.vault.close()
    await house.house.catalog.refresh(house.account.id)
    assert (await listed(house, broken["id"]))["check"]["status"] == "unusable"
    assert (await listed(house, whole["id"]))["check"]["status"] == "accepted"


async def test_the_same_key_for_the_same_address_is_named(house: Served, provider: str) -> None:
    first = await added(house, provider, GOOD_KEY)
    assert first["same_as"] is None
    assert (await added(house, provider, GOOD_KEY))["same_as"] == first["id"]
    assert (await added(house, provider, BAD_KEY))["same_as"] is None
    assert (await added(house, "http://127.0.0.1:9/v1", GOOD_KEY))["same_as"] is None


async def test_a_secret_is_replaced_under_the_same_id_and_label(house: Served, provider: str) -> None:
    key = await added(house, provider, BAD_KEY, label="mine")
    status, renewed = await house.call("PUT", f"/v1/keys/{key['id']}", {"secret": GOOD_KEY})
    assert (status, renewed["check"]["status"], renewed["last4"]) == (200, "accepted", "0001")
    assert {name: renewed[name] for name in ("id", "label", "base_url")} == {name: key[name] for name in ("id", "label", "base_url")}
    assert await listed(house, key["id"]) == renewed
    _, models = await house.call("GET", "/v1/models")
    assert "mine:one" in {model["id"] for model in models["data"]}
    assert (await house.call("PUT", f"/v1/keys/{key['id']}", {"secret": "  "}))[0] == 400
    assert (await house.call("PUT", "/v1/keys/key_none", {"secret": GOOD_KEY}))[0] == 404


async def test_a_key_is_checked_again_when_somebody_asks(house: Served, provider: str) -> None:
    key = await added(house, provider, GOOD_KEY)
    status, again = await house.call("POST", f"/v1/keys/{key['id']}/check")
    assert (status, again) == (200, key)
    assert (await house.call("POST", "/v1/keys/key_none/check"))[0] == 404
