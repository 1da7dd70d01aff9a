"""Signing in with an authority: only the browser that asked is signed in, only by what the authority signed for it, only if tied."""

import base64
import hashlib
import re
from collections.abc import Callable

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.doors.portal.elsewhere import ISSUER
from tests.doors.portal.house import BASE, EMAIL, OURS, House
from tests.doors.portal.there_and_back import begun, came_back, query_of, say, signed_in, tied

from satchel.domain.audit import Act
from satchel.domain.authorities import Vouched
from satchel.domain.errors import Refused

Prepare = Callable[[House, str], None]


async def test_whoever_is_tied_signs_in_and_goes_on_where_they_were(home: House) -> None:
    await tied(home)
    assert "Continue with Company" in (await home.browser.get("/sign-in?next=/demo")).text
    location = await begun(home)
    asked = query_of(location)
    assert location.startswith(f"{ISSUER}/authorize?keep=1&")
    assert (asked["client_id"], asked["scope"], asked["response_type"]) == ("satchel-client", "openid email", "code")
    assert asked["redirect_uri"] == f"{BASE}/sign-in/back/company"
    say(home, location)
    answer = await came_back(home, location)
    assert (answer.status_code, answer.headers["location"]) == (303, "/demo")
    assert await signed_in(home)
    _, headers, form = next(one for one in reversed(home.elsewhere.asked) if one[0].endswith("/token"))
    digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest()).decode().rstrip("=")
    assert (asked["code_challenge_method"], asked["code_challenge"]) == ("S256", digest)
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"satchel-client:s3cret").decode()
    assert (form["code"], form["redirect_uri"]) == (["c0de"], [asked["redirect_uri"]])
    account = await home.accounts.by_email(EMAIL)
    assert account
    async with home.database.unit_of_work() as stores:
        acts = [record.act for record in await stores.audit.list(account.id, None, 10)]
    assert acts == [Act.SIGNED_IN, Act.AUTHORITY_TIED, Act.SIGNED_IN, Act.ACCOUNT_CREATED]


async def test_an_answer_to_another_browser_signs_nobody_in(quick: House) -> None:
    await tied(quick)
    async with quick.new_browser() as attacker, quick.new_browser() as victim:
        location = await begun(quick, attacker)
        say(quick, location)
        own = await begun(quick, victim)
        for answer in (
            await came_back(quick, location, victim),  # the victim's browser has an attempt of its own
            await came_back(quick, location, quick.browser),  # this one has none
        ):
            assert answer.status_code == 403, answer.text
        assert query_of(own)["state"] != query_of(location)["state"]
        assert not await signed_in(quick, victim)
        assert not await signed_in(quick)
        assert (await came_back(quick, location, attacker)).status_code == 303


async def test_an_attempt_is_used_up_by_its_answer_and_by_ten_minutes(quick: House) -> None:
    await tied(quick)
    location = await begun(quick)
    say(quick, location)
    quick.clock.pass_by(minutes=10)
    assert (await came_back(quick, location)).status_code == 403
    location = await begun(quick)
    say(quick, location)
    assert (await came_back(quick, location, state="x" * 43)).status_code == 403
    assert (await came_back(quick, location)).status_code == 403


def claims(**changes: object) -> Prepare:
    return lambda home, location: say(home, location, **changes)


def shared_secret(home: House, location: str) -> None:
    key = OctKey.generate_key(256, {"kid": "both know it"})
    home.elsewhere.published = [home.elsewhere.key, key]
    say(home, location, key=key, alg="HS256")


def unsigned(home: House, location: str) -> None:
    now = int(home.clock.at.timestamp())
    home.elsewhere.will_say_unsigned(location, iat=now, exp=now + 300)


def no_token(home: House, location: str) -> None:
    home.elsewhere.id_token = None


def no_tokens_at_all(home: House, location: str) -> None:
    home.elsewhere.token_status = 400


