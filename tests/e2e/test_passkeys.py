"""Passkeys in a real Chromium with a virtual authenticator: the first link makes an owner with one; it signs in, also for the extension."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page
from tests.e2e.axe import faults_of
from tests.e2e.chromium import ARMED_MS, Chromium, chromium
from tests.e2e.conftest import need_chromium
from tests.stage import EMAIL, Satchel, free_port

pytestmark = pytest.mark.browser
KIND = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "hasPrf": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """A virtual authenticator. It belongs to one page; `follow` takes its passkeys to another."""

    def __init__(self, page: Page, credentials: tuple[dict[str, Any], ...] = ()) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": KIND})["authenticatorId"]
        for credential in credentials:
            self._session.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": credential})

    def follow(self, page: Page) -> "Device":
        found = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"]
        return Device(page, tuple(found))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Satchel]:
    """A Satchel that nobody has set up yet."""
    home = tmp_path_factory.mktemp("empty")
    satchel = Satchel(home, free_port(), {"SATCHEL_BUILTIN_MODEL": "off", "SATCHEL_LOCAL_SERVERS": "off"})
    try:
        satchel.start()
        yield satchel
    finally:
        satchel.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    need_chromium()
    with chromium(tmp_path_factory.mktemp("profile")) as running:
        while not any("options.html" in page.url for page in running.context.pages):  # its first-run page comes to the front when it opens
            running.context.pages[0].wait_for_timeout(50)
        yield running


def use_passkey(page: Page, name: str) -> None:
    """Press a button that asks for a passkey. Browsers show no passkey to a page in the back."""
    page.bring_to_front()
    page.get_by_role("button", name=name).click()


def test_a_person_lives_with_passkeys_alone(empty: Satchel, browser: Chromium) -> None:
    url = f"http://localhost:{empty.port}"
    link = re.search(r"/setup/([\w-]+)", empty.log)
    assert link
    page = browser.context.new_page()
    page.goto(f"{url}/setup/{link[1]}")
    device = Device(page)
    assert faults_of(page) == []
    page.get_by_label("Email").fill(EMAIL)
    use_passkey(page, "Make account with a passkey")
    page.get_by_role("heading", name="Home").wait_for()
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Sign in with a passkey").wait_for()
    assert faults_of(page) == []
    use_passkey(page, "Sign in with a passkey")
    page.get_by_role("heading", name="Home").wait_for()
    looks_after_its_security(empty, page)
    page.get_by_role("button", name="Sign out").first.click()
    connects_the_extension(empty, browser, url, device)


def looks_after_its_security(empty: Satchel, page: Page) -> None:
    page.goto(f"http://localhost:{empty.port}/#/security")
    page.get_by_role("button", name="Rename", exact=False).click()
    page.get_by_label("Name of the passkey").fill("My laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("My laptop").wait_for()
    assert faults_of(page) == []
    long_ago(empty)
    page.get_by_role("button", name="Set up an app").click()
    page.get_by_role("heading", name="Is it you?").wait_for()
    assert faults_of(page) == []
    use_passkey(page, "Use a passkey")
    page.get_by_alt_text("The key as a QR code").wait_for()
    page.get_by_role("button", name="Remove My laptop").click()
    page.get_by_text("only way to sign in").wait_for()
    assert faults_of(page) == []


def long_ago(satchel: Satchel) -> None:
    """Let the last proof of every sign-in be ten minutes old."""
    with closing(sqlite3.connect(satchel.home / "data" / "satchel.db", timeout=30)) as database, database:
        database.execute("UPDATE sign_ins SET proved_at = proved_at - 600000000")


def connects_the_extension(empty: Satchel, browser: Chromium, url: str, device: Device) -> None:
    browser.set_backend(url)
    page = browser.extension_page("options")
    with browser.context.expect_page() as opened:
        page.get_by_role("button", name=re.compile("^Connect")).click()
    window = opened.value
    window.get_by_role("button", name="Sign in with a passkey").wait_for()
    device.follow(window)
    use_passkey(window, "Sign in with a passkey")
    allow = window.get_by_role("button", name=re.compile("^Allow"))
    allow.wait_for()
    long_ago(empty)
    window.wait_for_timeout(ARMED_MS)
    allow.click()
    window.get_by_role("heading", name="Is it you?").wait_for()
    assert faults_of(window) == []
    with window.expect_event("close", timeout=15_000):
        use_passkey(window, "Use a passkey")
    page.get_by_text("Connected", exact=False).first.wait_for(timeout=15_000)
    page.close()
