"""What a browser that was left open cannot do in the portal: not without a proof that is at most five minutes old."""

from datetime import timedelta
from typing import Any

from satchel.domain.tokens import secret_hash

from ..served import Served

SITE = "https://a.example"
DOLLAR = 1_000_000_000


async def left_open(house: Served) -> str:
    """Return the cookie of a browser whose person proved six minutes ago who they are."""
    sign_in, cookie = await house.house.accounts.enter(house.account.id)
    async with house.house.database.unit_of_work() as stores:
        await stores.sign_ins.prove(sign_in.id, secret_hash(cookie), house.house.clock.now() - timedelta(minutes=6))
    return cookie


def grant(cap_nusd: int | None, state: str = "allowed", period: str = "day") -> dict[str, Any]:
    budget = {} if cap_nusd is None else {"budget": {"cap_nusd": cap_nusd, "period": period}}
    return {"origin": SITE, "state": state, "caveats": budget}


async def ends(house: Served, cookie: str | None, method: str, path: str, body: object) -> int | str:
    """Return how a call of the portal ends: its status, or the code of its refusal."""
    status, answer = await house.visit(method, path, body, cookie=cookie)
    return status if status < 400 else str(answer["error"]["metadata"]["satchel_code"])


async def test_a_site_that_is_forgotten_and_allowed_anew_gets_no_more_without_a_proof(house: Served) -> None:
    cookie = await left_open(house)
    assert await ends(house, cookie, "PUT", "/v1/grants", grant(DOLLAR)) == 200, "what a consent offers by itself"
    assert await ends(house, cookie, "PUT", "/v1/grants", grant(2 * DOLLAR)) == "proof_needed"
    (kept,) = (await house.visit("GET", "/v1/grants", cookie=cookie))[1]["data"]
    assert await ends(house, cookie, "DELETE", f"/v1/grants/{kept['id']}", None) == 204
    assert await ends(house, cookie, "PUT", "/v1/grants", grant(2 * DOLLAR)) == "proof_needed"
    assert await ends(house, cookie, "PUT", "/v1/grants", grant(None)) == "proof_needed", "no budget is no limit"
    assert await ends(house, cookie, "PUT", "/v1/grants", grant(DOLLAR // 2, period="month")) == 200
    assert await ends(house, cookie, "PUT", "/v1/grants", grant(None, "blocked")) == 200, "a no needs none"
    assert await ends(house, cookie, "PUT", "/v1/grants", grant(None)) == "proof_needed", "what was blocked had no budget"


async def test_whoever_has_just_signed_in_gives_any_budget_and_more_is_not_asked_for_when_it_is_not_raised(house: Served) -> None:
    assert await ends(house, None, "PUT", "/v1/grants", grant(50 * DOLLAR)) == 200
    cookie = await left_open(house)
    assert await ends(house, cookie, "PUT", "/v1/grants", grant(50 * DOLLAR)) == 200
    assert await ends(house, cookie, "PUT", "/v1/grants", grant(20 * DOLLAR)) == 200
    assert (await house.call("PUT", "/v1/grants", grant(90 * DOLLAR)))[0] == 200, "the extension has asked the person itself"


async def test_a_key_is_added_and_replaced_after_a_proof_only_even_where_the_account_has_one(house: Served) -> None:
    draft = {"provider": "custom", "base_url": house.upstream.url, "label": "second", "secret": "sk-a-first-0123456789"}
    _, key = await house.visit("POST", "/v1/keys", draft)
    cookie = await left_open(house)
    assert await ends(house, cookie, "POST", "/v1/keys", {**draft, "label": "third"}) == "proof_needed"
    assert await ends(house, cookie, "PUT", f"/v1/keys/{key['id']}", {"secret": "sk-of-a-thief-0123456789"}) == "proof_needed"
    assert await ends(house, None, "PUT", f"/v1/keys/{key['id']}", {"secret": "sk-a-second-0123456789"}) == 200
    assert (await house.call("PUT", f"/v1/keys/{key['id']}", {"secret": "sk-a-third-0123456789"}))[0] == 200
