"""Whoever sits at a browser that was left open lets nobody in who can spend, at none of the three doors, without proving who they are."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx2
import orjson
import pytest
from tests.databases import KINDS, Databases
from tests.doors.portal.authenticator import Authenticator
from tests.doors.portal.house import EMAIL, PASSWORD, Flow, House, house
from tests.doors.portal.test_auth import address
from tests.doors.portal.test_authority_proofs import let_in, newcomer
from tests.doors.portal.test_device import asked, poll, type_code
from tests.doors.portal.test_passkeys import added, send
from tests.doors.portal.test_second_factor import switched_on
from tests.doors.portal.test_site_consent import APP, asking, document
from tests.doors.portal.there_and_back import begun, came_back, say

from satchel.domain.accounts import Account
from satchel.domain.budgets import Period
from satchel.domain.grants import BudgetCaveat, Caveats, Grant, GrantState

LARGE = {"model": "author/slug", "budget": "500", "period": "month", "days": "90"}
LEFT_OPEN = {"minutes": 6}


async def exchange_page(home: House) -> tuple[str, str]:
    page = address(Flow())
    return page, (await home.browser.get(page)).text


async def app_page(home: House) -> tuple[str, str]:
    home.documents[APP] = document()
    page = asking(Flow())
    return page, (await home.browser.get(page)).text


async def extension_page(home: House) -> tuple[str, str]:
    page = Flow().address()
    return page, (await home.browser.get(page)).text


async def device_page(home: House) -> tuple[str, str]:
    home.documents[APP] = document(grant_types=["urn:ietf:params:oauth:grant-type:device_code"])
    home.clock.pass_by(seconds=1)
    await home.browser.get(asking(Flow()))
    return "/device", (await type_code(home, (await asked(home, APP))["user_code"])).text


Door = Callable[[House], Awaitable[tuple[str, str]]]
BROWSERS = [exchange_page, app_page]
SITES = [*BROWSERS, device_page]
DOORS = [*SITES, extension_page]


def fields(page: str) -> dict[str, str]:
    """Return what the form of a page carries without anybody's doing."""
    found = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found if name != "next"}


async def press(home: House, at: str, page: str, decision: str = "allow", **typed: str) -> httpx2.Response:
    return await home.browser.post(at, data={**fields(page), **typed, "decision": decision}, headers=home.ours())


async def account_of(home: House) -> Account:
    account = await home.accounts.by_email(EMAIL)
    assert account
    return account


async def grants(home: House) -> list[Grant]:
    account_id = (await account_of(home)).id
    async with home.database.unit_of_work() as stores:
        return list(await stores.grants.list(account_id))


def is_in(answer: httpx2.Response) -> bool:
    return "The device is connected" in answer.text or "code=" in answer.headers.get("location", "")


@pytest.mark.parametrize("door", DOORS)
async def test_a_browser_left_open_asks_who_is_there_and_nothing_that_was_set_is_lost(door: Door, home: House) -> None:
    await home.sign_in()
    home.clock.pass_by(**LEFT_OPEN)
    at, page = await door(home)
    wanted = await press(home, at, page, **LARGE)
    assert (wanted.status_code, "Is it you?" in wanted.text, is_in(wanted)) == (200, True, False)
    assert await grants(home) == []
    assert LARGE.items() <= fields(wanted.text).items()
    wrong = await press(home, at, wanted.text, proof_password="not it, at all")
    assert (wrong.status_code, "do not belong together" in wrong.text) == (200 if door in (app_page, extension_page) else 401, True)
    assert LARGE.items() <= fields(wrong.text).items(), "one slip costs nothing"
    assert await grants(home) == []
    before = home.browser.cookies["satchel_sid"]
    allowed = await press(home, at, wrong.text, proof_password=PASSWORD)
    assert is_in(allowed), allowed.text
    assert home.browser.cookies["satchel_sid"] != before, "a proof gives the sign-in a new cookie"
    assert (await home.browser.get("/portal/api/account")).status_code == 200
    if door is not extension_page:
        (grant,) = await grants(home)
        assert (grant.caveats.models, grant.caveats.expires_at) == (("author/slug",), home.clock.now() + timedelta(days=90))
        assert grant.caveats.budget == BudgetCaveat(500_000_000_000, Period.MONTH)


