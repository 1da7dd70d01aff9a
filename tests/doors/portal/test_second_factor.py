"""Codes from an app, recovery codes, and proving once more who one is before a dangerous act."""

import base64
import html
import re

import httpx2
import pytest
from pyotp import TOTP
from tests.doors.portal.authenticator import Authenticator
from tests.doors.portal.house import EMAIL, OURS, PASSWORD, House, house
from tests.doors.portal.test_passkeys import added, send

from satchel.domain.audit import Act
from satchel.domain.totp import new_recovery_codes, plain_code
from satchel.doors.portal.csrf import form_token

CHANGE = OURS | {"x-satchel-csrf": "1"}


class App:
    """A person's authenticator app, on the house's clock."""

    def __init__(self, home: House, secret: str) -> None:
        self._home, self._totp = home, TOTP(secret)

    def code(self, steps: int = 0) -> str:
        return self._totp.at(int(self._home.clock.now().timestamp()) + 30 * steps)


async def switched_on(home: House) -> tuple[App, list[str]]:
    """Sign in, and set an app up; return it with the recovery codes."""
    await home.sign_in()
    draft = (await home.browser.post("/portal/api/totp/begin", headers=CHANGE)).json()
    app = App(home, draft["secret"])
    made = await home.browser.post("/portal/api/totp", json={"code": app.code()}, headers=CHANGE)
    assert made.status_code == 201, made.text
    home.clock.pass_by(minutes=1)
    return app, made.json()["codes"]


async def with_password(home: House, browser: httpx2.AsyncClient) -> httpx2.Response:
    return await browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, "next": "/demo"}, headers=OURS)


async def with_code(browser: httpx2.AsyncClient, code: str) -> httpx2.Response:
    return await browser.post("/sign-in/code", data={"code": code, "next": "/demo"}, headers=OURS)


async def test_an_app_is_set_up_by_a_picture_and_its_first_code(home: House) -> None:
    await home.sign_in()
    assert (await home.browser.get("/portal/api/totp")).json() == {"since_at": None, "codes_left": 0}
    draft = (await home.browser.post("/portal/api/totp/begin", headers=CHANGE)).json()
    assert draft["uri"].startswith("otpauth://totp/Satchel:mira%40holt.example?secret=")
    assert draft["qr"].startswith("data:image/svg+xml")
    wrong = await home.browser.post("/portal/api/totp", json={"code": "000000"}, headers=CHANGE)
    assert (wrong.status_code, "clock" in wrong.text) == (400, True)
    assert (await with_password(home, home.new_browser())).status_code == 303, "nothing is on before a code was seen"
    made = await home.browser.post("/portal/api/totp", json={"code": App(home, draft["secret"]).code()}, headers=CHANGE)
    assert len(set(made.json()["codes"])) == 10
    state = (await home.browser.get("/portal/api/totp")).json()
    assert state["since_at"] is not None
    assert state["codes_left"] == 10
    assert (await home.browser.post("/portal/api/totp/begin", headers=CHANGE)).status_code == 400


async def test_a_password_alone_lets_nobody_in_where_codes_are_on(home: House) -> None:
    app, _ = await switched_on(home)
    browser = home.new_browser()
    asked = await with_password(home, browser)
    assert (asked.status_code, "Your code" in asked.text) == (200, True)
    assert "satchel_sid" not in browser.cookies
    wrong = await with_code(browser, "123456")
    assert (wrong.status_code, "not right" in wrong.text) == (401, True)
    right = await with_code(browser, f" {app.code()[:3]} {app.code()[3:]} ")
    assert (right.status_code, right.headers["location"]) == (303, "/demo")
    assert (await browser.get("/portal/api/account")).status_code == 200
    other = home.new_browser()
    await with_password(home, other)
    assert (await with_code(other, app.code())).status_code == 401, "a code is good once"
    assert (await with_code(home.new_browser(), app.code(1))).status_code == 401, "another browser gave no password"


async def test_a_neighbouring_step_is_right_and_one_further_is_not(home: House) -> None:
    app, _ = await switched_on(home)
    for steps, status in ((2, 401), (-2, 401), (-1, 303), (1, 303)):
        browser = home.new_browser()
        await with_password(home, browser)
        assert (await with_code(browser, app.code(steps))).status_code == status, steps


