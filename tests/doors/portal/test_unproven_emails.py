"""Whoever signs up with somebody else's address waits in vain: the first link by mail lets nobody in to what they made."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.databases import KINDS, Databases
from tests.doors.portal.authenticator import Authenticator
from tests.doors.portal.house import EMAIL, PASSWORD, Flow, House, code_of, house
from tests.doors.portal.test_mail_link import settled
from tests.doors.portal.test_passkeys import added
from tests.doors.portal.test_passkeys import signed_in as with_passkey
from tests.doors.portal.test_second_factor import App
from tests.doors.portal.there_and_back import begun, came_back, say, signed_in
from tests.doors.served import Served, served
from tests.transport.mail_server import MailServer, mail_server

from satchel.domain.accounts import Account
from satchel.domain.audit import Act
from satchel.domain.authorities import Vouched
from satchel.domain.errors import Unauthenticated
from satchel.domain.grants import Caveats, Grant, GrantState

BASE = "http://localhost:8787"
VICTIM, STRANGERS = "victim@corp.example", "the stranger's own password"
NEVER_CONFIRMED = "nobody has confirmed yet"


@pytest.fixture(params=KINDS)
async def home(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[House]:
    """Return a house with an owner in which anybody may sign up, reached by a name, as passkeys need."""
    async with house(await databases.fresh(request.param, tmp_path), tmp_path, BASE) as built:
        built.accounts.sign_up = "open"
        await built.accounts.create(EMAIL, PASSWORD)
        yield built


async def sign_up(home: House, browser: httpx2.AsyncClient, link: str = "") -> Account:
    form = {"link": link, "email": VICTIM, "password": STRANGERS, "again": STRANGERS}
    assert (await browser.post("/setup", data=form, headers=home.ours())).status_code == 303
    return await account_of(home)


async def account_of(home: House, email: str = VICTIM) -> Account:
    account = await home.accounts.by_email(email)
    assert account
    return account


async def acts(home: House, account: Account) -> list[tuple[Act, str]]:
    async with home.database.unit_of_work() as stores:
        return [(record.act, record.subject) for record in await stores.audit.list(account.id, 50)]


async def link_to(home: House, browser: httpx2.AsyncClient, email: str = VICTIM, **fields: str) -> str:
    """Ask for a link; return it as a path."""
    asked = await browser.post("/sign-in/mail", data={"email": email, **fields}, headers=home.ours())
    assert asked.status_code == 200
    await settled(home)
    found = re.search(rf"{home.base}(/sign-in/mail/open\?\S+)", home.mailbox.mails[-1][2])
    assert found
    return found[1]


async def press(home: House, browser: httpx2.AsyncClient, path: str, **more: str) -> httpx2.Response:
    """Press a button of the page behind a link."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    return await browser.post("/sign-in/mail/open", data=query | more, headers=home.ours())


async def with_password(home: House, browser: httpx2.AsyncClient, password: str = STRANGERS, **more: str) -> httpx2.Response:
    return await browser.post("/sign-in", data={"email": VICTIM, "password": password, **more}, headers=home.ours())


async def with_codes(home: House) -> App:
    """Have the browser's account ask for codes."""
    change = home.ours() | {"x-satchel-csrf": "1"}
    app = App(home, (await home.browser.post("/portal/api/totp/begin", headers=change)).json()["secret"])
    assert (await home.browser.post("/portal/api/totp", json={"code": app.code()}, headers=change)).status_code == 201
    home.clock.pass_by(minutes=1)
    return app


async def test_the_first_link_lets_nobody_in_to_an_account_that_a_stranger_may_have_made(home: House) -> None:
    taken = await sign_up(home, home.browser)
    await with_codes(home)
    async with home.new_browser() as victim:
        path = await link_to(home, victim, next="/demo")
        page = await victim.get(path)
        assert (page.status_code, NEVER_CONFIRMED in page.text) == (200, True)
        for _ in range(2):
            unsure = await press(home, victim, path)
            assert (unsure.status_code, NEVER_CONFIRMED in unsure.text, await signed_in(home, victim)) == (200, True, False)
        assert await account_of(home) == taken, "nothing is done before they say so"
        entered = await press(home, victim, path, anew="1")
        assert (entered.status_code, entered.headers["location"], await signed_in(home, victim)) == (303, "/demo", True)
        own = await account_of(home)
        assert (own.id != taken.id, own.password_hash, own.email_proven_at) == (True, None, home.clock.now())
        assert (await victim.get("/portal/api/account")).json()["account"] == own.id
        assert (await victim.get("/portal/api/passkeys")).json()["data"] == []
        assert (await acts(home, own))[1:] == [(Act.ACCOUNT_CREATED, own.id), (Act.ACCOUNT_REPLACED, taken.id)]
        assert (await press(home, victim, path, anew="1")).status_code == 401, "a link works once"
        assert (await press(home, victim, await link_to(home, victim))).status_code == 303, "from then on a link is a link"
    assert await account_of(home) == own


