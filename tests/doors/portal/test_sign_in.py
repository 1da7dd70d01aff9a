"""Signing in and out, the owner's link, cookies, the portal's own calls and its built files."""

from pathlib import Path

import pytest
from tests.doors.portal.house import EMAIL, OURS, PASSWORD, House, house


async def set_up(home: House, link: str, **changes: str) -> "object":
    form = {"link": link, "email": EMAIL, "password": PASSWORD, "again": PASSWORD} | changes
    return await home.browser.post("/setup", data=form, headers=OURS)


async def test_the_link_of_the_first_start_makes_the_owner_once_and_signs_in(home: House) -> None:
    link = await home.accounts.setup_link()
    assert link
    page = await home.browser.get(f"/setup/{link}")
    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    made = await set_up(home, link)
    assert (made.status_code, made.headers["location"]) == (303, "/")
    assert (await home.browser.get("/portal/api/account")).status_code == 200
    assert (await set_up(home, link, email="other@holt.example")).status_code == 410
    assert (await home.browser.get(f"/setup/{link}")).status_code == 410
    assert await home.accounts.setup_link() is None


async def test_a_mistake_in_the_set_up_form_keeps_the_link_good(home: House) -> None:
    link = await home.accounts.setup_link()
    assert link
    for changes, words in (
        ({"password": "short", "again": "short"}, "at least 10 characters"),
        ({"again": "something else"}, "two passwords differ"),
        ({"email": "no address"}, "not an email address"),
    ):
        answer = await set_up(home, link, **changes)
        assert answer.status_code == 400
        assert words in answer.text
        assert PASSWORD not in answer.text
    assert (await set_up(home, link)).status_code == 303


async def test_a_new_start_replaces_the_link_and_a_day_ends_it(home: House) -> None:
    first = await home.accounts.setup_link()
    home.clock.pass_by(minutes=1)
    second = await home.accounts.setup_link()
    assert first
    assert second
    assert (await set_up(home, first)).status_code == 410
    home.clock.pass_by(hours=24)
    assert (await set_up(home, second)).status_code == 410
    assert await home.accounts.needs_owner()


async def test_the_cookie_over_loopback_is_closed_to_scripts_and_other_sites(quick: House) -> None:
    await quick.accounts.create(EMAIL, PASSWORD)
    answer = await quick.browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=OURS)
    name, _, rest = answer.headers["set-cookie"].partition("=")
    value, *flags = rest.split("; ")
    assert name == "satchel_sid"
    assert len(value) == 43
    assert set(flags) == {"Max-Age=2592000", "Path=/", "HttpOnly", "SameSite=Lax"}


async def test_the_cookie_over_https_is_bound_to_the_host(tmp_path: Path) -> None:
    async with house("memory", tmp_path, "https://satchel.example") as home:
        await home.sign_in()
        assert (await home.browser.get("/portal/api/account")).status_code == 200
        signed_in = await home.browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=home.ours())
        cookie = signed_in.headers["set-cookie"]
        assert cookie.startswith("__Host-satchel_sid=")
        assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")
        secret = cookie.partition("=")[2].partition(";")[0]
        planted = await home.new_browser().get("/portal/api/account", headers={"cookie": f"satchel_sid={secret}"})
        assert planted.status_code == 401


async def test_signing_in_again_makes_a_new_session_and_ends_the_old(home: House) -> None:
    await home.sign_in()
    old = home.browser.cookies["satchel_sid"]
    await home.sign_in()
    assert home.browser.cookies["satchel_sid"] != old
    assert await home.accounts.session(old) is None


async def test_signing_out_ends_the_session_and_the_cookie(home: House) -> None:
    await home.sign_in()
    secret = home.browser.cookies["satchel_sid"]
    answer = await home.browser.post("/sign-out", headers=OURS)
    assert "You are signed out" in answer.text
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await home.accounts.session(secret) is None


async def test_a_session_ends_after_a_week_of_rest_and_after_a_month_at_the_latest(home: House) -> None:
    await home.sign_in()
    for _ in range(4):
        home.clock.pass_by(days=6)
        assert (await home.browser.get("/portal/api/account")).status_code == 200
    home.clock.pass_by(days=6)
    assert (await home.browser.get("/portal/api/account")).status_code == 401
    await home.sign_in()
    home.clock.pass_by(days=7)
    assert (await home.browser.get("/portal/api/account")).status_code == 401


