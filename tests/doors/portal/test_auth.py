"""The widely used PKCE exchange: `/auth` asks, `/v1/auth/keys` trades the code for a token bound to what was allowed."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from tests.doors.portal.house import BASE, EMAIL, PASSWORD, Flow, House, form_token

from satchel.domain.budgets import Period
from satchel.domain.errors import TokenRevoked
from satchel.domain.grants import BudgetCaveat
from satchel.domain.tokens import MANAGE_TOKENS, secret_hash

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
        {"callback_url": "http://evil.example/cb"},
        {"callback_url": "javascript:alert(1)"},
        {"callback_url": "https://good.example@evil.example/"},
        {"callback_url": "https://evil.example/#f"},
        {"callback_url": "https://evil.example;sandbox/cb"},
        {"callback_url": "https://*/cb"},
        {"callback_url": "https://*.example:*/cb"},
        {"callback_url": "http://localhost.evil.example/"},
        {"limit": "lots"},
        {"limit": "-1"},
        {"limit": "NaN"},
        {"limit": "1e99"},
        {"usage_limit_type": "daily"},
        {"limit": "5", "usage_limit_type": "hourly"},
        {"key_label": "x" * 101},
        {"key_label": "line\nbreak"},
        {"key_label": "   "},
        {"expires_at": "tomorrow"},
        {"expires_at": "2027-01-01T00:00:00"},
        {"expires_at": "2026-11-01T00:00:00Z"},
    ],
    ids=str,
)
async def test_a_request_that_cannot_be_gets_a_page_and_no_redirect(quick: House, changes: dict[str, str | None]) -> None:
    await quick.sign_in()
    answer = await quick.browser.get(address(Flow(), **changes))
    assert (answer.status_code, "location" in answer.headers) == (400, False)


PROPOSAL = {"limit": "20", "usage_limit_type": "weekly", "key_label": "My notes", "expires_at": "2027-01-13T12:00:00Z"}


async def proposing(home: House, flow: Flow, **changes: str | None) -> tuple[str, str]:
    """Come with a proposal; return the address and the page."""
    at = address(flow, **PROPOSAL | changes)
    page = await home.browser.get(at)
    assert page.status_code == 200, page.text
    return at, page.text


async def test_what_an_app_proposes_is_on_the_page_and_the_person_may_narrow_it(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    at, page = await proposing(home, flow)
    for shown in ('value="20.00"', '"week" selected', "“<bdi>My notes</bdi>”", '"asked" selected>13 January 2027, 12:00 UTC'):
        assert shown in page
    assert "90 days from now" not in page, "no end after the one that it asks for"
    assert (await home.browser.get(address(flow))).text.count("proposal") == 0
    form = {"token": form_token(page), "decision": "allow", "model": "author/slug", "budget": "5", "period": "month", "days": "7"}
    answer = await home.browser.post(at, data=form, headers=home.ours())
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    text = (await trade(home, flow, code)).json()["key"]
    account_id = (await home.authenticator.principal(text)).account_id
    async with home.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(account_id)
        token = await stores.tokens.by_hash(secret_hash(text))
        assert token
        assert await stores.budgets.get(token.id) is None, "what a site may spend is said by its grant"
    assert grant.caveats.budget == BudgetCaveat(5_000_000_000, Period.MONTH)
    assert grant.caveats.expires_at == home.clock.now() + timedelta(days=7)
    assert (token.name, token.expires_at) == ("My notes (localhost:3000)", datetime(2027, 1, 13, 12, tzinfo=UTC))


async def test_a_proposal_that_is_taken_as_it_is_counts_until_its_very_end(quick: House) -> None:
    await quick.sign_in()
    flow = Flow()
    at, page = await proposing(quick, flow, usage_limit_type=None, expires_at="2030-01-01T00:00:00Z")
    assert '"total" selected>in all' in page
    form = {"token": form_token(page), "decision": "allow", "model": "*", "budget": "20.00", "period": "total", "days": "asked"}
    assert (await quick.browser.post(at, data=form, headers=quick.ours())).status_code == 303
    account = await quick.accounts.by_email(EMAIL)
    assert account
    async with quick.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(account.id)
    assert grant.caveats.budget == BudgetCaveat(20_000_000_000, Period.TOTAL)
    assert grant.caveats.expires_at == quick.clock.now() + timedelta(days=365), "a year is the longest"


async def test_nobody_is_allowed_until_an_end_that_was_not_asked_for(quick: House) -> None:
    await quick.sign_in()
    at, page = address(flow := Flow()), (await quick.browser.get(address(flow))).text
    for days in ("asked", "9999"):
        form = {"token": form_token(page), **TERMS, "days": days}
        assert (await quick.browser.post(at, data=form, headers=quick.ours())).status_code == 400


async def test_a_program_without_a_page_gets_its_code_by_hand_and_a_token_with_terms_of_its_own(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    at, page = await proposing(home, flow, callback_url=None, state=None)
    assert "Did somebody send you here?" in page
    assert 'name="model"' not in page, "no grant would hold it to one"
    form = {"token": form_token(page), "decision": "allow", "budget": "3", "period": "day", "days": "7"}
    shown = await home.browser.post(at, data=form, headers=home.ours())
    found = re.search(r'id="code" value="([^"]+)" readonly', shown.text)
    assert found, shown.text
    assert shown.headers["cache-control"] == "no-store"
    answer = await trade(home, flow, found[1])
    assert answer.status_code == 200, answer.text
    principal = await home.authenticator.principal(answer.json()["key"])
    assert (principal.origin, principal.scopes) == (None, {"generate", "models", "activity"})
    async with home.database.unit_of_work() as stores:
        assert await stores.grants.list(principal.account_id) == []
        token = await stores.tokens.by_hash(secret_hash(answer.json()["key"]))
        assert token
        budget = await stores.budgets.get(token.id)
    assert budget
    assert (budget.cap_nusd, budget.period) == (3_000_000_000, Period.DAY)
    assert (token.name, token.expires_at) == ("My notes (A program without a page)", home.clock.now() + timedelta(days=7))
    assert (await trade(home, flow, found[1])).status_code == 403, "it works once"


async def test_a_program_without_a_page_that_is_denied_gets_nothing(quick: House) -> None:
    await quick.sign_in()
    at, page = await proposing(quick, Flow(), callback_url=None)
    form = {"token": form_token(page), "decision": "deny"}
    assert "It was not let in" in (await quick.browser.post(at, data=form, headers=quick.ours())).text
    form |= {"decision": "allow", "budget": "lots", "period": "day", "days": "7"}
    assert (await quick.browser.post(at, data=form, headers=quick.ours())).status_code == 400


async def made(home: House, text: str, flow: Flow, **changes: object) -> httpx2.Response:
    """Make a code by a token, without a browser."""
    asked = {"callback_url": BACK, "code_challenge": flow.challenge, "code_challenge_method": "S256", **changes}
    return await home.browser.post("/v1/auth/keys/code", json=asked, headers={"authorization": f"Bearer {text}"})


async def test_whoever_may_make_tokens_makes_a_code_for_one_on_its_terms(home: House) -> None:
    account = await home.accounts.create(EMAIL, PASSWORD)
    _, maker = await home.tokens.create(account.id, "Maker", frozenset({MANAGE_TOKENS}))
    flow = Flow()
    answer = await made(
        home, maker, flow, key_label="Bot", limit=2.5, usage_limit_type="monthly", expires_at="2027-01-13T12:00:00Z", workspace_id="w"
    )
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data.keys(), data["app_id"]) == ({"id", "app_id", "created_at"}, 0)
    text = (await trade(home, flow, data["id"])).json()["key"]
    async with home.database.unit_of_work() as stores:
        token = await stores.tokens.by_hash(secret_hash(text))
        assert token
        budget = await stores.budgets.get(token.id)
    assert budget
    assert (budget.cap_nusd, budget.period) == (2_500_000_000, Period.MONTH)
    assert (token.name, token.origin, token.expires_at) == ("Bot (localhost:3000)", None, datetime(2027, 1, 13, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"code_challenge_method": "plain"}, 400),
        ({"code_challenge": None}, 400),
        ({"callback_url": "http://evil.example/cb"}, 400),
        ({"usage_limit_type": "daily"}, 400),
        ({"limit": 5, "usage_limit_type": "hourly"}, 422),
        ({"limit": -1}, 422),
        ({"key_label": "x" * 101}, 400),
        ({"expires_at": "2026-11-01T00:00:00Z"}, 400),
    ],
    ids=str,
)
async def test_a_code_that_cannot_be_made_says_why(quick: House, changes: dict[str, object], status: int) -> None:
    account = await quick.accounts.create(EMAIL, PASSWORD)
    _, maker = await quick.tokens.create(account.id, "Maker", frozenset({MANAGE_TOKENS}))
    assert (await made(quick, maker, Flow(), **changes)).status_code == status


async def test_a_code_gives_no_more_than_its_maker_has(quick: House) -> None:
    account = await quick.accounts.create(EMAIL, PASSWORD)
    manages = frozenset({MANAGE_TOKENS})
    _, limited = await quick.tokens.create(account.id, "Limited", manages, limit=BudgetCaveat(1, Period.DAY))
    ends_at = quick.clock.now() + timedelta(days=1)
    _, ending = await quick.tokens.create(account.id, "Ending", manages, expires_at=ends_at)
    _, asking = await quick.tokens.create(account.id, "Asking", frozenset({"generate"}))
    assert (await made(quick, limited, Flow())).status_code == 403
    assert (await made(quick, ending, Flow())).status_code == 403
    assert (await made(quick, ending, Flow(), expires_at=ends_at.isoformat())).status_code == 200
    assert (await made(quick, asking, Flow())).status_code == 403
    assert (await quick.browser.post("/v1/auth/keys/code", json={"callback_url": BACK})).status_code == 401


async def test_who_is_not_signed_in_signs_in_first_and_comes_back(quick: House) -> None:
    flow = Flow()
    answer = await quick.browser.get(address(flow))
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query)["next"] == [address(flow)]
