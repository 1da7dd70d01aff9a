"""Signing in by a link in a mail: for ten minutes, once, in the browser that asked, and the same words for whoever asks."""

import asyncio
import re
from pathlib import Path

import httpx2
import pytest
from tests.doors.portal.house import EMAIL, OURS, Flow, House
from tests.doors.portal.test_second_factor import switched_on, with_code
from tests.doors.served import served
from tests.transport.mail_server import mail_server

STRANGER = "nobody@holt.example"


async def asked(home: House, browser: httpx2.AsyncClient, email: str = EMAIL, **fields: str) -> httpx2.Response:
    """Ask for a link, and wait until the mail went."""
    answer = await browser.post("/sign-in/mail", data={"email": email, **fields}, headers=OURS)
    await settled(home)
    return answer


async def settled(home: House) -> None:
    await asyncio.gather(*home.mail_links._waiting)


def link_of(home: House) -> str:
    """Return the newest mail's link, as a path."""
    found = re.search(r"http://127\.0\.0\.1:8787(/sign-in/mail/open\?\S+)", home.mailbox.mails[-1][2])
    assert found
    return found[1]


async def opened(browser: httpx2.AsyncClient, path: str) -> httpx2.Response:
    """Follow a link and press the button."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    return await browser.post("/sign-in/mail/open", data=form, headers=OURS)


@pytest.fixture
async def browser(home: House) -> httpx2.AsyncClient:
    await home.accounts.create(EMAIL, "correct horse battery")
    return home.new_browser()


async def acts(home: House) -> list[str]:
    account = await home.accounts.by_email(EMAIL)
    assert account is not None
    async with home.database.unit_of_work() as stores:
        return [record.act for record in await stores.audit.list(account.id, 50)]


async def test_a_link_signs_in_once_after_a_press_of_a_button(home: House, browser: httpx2.AsyncClient) -> None:
    assert "/sign-in/mail?next=%2Fdemo" in (await browser.get("/sign-in?next=/demo")).text
    answer = await asked(home, browser, next="/demo")
    assert (answer.status_code, "Look into your mailbox" in answer.text) == (200, True)
    [(to, subject, text)] = home.mailbox.mails
    assert (to, "sign in" in subject, "ten minutes" in text) == (EMAIL, True, True)
    path = link_of(home)
    for _ in range(3):  # a scanner of mailboxes follows links, and changes nothing
        assert (await browser.get(path)).headers["referrer-policy"] == "no-referrer"
    entered = await opened(browser, path)
    assert (entered.status_code, entered.headers["location"]) == (303, "/demo")
    assert (await browser.get("/sign-in")).status_code == 303
    assert (await acts(home))[:2] == ["signed_in", "link_mailed"]
    again = await opened(browser, path)
    assert (again.status_code, "was used or is too old" in again.text) == (401, True)


async def test_of_many_presses_one_signs_in(home: House, browser: httpx2.AsyncClient) -> None:
    await asked(home, browser)
    path = link_of(home)
    answers = await asyncio.gather(*(opened(browser, path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401, 401]


async def test_a_link_ends_after_ten_minutes(home: House, browser: httpx2.AsyncClient) -> None:
    await asked(home, browser)
    home.clock.pass_by(minutes=10)
    assert (await opened(browser, link_of(home))).status_code == 401


async def test_a_link_opens_nothing_in_another_browser_and_stays_good(home: House, browser: httpx2.AsyncClient) -> None:
    await asked(home, browser)
    path, other = link_of(home), home.new_browser()
    shown = await other.get(path)
    assert (shown.status_code, "Not this browser" in shown.text) == (403, True)
    await asked(home, other, STRANGER)  # now it has a cookie of its own
    refused = await opened(other, path)
    assert (refused.status_code, "browser in which you asked" in refused.text) == (401, True)
    assert (await opened(browser, path)).status_code == 303


async def test_the_first_of_two_links_works_too(home: House, browser: httpx2.AsyncClient) -> None:
    await asked(home, browser)
    path = link_of(home)
    await asked(home, browser)
    assert link_of(home) != path
    assert (await opened(browser, path)).status_code == 303


async def test_an_unknown_address_gets_the_same_answer_and_no_mail(home: House, browser: httpx2.AsyncClient) -> None:
    known = await asked(home, browser)
    unknown = await asked(home, home.new_browser(), STRANGER)
    assert known.text == unknown.text.replace(STRANGER, EMAIL)
    assert {name for name, _ in known.headers.items()} == {name for name, _ in unknown.headers.items()}
    assert [to for to, _, _ in home.mailbox.mails] == [EMAIL]


async def test_nothing_is_looked_up_before_the_answer(quick: House) -> None:
    """Whether an address is known cannot be told by time, either."""
    gate = asyncio.Event()
    send = quick.mailbox.send

    async def slowly(to: str, subject: str, text: str) -> None:
        await gate.wait()
        await send(to, subject, text)

    quick.mailbox.send = slowly  # type: ignore[method-assign]
    await quick.accounts.create(EMAIL, "correct horse battery")
    browser = quick.new_browser()
    answer = await browser.post("/sign-in/mail", data={"email": EMAIL}, headers=OURS)
    assert (answer.status_code, quick.mailbox.mails) == (200, [])
    gate.set()
    await settled(quick)
    assert len(quick.mailbox.mails) == 1


async def test_links_are_throttled_by_email_and_by_address_whether_or_not_there_is_an_account(
    home: House, browser: httpx2.AsyncClient
) -> None:
    for email in (EMAIL, STRANGER):
        for _ in range(3):
            assert (await asked(home, browser, email)).status_code == 200
        refused = await asked(home, browser, f" {email.upper()} ")
        assert (refused.status_code, "too many links" in refused.text.lower()) == (429, True)
    assert len(home.mailbox.mails) == 3
    statuses = [(await asked(home, browser, f"m{number}@holt.example")).status_code for number in range(4)]
    assert 429 in statuses
    home.clock.pass_by(hours=1)
    assert (await asked(home, browser)).status_code == 200


async def test_one_address_written_in_two_ways_is_throttled_as_one(quick: House) -> None:
    browser, composed, apart = quick.new_browser(), "jos\u00e9@holt.example", "Jose\u0301@holt.example"
    await quick.accounts.create(apart, "correct horse battery")
    for email in (composed, apart, composed):
        assert (await asked(quick, browser, email)).status_code == 200
    assert (await asked(quick, browser, apart)).status_code == 429
    assert [to for to, _, _ in quick.mailbox.mails] == [composed] * 3


async def test_where_codes_are_on_one_is_wanted_after_the_link(home: House) -> None:
    app, _ = await switched_on(home)
    browser = home.new_browser()
    await asked(home, browser)
    wanted = await opened(browser, link_of(home))
    assert (wanted.status_code, "Your code" in wanted.text) == (200, True)
    assert (await browser.get("/sign-in")).status_code == 200
    assert (await with_code(browser, app.code())).status_code == 303
    assert (await browser.get("/sign-in")).status_code == 303


async def test_a_connecting_app_s_window_is_gone_back_to(home: House, browser: httpx2.AsyncClient) -> None:
    after = Flow().address()
    waiting = await asked(home, browser, next=after)
    assert "I have signed in" in waiting.text
    entered = await opened(browser, link_of(home))
    assert entered.headers["location"] == "/sign-in/mail/done"
    assert "Go on in the window" in (await browser.get("/sign-in/mail/done")).text
    assert (await browser.get(after)).status_code == 200


async def test_a_foreign_page_cannot_ask_nor_press(home: House, browser: httpx2.AsyncClient) -> None:
    for path in ("/sign-in/mail", "/sign-in/mail/open"):
        foreign = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        assert (await browser.post(path, data={"email": EMAIL}, headers=foreign)).status_code == 403
    assert home.mailbox.mails == []
    await asked(home, browser, next="https://evil.example/")
    assert "evil" not in link_of(home)


async def test_a_mail_that_fails_is_logged_without_whom_and_what(
    home: House, browser: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    home.mailbox.is_broken = True
    assert (await asked(home, browser)).status_code == 200
    assert "could not be mailed" in caplog.text
    assert EMAIL not in caplog.text
    assert "link=" not in caplog.text


async def test_a_served_house_mails_by_real_smtp_and_offers_it_only_then(tmp_path: Path) -> None:
    async with served(tmp_path / "without") as house:
        async with house.http.get(f"{house.url}/sign-in") as page:
            assert "/sign-in/mail" not in await page.text()
        for method, path in (("GET", "/sign-in/mail"), ("GET", "/sign-in/mail/open?link=x"), ("POST", "/sign-in/mail")):
            headers = {"origin": house.url, "sec-fetch-site": "same-origin"}
            async with house.http.request(method, house.url + path, headers=headers) as answer:
                assert answer.status == 404
    async with mail_server() as server:
        settings = {"smtp_url": f"smtp://127.0.0.1:{server.port}", "mail_from": "satchel@home.example"}
        async with served(tmp_path / "with", **settings) as house:
            headers = {"origin": house.url, "sec-fetch-site": "same-origin"}
            async with house.http.post(f"{house.url}/sign-in/mail", data={"email": house.account.email}, headers=headers) as answer:
                assert answer.status == 200
            async with asyncio.timeout(20):
                while not server.mails:
                    await asyncio.sleep(0.02)
        [mail] = server.mails
    assert re.search(rf"{house.url}/sign-in/mail/open\?link=[\w-]{{22}}\s", mail.get_content())