async def test_five_tries_in_five_minutes_and_five_minutes_for_the_code(home: House) -> None:
    app, _ = await switched_on(home)
    home.clock.pass_by(minutes=5)
    browser = home.new_browser()
    await with_password(home, browser)
    for _ in range(5):
        assert (await with_code(browser, "000000")).status_code == 401
    slow = await with_code(browser, app.code())
    assert (slow.status_code, int(slow.headers["retry-after"]) > 0) == (429, True)
    await home.accounts.alarms.aclose()
    account = await home.accounts.by_email(EMAIL)
    assert account
    async with home.database.unit_of_work() as stores:
        newest = (await stores.audit.list(account.id, 1))[0]
    assert (newest.act, newest.about) == (Act.TRIES_STOPPED, "code, from 127.0.0.1")
    home.clock.pass_by(minutes=5)
    late = await with_code(browser, app.code())
    assert (late.status_code, "give your password again" in late.text) == (401, True)


async def test_a_recovery_code_signs_in_once_however_it_is_typed(home: House) -> None:
    _, codes = await switched_on(home)
    browser = home.new_browser()
    await with_password(home, browser)
    assert (await with_code(browser, codes[0].upper().replace("-", " "))).status_code == 303
    other = home.new_browser()
    await with_password(home, other)
    assert (await with_code(other, codes[0])).status_code == 401
    assert (await home.browser.get("/portal/api/totp")).json()["codes_left"] == 9
    renewed = await home.browser.post("/portal/api/totp/codes", headers=CHANGE)
    assert len(renewed.json()["codes"]) == 10
    assert (await with_code(other, codes[1])).status_code == 401, "new codes make old ones void"
    account = await home.accounts.by_email(EMAIL)
    assert account
    async with home.database.unit_of_work() as stores:
        acts = {record.act.value for record in await stores.audit.list(account.id, 20)}
    assert {"codes_switched_on", "recovery_codes_made", "recovery_code_used"} <= acts


async def test_the_seed_lies_wrapped_and_a_rotation_takes_it_along(home: House) -> None:
    app, _ = await switched_on(home)
    account = await home.accounts.by_email(EMAIL)
    assert account
    async with home.database.unit_of_work() as stores:
        kept = await stores.totps.get(account.id)
    assert kept
    assert base64.b32decode(app._totp.secret + "====") not in kept.blob
    assert [each.wraps for each in await home.keks.status()] == [1]
    assert await home.keks.broken() == []


async def test_codes_are_switched_off_and_the_password_is_enough_again(home: House) -> None:
    await switched_on(home)
    assert (await home.browser.delete("/portal/api/totp", headers=CHANGE)).status_code == 204
    assert (await with_password(home, home.new_browser())).status_code == 303
    assert (await home.browser.delete("/portal/api/totp", headers=CHANGE)).status_code == 404
    account = await home.accounts.by_email(EMAIL)
    assert account
    async with home.database.unit_of_work() as stores:
        assert "codes_switched_off" in [record.act.value for record in await stores.audit.list(account.id, 20)]


# ── proving it once more ──────────────────────────
async def test_after_five_minutes_a_dangerous_act_wants_a_proof_and_goes_on_then(home: House) -> None:
    await home.sign_in()
    home.clock.pass_by(minutes=5)
    for call in (
        home.browser.post("/portal/api/totp/begin", headers=CHANGE),
        home.browser.post("/portal/api/passkeys/begin", headers=CHANGE),
        home.browser.put("/portal/api/password", json={"password": "another good one"}, headers=CHANGE),
        home.browser.delete("/portal/api/totp", headers=CHANGE),
    ):
        refused = await call
        assert refused.status_code == 403
        assert refused.json()["error"]["metadata"]["satchel_code"] == "proof_needed"
    assert (await home.browser.get("/portal/api/proof")).json() == {"ways": ["password"], "until_at": None, "may_begin": False}
    wrong = await home.browser.post("/portal/api/proof", json={"password": "a wrong one"}, headers=CHANGE)
    assert wrong.status_code == 401
    before = home.browser.cookies["satchel_sid"]
    assert (await home.browser.post("/portal/api/proof", json={"password": PASSWORD}, headers=CHANGE)).status_code == 204
    assert home.browser.cookies["satchel_sid"] != before
    assert (await home.browser.get("/portal/api/proof")).json()["until_at"] is not None
    assert (await home.browser.post("/portal/api/totp/begin", headers=CHANGE)).status_code == 200
    stolen = home.new_browser()
    assert (await stolen.get("/portal/api/proof", headers={"cookie": f"satchel_sid={before}"})).status_code == 401


