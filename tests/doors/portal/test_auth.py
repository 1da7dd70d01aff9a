"""The widely used PKCE exchange: `/auth` asks, `/v1/auth/keys` trades the code for a token bound to what was allowed."""

import asyncio
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from tests.doors.portal.house import BASE, EMAIL, Flow, House, form_token

from satchel.domain.errors import TokenRevoked

BACK = "http://localhost:3000/cb?x=1"
TERMS = {"decision": "allow", "model": "author/slug", "budget": "0.50", "period": "day", "days": "7"}


def address(flow: Flow, **changes: str | None) -> str:
    asked = {"callback_url": BACK, "code_challenge": flow.challenge, "code_challenge_method": "S256", "state": "s t", **changes}
    return f"/auth?{urlencode({name: value for name, value in asked.items() if value is not None})}"


async def answered(home: House, flow: Flow, **form: str) -> dict[str, str]:
    """Answer the page; return what the app is told."""
    page = await home.browser.get(address(flow))
    assert page.status_code == 200, page.text
    answer = await home.browser.post(address(flow), data={"token": form_token(page.text), **TERMS, **form}, headers=home.ours())
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(BACK + "&")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def trade(home: House, flow: Flow, code: str, **changes: str) -> httpx2.Response:
    body = {"code": code, "code_verifier": flow.verifier, "code_challenge_method": "S256", **changes}
    return await home.browser.post("/v1/auth/keys", json=body)


async def test_an_app_written_for_it_gets_a_token_bound_to_what_was_allowed(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    told = await answered(home, flow)
    assert (told["x"], told["state"], told["iss"]) == ("1", "s t", BASE)
    answer = await trade(home, flow, told["code"])
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"key", "user_id"}
    assert answer.headers["cache-control"] == "no-store"
    principal = await home.authenticator.principal(answer.json()["key"])
    assert (principal.origin, principal.label) == ("http://localhost:3000", "localhost:3000")
    assert principal.scopes == {"generate", "models", "activity"}
    async with home.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(principal.account_id)
    assert (grant.origin, grant.caveats.models) == ("http://localhost:3000", ("author/slug",))


async def test_eight_trades_at_once_give_one_token_which_then_ends(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    code = (await answered(home, flow))["code"]
    answers = await asyncio.gather(*[trade(home, flow, code) for _ in range(8)])
    assert sorted(answer.status_code for answer in answers) == [200] + [403] * 7
    (text,) = [answer.json()["key"] for answer in answers if answer.status_code == 200]
    with pytest.raises(TokenRevoked):
        await home.authenticator.principal(text)


async def test_a_wrong_verifier_uses_the_code_up_and_an_old_code_is_worth_nothing(quick: House) -> None:
    await quick.sign_in()
    flow = Flow()
    code = (await answered(quick, flow))["code"]
    assert (await trade(quick, flow, code, code_verifier="x" * 43)).status_code == 403
    assert (await trade(quick, flow, code)).status_code == 403
    code = (await answered(quick, flow))["code"]
    assert (await trade(quick, flow, code, code_challenge_method="plain")).status_code == 400
    assert (await trade(quick, flow, code, code_verifier="")).status_code == 400
    quick.clock.pass_by(minutes=10)
    assert (await trade(quick, flow, code)).status_code == 403
    form = flow.redemption(code, client_id="pkce-exchange", redirect_uri=BACK)
    assert (await quick.browser.post("/oauth/token", data=form)).json()["error"] == "invalid_client"


async def test_deny_goes_back_with_the_error(quick: House) -> None:
    await quick.sign_in()
    told = await answered(quick, Flow(), decision="deny")
    assert (told["error"], told["state"], "code" in told) == ("access_denied", "s t", False)
    account = await quick.accounts.by_email(EMAIL)
    assert account
    async with quick.database.unit_of_work() as stores:
        assert await stores.grants.list(account.id) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": "short"},
        {"callback_url": None},
        {"callback_url": "http://evil.example/cb"},
        {"callback_url": "javascript:alert(1)"},
        {"callback_url": "https://good.example@evil.example/"},
        {"callback_url": "https://evil.example/#f"},
        {"callback_url": "http://localhost.evil.example/"},
    ],
    ids=str,
)
async def test_a_request_that_cannot_be_gets_a_page_and_no_redirect(quick: House, changes: dict[str, str | None]) -> None:
    await quick.sign_in()
    answer = await quick.browser.get(address(Flow(), **changes))
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_who_is_not_signed_in_signs_in_first_and_comes_back(quick: House) -> None:
    flow = Flow()
    answer = await quick.browser.get(address(flow))
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query)["next"] == [address(flow)]
