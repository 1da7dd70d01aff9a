"""Signing in to a web app that nobody registered: its document, the terms that the person sets, and what its tokens can do then."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.doors.portal.house import EMAIL, Flow, House, form_token

from satchel.domain.budgets import Period
from satchel.domain.grants import Caveats, GrantState
from satchel.services.oauth.documents import MAX_DOCUMENT_BYTES, is_document_address

APP = "https://notes.example/app.json"
BACK = "https://notes.example/back"
TERMS = {"decision": "allow", "model": "author/slug", "budget": "0.50", "period": "week", "days": "7"}


def document(**changes: Any) -> bytes:
    said = {"client_id": APP, "client_name": "Notes", "redirect_uris": [BACK, "http://127.0.0.1/cb"], **changes}
    return json.dumps({name: value for name, value in said.items() if value is not None}).encode()


def asking(flow: Flow, **changes: str | None) -> str:
    return flow.address(**({"client_id": APP, "redirect_uri": BACK, "scope": "generate models"} | changes))


async def allow(home: House, flow: Flow, **terms: str) -> dict[str, str]:
    """Allow the app and redeem its code; return the tokens."""
    address = asking(flow)
    page = await home.browser.get(address)
    answer = await home.browser.post(address, data={"token": form_token(page.text), **TERMS, **terms}, headers=home.ours())
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(BACK + "?")
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    reply = await home.browser.post("/oauth/token", data=flow.redemption(code, client_id=APP, redirect_uri=BACK))
    assert reply.status_code == 200, reply.text
    tokens: dict[str, str] = reply.json()
    return tokens


async def test_a_person_signs_in_to_an_app_that_nobody_registered_on_terms_of_their_own(home: House) -> None:
    home.documents[APP] = document()
    await home.sign_in()
    tokens = await allow(home, Flow())
    principal = await home.authenticator.principal(tokens["access_token"])
    assert (principal.client_id, principal.origin, principal.scopes) == (APP, "https://notes.example", {"generate", "models"})
    async with home.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(principal.account_id)
        budget = await stores.budgets.get(grant.id)
    assert (grant.origin, grant.state, grant.caveats.models) == ("https://notes.example", GrantState.ALLOWED, ("author/slug",))
    assert grant.caveats.expires_at == home.clock.now() + timedelta(days=7)
    assert budget
    assert (budget.cap_nusd, budget.period) == (500_000_000, Period.WEEK)
    form = {"grant_type": "refresh_token", "client_id": APP, "refresh_token": tokens["refresh_token"]}
    second = (await home.browser.post("/oauth/token", data=form)).json()
    assert (await home.authenticator.principal(second["access_token"])).origin == "https://notes.example"
    assert home.fetched == [APP]


async def test_a_code_of_a_site_that_is_taken_back_before_it_is_redeemed_is_no_grant(home: House) -> None:
    home.documents[APP] = document()
    await home.sign_in()
    flow = Flow()
    page = await home.browser.get(asking(flow))
    answer = await home.browser.post(asking(flow), data={"token": form_token(page.text), **TERMS}, headers=home.ours())
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    account = await home.accounts.by_email(EMAIL)
    assert account
    async with home.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(account.id)
    assert await home.policy.remove(account.id, grant.id)
    reply = await home.browser.post("/oauth/token", data=flow.redemption(code, client_id=APP, redirect_uri=BACK))
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")


async def test_the_page_names_the_host_first_and_the_apps_own_word_as_such(quick: House) -> None:
    quick.documents[APP] = document(client_name="Your Bank")
    await quick.sign_in()
    page = await quick.browser.get(asking(Flow()))
    assert '<h1><bdi class="name">notes.example</bdi> wants' in page.text
    assert "It calls itself “<bdi>Your Bank</bdi>”; nobody has checked that" in page.text
    assert "program on this computer" not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    local = await quick.browser.get(asking(Flow(), redirect_uri="http://127.0.0.1:51234/cb"))
    assert "program on this computer" in local.text


async def test_the_smallest_terms_are_chosen_unless_the_person_chooses_others(quick: House) -> None:
    quick.documents[APP] = document()
    await quick.sign_in()
    text = (await quick.browser.get(asking(Flow()))).text
    assert '<option value="author/slug" selected>' in text
    assert 'name="budget" inputmode="decimal" maxlength="20" value="1.00"' in text
    assert '<option value="day" selected>' in text.partition('name="period"')[2][:200]
    await allow(quick, Flow(), model="*", budget="")
    account = await quick.accounts.by_email(EMAIL)
    assert account
    async with quick.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(account.id)
    until = quick.clock.now() + timedelta(days=7)
    assert grant.caveats == Caveats(expires_at=until)
    assert "on my own computer" not in text  # of a Satchel elsewhere no model is
    quick.models.place = "computer"
    assert '<option value="local">Any on my own computer</option>' in (await quick.browser.get(asking(Flow()))).text
    await allow(quick, Flow(), model="local", budget="")
    async with quick.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(account.id)
    assert grant.caveats == Caveats(local_only=True, expires_at=until)


@pytest.mark.parametrize(
    "terms",
    [
        {"model": ""},
        {"model": "somebody/else"},
        {"budget": "lots"},
        {"budget": "-1"},
        {"budget": "1e99"},
        {"days": "9999"},
        {"period": "year"},
    ],
    ids=str,
)
async def test_terms_that_cannot_be_show_the_page_again_and_allow_nothing(quick: House, terms: dict[str, str]) -> None:
    quick.documents[APP] = document()
    await quick.sign_in()
    address = asking(Flow())
    page = await quick.browser.get(address)
    answer = await quick.browser.post(address, data={"token": form_token(page.text), **TERMS, **terms}, headers=quick.ours())
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    account = await quick.accounts.by_email(EMAIL)
    assert account
    async with quick.database.unit_of_work() as stores:
        assert await stores.grants.list(account.id) == []


async def test_deny_writes_nothing_down(quick: House) -> None:
    quick.documents[APP] = document()
    await quick.sign_in()
    address = asking(Flow())
    page = await quick.browser.get(address)
    answer = await quick.browser.post(address, data={"token": form_token(page.text), "decision": "deny"}, headers=quick.ours())
    assert "error=access_denied" in answer.headers["location"]
    account = await quick.accounts.by_email(EMAIL)
    assert account
    async with quick.database.unit_of_work() as stores:
        assert await stores.grants.list(account.id) == []


async def test_strangers_do_not_make_us_fetch_what_they_choose(quick: House) -> None:
    answer = await quick.browser.get(asking(Flow()))
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
    form = {"grant_type": "refresh_token", "client_id": APP, "refresh_token": "sat_x"}
    assert (await quick.browser.post("/oauth/token", data=form)).json()["error"] == "invalid_grant"
    assert quick.fetched == []


@pytest.mark.parametrize(
    "said",
    [
        None,
        b"",
        b"[]",
        b"<html>",
        b"[" * 5_000,
        document() + b" " * MAX_DOCUMENT_BYTES,
        document(client_id="https://notes.example/other.json"),
        document(client_id=None),
        document(redirect_uris=None),
        document(redirect_uris=[]),
        document(redirect_uris="https://notes.example/back"),
        document(redirect_uris=[BACK, "http://notes.example/back"]),
        document(redirect_uris=[BACK, "javascript:alert(1)"]),
        document(redirect_uris=[BACK, "https://user@evil.example/"]),
        document(redirect_uris=["https://notes.example/elsewhere"]),
        document(redirect_uris=[BACK, 7]),
        document(client_secret="s"),
        document(token_endpoint_auth_method="client_secret_basic"),
    ],
    ids=lambda said: str(said)[:60],
)
async def test_a_document_that_does_not_describe_its_app_gets_a_page_and_no_redirect(quick: House, said: bytes | None) -> None:
    if said is not None:
        quick.documents[APP] = said
    await quick.sign_in()
    answer = await quick.browser.get(asking(Flow()))
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_a_document_is_kept_for_a_day_and_a_failure_for_a_moment(quick: House) -> None:
    await quick.sign_in()
    for _ in range(2):
        assert (await quick.browser.get(asking(Flow()))).status_code == 400
    assert len(quick.fetched) == 1
    quick.documents[APP] = document()
    quick.clock.pass_by(seconds=31)
    for _ in range(2):
        assert (await quick.browser.get(asking(Flow()))).status_code == 200
    assert len(quick.fetched) == 2
    quick.clock.pass_by(hours=24)
    await quick.browser.get(asking(Flow()))
    assert len(quick.fetched) == 3


@pytest.mark.parametrize(
    "client_id",
    [
        "http://notes.example/app.json",
        "https://notes.example",
        "https://notes.example/",
        "https://notes.example/a?b",
        "https://notes.example/a#b",
        "https://u@notes.example/a",
        "https://notes.example/../a",
        "https://notes.example/./a",
        "https://NOTES.example/a",
        "https://notes.example/a b",
        "https://nötes.example/a",
        "https://[::1/a",
        "https://notes.example:99999/a",
        "https://notes.example/" + "a" * 300,
        "satchel-extension",
    ],
)
def test_no_other_client_id_is_the_address_of_a_document(client_id: str) -> None:
    assert not is_document_address(client_id)
    assert is_document_address(APP)


async def test_of_two_answers_to_one_request_the_one_that_lets_in_says_what_the_site_may(home: House) -> None:
    home.documents[APP] = document()
    await home.sign_in()
    pushed = await home.browser.post("/oauth/par", data=Flow().query(client_id=APP, redirect_uri=BACK, scope="generate models"))
    where = f"/oauth/authorize?{urlencode({'client_id': APP, 'request_uri': pushed.json()['request_uri']})}"
    token = form_token((await home.browser.get(where)).text)

    async def answer(budget: str) -> int:
        sent = {"token": token, **TERMS, "budget": budget}
        return (await home.browser.post(where, data=sent, headers=home.ours())).status_code

    budgets = [f"0.{cents}" for cents in range(11, 15)]
    statuses = await asyncio.gather(*[answer(budget) for budget in budgets])
    assert sorted(statuses) == [303, 400, 400, 400]
    account = await home.accounts.by_email(EMAIL)
    assert account is not None
    async with home.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(account.id)
    assert grant.caveats.budget is not None
    assert grant.caveats.budget.cap_nusd == round(float(budgets[statuses.index(303)]) * 100) * 10_000_000
