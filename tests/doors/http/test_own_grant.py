"""`/v1/grant`: a token of a site learns what its site may do, narrows it and gives it back; it never gets more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from satchel.domain.grants import Grant
from satchel.domain.tokens import INFERENCE_SCOPES

from ..served import ASK, Served

SITE = "https://notes.example"
DOLLAR = 1_000_000_000
CAVEATS = {"models": ["lab:hello", "lab:endless"], "budget": {"cap_nusd": DOLLAR, "period": "day"}, "rate_per_minute": 30}


@pytest.fixture
async def site(house: Served) -> str:
    """Return a token of a site that was allowed two models and a dollar a day."""
    await house.call("PUT", "/v1/grants", {"origin": SITE, "state": "allowed", "caveats": CAVEATS})
    return (await house.new_token(INFERENCE_SCOPES, origin=SITE))[1]


async def own(house: Served, token: str) -> Any:
    status, told = await house.call("GET", "/v1/grant", token=token)
    assert status == 200
    return told


def code_of(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["metadata"]["satchel_code"]


async def test_a_token_of_a_site_is_told_its_sites_grant_and_no_other(house: Served, site: str) -> None:
    await house.call("PUT", "/v1/grants", {"origin": "https://b.example", "state": "allowed"})
    told = await own(house, site)
    assert (told["origin"], told["data"]["origin"], told["data"]["state"]) == (SITE, SITE, "allowed")
    assert told["data"]["caveats"]["models"] == CAVEATS["models"]
    _, stranger = await house.new_token(INFERENCE_SCOPES, origin="https://c.example")
    assert await own(house, stranger) == {"origin": "https://c.example", "data": None}
    _, inside = await house.new_token(INFERENCE_SCOPES, origin="https://d.example")
    await house.call("PUT", "/v1/grants", {"origin": "https://d.example", "embedder": SITE, "state": "allowed"})
    assert (await own(house, inside))["data"] is None, "what it may do inside another page is no business of its token"


async def test_a_token_of_the_account_speaks_for_no_site(house: Served) -> None:
    assert await own(house, house.token) == {"origin": None, "data": None}
    for method in ("PATCH", "DELETE"):
        assert code_of(await house.call(method, "/v1/grant", {})) == (403, "refused")


async def test_a_site_narrows_itself_and_is_never_given_more(house: Served, site: str) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    wish = {"models": ["lab:endless", "lab:other"], "budget": {"cap_nusd": 5, "period": "day"}, "rate_per_minute": 2, "expires_at": soon}
    status, kept = await house.call("PATCH", "/v1/grant", {"caveats": {**wish, "local_only": True}}, token=site)
    caveats = kept["data"]["caveats"]
    assert (status, caveats["models"], caveats["rate_per_minute"], caveats["local_only"]) == (200, ["lab:endless"], 2, True)
    assert (caveats["budget"]["cap_nusd"], datetime.fromisoformat(caveats["expires_at"])) == (5, datetime.fromisoformat(soon))
    more = {"models": ["lab:hello"], "budget": {"cap_nusd": 9 * DOLLAR, "period": "day"}, "rate_per_minute": 500}
    for wider in ({}, more, {"budget": {"cap_nusd": 1, "period": "total"}}):
        assert (await house.call("PATCH", "/v1/grant", {"caveats": wider}, token=site))[0] == 200
        assert (await own(house, site))["data"]["caveats"] == caveats, wider
    ask = {"model": "lab:hello", "messages": ASK}
    assert code_of(await house.call("POST", "/v1/chat/completions", ask, token=site)) == (403, "model_not_granted")


@pytest.mark.parametrize("wrong", [{"models": []}, {"budget": {"usd": 1}}, {"rate_per_minute": 0}, {"expires_at": "2020-01-01T00:00:00Z"}])
async def test_a_narrowing_that_is_not_understood_is_refused_by_name(house: Served, site: str, wrong: dict[str, object]) -> None:
    status, refused = await house.call("PATCH", "/v1/grant", {"caveats": wrong}, token=site)
    assert status == 400
    assert next(iter(wrong)) in refused["error"]["message"]


async def test_a_site_gives_its_consent_back_and_its_tokens_end_with_it(house: Served, site: str) -> None:
    assert await house.call("DELETE", "/v1/grant", token=site) == (204, None)
    assert (await house.call("GET", "/v1/grants"))[1]["data"] == []
    assert (await house.call("GET", "/v1/grant", token=site))[0] == 401
    _, again = await house.new_token(INFERENCE_SCOPES, origin=SITE)
    for method in ("PATCH", "DELETE"):
        assert code_of(await house.call(method, "/v1/grant", {}, token=again)) == (403, "consent_required")


async def test_a_block_stays_a_block(house: Served, site: str) -> None:
    await house.call("PUT", "/v1/grants", {"origin": SITE, "state": "blocked"})
    assert (await own(house, site))["data"]["state"] == "blocked"
    for method in ("PATCH", "DELETE"):
        assert code_of(await house.call(method, "/v1/grant", {}, token=site)) == (403, "origin_blocked")
    assert [grant["state"] for grant in (await house.call("GET", "/v1/grants"))[1]["data"]] == ["blocked"]


async def test_a_site_is_narrowed_by_the_extension_and_then_held_to_that(house: Served, site: str) -> None:
    grant = (await own(house, site))["data"]
    wish = {"capabilities": ["model:prompt", "model:list"], "max_tokens": 1}
    status, kept = await house.call("PATCH", f"/v1/grants/{grant['id']}", {"caveats": wish})
    assert (status, kept["caveats"]["capabilities"], kept["caveats"]["max_tokens"]) == (200, wish["capabilities"], 1)
    assert kept["caveats"]["models"] == CAVEATS["models"]
    tools = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
    refused = await house.call("POST", "/v1/chat/completions", {"model": "lab:hello", "messages": ASK, "tools": tools}, token=site)
    assert code_of(refused) == (403, "capability_not_granted")
    assert refused[1]["error"]["metadata"]["details"]["missing"] == ["model:tools"]
    vectors = await house.call("POST", "/v1/embeddings", {"model": "lab:hello", "input": "x"}, token=site)
    assert code_of(vectors) == (403, "capability_not_granted")
    assert (await house.call("POST", "/v1/chat/completions", {"model": "lab:hello", "messages": ASK}, token=site))[0] == 200
    _, wider = await house.call("PATCH", f"/v1/grants/{grant['id']}", {"caveats": {"capabilities": ["model:tools", "model:prompt"]}})
    assert wider["caveats"]["capabilities"] == ["model:prompt"]
    assert code_of(await house.call("PATCH", f"/v1/grants/{grant['id']}", {"caveats": {"capabilities": []}}))[0] == 400


async def test_what_the_person_decides_meanwhile_is_not_overwritten(house: Served, site: str) -> None:
    policy, account_id = house.house.policy, house.account.id

    async def kept() -> Grant | None:
        async with house.house.database.unit_of_work() as stores:
            return await stores.grants.find(account_id, SITE, None)

    seen = await kept()
    assert seen is not None
    await house.call("PUT", "/v1/grants", {"origin": SITE, "state": "blocked"})
    assert await policy.narrow(seen, seen.caveats) is None
    assert not await policy.give_back(seen)
    blocked = await kept()
    assert blocked is not None
    assert blocked.state == "blocked"
    await policy.put(replace(seen, created_at=blocked.created_at))
    assert await policy.narrow(seen, seen.caveats) == seen
    acts = [record["act"] for record in (await house.call("GET", "/v1/audit"))[1]["data"]]
    assert acts.count("site_narrowed") == 1
