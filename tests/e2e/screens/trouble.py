"""What needs the person: a key that does not work, a locked vault, a second factor, a Satchel that is not there."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pyotp
from playwright.sync_api import Page
from tests.e2e.axe import CONSENT, POPUP
from tests.e2e.chromium import ARMED_MS
from tests.e2e.screens.beginning import add_server
from tests.e2e.screens.portal import site_asks
from tests.e2e.screens.screen import Screen
from tests.e2e.screens.stage import Stage
from tests.stage import EMAIL, PASSWORD

WORDS = "seven purple lamps hum"
ADD_WAYS = """async () => {
    const headers = { "content-type": "application/json", "x-satchel-csrf": "1" };
    const params = JSON.stringify({ v: 1, salt: "A".repeat(22) });
    const blob = btoa(String.fromCharCode(1, ...new Uint8Array(144))).replace(/=+$/, "");
    for (const [kind, label] of [["passkey_prf", "Phone"], ["device", "Firefox on Linux"]]) {
        const body = JSON.stringify({ kind, label, params, blob });
        await fetch("/portal/api/vault/wraps", { method: "POST", headers, body });
    }
}"""


def meets_trouble(stage: Stage, model: str) -> Iterator[Page]:
    """Let a site that may ask any model ask one whose key does not work; yield the window that opens."""
    with stage.tab(stage.site("codepad")) as page:
        page.wait_for_function("'ask' in window")
        with stage.window(lambda: page.evaluate("model => { window.ask('Hi', { model }) }", model)) as window:
            window.get_by_role("heading", level=1).wait_for()
            yield window


def key_refused(stage: Stage) -> Iterator[Page]:
    """Meet a key that the provider does not take."""
    with stage.portal("keys") as page:
        add_server(page, stage.lab.base_url, "lab")
    yield from meets_trouble(stage, "lab:refuse")


def credit_gone(stage: Stage) -> Iterator[Page]:
    """Meet a provider that wants money."""
    yield from meets_trouble(stage, "lab:broke")


def vault_setup(stage: Stage) -> Iterator[Page]:
    """Open the form that switches locked mode on; fill it in when the screen is left."""
    with stage.portal("keys") as page:
        page.get_by_role("button", name="Turn on locked mode…").click()
        page.locator(".recovery").wait_for()
        yield page
        page.get_by_label("Passphrase").fill(WORDS)
        code = page.locator(".recovery").inner_text().strip()
        page.get_by_label("The recovery code’s last five characters").fill(code[-5:].lower())
        page.get_by_role("button", name="Lock with these").click()
        page.get_by_text("Unlocked here").wait_for(timeout=60_000)


def vault_unlocked(stage: Stage) -> Iterator[Page]:
    """Look at the keys while the vault is unlocked, and at the ways to unlock it; lock it when the screen is left."""
    with stage.portal("keys") as page:
        page.get_by_text("Unlocked here").wait_for()
        page.evaluate(ADD_WAYS)
        page.reload()
        page.get_by_text("Firefox on Linux").wait_for()
        yield page
        page.get_by_role("button", name="Lock now").click()
        page.get_by_role("heading", name="Your vault is locked").wait_for()


def vault_locked(stage: Stage) -> Iterator[Page]:
    """Look at the keys while the vault is locked, by hand."""
    with stage.portal("keys") as page:
        page.get_by_role("heading", name="Your vault is locked").wait_for()
        yield page


def vault_lost(stage: Stage) -> Iterator[Page]:
    """Be told what opens a locked vault and what is lost for good; begin to start over, and leave it."""
    with stage.portal("keys") as page:
        page.get_by_text("I have lost my passphrase").click()
        page.get_by_role("button", name="Start over…").click()
        page.get_by_role("button", name="Remove my keys and start over").wait_for()
        yield page


def home_locked(stage: Stage) -> Iterator[Page]:
    """Look at the portal's first page while the vault is locked."""
    with stage.portal("home") as page:
        page.get_by_role("link", name="Unlock it").wait_for()
        yield page


def popup_locked(stage: Stage) -> Iterator[Page]:
    """Open the popup while the vault is locked."""
    with stage.tab(stage.site("codepad")) as page, stage.popup(page) as popup:
        popup.get_by_role("heading", name="Your vault is locked").wait_for()
        yield popup


def options_vault_locked(stage: Stage) -> Iterator[Page]:
    """Look at the extension's keys while the vault is locked by hand."""
    with stage.own("options.html#keys") as page:
        page.get_by_text("It was locked by hand").wait_for()
        stage.settle(page)
        yield page


