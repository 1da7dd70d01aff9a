"""Chromium, driven as `driven` says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page
from tests.e2e.chromium import Chromium, press, sign_in
from tests.e2e.driven import Tab

TURN = "([id, on]) => new Promise((done) => chrome.management.setEnabled(id, on, done))"
DEVELOPER = "() => chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true })"


class ChromiumTab:
    """A page of Playwright's."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def do(self, deed: str, *given: Any) -> Any:
        """Evaluate and wait."""
        return self.page.evaluate(f"async (given) => {{ const h = window.hostile; return await ({deed}); }}", list(given))

    def begin(self, deed: str, *given: Any) -> None:
        """Evaluate and do not wait."""
        self.page.evaluate(f"(given) => {{ const h = window.hostile; void ({deed}); }}", list(given))

    def go(self, address: str) -> None:
        """Go there, or back."""
        if address == "back":
            self.page.go_back()
        else:
            self.page.goto(address)

    def reload(self) -> None:
        """Load the page anew."""
        self.page.reload()

    def show(self) -> None:
        """Bring it to the front."""
        self.page.bring_to_front()

    def touch(self) -> None:
        """Click in its corner."""
        self.page.mouse.click(1, 1)

    def press(self, name: str) -> None:
        """Press a button once it is armed; it may take its window with it."""
        press(self.page, name)

    def leave(self, name: str) -> None:
        """Press it from within: the window may be gone before a click of the mouse is over."""
        button = self.page.get_by_role("button", name=name, exact=True, disabled=False)
        button.evaluate("button => { setTimeout(() => button.click()) }")

    def press_in(self, element: str) -> None:
        """Press the button in its shadow."""
        self.page.locator(element).locator("button").click()

    def fill(self, field: str, value: str) -> None:
        """Write, or choose."""
        found = self.page.locator(field)
        if found.evaluate("field => field.localName") == "select":
            found.select_option(value)
        else:
            found.fill(value)

    def text(self) -> str:
        """Return what the page says."""
        return self.page.inner_text("body")

    def close(self) -> None:
        """Close it."""
        self.page.close()


class DrivenChromium:
    """One profile with the extension."""

    name = "chromium"

    def __init__(self, browser: Chromium) -> None:
        self.browser = browser
        self.extensions = browser.context.new_page()
        self.extensions.goto("chrome://extensions")
        self.extensions.evaluate(DEVELOPER)  # else no extension is loaded anew
        self.given_up: dict[str, bool] = {}  # which registrations of the worker Chromium forgets as soon as it stops
        self.devtools = browser.context.new_cdp_session(self.extensions)
        self.devtools.on("ServiceWorker.workerRegistrationUpdated", self._heard)
        self.devtools.send("ServiceWorker.enable")

    def tab(self, address: str) -> Tab:
        """Open a tab there."""
        page = self.browser.context.new_page()
        page.goto(address)
        return ChromiumTab(page)

    def own(self, page: str) -> Tab:
        """Open one of the extension's own pages."""
        return self.tab(f"chrome-extension://{self.browser.extension_id}/{page}")

    def opened(self, act: Callable[[], object]) -> Tab:
        """Return the window that opens."""
        with self.browser.context.expect_page(timeout=20_000) as opened:
            act()
        opened.value.wait_for_load_state()
        return ChromiumTab(opened.value)

    def windows(self) -> int:
        """Count tabs and windows."""
        self.extensions.evaluate("0")  # Playwright hears what has closed only while it is asked something
        return len(self.browser.context.pages)

    def sign_in(self, window: Tab) -> None:
        """Sign in and allow."""
        assert isinstance(window, ChromiumTab)
        sign_in(window.page, any_model=True)

    def reload_extension(self) -> None:
        """Have the extension load itself anew; its page goes with it."""
        page = self.browser.extension_page("options")
        with page.expect_event("close"):
            page.evaluate("() => { setTimeout(() => chrome.runtime.reload(), 50) }")

    def kill_worker(self) -> None:
        """End it."""
        is_registered = not all(self.given_up.values())
        assert is_registered, f"Chromium has given the worker's registration up, so it would never start again: {self.given_up}"
        self.devtools.send("ServiceWorker.stopAllWorkers")

    def _heard(self, event: dict[str, Any]) -> None:
        self.given_up |= {registration["registrationId"]: registration["isDeleted"] for registration in event["registrations"]}

    @contextmanager
    def switched_off(self) -> Iterator[None]:
        """Switch it off for a while."""
        self._turn(on=False)
        try:
            yield
        finally:
            self._turn(on=True)

    def _turn(self, *, on: bool) -> None:
        self.extensions.evaluate(TURN, [self.browser.extension_id, on])