BAD: dict[str, Prepare] = {
    "of another issuer": claims(iss="https://evil.example"),
    "for another client": claims(aud="another"),
    "for several, and authorized for another": claims(aud=["satchel-client", "another"], azp="another"),
    "for another attempt": claims(nonce="another"),
    "without a nonce": claims(nonce=None),
    "that has expired": claims(exp=1_700_000_000),
    "without an end": claims(exp=None),
    "from the future": claims(iat=4_000_000_000),
    "without a subject": claims(sub=None),
    "with an empty subject": claims(sub=""),
    "for another access token": claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "signed by a stranger": claims(key=RSAKey.generate_key(2048, {"kid": "one"})),
    "signed by a stranger with a key of its own name": claims(key=ECKey.generate_key("P-256", {"kid": "mine"}), alg="ES256"),
    "signed with a shared secret": shared_secret,
    "that nobody signed": unsigned,
    "that is missing": no_token,
    "that the token endpoint refuses": no_tokens_at_all,
}


@pytest.mark.parametrize("what", BAD)
async def test_an_id_token_signs_nobody_in(what: str, quick: House) -> None:
    await tied(quick)
    location = await begun(quick)
    BAD[what](quick, location)
    answer = await came_back(quick, location)
    assert answer.status_code == 403, answer.text
    assert "nobody was signed in" in answer.text
    assert not await signed_in(quick)


async def test_keys_that_were_rotated_are_read_anew(quick: House) -> None:
    await tied(quick)
    location = await begun(quick)
    quick.elsewhere.key = RSAKey.generate_key(2048, {"kid": "two"})
    quick.elsewhere.published = [quick.elsewhere.key]
    say(quick, location)
    assert (await came_back(quick, location)).status_code == 303


async def test_the_answer_must_be_the_authoritys_own(quick: House) -> None:
    await tied(quick)
    location = await begun(quick)
    say(quick, location)
    assert (await came_back(quick, location, iss="https://evil.example")).status_code == 403
    location = await begun(quick)
    assert (await came_back(quick, location, name="github")).status_code == 403
    location = await begun(quick)
    assert (await came_back(quick, location, error="access_denied")).status_code == 403
    quick.elsewhere.metadata = {"authorization_response_iss_parameter_supported": True}
    quick.clock.pass_by(hours=2)
    location = await begun(quick)
    say(quick, location)
    assert (await came_back(quick, location)).status_code == 403
    location = await begun(quick)
    say(quick, location)
    assert (await came_back(quick, location, iss=ISSUER)).status_code == 303


async def test_the_same_email_ties_nobody(quick: House) -> None:
    await quick.accounts.create(EMAIL, "a long enough password")
    location = await begun(quick)
    say(quick, location, email=EMAIL, email_verified=True)
    answer = await came_back(quick, location)
    assert answer.status_code == 403
    assert "sign in another way first" in answer.text
    assert not await signed_in(quick)


async def test_connecting_needs_the_form_of_this_sign_in_and_the_sign_in_that_began_it(quick: House) -> None:
    await quick.sign_in()
    assert (await quick.browser.get("/sign-in/with/company?tie=forged")).status_code == 403
    page = await quick.browser.get("/sign-in/ways")
    found = re.search(r'href="(/sign-in/with/company\?tie=[^"]+)"', page.text)
    assert found
    location = (await quick.browser.get(found[1])).headers["location"]
    say(quick, location)
    await quick.sign_in()  # another sign-in of the same browser
    answer = await came_back(quick, location)
    assert answer.status_code == 403
    account = await quick.accounts.by_email(EMAIL)
    assert account
    assert await quick.ties.list(account.id) == []


async def test_somebody_who_is_tied_meanwhile_gets_no_account_without_a_way_in(home: House) -> None:
    home.accounts.sign_up = "open"
    await tied(home)
    account = await home.accounts.draft("", "late@holt.example", "192.0.2.1")
    with pytest.raises(Refused, match="another account"):
        await home.accounts.admit("", account, tie=home.ties.draft(account.id, Vouched(ISSUER, "person-1")))
    assert await home.accounts.by_email("late@holt.example") is None
    await home.accounts.admit("", account, tie=home.ties.draft(account.id, Vouched(ISSUER, "person-2")))
    assert await home.ties.account_id(Vouched(ISSUER, "person-2")) == account.id
    async with home.database.unit_of_work() as stores:
        assert [record.act for record in await stores.audit.list(account.id, 10)] == [Act.AUTHORITY_TIED, Act.ACCOUNT_CREATED]


