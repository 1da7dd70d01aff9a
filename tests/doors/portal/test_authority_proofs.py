"""What an authority proves: that it has just asked who somebody is, if it signs when it did; else it lets people in, and no more."""

import re

import pytest
from tests.doors.portal.house import EMAIL, OURS, House
from tests.doors.portal.there_and_back import begun, came_back, query_of, say, signed_in, tied

from satchel.domain.authorities import Vouched

CSRF = {"x-satchel-csrf": "1"}


async def test_whoever_must_prove_themselves_is_asked_again_by_the_authority(home: House) -> None:
    home.elsewhere.metadata = {"claims_supported": ["sub", "auth_time"]}
    await tied(home)
    say(home, location := await begun(home))
    assert "max_age" not in query_of(location)
    assert (await came_back(home, location)).status_code == 303
    assert not await proved(home), "the authority knew them again, and asked nothing"
    again = await home.browser.get("/sign-in?again=1&next=/demo")
    assert (again.status_code, "Continue with Company" in again.text) == (200, True)
    for auth_time in (None, int(home.clock.at.timestamp()) - 600, True, "now", 10**30):
        location = await begun(home)
        assert (query_of(location)["max_age"], query_of(location)["prompt"]) == ("0", "login")
        say(home, location, auth_time=auth_time)
        refused = await came_back(home, location)
        assert (refused.status_code, await proved(home)) == (403, False), auth_time
    say(home, location := await begun(home), auth_time=int(home.clock.at.timestamp()))
    assert (await came_back(home, location)).headers["location"] == "/demo"
    assert await proved(home)
    home.clock.pass_by(minutes=6)
    assert not await proved(home)


async def test_a_sign_in_that_the_authority_has_just_asked_for_is_a_proof(quick: House) -> None:
    await tied(quick)
    say(quick, location := await begun(quick), auth_time=int(quick.clock.at.timestamp()))
    await came_back(quick, location)
    assert await proved(quick)


async def test_whoever_can_prove_it_in_another_way_is_not_believed_for_an_authority_that_never_says_when_it_asked(quick: House) -> None:
    await quick.sign_in()
    account = await quick.accounts.by_email(EMAIL)
    assert account
    await quick.ties.tie(account.id, quick.authorities.get("github"), Vouched("https://github.com", "42", "mira"))
    quick.browser.cookies.clear()
    assert (await came_back(quick, await begun(quick, name="github"), name="github")).status_code == 303
    assert await signed_in(quick)
    assert await proof(quick) == {"ways": ["password"], "until_at": None, "may_begin": False}
    assert await new_password(quick, "another long password") == 403
    assert (await quick.browser.post("/portal/api/passkeys/begin", headers=OURS | CSRF)).status_code == 403
    again = await quick.browser.get("/sign-in?again=1&next=/demo")
    assert "Continue with GitHub" not in again.text
    refused = await came_back(quick, await begun(quick, name="github"), name="github")
    assert (refused.status_code, "passkey or password" in refused.text) == (403, True)


@pytest.mark.parametrize("name", ["company", "github"])
async def test_whoever_has_only_an_authority_that_never_says_when_it_asked_may_add_a_first_password(name: str, home: House) -> None:
    await newcomer(home, name)
    await let_in(home, name)
    assert await proof(home) == {"ways": [], "until_at": None, "may_begin": True}
    assert (await home.browser.post("/portal/api/totp/begin", headers=OURS | CSRF)).status_code == 403, "it opens nothing else"
    page = await home.browser.get("/sign-in/ways")
    form = dict(re.findall(r'name="(token|tie)" value="([^"]+)"', page.text))
    untied = await home.browser.post("/sign-in/ways", data=form, headers=OURS)
    assert "Add a passkey or a password first" in untied.text
    home.clock.pass_by(minutes=6)
    assert (await proof(home))["may_begin"] is False
    assert await new_password(home, "a first long password") == 403, "a browser that was left open, or its cookie, opens nothing"
    assert (await home.browser.post("/sign-in/ways", data=form, headers=OURS)).headers["location"].startswith("/sign-in?")
    again = await home.browser.get("/sign-in?again=1&next=/demo")
    assert "Continue with GitHub" in again.text
    await let_in(home, name)
    begun_passkey = await home.browser.post("/portal/api/passkeys/begin", headers=OURS | CSRF)
    assert begun_passkey.status_code == 400, "let through; but a passkey needs a name in the address bar"
    assert await new_password(home, "a first long password") == 204
    assert await proof(home) == {"ways": ["password"], "until_at": None, "may_begin": False}
    assert await new_password(home, "a second long password") == 403, "the first one is there, and must be proved now"
    await home.browser.post("/portal/api/proof", json={"password": "a first long password"}, headers=OURS | CSRF)
    assert await new_password(home, "a second long password") == 204


async def test_an_authority_that_can_say_when_it_asked_lets_nobody_add_a_first_password_without_asking(quick: House) -> None:
    quick.elsewhere.metadata = {"claims_supported": ["auth_time"]}
    await newcomer(quick, "company")
    for auth_time in (None, int(quick.clock.at.timestamp()) - 3600):  # None: asked without `max_age`, as whoever sits there can make it be
        quick.browser.cookies.clear()
        say(quick, location := await begun(quick), auth_time=auth_time)
        await came_back(quick, location)
        assert await proof(quick) == {"ways": [], "until_at": None, "may_begin": False}
        assert await new_password(quick, "a first long password") == 403
    say(quick, location := await begun(quick), auth_time=int(quick.clock.at.timestamp()))
    await came_back(quick, location)
    assert await new_password(quick, "a first long password") == 204


async def newcomer(home: House, name: str) -> None:
    """Make an account that an authority's person may sign in to, and nobody else."""
    await home.accounts.create("owner@holt.example", "a long enough password")
    home.accounts.sign_up = "open"
    account = await home.accounts.draft("", EMAIL, "127.0.0.1")
    await home.accounts.admit("", account)
    subject = {"company": "person-1", "github": "42"}[name]
    authority = home.authorities.get(name)
    await home.ties.tie(account.id, authority, Vouched(authority.issuer, subject, EMAIL))


async def let_in(home: House, name: str) -> None:
    """Come in by an authority that does not say when it asked."""
    location = await begun(home, name=name)
    if name == "company":
        say(home, location)
    assert (await came_back(home, location, name=name)).status_code == 303


async def new_password(home: House, password: str) -> int:
    answer = await home.browser.put("/portal/api/password", json={"password": password}, headers=OURS | CSRF)
    return answer.status_code


async def proof(home: House) -> dict[str, object]:
    answer = await home.browser.get("/portal/api/proof")
    assert answer.status_code == 200, answer.text
    state: dict[str, object] = answer.json()
    return state


async def proved(home: House) -> bool:
    return (await proof(home))["until_at"] is not None
