"""Links by mail, at a Satchel of their own that sends them: asking for one, opening it, and an address that nobody has confirmed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Page, expect
from tests.e2e.axe import CONSENT
from tests.e2e.screens.screen import Screen
from tests.e2e.screens.stage import Stage
from tests.e2e.waiting import until
from tests.stage import PASSWORD, free_port, running
from tests.transport.mail_server import MailServer, mail_server

TYPED = "ada.from.next.door@here.example"


@contextmanager
def mailing(stage: Stage, path: str) -> Iterator[tuple[Page, MailServer]]:
    """Open a page of a Satchel that sends mail and lets anybody sign up; yield where its mails arrive, too."""
    home = stage.satchel.home.parent / f"mailing-{free_port()}"
    with start_blocking_portal() as loop, loop.wrap_async_context_manager(mail_server()) as server:
        mail = {"SATCHEL_SMTP_URL": f"smtp://127.0.0.1:{server.port}", "SATCHEL_MAIL_FROM": "Satchel <satchel@here.example>"}
        with (
            running(home, SATCHEL_BUILTIN_MODEL="off", SATCHEL_SIGN_UP="open", **mail) as satchel,
            stage.tab(f"{satchel.url}{path}") as page,
        ):
            yield page, server


def mail_link(stage: Stage) -> Iterator[Page]:
    """Be asked where the link shall go."""
    with mailing(stage, "/sign-in/mail") as (page, _):
        yield page


def mail_link_opened(stage: Stage) -> Iterator[Page]:
    """Ask for a link, and open one in the same browser."""
    with mailing(stage, "/sign-in/mail") as (page, _):
        page.get_by_label("Email").fill("nobody@here.example")
        page.get_by_role("button", name="Mail me a link").click()
        page.get_by_role("heading", name="Look into your mailbox").wait_for()
        page.goto(f"{page.url}/open?link=none")
        page.get_by_role("heading", name="Sign in to Satchel?").wait_for()
        yield page


@contextmanager
def unproven(stage: Stage) -> Iterator[tuple[Page, MailServer]]:
    """Sign up with an address, and look at how one signs in."""
    with mailing(stage, "/sign-up") as (page, server):
        page.get_by_label("Email").fill(TYPED)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Password again").fill(PASSWORD)
        page.get_by_role("button", name="Make account", exact=True).click()
        page.get_by_role("heading", name="Home").wait_for()
        page.goto(f"{page.url}#/security")
        page.get_by_text("Your address is not confirmed.").wait_for()
        stage.settle(page)
        yield page, server


def link_of(page: Page, server: MailServer) -> str:
    """Have the portal mail a link; return it."""
    page.get_by_role("button", name="Mail me a link").click()
    page.get_by_text("is on its way.").wait_for()
    until(lambda: bool(server.mails), "the mail")
    found = re.search(r"http\S+/sign-in/mail/open\S+", server.mails[-1].get_content())
    assert found
    return found[0]


def address_unproven(stage: Stage) -> Iterator[Page]:
    """Look at how one signs in where nobody has confirmed the address."""
    with unproven(stage) as (page, _):
        yield page


def address_confirmed(stage: Stage) -> Iterator[Page]:
    """Have a link mailed and open it where one is signed in; confirm the address when the screen is left."""
    with unproven(stage) as (page, server):
        page.goto(link_of(page, server))
        page.get_by_role("heading", name="Confirm your address?").wait_for()
        yield page
        page.get_by_role("button", name="Confirm", exact=True).click()
        page.get_by_role("heading", name="Security").wait_for()
        page.get_by_role("main").get_by_text(TYPED).first.wait_for()  # the account is known by then
        expect(page.get_by_text("not confirmed")).to_have_count(0)


def mail_unproven(stage: Stage) -> Iterator[Page]:
    """Open a link into an account whose address nobody has confirmed, and to which one is not signed in."""
    with unproven(stage) as (page, server):
        link = link_of(page, server)
        page.context.clear_cookies(name="satchel_sid")
        page.goto(link)
        page.get_by_role("heading", name="Did you make this account?").wait_for()
        yield page


SCREENS = (
    Screen("mail-link", mail_link, CONSENT),
    Screen("mail-link-opened", mail_link_opened, CONSENT),
    Screen("portal-address-unproven", address_unproven),
    Screen("mail-link-confirms", address_confirmed, CONSENT),
    Screen("mail-unproven", mail_unproven, CONSENT),
)
