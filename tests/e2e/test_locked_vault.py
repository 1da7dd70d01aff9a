"""The locked vault in a real Chromium: unlocked by passphrase, by recovery code, by a passkey, in the portal and in the extension."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect
from tests.e2e.axe import CONSENT, POPUP, faults_of
from tests.e2e.chromium import Chromium, chromium, with_permissions
from tests.e2e.counting_server import CountingServer
from tests.stage import EMAIL, PASSWORD, Satchel

WORDS = "seven purple lamps hum"
ASK = "label => window.ask('Count.', { model: `${label}:count-3-0` })"
BRING_NONSENSE = """async () => {
    const headers = { "content-type": "application/json", "x-satchel-csrf": "1" };
    const body = JSON.stringify({ unlock_id: "none", sealed: "AAAA" });
    for (let time = 0; time < 5; time++) await fetch("/portal/api/vault/unlock", { method: "POST", headers, body });
}"""
MAKE_PASSKEY = """async () => {
    await navigator.credentials.create({ publicKey: {
        challenge: new Uint8Array(32), rp: { name: "Satchel" }, user: { id: new Uint8Array([1]), name: "owner", displayName: "Owner" },
        pubKeyCredParams: [{ type: "public-key", alg: -7 }], extensions: { prf: {} },
        authenticatorSelection: { residentKey: "required", userVerification: "required" } } });
}"""


@pytest.fixture
def portal(browser: Chromium, satchel: Satchel) -> Page:
    """The portal's page of keys, by the name that passkeys work with, with an authenticator that derives keys."""
    return portal_in(browser, satchel)


def portal_in(browser: Chromium, satchel: Satchel) -> Page:
    """Sign in to the portal, and open its page of keys."""
    page = browser.context.new_page()
    authenticator = browser.context.new_cdp_session(page)
    authenticator.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "hasPrf": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"http://localhost:{satchel.port}/sign-in")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"http://localhost:{satchel.port}/")
    page.goto(f"http://localhost:{satchel.port}/#/keys")
    page.locator("main h1").wait_for()
    return page


def lock(page: Page) -> None:
    """Lock the vault."""
    page.get_by_role("button", name="Lock now").click()
    page.get_by_role("heading", name="Your vault is locked").wait_for()


def unlock(page: Page, words: str) -> None:
    """Unlock it by what is typed."""
    page.get_by_label("Passphrase or recovery code").fill(words)
    page.get_by_role("button", name="Unlock", exact=True).click()


def switch_on(page: Page) -> str:
    """Switch locked mode on; return the recovery code."""
    page.get_by_role("button", name="Turn on locked mode…").click(timeout=60_000)
    page.get_by_role("button", name="Lock with these").click()
    expect(page.get_by_text("Use at least 14 characters")).to_be_visible()
    page.get_by_label("Passphrase").fill(WORDS)
    code = page.locator(".recovery").inner_text().strip()
    assert faults_of(page) == []
    page.get_by_label("The recovery code’s last five characters").fill(code[-5:].lower())
    page.get_by_role("button", name="Lock with these").click()
    page.get_by_text("Unlocked here").wait_for(timeout=60_000)
    return code


def add_passkey(page: Page, words: str) -> None:
    """Make a passkey, and let it unlock the vault too."""
    page.bring_to_front()
    page.evaluate(MAKE_PASSKEY)
    page.get_by_role("button", name="Add a passkey…").click()
    page.get_by_label("Passphrase or recovery code").fill(words)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Remove Passkey").wait_for(timeout=60_000)


def unlock_by_passkey(browser: Chromium, page: Page) -> None:
    """Unlock in the extension by the passkey of the portal's host, on this device without asking from now on."""
    page.goto(f"chrome-extension://{browser.extension_id}/options.html#keys")
    page.get_by_label("Unlock on this device without asking").check()
    assert faults_of(page) == []
    page.get_by_role("button", name="Unlock with passkey").click()
    page.get_by_text("Your vault is unlocked").wait_for(timeout=60_000)
    page.get_by_text("This device unlocks it without asking").wait_for()


def test_a_vault_is_locked_and_unlocked_by_each_of_its_ways(browser: Chromium, satchel: Satchel, portal: Page) -> None:
    code = switch_on(portal)
    add_passkey(portal, code)
    assert faults_of(portal) == []
    lock(portal)
    assert faults_of(portal) == []
    unlock(portal, "not these words at all")
    expect(portal.get_by_role("alert")).to_contain_text("That does not open the vault", timeout=60_000)
    unlock(portal, WORDS)
    portal.get_by_text("Unlocked here").wait_for(timeout=60_000)
    lock(portal)
    portal.get_by_role("button", name="Unlock with passkey").click()
    portal.get_by_text("Unlocked here").wait_for(timeout=60_000)
    lock(portal)
    portal.goto(f"http://localhost:{satchel.port}/#/home")
    portal.get_by_role("link", name="Unlock it").click()
    unlock(portal, code.lower().replace("-", " "))
    portal.get_by_text("Unlocked here").wait_for(timeout=60_000)

    browser.connect(satchel).close()
    with popup(browser) as page:
        page.get_by_role("heading", name="Your vault is locked").wait_for()
        assert faults_of(page, POPUP) == []
        unlock(page, WORDS)
        expect(page.get_by_role("heading", name="Your vault is locked")).to_have_count(0, timeout=60_000)

    portal.get_by_role("button", name="Turn off locked mode…").click()
    portal.get_by_role("button", name="Turn it off").click()
    portal.get_by_role("button", name="Turn on locked mode…").wait_for()


@contextmanager
def popup(browser: Chromium) -> Iterator[Page]:
    """Open the popup in a tab."""
    page = browser.context.new_page()
    page.goto(f"chrome-extension://{browser.extension_id}/popup.html")
    yield page
    page.close()


