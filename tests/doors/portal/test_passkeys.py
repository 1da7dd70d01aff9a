"""Passkeys at the doors: making the owner, signing in, adding, naming and forgetting; and what an authenticator must prove."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.databases import KINDS, Databases
from tests.doors.portal.authenticator import Authenticator, encoded
from tests.doors.portal.house import EMAIL, PASSWORD, House, house

BASE = "http://localhost:8787"


@pytest.fixture(params=KINDS)
async def named(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[House]:
    """Return a house that browsers reach by a name."""
    async with house(await databases.fresh(request.param, tmp_path), tmp_path, BASE) as built:
        yield built


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    """The same over memory, for what no store has a part in."""
    async with house("memory", tmp_path, BASE) as built:
        yield built


async def send(home: House, path: str, body: object = None, browser: httpx2.AsyncClient | None = None) -> httpx2.Response:
    return await (browser or home.browser).post(path, json=body or {}, headers=home.ours() | {"x-satchel-csrf": "1"})


async def added(home: House, authenticator: Authenticator, name: str = "Laptop") -> dict[str, Any]:
    """Add a passkey to the account of the browser that is signed in."""
    options = (await send(home, "/portal/api/passkeys/begin")).json()
    answer = await send(home, "/portal/api/passkeys", {"credential": authenticator.create(options), "name": name})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def signed_in(home: House, authenticator: Authenticator, browser: httpx2.AsyncClient, after: str = "/") -> httpx2.Response:
    options = (await send(home, "/sign-in/passkey/begin", browser=browser)).json()
    return await send(home, "/sign-in/passkey", {"credential": authenticator.get(options), "next": after}, browser)


async def test_the_first_link_makes_an_owner_with_a_passkey_and_no_password(named: House) -> None:
    link, authenticator = await named.accounts.setup_link(), Authenticator(BASE, has_prf=True)
    options = (await send(named, "/setup/passkey/begin", {"email": EMAIL, "link": link})).json()
    assert options["rp"] == {"name": "Satchel", "id": "localhost"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["extensions"] == {"credProps": True, "prf": {}}
    form = {"link": link, "email": EMAIL, "name": "Laptop", "credential": authenticator.create(options)}
    made = await send(named, "/setup/passkey", form)
    assert (made.status_code, made.json()) == (200, {"next": "/"})
    kept = (await named.browser.get("/portal/api/passkeys")).json()["data"]
    assert [(one["name"], one["prf"], one["synced"]) for one in kept] == [("Laptop", True, False)]
    account = await named.accounts.by_email(EMAIL)
    assert account
    assert account.password_hash is None
    assert (await send(named, "/setup/passkey", form)).status_code == 401
    assert (await named.new_browser().post("/sign-in", data={"email": EMAIL, "password": ""}, headers=named.ours())).status_code == 401


async def test_nobody_makes_a_passkey_for_an_account_that_cannot_be_made(named: House) -> None:
    link = await named.accounts.setup_link()
    for sent in ({"email": EMAIL, "link": "made up"}, {"email": EMAIL}, {"email": "no email", "link": link}):
        assert (await send(named, "/setup/passkey/begin", sent)).status_code in (400, 401), sent
    options = (await send(named, "/setup/passkey/begin", {"email": EMAIL, "link": link})).json()
    await named.accounts.create(EMAIL, PASSWORD)
    assert (await send(named, "/setup/passkey/begin", {"email": "other@holt.example", "link": link})).status_code == 401
    form = {"link": link, "email": "other@holt.example", "name": "Laptop", "credential": Authenticator(BASE).create(options)}
    assert (await send(named, "/setup/passkey", form)).status_code == 401
    assert await named.accounts.by_email("other@holt.example") is None


async def test_an_open_satchel_says_before_a_passkey_is_made_that_the_email_is_taken(named: House) -> None:
    await named.accounts.create(EMAIL, PASSWORD)
    named.accounts.sign_up = "open"
    refused = await send(named, "/setup/passkey/begin", {"email": EMAIL})
    assert (refused.status_code, EMAIL in refused.text) == (400, False)
    assert (await send(named, "/setup/passkey/begin", {"email": "other@holt.example"})).status_code == 200
    assert await named.accounts.by_email("other@holt.example") is None


async def test_a_passkey_that_was_added_signs_in_elsewhere_again_and_again(named: House) -> None:
    authenticator, elsewhere = Authenticator(BASE), named.new_browser()
    await named.sign_in()
    made = await added(named, authenticator)
    for after in ("/", "/oauth/authorize?x=1"):
        answer = await signed_in(named, authenticator, elsewhere, after)
        assert (answer.status_code, answer.json()) == (200, {"next": after})
        assert (await elsewhere.get("/portal/api/account")).status_code == 200
    listed = (await named.browser.get("/portal/api/passkeys")).json()["data"]
    assert listed[0]["id"] == made["id"]
    assert listed[0]["last_used_at"] is not None
    assert (await signed_in(named, authenticator, elsewhere, "//evil.example")).json() == {"next": "/"}


async def test_an_answer_counts_once_and_five_minutes_and_in_the_browser_that_asked(named: House) -> None:
    authenticator, elsewhere = Authenticator(BASE), named.new_browser()
    await named.sign_in()
    await added(named, authenticator)
    options = (await send(named, "/sign-in/passkey/begin", browser=elsewhere)).json()
    answer = {"credential": authenticator.get(options)}
    assert (await send(named, "/sign-in/passkey", answer, named.new_browser())).status_code == 401
    assert (await send(named, "/sign-in/passkey", answer, elsewhere)).status_code == 200
    assert (await send(named, "/sign-in/passkey", answer, elsewhere)).status_code == 401
    options = (await send(named, "/sign-in/passkey/begin", browser=elsewhere)).json()
    named.clock.pass_by(minutes=5)
    assert (await send(named, "/sign-in/passkey", {"credential": authenticator.get(options)}, elsewhere)).status_code == 401


async def test_an_authenticator_must_verify_its_holder_and_answer_for_our_page(home: House) -> None:
    await home.sign_in()
    for wrong in (Authenticator(BASE, verifies=False), Authenticator("https://evil.example")):
        options = (await send(home, "/portal/api/passkeys/begin")).json()
        answer = await send(home, "/portal/api/passkeys", {"credential": wrong.create(options), "name": "x"})
        assert answer.status_code == 401
    authenticator = Authenticator(BASE)
    await added(home, authenticator)
    elsewhere = home.new_browser()
    authenticator.verifies = False
    assert (await signed_in(home, authenticator, elsewhere)).status_code == 401
    authenticator.verifies, authenticator.origin = True, "http://localhost:9"
    assert (await signed_in(home, authenticator, elsewhere)).status_code == 401
    authenticator.origin, authenticator.count = BASE, 1
    assert (await signed_in(home, authenticator, elsewhere)).status_code == 200
    authenticator.count = 0
    assert (await signed_in(home, authenticator, elsewhere)).status_code == 401, "a copy of an authenticator that counts"


@pytest.mark.parametrize(
    "broken", [{}, {"id": 5}, {"id": "ÿ"}, {"id": "AA"}, {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}]
)
async def test_what_is_no_passkey_is_refused_in_words(home: House, broken: dict[str, Any]) -> None:
    authenticator = Authenticator(BASE)
    await home.sign_in()
    await added(home, authenticator)
    if broken.get("id") == "AA" and "response" in broken:
        broken = broken | {"id": encoded(authenticator.credential_id)}
    for path, body in (("/sign-in/passkey", {"credential": broken}), ("/portal/api/passkeys", {"credential": broken, "name": "x"})):
        await send(home, f"{path}/begin")
        answer = await send(home, path, body)
        assert answer.status_code == 401, answer.text
        assert "passkey" in answer.json()["error"]["message"]
    assert (await send(home, "/sign-in/passkey", {"credential": "text"})).status_code == 400


async def test_passkeys_are_named_and_forgotten_but_never_the_only_way_in(named: House) -> None:
    link, first, second = await named.accounts.setup_link(), Authenticator(BASE), Authenticator(BASE)
    options = (await send(named, "/setup/passkey/begin", {"email": EMAIL, "link": link})).json()
    await send(named, "/setup/passkey", {"link": link, "email": EMAIL, "name": "Laptop", "credential": first.create(options)})
    only = (await named.browser.get("/portal/api/passkeys")).json()["data"][0]["id"]
    headers = named.ours() | {"x-satchel-csrf": "1"}
    refused = await named.browser.delete(f"/portal/api/passkeys/{only}", headers=headers)
    assert (refused.status_code, "only way to sign in" in refused.text) == (403, True)
    other = (await added(named, second, "Phone"))["id"]
    renamed = await named.browser.patch(f"/portal/api/passkeys/{other}", json={"name": "  My \t phone "}, headers=headers)
    assert renamed.json()["name"] == "My phone"
    assert (await named.browser.patch(f"/portal/api/passkeys/{other}", json={"name": " "}, headers=headers)).status_code == 400
    assert (await named.browser.delete(f"/portal/api/passkeys/{only}", headers=headers)).status_code == 204
    assert (await signed_in(named, first, named.new_browser())).status_code == 401
    assert (await signed_in(named, second, named.new_browser())).status_code == 200
    assert (await named.browser.delete(f"/portal/api/passkeys/{only}", headers=headers)).status_code == 404
    account = await named.accounts.by_email(EMAIL)
    assert account
    async with named.database.unit_of_work() as stores:
        acts = [(record.act.value, record.about) for record in await stores.audit.list(account.id, 10)]
    assert ("passkey_removed", "Laptop") in acts
    assert ("passkey_added", "Phone") in acts


async def test_a_passkey_is_of_one_account_and_no_other_account_can_touch_it(named: House) -> None:
    authenticator = Authenticator(BASE)
    await named.sign_in()
    made = await added(named, authenticator)
    options = (await send(named, "/portal/api/passkeys/begin")).json()
    assert [one["id"] for one in options["excludeCredentials"]] == [encoded(authenticator.credential_id)]
    await named.accounts.create("other@holt.example", PASSWORD)
    browser = named.new_browser()
    await browser.post("/sign-in", data={"email": "other@holt.example", "password": PASSWORD}, headers=named.ours())
    assert (await browser.get("/portal/api/passkeys")).json() == {"data": []}
    headers = named.ours() | {"x-satchel-csrf": "1"}
    assert (await browser.delete(f"/portal/api/passkeys/{made['id']}", headers=headers)).status_code == 404
    assert (await browser.patch(f"/portal/api/passkeys/{made['id']}", json={"name": "mine"}, headers=headers)).status_code == 404


async def test_a_token_does_not_open_passkeys(home: House) -> None:
    account = await home.accounts.create(EMAIL, PASSWORD)
    _, text = await home.tokens.create(account.id, "laptop", frozenset({"settings"}))
    headers = {"authorization": f"Bearer {text}"}
    assert (await home.browser.get("/v1/passkeys", headers=headers)).status_code == 403
    assert (await home.browser.post("/v1/passkeys/begin", headers=headers)).status_code == 403
    assert (await home.browser.get("/v1/passkeys")).status_code == 401


async def test_another_site_begins_nothing(home: House) -> None:
    for path in ("/sign-in/passkey/begin", "/sign-in/passkey", "/setup/passkey/begin", "/setup/passkey"):
        answer = await home.browser.post(path, json={}, headers={"sec-fetch-site": "cross-site", "origin": "https://evil.example"})
        assert answer.status_code == 403


async def test_an_address_is_no_name_for_a_passkey(tmp_path: Path) -> None:
    async with house("memory", tmp_path) as home:
        answer = await send(home, "/sign-in/passkey/begin")
        assert (answer.status_code, "localhost" in answer.json()["error"]["message"]) == (400, True)