async def test_unknown_account_and_wrong_password_get_the_same_page(quick: House) -> None:
    await quick.accounts.create(EMAIL, PASSWORD)
    pages = [
        (await quick.browser.post("/sign-in", data={"email": email, "password": "wrong password"}, headers=OURS))
        for email in (EMAIL, "nobody@holt.example")
    ]
    assert [page.status_code for page in pages] == [401, 401]
    assert pages[0].text.replace(EMAIL, "") == pages[1].text.replace("nobody@holt.example", "")


async def test_too_many_attempts_have_to_wait_and_are_told_how_long(quick: House) -> None:
    await quick.accounts.create(EMAIL, PASSWORD)
    form = {"email": EMAIL, "password": "wrong password"}
    statuses = [(await quick.browser.post("/sign-in", data=form, headers=OURS)).status_code for _ in range(10)]
    assert set(statuses) == {401}
    answer = await quick.browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=OURS)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 300
    quick.clock.pass_by(minutes=5)
    assert (await quick.browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=OURS)).status_code == 303


async def test_a_wrong_password_does_not_close_the_sign_in_window_of_an_extension(quick: House) -> None:
    """`launchWebAuthFlow` closes its window at any answer from 400 on."""
    form = {"email": EMAIL, "password": "wrong password", "next": "/oauth/authorize?client_id=satchel-extension"}
    page = await quick.browser.post("/sign-in", data=form, headers=OURS)
    assert page.status_code == 200
    assert 'role="alert"' in page.text


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\nb", ""])
async def test_nobody_is_sent_to_another_site_after_signing_in(quick: House, wanted: str) -> None:
    await quick.accounts.create(EMAIL, PASSWORD)
    form = {"email": EMAIL, "password": PASSWORD, "next": wanted}
    answer = await quick.browser.post("/sign-in", data=form, headers=OURS)
    assert answer.headers["location"] == "/"


async def test_the_portal_calls_the_management_doors_by_cookie_and_never_by_token(quick: House) -> None:
    await quick.sign_in()
    account = await quick.accounts.by_email(EMAIL)
    assert account
    who = await quick.browser.get("/portal/api/account")
    assert who.json()["account"] == account.id
    assert "ext:attest-origin" not in who.json()["scopes"]
    _, text = await quick.tokens.create(account.id, "laptop")
    stranger = quick.new_browser()
    assert (await stranger.get("/portal/api/account", headers={"authorization": f"Bearer {text}"})).status_code == 401


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("GET", {"sec-fetch-site": "same-origin"}, 200),
        ("GET", {"sec-fetch-site": "cross-site"}, 403),
        ("PATCH", {**OURS, "x-satchel-csrf": "1"}, 200),
        ("DELETE", {**OURS, "x-satchel-csrf": "1"}, 200),
        ("PATCH", OURS, 403),
        ("PATCH", {"x-satchel-csrf": "1"}, 403),
        ("PATCH", {**OURS, "x-satchel-csrf": "0"}, 403),
        ("PATCH", {"x-satchel-csrf": "1", "sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ("PATCH", {"x-satchel-csrf": "1", "origin": "http://127.0.0.1:9999"}, 403),
    ],
    ids=str,
)
async def test_only_our_own_pages_change_anything_by_cookie(quick: House, method: str, headers: dict[str, str], status: int) -> None:
    await quick.sign_in()
    assert (await quick.browser.request(method, "/portal/api/account", headers=headers)).status_code == status


async def test_the_portal_asks_for_a_sign_in_and_the_demo_does_not(quick: House, tmp_path: Path) -> None:
    built = tmp_path / "static"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<p>portal</p>")
    (built / "demo.html").write_text("<p>demo</p>")
    (built / "assets" / "index-1a2b.js").write_text("1")
    to_sign_in = await quick.browser.get("/")
    assert to_sign_in.headers["location"] == "/sign-in?next=%2F"
    demo = await quick.browser.get("/demo")
    assert "demo" in demo.text
    assert "frame-ancestors 'none'" in demo.headers["content-security-policy"]
    script = await quick.browser.get("/static/assets/index-1a2b.js")
    assert "immutable" in script.headers["cache-control"]
    await quick.sign_in()
    assert "portal" in (await quick.browser.get("/")).text


@pytest.mark.parametrize("path", ["../house.py", "..%2fsatchel.db", "%2e%2e/satchel.db", "nothing.js", ""])
async def test_static_serves_built_files_and_nothing_else(quick: House, tmp_path: Path, path: str) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "satchel.db").write_text("secret")
    assert (await quick.browser.get(f"/static/{path}")).status_code == 404


async def test_a_portal_that_is_not_built_says_what_to_do(quick: House) -> None:
    for path in ("/demo", "/static/pages.css"):
        answer = await quick.browser.get(path)
        assert answer.status_code == 503
        assert "make setup" in answer.text