@contextmanager
def asking(browser: Chromium, page: Page, label: str = "lab") -> Iterator[Page]:
    """Let the page ask; give the window that opens because the vault is locked."""
    with browser.context.expect_page() as opened:
        page.evaluate(f"label => {{ ({ASK})(label) }}", label)
    opened.value.get_by_role("heading", name="Your vault is locked").wait_for()
    yield opened.value


def lock_itself(page: Page) -> None:
    """Have the server lock the vault of its own accord, as it does when somebody guesses."""
    page.evaluate(BRING_NONSENSE)
    page.reload()
    page.get_by_role("heading", name="Your vault is locked").wait_for()
    expect(page.get_by_text("It was locked by hand")).to_have_count(0)


def check_device(browser: Chromium, portal: Page, page: Page) -> None:
    """See that this browser opens the vault by itself once it has locked itself, but not when it was locked by hand; leave it locked."""
    lock_itself(portal)
    assert page.evaluate(ASK, "lab") == "done", "this device opens it, and asks nobody"
    with popup(browser) as shown:
        shown.get_by_text("This device unlocks it without asking").wait_for()
        assert faults_of(shown, POPUP) == []
    portal.reload()
    unlock(portal, WORDS)
    portal.get_by_text("unlocks without asking").wait_for(timeout=60_000)
    lock(portal)
    with asking(browser, page) as window:
        window.get_by_text("It was locked by hand").wait_for()
        assert faults_of(window, CONSENT) == []
        window.close()  # locked by hand in the portal, it stays locked here too
    page.wait_for_function("window.state === 'failed'")


def start_over(portal: Page) -> None:
    """Give up the locked vault with its keys."""
    portal.reload()
    portal.get_by_text("I have lost my passphrase").click()
    portal.get_by_role("button", name="Start over…").click()
    assert faults_of(portal) == []
    portal.get_by_role("button", name="Remove my keys and start over").click()
    portal.get_by_role("button", name="Turn on locked mode…").wait_for()


def test_a_page_waits_until_the_vault_is_unlocked(
    browser: Chromium, satchel: Satchel, portal: Page, pages: tuple[str, object], counting: CountingServer
) -> None:
    switch_on(portal)
    satchel.call(satchel.add_token(), "PUT", "/v1/grants", {"origin": pages[0], "state": "allowed"})
    browser.connect(satchel).close()
    page = asking_page(browser, pages[0])
    before = counting.asked
    with asking(browser, page) as window:
        assert faults_of(window, CONSENT) == []
        window.get_by_text("waits for an answer").wait_for()
        with window.expect_event("close"):
            window.get_by_role("button", name="Cancel").evaluate("button => setTimeout(() => button.click(), 50)")
    page.wait_for_function("window.state === 'failed'")
    with asking(browser, page) as window:
        window.close()
    page.wait_for_function("window.state === 'failed'")
    assert counting.asked == before, "nothing is sent while it is locked"
    with asking(browser, page) as window:
        window.get_by_label("Unlock on this device without asking").check()
        unlock(window, WORDS)
        page.wait_for_function("window.state === 'done'", timeout=60_000)
        assert window.is_closed()
    assert counting.asked == before + 1

    check_device(browser, portal, page)
    assert counting.asked == before + 2
    start_over(portal)


def test_the_vault_is_locked_again_when_the_browser_was_closed_where_that_is_wanted(
    satchel: Satchel, pages: tuple[str, object], counting: CountingServer, tmp_path: Path
) -> None:
    satchel.add_server(counting.base_url, "again")  # whoever starts over, as the test before this, has lost the first
    satchel.call(satchel.add_token(), "PUT", "/v1/grants", {"origin": pages[0], "state": "allowed"})
    extension = with_permissions(tmp_path / "extension")
    with chromium(tmp_path / "profile", extension) as browser:
        portal = portal_in(browser, satchel)
        add_passkey(portal, switch_on(portal))
        lock(portal)
        browser.connect(satchel).close()
        unlock_by_passkey(browser, portal)
    with chromium(tmp_path / "profile", extension) as browser:
        wait_until_connected(browser)
        assert asking_page(browser, pages[0]).evaluate(ASK, "again") == "done", "nothing was said of closing"
        page = browser.context.new_page()
        page.goto(f"chrome-extension://{browser.extension_id}/options.html#settings")
        switch = page.get_by_role("switch", name="Lock when the browser closes")
        switch.click()
        expect(switch).to_be_checked()
        assert faults_of(page) == []
    with chromium(tmp_path / "profile", extension) as browser:
        wait_until_connected(browser)
        page = asking_page(browser, pages[0])
        with asking(browser, page, "again") as window:
            window.get_by_text("It was locked by hand").wait_for()
            unlock(window, WORDS)
            page.wait_for_function("window.state === 'done'", timeout=60_000)
        assert page.evaluate(ASK, "again") == "done"
        assert [tab.url for tab in browser.context.pages if "options.html" in tab.url] == [], "the first steps open once in a profile"


def wait_until_connected(browser: Chromium) -> None:
    """Wait until a browser that has just begun gives the extension its keys: until then a page hears that it is not connected."""
    with popup(browser) as page:
        for _ in range(20):
            with suppress(Error):
                return page.get_by_text("Connected", exact=True).wait_for(timeout=3_000)
            page.reload()
    pytest.fail("the extension does not connect")


def asking_page(browser: Chromium, origin: str) -> Page:
    """Open a page that can ask."""
    page = browser.context.new_page()
    page.goto(f"{origin}/ask.html")
    page.wait_for_function("window.ask")
    return page