async def test_one_person_elsewhere_is_tied_to_one_account_and_can_be_untied(home: House) -> None:
    await tied(home)
    other = await home.accounts.create("other@holt.example", "a long enough password")
    with pytest.raises(Exception, match="another account"):
        await home.ties.tie(other.id, home.authorities.get("company"), Vouched(ISSUER, "person-1"))
    await home.sign_in()
    page = await home.browser.get("/sign-in/ways")
    assert "mira@holt.example" in page.text
    found = re.search(r'name="token" value="([^"]+)".*?name="tie" value="([^"]+)"', page.text, re.DOTALL)
    assert found
    form = {"token": found[1], "tie": found[2]}
    assert (await home.browser.post("/sign-in/ways", data=form | {"token": "x"}, headers=OURS)).status_code == 403
    assert (await home.browser.post("/sign-in/ways", data=form, headers=OURS)).status_code == 303
    account = await home.accounts.by_email(EMAIL)
    assert account
    async with home.database.unit_of_work() as stores:
        assert Act.AUTHORITY_UNTIED in [record.act for record in await stores.audit.list(account.id, 10)]
    home.browser.cookies.clear()
    location = await begun(home)
    say(home, location)
    assert (await came_back(home, location)).status_code == 403


async def test_github_is_asked_in_its_own_way(quick: House) -> None:
    await quick.sign_in()
    account = await quick.accounts.by_email(EMAIL)
    assert account
    await quick.ties.tie(account.id, quick.authorities.get("github"), Vouched("https://github.com", "42", "mira"))
    quick.browser.cookies.clear()
    location = await begun(quick, name="github")
    asked = query_of(location)
    assert location.startswith("https://github.com/login/oauth/authorize?")
    assert (asked["scope"], "nonce" in asked, "code_challenge" in asked) == ("read:user", False, True)
    assert (await came_back(quick, location, name="github")).status_code == 303
    assert await signed_in(quick)
    (_, _, form), (person, headers, _) = quick.elsewhere.asked
    assert (form["client_id"], form["client_secret"]) == (["gh-client"], ["gh-secret"])
    assert (person, headers["Authorization"]) == ("https://api.github.com/user", "Bearer gh-at")
    quick.elsewhere.person = {"login": "nobody"}
    quick.browser.cookies.clear()
    assert (await came_back(quick, await begun(quick, name="github"), name="github")).status_code == 403


async def test_an_authority_that_is_away_or_calls_itself_otherwise_is_named(quick: House) -> None:
    quick.elsewhere.away = True
    answer = await quick.browser.get("/sign-in/with/company")
    assert answer.status_code == 503
    assert "Company cannot be reached" in answer.text
    quick.elsewhere.away = False
    quick.elsewhere.metadata = {"issuer": "https://other.example"}
    assert "another issuer" in (await quick.browser.get("/sign-in/with/company")).text
    assert (await quick.browser.get("/sign-in/with/nobody")).status_code == 404


async def test_a_link_on_another_site_begins_nothing_by_itself(quick: House) -> None:
    answer = await quick.browser.get("/sign-in/with/company?next=//evil.example", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert 'href="/sign-in/with/company?next=%2F"' in answer.text
    assert "satchel_attempt" not in quick.browser.cookies


async def test_the_way_back_leads_to_no_other_site_and_attempts_are_throttled(quick: House) -> None:
    await tied(quick)
    location = await begun(quick, after="https://evil.example/")
    say(quick, location)
    assert (await came_back(quick, location)).headers["location"] == "/"
    quick.browser.cookies.clear()
    for _ in range(70):
        answer = await quick.browser.get("/sign-in/with/company")
        if answer.status_code == 429:
            break
    assert answer.status_code == 429


async def test_where_anybody_may_sign_up_a_verified_email_makes_an_account_but_never_takes_one_over(quick: House) -> None:
    await quick.accounts.create("owner@holt.example", "a long enough password")
    quick.accounts.sign_up = "open"
    location = await begun(quick)
    say(quick, location, email_verified=False)
    assert (await came_back(quick, location)).status_code == 403
    location = await begun(quick)
    say(quick, location, email="owner@holt.example")
    answer = await came_back(quick, location)
    assert answer.status_code == 400
    assert not await signed_in(quick), "that email has an account, which its holder must connect"
    location = await begun(quick)
    say(quick, location)
    assert (await came_back(quick, location)).status_code == 303
    assert await signed_in(quick)
    account = await quick.accounts.by_email(EMAIL)
    assert account
    assert account.password_hash is None
    (tie,) = await quick.ties.list(account.id)
    with pytest.raises(Exception, match="only way"):
        await quick.ties.untie(account.id, tie.id)
