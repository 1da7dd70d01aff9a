"""What a person sets for a site is obeyed by its next call, on a connection that stays open as the extension's does."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from satchel.domain.tokens import SCOPES
from satchel.kit.clock import SystemClock

from ..http.test_small_budgets import COST_NUSD, priced
from ..served import Served
from .test_socket import Client, greeted

SITE = "https://a.example"
DEAR, CHEAP = "dear:late-0.05", "lab:hello"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[Served, None]:
    """Serve a house with a model that has a price and one that has none."""
    async with priced(tmp_path, "") as one:
        yield one


class Site:
    """A site that asks, and the person who sets what it may."""

    def __init__(self, house: Served, client: Client) -> None:
        self.house = house
        self._client = client
        self._asked = 0

    async def set(self, state: str = "allowed", **caveats: object) -> str:
        """Set it as the Sites page does; return the grant's id."""
        status, grant = await self.house.visit("PUT", "/v1/grants", {"origin": SITE, "state": state, "caveats": caveats})
        assert status == 200, grant
        (listed,) = await self.listed()
        assert (listed["id"], listed["state"]) == (grant["id"], state)
        return str(grant["id"])

    async def listed(self) -> list[dict[str, Any]]:
        """Return the sites as the page lists them."""
        status, grants = await self.house.visit("GET", "/v1/grants")
        assert status == 200
        return list(grants["data"])

    async def ask(self, model: str = CHEAP) -> str:
        """Ask once; return `finished`, or the code of the refusal. What is refused reaches no provider."""
        self._asked += 1
        reached = len(self.house.upstream.asked)
        first = await self._client.generate(model, str(self._asked), origin=SITE)
        last = first if first["type"] == "failed" else (await self._client.rest())[-1]
        if last["type"] == "finished":
            return "finished"
        assert len(self.house.upstream.asked) == reached
        return str(last["error"]["code"])


async def test_b6_what_is_set_for_a_site_counts_for_its_next_call(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    _, token = await house.new_token(SCOPES)
    async with greeted(house, token) as client:
        site = Site(house, client)
        assert await site.ask() == "consent_required"
        await site.set()
        assert await site.ask() == "finished"
        await site.set("blocked")
        assert await site.ask() == "origin_blocked"
        await site.set("once")
        assert [await site.ask(), await site.ask()] == ["finished", "consent_required"]
        grant_id = await site.set(models=[DEAR])
        assert [await site.ask(), await site.ask(DEAR)] == ["model_not_granted", "finished"]
        await site.set(models=[CHEAP])
        assert [await site.ask(), await site.ask(DEAR)] == ["finished", "model_not_granted"]
        await site.set(rate_per_minute=1)
        assert [await site.ask(), await site.ask()] == ["finished", "rate_limited"]
        await site.set(budget={"cap_nusd": COST_NUSD - 1, "period": "day"})
        assert await site.ask(DEAR) == "budget_exceeded"
        await site.set()
        assert await site.ask(DEAR) == "finished"
        now = house.house.clock.now()
        await site.set(expires_at=(now + timedelta(minutes=5)).isoformat())
        assert await site.ask() == "finished"
        monkeypatch.setattr(SystemClock, "now", lambda _: now + timedelta(minutes=5))
        assert await site.ask() == "consent_required"
        await site.set()
        assert await site.ask() == "finished"
        assert (await house.visit("DELETE", f"/v1/grants/{grant_id}"))[0] == 204
        assert (await site.ask(), await site.listed()) == ("consent_required", [])


async def test_a_granted_model_is_gone_with_its_key_until_there_is_one_again(house: Served) -> None:
    _, token = await house.new_token(SCOPES)
    async with greeted(house, token) as client:
        site = Site(house, client)
        await site.set(models=[CHEAP])
        assert await site.ask() == "finished"
        _, keys = await house.call("GET", "/v1/keys")
        (lab,) = [key for key in keys["data"] if key["label"] == "lab"]
        await house.visit("DELETE", f"/v1/keys/{lab['id']}")
        assert await site.ask() == "key_gone"
        await house.visit("POST", "/v1/keys", {"provider": "custom", "base_url": house.upstream.url, "label": "lab"})
        assert await site.ask() == "finished"


async def test_c2_a_name_for_the_own_server_is_asked_there_under_the_sites_grant(house: Served) -> None:
    _, token = await house.new_token(SCOPES)
    async with greeted(house, token) as client:
        site = Site(house, client)
        assert await site.ask("satchel/local:foo/bar") == "consent_required"
        await site.set()
        assert await site.ask("satchel/local:foo/bar") == "finished"
        assert house.upstream.asked[-1].body["model"] == "foo/bar"
        await site.set(models=[DEAR])
        assert await site.ask("satchel/local:foo/bar") == "model_not_granted"
        await site.set(models=["lab:foo/bar"])
        assert await site.ask("satchel/local:foo/bar") == "finished"