async def test_nothing_that_a_stranger_left_opens_the_account_of_whoever_begins_anew(home: House) -> None:
    taken = await sign_up(home, home.browser)
    passkey, flow, theirs = Authenticator(BASE), Flow(), Vouched("https://id.company.example", "stranger", "s@evil.example")
    await added(home, passkey)
    await home.ties.tie(taken.id, home.authorities.get("company"), theirs)
    extension, code = await home.connect(Flow()), code_of(await home.consent(flow))
    _, token = await home.tokens.create(taken.id, "the stranger's")
    await home.policy.put(Grant("grant_1", taken.id, "https://evil.example", GrantState.ALLOWED, home.clock.now(), caveats=Caveats()))
    async with home.new_browser() as victim, home.new_browser() as stranger:
        assert (await press(home, victim, await link_to(home, victim), anew="1")).status_code == 303
        own = await account_of(home)
        assert not await signed_in(home), "the browser in which it was made is signed out"
        assert (await with_password(home, stranger)).status_code == 401
        assert (await with_passkey(home, passkey, stranger)).status_code == 401
    assert await home.ties.account_id(theirs) is None
    assert (await home.browser.post("/oauth/token", data=flow.redemption(code))).status_code == 400
    assert (await home.refresh(extension["refresh_token"])).status_code == 400
    for text in (token, extension["access_token"]):
        with pytest.raises(Unauthenticated):
            await home.authenticator.principal(text)
    async with home.database.unit_of_work() as stores:
        assert await stores.grants.list(own.id) == []
        assert await stores.tokens.list(own.id) == []
        assert await stores.accounts.get(taken.id) is None


async def test_an_invited_stranger_fares_no_better(quick: House) -> None:
    quick.accounts.sign_up = "invite"
    await quick.accounts.create(EMAIL, PASSWORD)
    _, secret = await quick.invitations.make(None)
    taken = await sign_up(quick, quick.browser, secret)
    async with quick.new_browser() as victim:
        assert NEVER_CONFIRMED in (await press(quick, victim, await link_to(quick, victim))).text
        assert (await press(quick, victim, await link_to(quick, victim), anew="1")).status_code == 303
    assert (await account_of(quick)).id != taken.id
    assert not await signed_in(quick)


async def test_whoever_opens_the_link_where_they_are_signed_in_to_the_account_loses_nothing(home: House) -> None:
    made = await sign_up(home, home.browser)
    page = await home.browser.get(path := await link_to(home, home.browser))
    assert ("stays as it is" in page.text, NEVER_CONFIRMED in page.text) == (True, False)
    assert (await press(home, home.browser, path, anew="1")).status_code == 303
    kept = await account_of(home)
    assert (kept.id, kept.password_hash, kept.email_proven_at) == (made.id, made.password_hash, home.clock.now())
    assert (Act.EMAIL_PROVEN, made.id) in await acts(home, made)
    async with home.new_browser() as other:
        assert (await press(home, other, await link_to(home, other))).status_code == 303, "the address is proven for good"
    assert [act for act, _ in await acts(home, made)].count(Act.EMAIL_PROVEN) == 1


async def test_whoever_made_the_account_signs_in_on_the_way_and_comes_back_to_the_link(home: House) -> None:
    made = await sign_up(home, home.browser)
    async with home.new_browser() as other:
        await other.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=home.ours())
        page = await other.get(path := await link_to(home, other, next="/demo"))
        here = re.search(r'action="/sign-out">\s*<input type="hidden" name="next" value="([^"]+)"', page.text)
        assert here, page.text
        asks = await other.post("/sign-out", data={"next": unescape(here[1])}, headers=home.ours())
        assert asks.headers["location"].startswith("/sign-in?next="), "also out of another account"
        after = parse_qs(urlsplit(asks.headers["location"]).query)["next"][0]
        back = await with_password(home, other, next=after)
        assert (back.status_code, back.headers["location"]) == (303, path)
        assert "stays as it is" in (await other.get(path)).text
        assert (await press(home, other, path)).headers["location"] == "/demo"
    assert (await account_of(home)).id == made.id
    assert await signed_in(home), "nobody was signed out"


async def test_a_code_is_still_wanted_where_the_address_is_proven_on_the_way(home: House) -> None:
    made = await sign_up(home, home.browser)
    await with_codes(home)
    wanted = await press(home, home.browser, await link_to(home, home.browser))
    assert (wanted.status_code, "Your code" in wanted.text) == (200, True)
    async with home.new_browser() as other:
        wanted = await press(home, other, await link_to(home, other), anew="1")
        assert (wanted.status_code, "Your code" in wanted.text, await signed_in(home, other)) == (200, True, False)
    assert (await account_of(home)).id == made.id


async def by_the_printed_link(home: House) -> None:
    link = await home.accounts.setup_link()
    assert link
    form = {"link": link, "email": VICTIM, "password": STRANGERS, "again": STRANGERS}
    assert (await home.new_browser().post("/setup", data=form, headers=home.ours())).status_code == 303


async def by_the_command_line(home: House) -> None:
    await home.accounts.create(EMAIL, PASSWORD)
    await home.accounts.create(VICTIM, STRANGERS)