@pytest.mark.parametrize("door", DOORS)
async def test_whoever_has_just_proved_it_is_not_asked_again_and_a_no_needs_no_proof(door: Door, quick: House) -> None:
    await quick.sign_in()
    quick.clock.pass_by(minutes=4)
    assert is_in(await press(quick, *await door(quick), **LARGE))
    quick.clock.pass_by(**LEFT_OPEN)
    denied = await press(quick, *await door(quick), "deny")
    assert "error=access_denied" in denied.headers.get("location", "") or "It was not let in" in denied.text


@pytest.mark.parametrize("door", BROWSERS)
async def test_a_site_that_comes_again_for_no_more_is_let_in_without_a_proof(door: Door, quick: House) -> None:
    await quick.sign_in()
    assert is_in(await press(quick, *await door(quick), **LARGE))
    quick.clock.pass_by(**LEFT_OPEN)
    assert is_in(await press(quick, *await door(quick), **LARGE))
    assert is_in(await press(quick, *await door(quick), **LARGE | {"budget": "2"}))
    assert "Is it you?" in (await press(quick, *await door(quick), **LARGE | {"budget": "3"})).text
    quick.clock.pass_by(days=91)
    await quick.sign_in()
    quick.clock.pass_by(**LEFT_OPEN)
    assert "Is it you?" in (await press(quick, *await door(quick), **LARGE | {"budget": "0.01"})).text, "what it was allowed has ended"


async def test_a_device_of_a_site_that_is_allowed_already_is_let_in_with_a_proof_each_time(home: House) -> None:
    """Whoever finds the browser open could begin elsewhere, by the name of an app that is allowed, and take the tokens home."""
    await home.sign_in()
    assert is_in(await press(home, *await device_page(home), **LARGE))
    home.clock.pass_by(**LEFT_OPEN)
    at, page = await device_page(home)
    wanted = await press(home, at, page, **LARGE | {"budget": "0.01"})
    assert ("Is it you?" in wanted.text, is_in(wanted)) == (True, False)
    assert is_in(await press(home, at, wanted.text, proof_password=PASSWORD))


async def test_a_site_that_was_blocked_is_not_let_in_without_a_proof(quick: House) -> None:
    await quick.sign_in()
    account_id = (await account_of(quick)).id
    await quick.policy.put(Grant("grant_1", account_id, "http://localhost:3000", GrantState.BLOCKED, quick.clock.now(), caveats=Caveats()))
    quick.clock.pass_by(**LEFT_OPEN)
    assert "Is it you?" in (await press(quick, *await exchange_page(quick), **LARGE | {"budget": "0.01"})).text


@pytest.mark.parametrize("door", SITES)
async def test_back_leads_to_the_page_with_everything_that_was_set(door: Door, quick: House) -> None:
    await quick.sign_in()
    quick.clock.pass_by(**LEFT_OPEN)
    at, page = await door(quick)
    wanted = await press(quick, at, page, **LARGE | {"model": "*"})
    again = (await press(quick, at, wanted.text, "back")).text
    for kept in ('value="*" selected', 'value="500"', 'value="month" selected', 'value="90" selected'):
        assert kept in again
    assert "Is it you?" not in again
    wrong = await press(quick, at, again, **LARGE | {"model": "*", "budget": "lots"})
    assert 'value="lots"' in wrong.text, "what cannot be stays to be mended"
    assert 'value="90" selected' in wrong.text


async def test_terms_that_cannot_be_are_said_before_anybody_is_asked_for_a_proof(quick: House) -> None:
    await quick.sign_in()
    quick.clock.pass_by(**LEFT_OPEN)
    answer = await press(quick, *await exchange_page(quick), **LARGE | {"budget": "lots"})
    assert (answer.status_code, "Is it you?" in answer.text) == (400, False)