async def test_a_code_is_a_proof_too(home: House) -> None:
    app, _ = await switched_on(home)
    home.clock.pass_by(minutes=5)
    assert (await home.browser.get("/portal/api/proof")).json()["ways"] == ["code"]
    refused = await home.browser.post("/portal/api/proof", json={"password": PASSWORD}, headers=CHANGE)
    assert (refused.status_code, "a password is not enough" in refused.text) == (401, True)
    assert (await home.browser.request("DELETE", "/portal/api/totp", headers=CHANGE)).status_code == 403
    assert (await home.browser.post("/portal/api/proof", json={"code": app.code()}, headers=CHANGE)).status_code == 204
    assert (await home.browser.post("/portal/api/totp/codes", headers=CHANGE)).status_code == 201


async def test_so_is_a_passkey_of_the_same_account_and_of_no_other(tmp_path: object) -> None:
    async with house("memory", tmp_path, "http://localhost:8787") as home:  # type: ignore[arg-type]
        authenticator, stranger = Authenticator(home.base), Authenticator(home.base)
        await home.sign_in()
        await added(home, authenticator)
        home.clock.pass_by(minutes=5)
        assert (await home.browser.get("/portal/api/proof")).json()["ways"] == ["passkey", "password"]
        options = (await send(home, "/portal/api/proof/begin")).json()
        assert len(options["allowCredentials"]) == 1
        assert (await send(home, "/portal/api/proof", {"credential": authenticator.get(options)})).status_code == 204
        await home.accounts.create("other@holt.example", PASSWORD)
        mine, home.browser = home.browser, home.new_browser()
        await home.browser.post("/sign-in", data={"email": "other@holt.example", "password": PASSWORD}, headers=home.ours())
        await added(home, stranger)
        home.browser = mine
        options = (await send(home, "/portal/api/proof/begin")).json()
        assert (await send(home, "/portal/api/proof", {"credential": stranger.get(options)})).status_code == 401


@pytest.mark.parametrize("body", [{}, {"password": "x", "code": "1"}, {"password": ""}])
async def test_a_proof_is_exactly_one(quick: House, body: dict[str, str]) -> None:
    await quick.sign_in()
    assert (await quick.browser.post("/portal/api/proof", json=body, headers=CHANGE)).status_code in (400, 422)


async def test_a_new_password_signs_every_other_browser_out(home: House) -> None:
    await home.sign_in()
    other = home.new_browser()
    await with_password(home, other)
    answer = await home.browser.put("/portal/api/password", json={"password": "short"}, headers=CHANGE)
    assert answer.status_code == 400
    assert (await home.browser.put("/portal/api/password", json={"password": "another good one"}, headers=CHANGE)).status_code == 204
    assert (await home.browser.get("/portal/api/account")).status_code == 200
    assert (await other.get("/portal/api/account")).status_code == 401
    assert (await with_password(home, other)).status_code == 401


def test_recovery_codes_are_long_and_forgive_how_they_are_typed() -> None:
    code = new_recovery_codes(lambda size: b"\xff" * size)[0]
    assert code == "7777-7777-7777-7777"
    assert plain_code(" 7777 7777-7777–7777 ") == "7" * 16


async def test_changing_an_account_elsewhere_wants_one_to_sign_in_once_more(quick: House) -> None:
    await quick.sign_in()
    page = await quick.browser.get("/sign-in/ways")
    connect = re.search(r'href="(/sign-in/with/[^"]+tie=[^"]+)"', page.text)
    assert connect
    assert (await quick.browser.get("/sign-in?next=/demo&again=1")).status_code == 303, "who has just signed in has proved it"
    quick.clock.pass_by(minutes=5)
    for answer in (
        await quick.browser.get(html.unescape(connect[1])),
        await quick.browser.post(
            "/sign-in/ways", data={"token": form_token(quick.browser.cookies["satchel_sid"], "untie"), "tie": "tie_1"}, headers=OURS
        ),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fsign-in%2Fways&again=1")
    again = await quick.browser.get("/sign-in?next=%2Fsign-in%2Fways&again=1")
    assert (again.status_code, "Sign in once more" in again.text) == (200, True)
    assert (await with_password(quick, quick.browser)).status_code == 303
    assert (await quick.browser.get("/sign-in?again=1")).status_code == 303