async def by_an_authority(home: House) -> None:
    await home.accounts.create(EMAIL, PASSWORD)
    home.accounts.sign_up = "open"
    say(home, location := await begun(home), email=VICTIM)
    assert (await came_back(home, location)).status_code == 303


@pytest.mark.parametrize("made_by", [by_the_printed_link, by_the_command_line, by_an_authority])
@pytest.mark.parametrize("kind", KINDS)
async def test_the_owner_and_whose_address_was_vouched_for_are_let_in_and_lose_nothing(
    made_by: Callable[[House], Awaitable[None]], kind: str, tmp_path: Path, databases: Databases
) -> None:
    async with house(await databases.fresh(kind, tmp_path), tmp_path) as home:
        await made_by(home)
        made = await account_of(home)
        assert made.email_proven_at == made.created_at
        async with home.new_browser() as other:
            page = await other.get(path := await link_to(home, other))
            assert NEVER_CONFIRMED not in page.text
            assert (await press(home, other, path, anew="1")).status_code == 303, "even if they say that they would begin anew"
        assert await account_of(home) == made


async def test_an_account_is_replaced_once_however_often_the_buttons_are_pressed(home: House) -> None:
    taken = await sign_up(home, home.browser)
    async with home.new_browser() as victim:
        paths = [await link_to(home, victim) for _ in range(2)]
        answers = await asyncio.gather(*(press(home, victim, path, anew="1") for path in paths for _ in range(3)))
    assert sorted(answer.status_code for answer in answers)[0] == 303
    assert {answer.status_code for answer in answers} == {303, 401}
    own = await account_of(home)
    assert [(act, subject) for act, subject in await acts(home, own) if act is Act.ACCOUNT_REPLACED] == [(Act.ACCOUNT_REPLACED, taken.id)]


async def test_another_browser_learns_nothing_of_the_account_by_the_link(quick: House) -> None:
    await quick.accounts.create(EMAIL, PASSWORD)
    quick.accounts.sign_up = "open"
    await sign_up(quick, quick.browser)
    async with quick.new_browser() as victim, quick.new_browser() as thief:
        path = await link_to(quick, victim)
        await link_to(quick, thief, EMAIL)
        assert NEVER_CONFIRMED not in (await thief.get(path)).text
        assert (await press(quick, thief, path, anew="1")).status_code == 401
        assert NEVER_CONFIRMED in (await victim.get(path)).text


async def mailed(server: MailServer, base: str) -> str:
    """Wait for a mail; return the link in it."""
    async with asyncio.timeout(20):
        while not server.mails:
            await asyncio.sleep(0.02)
    found = re.search(rf"{base}/sign-in/mail/open\?\S+", server.mails[-1].get_content())
    assert found
    return found[0]


async def guest(house: Served) -> str:
    """Sign up; return the sign-in's cookie."""
    account = await house.house.accounts.join("", VICTIM, STRANGERS, "127.0.0.1")
    _, cookie = await house.house.accounts.enter(account.id)
    return cookie


async def test_the_portal_confirms_an_address_by_the_link_that_signs_in_and_is_come_back_to(tmp_path: Path) -> None:
    async with mail_server() as server:
        mail = {"smtp_url": f"smtp://127.0.0.1:{server.port}", "mail_from": "satchel@home.example"}
        async with served(tmp_path, sign_up="open", **mail) as house:
            cookie = await guest(house)
            _, before = await house.visit("GET", "/v1/account", cookie=cookie)
            assert (before["email"], before["email_proven"], before["sends_mail"]) == (VICTIM, False, True)
            browser = httpx2.AsyncClient(base_url=house.url, cookies={"satchel_sid": cookie})
            ours = {"origin": house.url, "sec-fetch-site": "same-origin"}
            async with browser:
                asked = await browser.post("/sign-in/mail", data={"email": before["email"], "next": "/#/security"}, headers=ours)
                assert asked.status_code == 200
                page = await browser.get(link := await mailed(server, house.url))
                assert "Confirm your address?" in page.text
                form = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
                back = await browser.post("/sign-in/mail/open", data=form, headers=ours)
                assert (back.status_code, back.headers["location"]) == (303, "/#/security")
                after = (await browser.get("/portal/api/account", headers=ours | {"x-satchel-csrf": "1"})).json()
            assert (after["id"], after["email_proven"]) == (before["id"], True)
            assert (await house.call("GET", "/v1/account"))[1]["email_proven"] is True, "the owner's always is"


async def test_what_is_said_of_mail_is_true_where_it_is_sent_and_where_it_is_not(tmp_path: Path) -> None:
    for smtp_url in ("", "smtp://127.0.0.1:9"):
        mail = {"smtp_url": smtp_url, "mail_from": "satchel@home.example"}
        async with served(tmp_path / f"mail{len(smtp_url)}", sign_up="open", **mail) as house:
            async with house.http.get(f"{house.url}/sign-up") as page:
                said = await page.text()
            assert ("sends no mail" in said, "a link to sign in is mailed" in said) == (not smtp_url, bool(smtp_url))
            _, account = await house.visit("GET", "/v1/account", cookie=await guest(house))
            assert (account["email_proven"], account["sends_mail"]) == (False, bool(smtp_url))