async def test_wrong_passwords_are_counted_and_the_page_says_so(quick: House) -> None:
    await quick.sign_in()
    quick.clock.pass_by(**LEFT_OPEN)
    at, page = await exchange_page(quick)
    shown = await press(quick, at, page, **LARGE)
    for _ in range(10):
        shown = await press(quick, at, shown.text, proof_password="guess")
    shown = await press(quick, at, shown.text, proof_password=PASSWORD)
    assert (shown.status_code, "too many attempts" in shown.text.lower(), "retry-after" in shown.headers) == (429, True, True)
    assert LARGE.items() <= fields(shown.text).items()


async def test_a_pushed_request_that_is_gone_meanwhile_does_not_sign_the_browser_out(quick: House) -> None:
    await quick.sign_in()
    flow = Flow()
    pushed = (await quick.browser.post("/oauth/par", data=flow.query())).json()["request_uri"]
    quick.clock.pass_by(minutes=4)
    await quick.sign_in()
    quick.clock.pass_by(seconds=59)
    at = f"/oauth/authorize?client_id=satchel-extension&request_uri={pushed}"
    page = (await quick.browser.get(at)).text
    assert is_in(await press(quick, at, page))
    quick.clock.pass_by(**LEFT_OPEN)
    gone = await press(quick, at, page, proof_password=PASSWORD)
    assert gone.status_code == 400
    assert (await quick.browser.get("/portal/api/account")).status_code == 200


async def test_a_device_decided_elsewhere_during_the_proof_leaves_the_browser_signed_in(quick: House) -> None:
    await quick.sign_in()
    quick.clock.pass_by(**LEFT_OPEN)
    at, page = await device_page(quick)
    wanted = await press(quick, at, page, **LARGE)
    await press(quick, at, page, "deny")
    late = await press(quick, at, wanted.text, proof_password=PASSWORD)
    assert (late.status_code, is_in(late)) == (404, False)
    assert (await quick.browser.get("/portal/api/account")).status_code == 200


async def test_a_code_does_where_there_is_no_password(home: House) -> None:
    app, _ = await switched_on(home)
    account = await account_of(home)
    async with home.database.unit_of_work() as stores:
        await stores.accounts.set_password(account.id, None)
    home.clock.pass_by(**LEFT_OPEN)
    at, page = await exchange_page(home)
    wanted = await press(home, at, page, **LARGE)
    assert "Code of your app" in wanted.text
    assert (await press(home, at, wanted.text, proof_code="000000")).status_code == 401
    assert is_in(await press(home, at, wanted.text, proof_code=app.code()))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_passkey_goes_along_with_the_form(kind: str, tmp_path: Path, databases: Databases) -> None:
    base = "http://localhost:8787"
    async with house(await databases.fresh(kind, tmp_path), tmp_path, base) as home:
        await home.sign_in()
        authenticator = Authenticator(base)
        await added(home, authenticator)
        home.clock.pass_by(**LEFT_OPEN)
        at, page = await exchange_page(home)
        wanted = await press(home, at, page, **LARGE)
        assert "data-prove" in wanted.text
        assert (await press(home, at, wanted.text, proof_credential="no JSON")).status_code == 400
        assert (await press(home, at, wanted.text, proof_credential='{"id": "x"}')).status_code == 401
        options = (await send(home, "/portal/api/proof/begin")).json()
        answer = orjson.dumps(authenticator.get(options)).decode()
        assert is_in(await press(home, at, wanted.text, proof_credential=answer))


