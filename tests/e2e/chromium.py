"""A real Chromium with the built extension loaded, connected to a Satchel as a person connects it."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright
from tests.stage import EMAIL, PASSWORD, Satchel

EXTENSION = Path(__file__).parents[2] / "extension" / ".output" / "chrome-mv3"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ARMED_MS = 700
_LOOKS = 5
IN_FRONT = """async () => {
    const inFront = async () => (await chrome.tabs.query({ active: true, currentWindow: true }))[0]?.id;
    for (let number = await inFront(), seen = 1; ; ) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        const next = await inFront();
        seen = next === number ? seen + 1 : 1;
        number = next;
        if (seen === 4 && number !== undefined) return number;
    }
}"""


class Chromium:
    """One browser profile with the extension."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        worker = context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker", timeout=15_000)
        self.extension_id = worker.url.split("/")[2]

    def extension_page(self, name: str) -> Page:
        """Open one of the extension's own pages in a tab."""
        page = self.context.new_page()
        page.goto(f"chrome-extension://{self.extension_id}/{name}.html")
        return page

    def set_backend(self, url: str) -> None:
        """Point the extension at `url`, as the address field of its options does."""
        page = self.extension_page("options")
        page.evaluate("url => chrome.storage.local.set({ backend: url })", url)
        page.close()

    def connect(self, satchel: Satchel) -> Page:
        """Walk through the first-run page: connect, sign in, allow. Returns the page, connected."""
        self.set_backend(satchel.url)
        page = self.extension_page("options")
        with self.context.expect_page() as opened:
            page.get_by_role("button", name=re.compile("^Connect")).click()
        sign_in(opened.value)
        page.get_by_text("Connected to your Satchel").first.wait_for(timeout=15_000)  # not the "Not connected" that stands there before
        return page

    def consent_window(self, ask: str, page: Page) -> Page:
        """Run `ask` in the page without waiting for it; return the consent window that it opens."""
        with self.context.expect_page(timeout=15_000) as opened:
            page.evaluate(f"() => {{ {ask} }}")
        window = opened.value
        window.get_by_role("button", name="Deny", exact=True).wait_for()
        return window


def _in_front(browser: Chromium, page: Page) -> int:
    page.bring_to_front()
    number: int = browser.context.service_workers[0].evaluate(IN_FRONT)
    return number


@contextmanager
def popup_of(browser: Chromium, page: Page) -> Iterator[Page]:
    """Open the popup as it looks over `page`, once the browser has settled on which tab is in front."""
    number = _in_front(browser, page)
    popup = browser.context.new_page()
    for _ in range(_LOOKS):
        popup.goto(f"chrome-extension://{browser.extension_id}/popup.html?tab={number}")
        popup.set_viewport_size({"width": 360, "height": 600})
        popup.locator("main :not(.skel)").first.wait_for()
        if not page.url.startswith("http") or popup.get_by_text("This page cannot ask for models").count() == 0:
            break
        number = _in_front(browser, page)  # a window that had just closed was still the one in front
        popup.bring_to_front()
    try:
        yield popup
    finally:
        popup.close()


def sign_in(window: Page, *, any_model: bool = False) -> None:
    """Sign in and allow the extension, in the backend's own pages; or a site, with its terms as they stand or as wide as can be."""
    window.wait_for_load_state()
    if window.get_by_label("Password").count():
        window.get_by_label("Email").fill(EMAIL)
        window.get_by_label("Password").fill(PASSWORD)
        window.get_by_role("button", name="Sign in").click()
    allow = window.get_by_role("button", name=re.compile("^Allow"))
    allow.wait_for()
    if any_model:
        set_wide_terms(window)
    window.wait_for_timeout(ARMED_MS)
    with window.expect_event("close", timeout=15_000):
        allow.click()


def set_wide_terms(window: Page) -> None:
    """Choose any model and no budget on a site's consent page: the tests' own server has no price."""
    window.get_by_label("Model", exact=True).select_option(label="Any of my models")
    window.get_by_label("Budget", exact=True).fill("")


def press(window: Page, name: str) -> None:
    """Press a button of the consent window as soon as it is armed."""
    button = window.get_by_role("button", name=name, exact=True)
    window.wait_for_function(
        "name => [...document.querySelectorAll('button:not([aria-disabled=true])')].some(b => b.textContent.trim() === name)",
        arg=name,
        timeout=10_000,
    )
    try:
        button.click()
    except Error:
        if not window.is_closed():  # the click closes it, maybe before it has been told of
            raise


def binary() -> str | None:
    """Return the path of this machine's Chromium, None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def with_permissions(folder: Path) -> Path:
    """Copy the extension to `folder` as if the person had allowed what it may ask for: no robot presses that button."""
    copied = Path(shutil.copytree(EXTENSION, folder))
    manifest = json.loads((copied / "manifest.json").read_text())
    manifest["permissions"] += manifest.pop("optional_permissions")
    manifest["host_permissions"] = manifest.pop("optional_host_permissions")
    (copied / "manifest.json").write_text(json.dumps(manifest))
    return copied


@contextmanager
def chromium(profile: Path, extension: Path = EXTENSION) -> Iterator[Chromium]:
    """Run a headless Chromium on `profile` with the extension, or a copy of it."""
    loaded = [f"--disable-extensions-except={extension}", f"--load-extension={extension}"]
    with sync_playwright() as playwright:
        browsers, args = playwright.chromium, [*SWITCHES, *loaded]
        context = browsers.launch_persistent_context(profile, executable_path=binary(), headless=True, args=args)
        context.set_default_timeout(30_000)
        try:
            yield Chromium(context)
        finally:
            context.close()