def unlock_window(stage: Stage) -> Iterator[Page]:
    """Let a site that may ask meet the locked vault; unlock it when the screen is left."""
    yield from meets_trouble(stage, "studio:gemma-3-12b-it")
    with stage.portal("keys") as page:
        page.get_by_label("Passphrase or recovery code").fill(WORDS)
        page.get_by_role("button", name="Unlock", exact=True).click()
        page.get_by_text("Unlocked here").wait_for(timeout=60_000)


def vault_for_apps(stage: Stage) -> Iterator[Page]:
    """Come to the portal from an extension that has no passkey, to unlock for it too."""
    with stage.portal("keys?everywhere") as page:
        page.get_by_role("heading", name="Unlock the vault for your other apps").wait_for()
        yield page


def long_ago(stage: Stage) -> None:
    """Let the last proof of every sign-in be ten minutes old."""
    with closing(sqlite3.connect(stage.satchel.home / "data" / "satchel.db", timeout=30)) as database, database:
        database.execute("UPDATE sign_ins SET proved_at = proved_at - 600000000")


def site_proof(stage: Stage) -> Iterator[Page]:
    """Let a site in long after having signed in."""
    for page in site_asks(stage):
        long_ago(stage)
        page.wait_for_timeout(ARMED_MS)
        page.get_by_role("button", name="Allow").click()
        page.get_by_role("heading", name="Is it you?").wait_for()
        yield page


def proof(stage: Stage) -> Iterator[Page]:
    """Do something dangerous long after having signed in."""
    long_ago(stage)
    with stage.portal("security") as page:
        page.get_by_role("button", name="Set up an app").click()
        page.get_by_role("heading", name="Is it you?").wait_for()
        yield page
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Password").fill(PASSWORD)
        dialog.get_by_label("Password").press("Enter")
        page.get_by_alt_text("The key as a QR code").wait_for()


def codes_setup(stage: Stage) -> Iterator[Page]:
    """Begin with codes of an app; confirm the first when the screen is left."""
    with stage.portal("security") as page:
        page.get_by_role("button", name="Set up an app").click()
        page.get_by_alt_text("The key as a QR code").wait_for()
        yield page
        key = page.locator(".beside-qr .mono").inner_text().replace(" ", "")
        page.get_by_label("Code that the app shows now").fill(pyotp.TOTP(key).now())
        page.get_by_role("button", name="Turn codes on").click()
        page.get_by_role("button", name="Turn off").wait_for()


def code_asked(stage: Stage) -> Iterator[Page]:
    """Sign in where the password is not enough."""
    with stage.tab(stage.satchel.url) as page:
        page.context.clear_cookies()
        page.goto(f"{stage.satchel.url}/sign-in")
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_label("Code").wait_for()
        yield page


def signed_out(stage: Stage) -> Iterator[Page]:
    """Open the popup after the connection was ended."""
    stage.satchel.start()
    with stage.own("options.html#settings") as page:
        page.get_by_role("button", name="Change").click()
        page.get_by_role("button", name="Disconnect").click()
        page.get_by_role("button", name="Connect", exact=True).wait_for()
    with stage.tab(stage.site("inkpad")) as page, stage.popup(page) as popup:
        popup.get_by_role("button", name="Sign in").wait_for()
        yield popup


def nothing_answers(stage: Stage) -> Iterator[Page]:
    """Open the popup when the Satchel is not there."""
    stage.satchel.stop()
    with stage.tab(stage.site("inkpad")) as page, stage.popup(page) as popup:
        popup.get_by_role("button", name="Try again").wait_for()
        yield popup


def models_unreachable(stage: Stage) -> Iterator[Page]:
    """Open a section when the Satchel is not there."""
    with stage.own("options.html#models") as page:
        page.get_by_role("button", name="Try again").wait_for()
        yield page


SCREENS = (
    Screen("key-refused", key_refused, CONSENT),
    Screen("credit-gone", credit_gone, CONSENT),
    Screen("site-proof", site_proof, CONSENT),
    Screen("portal-proof", proof),
    Screen("portal-vault-setup", vault_setup),
    Screen("portal-vault-unlocked", vault_unlocked),
    Screen("portal-vault-locked", vault_locked),
    Screen("portal-vault-lost", vault_lost),
    Screen("portal-home-locked", home_locked),
    Screen("popup-locked", popup_locked, POPUP),
    Screen("options-vault-locked", options_vault_locked),
    Screen("unlock", unlock_window, CONSENT),
    Screen("portal-vault-for-apps", vault_for_apps),
    Screen("portal-codes-setup", codes_setup),
    Screen("code-asked", code_asked, CONSENT),
    Screen("popup-unreachable", nothing_answers, POPUP),
    Screen("options-unreachable", models_unreachable),
    Screen("popup-signed-out", signed_out, POPUP),
)
