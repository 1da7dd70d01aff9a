"""The first day: an account is made, one signs in, the extension is connected."""

import re
from collections.abc import Iterator

from playwright.sync_api import Page
from tests.e2e.axe import CONSENT
from tests.e2e.chromium import ARMED_MS
from tests.e2e.screens.screen import Screen
from tests.e2e.screens.stage import Stage
from tests.stage import EMAIL, PASSWORD, free_port


def sign_up(stage: Stage) -> Iterator[Page]:
    """Open the first link; make the account when the screen is left."""
    link = re.search(r"/setup/[\w-]+", stage.satchel.log)
    assert link
    with stage.tab(stage.satchel.url + link[0]) as page:
        yield page
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Password again").fill(PASSWORD)
        page.get_by_role("button", name="Make account", exact=True).click()
        page.get_by_role("heading", name="Home").wait_for()


def home_of_a_new_account(stage: Stage) -> Iterator[Page]:
    """Look at the portal before there is anything."""
    with stage.portal("home") as page:
        yield page


def first_key(stage: Stage) -> Iterator[Page]:
    """Look at the keys before there is one; add a model server when the screen is left."""
    with stage.portal("keys") as page:
        yield page
        add_server(page, stage.studio.base_url, "studio")
        page.context.clear_cookies()


def add_server(page: Page, address: str, label: str) -> None:
    """Fill in the form of the portal's keys."""
    page.get_by_label("Provider").select_option("custom")
    page.get_by_label("Address").fill(address)
    page.locator("#secret").fill("sk-of-the-tests")
    page.get_by_label("Label").fill(label)
    page.get_by_role("button", name="Save key").click()
    page.get_by_text(f"{label} is saved.").wait_for()


def sign_in(stage: Stage) -> Iterator[Page]:
    """Open the portal when nobody is signed in."""
    with stage.tab(stage.satchel.url) as page:
        yield page


def sign_in_refused(stage: Stage) -> Iterator[Page]:
    """Type a wrong password."""
    with stage.tab(stage.satchel.url) as page:
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("alert").wait_for()
        yield page


def first_run(stage: Stage) -> Iterator[Page]:
    """Open what the extension opens when it is installed."""
    stage.browser.set_backend(stage.satchel.url)
    with stage.own("options.html") as page:
        page.get_by_role("button", name=re.compile("^Connect")).wait_for()
        yield page


def first_run_nothing_there(stage: Stage) -> Iterator[Page]:
    """Connect to an address where nothing answers."""
    with stage.own("options.html") as page:
        page.get_by_label("Address").fill(f"127.0.0.1:{free_port()}")
        page.get_by_role("button", name=re.compile("^Connect")).click()
        page.get_by_role("alert").wait_for()
        yield page
        page.get_by_label("Address").fill(stage.satchel.url)


def extension_asks(stage: Stage) -> Iterator[Page]:
    """Connect, sign in, and look at what the extension asks for; allow it when the screen is left."""
    stage.browser.set_backend(stage.satchel.url)
    page = stage.first_page = stage.browser.extension_page("options")
    with stage.window(page.get_by_role("button", name=re.compile("^Connect")).click) as window:
        window.get_by_label("Email").fill(EMAIL)
        window.get_by_label("Password").fill(PASSWORD)
        window.get_by_role("button", name="Sign in", exact=True).click()
        window.get_by_role("button", name="Allow").wait_for()
        yield window
        window.wait_for_timeout(ARMED_MS)
        with window.expect_event("close"):
            window.get_by_role("button", name="Allow").click()


def first_run_connected(stage: Stage) -> Iterator[Page]:
    """Look at the steps when the second is due."""
    assert stage.first_page is not None
    stage.first_page.get_by_text("Connected to your Satchel").first.wait_for()
    yield stage.first_page


def first_run_done(stage: Stage) -> Iterator[Page]:
    """Choose a model; the demo is what is left."""
    page = stage.first_page
    assert page is not None
    page.get_by_text("gemma-3-12b-it", exact=True).click()
    page.get_by_role("button", name="Use gemma-3-12b-it").click()
    page.get_by_role("link", name="Open the demo").wait_for()
    yield page
    page.close()


SCREENS = (
    Screen("sign-up", sign_up),
    Screen("portal-home-new", home_of_a_new_account),
    Screen("portal-keys-new", first_key),
    Screen("sign-in", sign_in),
    Screen("sign-in-refused", sign_in_refused),
    Screen("first-run", first_run),
    Screen("first-run-nothing-there", first_run_nothing_there),
    Screen("extension-asks", extension_asks, CONSENT),
    Screen("first-run-connected", first_run_connected),
    Screen("first-run-done", first_run_done),
)
