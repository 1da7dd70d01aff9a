"""Devices without a browser: a code that is typed, a page that says who asks from where, and a device that polls."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from tests.doors.portal.house import EMAIL, OURS, Flow, House, code_of, form_token

from satchel.domain.budgets import Budget, Period
from satchel.domain.calls import Call
from satchel.domain.chat import ChatRequest
from satchel.domain.errors import TokenExpired, TokenRevoked
from satchel.domain.grants import BudgetCaveat, Caveats
from satchel.domain.purses import owners_of
from satchel.services.apps import TERMINAL_CLIENT_ID

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
APP = "https://notes.example/app.json"
REQUEST = ChatRequest("author/slug", ())
TERMS = {"model": "author/slug", "budget": "0.50", "period": "day", "days": "7"}


async def asked(home: House, client_id: str = TERMINAL_CLIENT_ID, scope: str = "generate models") -> dict[str, str]:
    """Ask as a device; return its codes."""
    answer = await home.browser.post("/oauth/device_authorization", data={"client_id": client_id, "scope": scope})
    assert answer.status_code == 200, answer.text
    codes: dict[str, str] = answer.json()
    return codes


async def poll(home: House, codes: dict[str, str], client_id: str = TERMINAL_CLIENT_ID) -> httpx2.Response:
    form = {"grant_type": GRANT, "client_id": client_id, "device_code": codes["device_code"]}
    return await home.browser.post("/oauth/token", data=form)


async def type_code(home: House, code: str) -> httpx2.Response:
    page = await home.browser.get("/device")
    assert page.status_code == 200
    return await home.browser.post("/device", data={"token": form_token(page.text), "code": code}, headers=OURS)


async def decide(home: House, page: httpx2.Response, decision: str = "allow", **more: str) -> httpx2.Response:
    code = re.search(r'name="code" value="([^"]+)"', page.text)
    assert code, page.text
    terms = TERMS if decision == "allow" else {}
    form = {"token": form_token(page.text), "code": code[1], "decision": decision, **terms, **more}
    return await home.browser.post("/device", data=form, headers=OURS)


async def test_a_device_is_let_in_by_whoever_types_its_code(home: House) -> None:
    codes = await asked(home)
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", codes["user_code"])
    assert codes.keys() == {"device_code", "user_code", "verification_uri", "expires_in", "interval"}
    assert (codes["verification_uri"], codes["expires_in"], codes["interval"]) == ("http://127.0.0.1:8787/device", 600, 5)
    assert (await poll(home, codes)).json()["error"] == "authorization_pending"
    assert (await home.browser.get("/device")).headers["location"] == "/sign-in?next=%2Fdevice"
    await home.sign_in()
    page = await type_code(home, codes["user_code"].lower().replace("-", " "))
    assert page.status_code == 200
    assert codes["user_code"] in page.text
    assert "127.0.0.1" in page.text, "who asks is shown"
    assert "A program in a terminal" in page.text
    assert "Verified" not in page.text, "anybody may ask by that name"
    manages = await home.browser.post("/oauth/device_authorization", data={"client_id": TERMINAL_CLIENT_ID, "scope": "generate settings"})
    assert (manages.status_code, manages.json()["error"]) == (400, "invalid_scope")
    assert "The device is connected" in (await decide(home, page)).text
    home.clock.pass_by(seconds=5)
    tokens = (await poll(home, codes)).json()
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "generate models")
    principal = await home.authenticator.principal(tokens["access_token"])
    assert (principal.client_id, principal.scopes) == (TERMINAL_CLIENT_ID, {"generate", "models"})
    assert (await home.refresh(tokens["refresh_token"], client_id=TERMINAL_CLIENT_ID)).status_code == 200


async def test_a_device_is_held_to_the_terms_that_were_set_as_long_as_it_is_connected(home: House) -> None:
    await home.sign_in()
    codes = await asked(home)
    page = await type_code(home, codes["user_code"])
    assert '<option value="author/slug" selected>' in page.text, "the smallest terms are chosen"
    assert "The device is connected" in (await decide(home, page, days="1")).text
    tokens = (await poll(home, codes)).json()
    until = home.clock.now() + timedelta(days=1)
    terms = Caveats(models=("author/slug",), budget=BudgetCaveat(500_000_000, Period.DAY), expires_at=until)
    first = await home.authenticator.principal(tokens["access_token"])
    home.clock.pass_by(hours=23, minutes=55)
    later = await home.refresh(tokens["refresh_token"], client_id=TERMINAL_CLIENT_ID)
    second = await home.authenticator.principal(later.json()["access_token"])
    assert first.caveats == second.caveats == terms
    assert owners_of(Call("gen_1", second, REQUEST, home.clock.now()), None)[first.client] == terms.budget
    ((device, budget),) = await home.devices.list(first.account_id)
    assert (device.caveats, device.ends_at) == (terms, until)
    assert budget == Budget(device.id, first.account_id, 500_000_000, Period.DAY, datetime(2026, 11, 23, tzinfo=UTC))
    home.clock.pass_by(minutes=5)
    with pytest.raises(TokenExpired):
        await home.authenticator.principal(later.json()["access_token"])
    over = await home.refresh(later.json()["refresh_token"], client_id=TERMINAL_CLIENT_ID)
    assert (over.status_code, over.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "terms", [{"model": ""}, {"model": "somebody/else"}, {"budget": "lots"}, {"days": "9999"}, {"period": "year"}], ids=str
)
async def test_terms_of_a_device_that_cannot_be_show_the_page_again_and_let_nothing_in(quick: House, terms: dict[str, str]) -> None:
    await quick.sign_in()
    codes = await asked(quick)
    answer = await decide(quick, await type_code(quick, codes["user_code"]), **terms)
    assert (answer.status_code, 'role="alert"' in answer.text, codes["user_code"] in answer.text) == (400, True, True)
    assert (await poll(quick, codes)).json()["error"] == "authorization_pending"


async def test_eight_polls_at_once_give_one_token_which_then_ends(home: House) -> None:
    codes = await asked(home)
    await home.sign_in()
    await decide(home, await type_code(home, codes["user_code"]))
    answers = await asyncio.gather(*[poll(home, codes) for _ in range(8)])
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    (tokens,) = [answer.json() for answer in answers if answer.status_code == 200]
    await asyncio.sleep(0)
    with pytest.raises(TokenRevoked):
        await home.authenticator.principal(tokens["access_token"])


async def test_a_device_that_asks_too_often_must_wait_five_seconds_more_each_time(quick: House) -> None:
    codes = await asked(quick)

    async def said() -> str:
        return str((await poll(quick, codes)).json()["error"])

    assert await said() == "authorization_pending"
    quick.clock.pass_by(seconds=4)
    assert await said() == "slow_down"
    quick.clock.pass_by(seconds=6)
    assert await said() == "slow_down"
    quick.clock.pass_by(seconds=15)
    assert await said() == "authorization_pending"


async def test_denied_and_late_devices_get_nothing(quick: House) -> None:
    await quick.sign_in()
    denied, late = await asked(quick), await asked(quick)
    assert "It was not let in" in (await decide(quick, await type_code(quick, denied["user_code"]), "deny")).text
    assert (await poll(quick, denied)).json()["error"] == "access_denied"
    assert (await type_code(quick, denied["user_code"])).status_code == 404
    page = await type_code(quick, late["user_code"])
    quick.clock.pass_by(minutes=10)
    assert (await decide(quick, page)).status_code == 404
    assert (await poll(quick, late)).json()["error"] == "expired_token"


async def test_a_code_in_the_address_or_in_a_forged_form_is_not_taken(quick: House) -> None:
    await quick.sign_in()
    codes = await asked(quick)
    page = await quick.browser.get(f"/device?user_code={codes['user_code']}")
    assert codes["user_code"] not in page.text
    typed = form_token(page.text)
    letters = codes["user_code"].replace("-", "")
    for form in (
        {"token": typed, "code": letters, "decision": "allow"},  # the token of the form for typing does not allow
        {"token": "forged", "code": letters},
        {"token": "", "code": letters, "decision": "allow"},
    ):
        assert (await quick.browser.post("/device", data=form, headers=OURS)).status_code == 403
    other = await asked(quick)
    shown = await type_code(quick, other["user_code"])
    form = {"token": form_token(shown.text), "code": letters, "decision": "allow"}  # shown for another device
    assert (await quick.browser.post("/device", data=form, headers=OURS)).status_code == 403
    assert (await quick.browser.post("/device", data=form, headers={"sec-fetch-site": "cross-site"})).status_code == 403
    assert (await poll(quick, codes)).json()["error"] == "authorization_pending"


async def test_codes_are_not_to_be_guessed(quick: House) -> None:
    await quick.sign_in()
    statuses = [(await type_code(quick, "BBBB-BBBB")).status_code for _ in range(11)]
    assert statuses == [404] * 10 + [429]


async def test_a_web_app_may_pair_devices_only_if_its_document_says_so_and_is_bound_to_its_site(quick: House) -> None:
    await quick.sign_in()
    said = {"client_id": APP, "client_name": "Notes", "redirect_uris": ["https://notes.example/cb"]}
    quick.documents[APP] = json.dumps(said).encode()
    codes = await asked(quick, APP)
    assert quick.fetched == [], "a stranger does not make us fetch"
    assert (await type_code(quick, codes["user_code"])).status_code == 404
    quick.documents[APP] = json.dumps({**said, "grant_types": ["authorization_code", GRANT]}).encode()
    quick.clock.pass_by(hours=25)
    codes = await asked(quick, APP)
    await quick.sign_in()
    page = await type_code(quick, codes["user_code"])
    assert "notes.example" in page.text
    assert (await decide(quick, page, **TERMS | {"budget": "lots"})).status_code == 400
    assert "The device is connected" in (await decide(quick, page, **TERMS)).text
    principal = await quick.authenticator.principal((await poll(quick, codes, APP)).json()["access_token"])
    assert principal.origin == "https://notes.example"
    account = await quick.accounts.by_email(EMAIL)
    assert account
    async with quick.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(account.id)
    assert (grant.origin, grant.caveats.models) == ("https://notes.example", ("author/slug",))


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": "generate"}, "invalid_client"),
        ({"client_id": "nobody", "scope": "generate"}, "invalid_client"),
        ({"client_id": "satchel-extension", "scope": "generate"}, "unauthorized_client"),
        ({"client_id": TERMINAL_CLIENT_ID}, "invalid_scope"),
        ({"client_id": TERMINAL_CLIENT_ID, "scope": "tokens"}, "invalid_scope"),
        ({"client_id": TERMINAL_CLIENT_ID, "scope": "generate", "resource": "https://elsewhere.example"}, "invalid_target"),
    ],
)
async def test_a_device_that_asks_wrongly_gets_no_codes(form: dict[str, str], error: str, quick: House) -> None:
    answer = await quick.browser.post("/oauth/device_authorization", data=form)
    assert (answer.status_code // 100, answer.json()["error"]) == (4, error)


async def test_a_device_code_is_for_its_client_only_and_devices_are_throttled(quick: House) -> None:
    codes = await asked(quick)
    assert (await poll(quick, codes, APP)).json()["error"] == "invalid_grant"
    assert (await poll(quick, {"device_code": "unknown"})).json()["error"] == "invalid_grant"
    assert (await poll(quick, codes)).json()["error"] == "authorization_pending"
    for _ in range(19):
        await asked(quick)
    answer = await quick.browser.post("/oauth/device_authorization", data={"client_id": TERMINAL_CLIENT_ID, "scope": "models"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "300")


async def test_a_device_whose_site_is_taken_back_before_it_has_fetched_its_tokens_is_denied(home: House) -> None:
    grants = ["authorization_code", GRANT]
    home.documents[APP] = json.dumps({"client_id": APP, "redirect_uris": ["https://notes.example/"], "grant_types": grants}).encode()
    await home.sign_in()
    codes, other = await asked(home, APP), await asked(home)
    await decide(home, await type_code(home, codes["user_code"]), **TERMS)
    await decide(home, await type_code(home, other["user_code"]))
    account = await home.accounts.by_email(EMAIL)
    assert account is not None
    async with home.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(account.id)
    assert await home.policy.remove(account.id, grant.id)
    denied = await poll(home, codes, APP)
    assert (denied.status_code, denied.json()["error"]) == (400, "access_denied")
    assert (await poll(home, other)).status_code == 200, "what is no business of that site goes on"


@pytest.mark.parametrize(("sent", "answer"), [({"disconnect": True}, 400), ({}, 200)])
async def test_whoever_disconnects_everything_leaves_nothing_to_be_fetched(quick: House, sent: dict[str, bool], answer: int) -> None:
    await quick.sign_in()
    codes, flow = await asked(quick), Flow()
    await decide(quick, await type_code(quick, codes["user_code"]))
    code = code_of(await quick.consent(flow))
    body = {"password": "another long password", **sent}
    assert (await quick.browser.put("/portal/api/password", json=body, headers={**OURS, "x-satchel-csrf": "1"})).status_code == 204
    assert (await poll(quick, codes)).status_code == answer
    assert (await quick.browser.post("/oauth/token", data=flow.redemption(code))).status_code == answer


async def test_of_two_answers_about_one_device_the_one_that_decides_says_what_its_site_may(home: House) -> None:
    grants = ["authorization_code", GRANT]
    home.documents[APP] = json.dumps({"client_id": APP, "redirect_uris": ["https://notes.example/"], "grant_types": grants}).encode()
    codes = await asked(home, APP)
    await home.sign_in()
    page = await type_code(home, codes["user_code"])
    budgets = [f"0.{cents}" for cents in range(11, 15)]
    answers = await asyncio.gather(*[decide(home, page, **(TERMS | {"budget": budget})) for budget in budgets])
    won = [budget for budget, answer in zip(budgets, answers, strict=True) if "The device is connected" in answer.text]
    account = await home.accounts.by_email(EMAIL)
    assert account is not None
    async with home.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(account.id)
    assert grant.caveats.budget is not None
    assert [grant.caveats.budget.cap_nusd] == [round(float(budget) * 100) * 10_000_000 for budget in won]