async def test_whoever_has_only_an_authority_signs_in_there_once_more_and_finds_what_they_set(quick: House) -> None:
    quick.elsewhere.metadata = {"claims_supported": ["sub", "auth_time"]}
    await newcomer(quick, "company")
    say(quick, location := await begun(quick))
    await came_back(quick, location)
    at, page = await exchange_page(quick)
    wanted = await press(quick, at, page, **LARGE)
    again = re.search(r'href="([^"]+)">Sign in once more', wanted.text)
    assert again, wanted.text
    assert "proof_password" not in wanted.text
    offered = (await quick.browser.get(unescape(again[1]))).text
    assert "Continue with Company" in offered
    say(quick, location := await begun(quick, after=at), auth_time=int(quick.clock.at.timestamp()))
    assert (await came_back(quick, location)).headers["location"] == at
    page = (await quick.browser.get(at)).text
    for kept in ('value="500"', 'value="month" selected', 'value="90" selected'):
        assert kept in page
    elsewhere = (await quick.browser.get(address(Flow()))).text
    assert 'value="500"' not in elsewhere, "what was set for one request is not offered to another"
    assert is_in(await press(quick, at, page, **LARGE))


async def terminal_page(home: House) -> tuple[dict[str, str], str]:
    """Return the codes of a terminal, and the page that asks about it."""
    codes = await asked(home)
    return codes, (await type_code(home, codes["user_code"])).text


async def allowed_terms(home: House, codes: dict[str, str]) -> Caveats | None:
    """Fetch the terminal's tokens; return what they are held to."""
    return (await home.authenticator.principal((await poll(home, codes)).json()["access_token"])).caveats


async def test_the_terms_of_a_terminal_go_along_with_the_proof_and_come_back(home: House) -> None:
    await home.sign_in()
    home.clock.pass_by(**LEFT_OPEN)
    codes, page = await terminal_page(home)
    wanted = await press(home, "/device", page, **LARGE)
    assert ("Is it you?" in wanted.text, LARGE.items() <= fields(wanted.text).items()) == (True, True)
    again = (await press(home, "/device", wanted.text, "back")).text
    for kept in ('value="author/slug" selected', 'value="500"', 'value="month" selected', 'value="90" selected'):
        assert kept in again
    assert (await poll(home, codes)).json()["error"] == "authorization_pending"
    assert is_in(await press(home, "/device", wanted.text, proof_password=PASSWORD))
    until = home.clock.now() + timedelta(days=90)
    assert await allowed_terms(home, codes) == Caveats(("author/slug",), BudgetCaveat(500_000_000_000, Period.MONTH), expires_at=until)


async def test_the_terms_of_a_terminal_wait_while_its_person_signs_in_elsewhere_once_more(quick: House) -> None:
    quick.elsewhere.metadata = {"claims_supported": ["sub", "auth_time"]}
    await newcomer(quick, "company")
    say(quick, location := await begun(quick))
    await came_back(quick, location)
    codes, page = await terminal_page(quick)
    assert "Sign in once more" in (await press(quick, "/device", page, **LARGE)).text
    say(quick, location := await begun(quick, after="/device"), auth_time=int(quick.clock.at.timestamp()))
    assert (await came_back(quick, location)).headers["location"] == "/device"
    again = (await type_code(quick, codes["user_code"])).text
    for kept in ('value="author/slug" selected', 'value="500"', 'value="month" selected', 'value="90" selected'):
        assert kept in again
    assert 'value="500"' not in (await terminal_page(quick))[1], "what was set for one device is not offered to another"
    assert is_in(await press(quick, "/device", again, **LARGE))
    assert (terms := await allowed_terms(quick, codes)) is not None
    assert terms.budget == BudgetCaveat(500_000_000_000, Period.MONTH)


async def test_whoever_has_nothing_to_prove_it_by_is_told_how_to_get_it(quick: House) -> None:
    await newcomer(quick, "github")
    await let_in(quick, "github")
    answer = await press(quick, *await exchange_page(quick), **LARGE)
    assert "Add a passkey or a password first" in answer.text
    assert await grants(quick) == []


async def test_a_device_that_nobody_proved_anything_for_goes_on_waiting(quick: House) -> None:
    await quick.sign_in()
    quick.clock.pass_by(**LEFT_OPEN)
    codes = await asked(quick)
    page = (await type_code(quick, codes["user_code"])).text
    await press(quick, "/device", page)
    assert (await poll(quick, codes)).json()["error"] == "authorization_pending"
