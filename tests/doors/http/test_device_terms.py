"""A device that was let in on terms asks models over real sockets: what the person set is what it gets."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.databases import Databases
from tests.doors.http.test_small_budgets import COST_NUSD, priced
from tests.doors.person import Person
from tests.doors.portal.house import form_token

from satchel.services.apps import TERMINAL_CLIENT_ID

from ..served import ASK, Served

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(params=["sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncGenerator[Served, None]:
    """Serve a model with a price on each engine."""
    async with priced(tmp_path, await databases.fresh(request.param, tmp_path)) as one:
        yield one


async def paired(house: Served, **terms: str) -> dict[str, Any]:
    """Pair a terminal through the pages, on these terms; return what it got."""
    form = {"client_id": TERMINAL_CLIENT_ID, "scope": "generate models activity"}
    async with house.http.post(f"{house.url}/oauth/device_authorization", data=form) as reply:
        codes = await reply.json()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        person = Person(browser, house.url)
        await person.sign_in(house.account.email, "a long enough password")
        code = codes["user_code"].replace("-", "")
        shown, _ = await person.post("/device", data={"token": form_token((await person.get("/device"))[0]), "code": code})
        answer, _ = await person.post("/device", data={"token": form_token(shown), "code": code, "decision": "allow", **terms})
        assert "The device is connected" in answer
    return await token(house, grant_type=GRANT, device_code=codes["device_code"])


async def token(house: Served, **form: str) -> dict[str, Any]:
    async with house.http.post(f"{house.url}/oauth/token", data={"client_id": TERMINAL_CLIENT_ID, **form}) as reply:
        tokens: dict[str, Any] = await reply.json()
        assert reply.status == 200, tokens
        return tokens


async def asked(house: Served, text: str, model: str = "dear:late-0.05") -> tuple[int, str]:
    """Ask once; return the status and our word for what went wrong."""
    status, body = await house.call("POST", "/v1/chat/completions", {"model": model, "messages": ASK, "max_tokens": 10}, token=text)
    return status, body["error"]["metadata"]["satchel_code"] if status != 200 else ""


BUDGET_USD = 0.00009
"""Room for the worst case of one answer, and not for that of another beside what the first has cost."""


async def test_a_device_spends_its_budget_and_no_more_however_often_it_refreshes(house: Served) -> None:
    tokens = await paired(house, model="*", budget=f"{BUDGET_USD:.5f}", period="total", days="7")
    other = await paired(house, model="*", budget="1", period="day", days="7")
    assert await asked(house, tokens["access_token"]) == (200, "")
    await house.house.budgets.flush()
    status, key = await house.call("GET", "/api/v1/key", token=tokens["access_token"])
    assert (status, key["data"]["limit"], key["data"]["limit_remaining"]) == (200, BUDGET_USD, BUDGET_USD - COST_NUSD / 1e9)
    fresh = await token(house, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert await asked(house, fresh["access_token"]) == (402, "budget_exceeded")
    assert await asked(house, other["access_token"]) == (200, ""), "each device has its own"
    await house.house.budgets.flush()
    _, listed = await house.call("GET", "/v1/devices")
    (device,) = [each for each in listed["data"] if each["caveats"] and each["caveats"]["budget"]["period"] == "total"]
    assert (device["caveats"]["budget"]["cap_nusd"], device["caveats"]["budget"]["spent_nusd"]) == (90_000, COST_NUSD)


async def test_a_device_sees_and_asks_the_model_that_was_chosen_only(house: Served) -> None:
    house.upstream.models = ["late-0.05", "hello"]
    await house.house.catalog.refresh(house.account.id)
    text = (await paired(house, model="here/late", budget="1", period="day", days="1"))["access_token"]
    _, listed = await house.call("GET", "/v1/models", token=text)
    assert {model["id"] for model in listed["data"]} == {"here/late"}
    assert await asked(house, text) == (200, "")
    assert await asked(house, text, "lab:hello") == (403, "model_not_granted")
    assert await asked(house, text, "no/such") == (403, "model_not_granted"), "it does not learn which others there are"
