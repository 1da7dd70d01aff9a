"""Firefox, driven as `driven` says."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from tests.e2e.driven import Tab
from tests.e2e.firefox import ADD_ON, UUID, Firefox, until

OWN = f"moz-extension://{UUID}/"
ADD_ONS = """
    const [id, deed, done] = arguments;
    const { AddonManager } = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
    AddonManager.getAddonByID(id).then((addOn) => addOn[deed]()).then(() => done(null), (error) => done(String(error)));
"""
END = """
    const [id, done] = arguments;
    const { extension } = WebExtensionPolicy.getByID(id);
    extension.terminateBackground({ disableResetIdleForTest: true }).then(() => done(null), (error) => done(String(error)));
"""
ANSWER = """
    const done = arguments[0];
    const tell = (value) => done(JSON.stringify(value ?? null));
    DEED.then((value) => tell({ value }), (error) => tell({ failed: String(error) }));
"""


class FirefoxTab:
    """A window handle of Selenium's; every deed switches to it."""

    def __init__(self, browser: Firefox, handle: str) -> None:
        self.browser = browser
        self.handle = handle

    def do(self, deed: str, *given: Any) -> Any:
        """Evaluate in the page's own realm and wait."""
        answer = json.loads(self._here().execute_async_script(ANSWER.replace("DEED", self._call(deed, given))))
        if "failed" in answer:
            raise AssertionError(f"{deed}: {answer['failed']}")
        return answer.get("value")

    def begin(self, deed: str, *given: Any) -> None:
        """Evaluate and do not wait."""
        self._here().execute_script(f"{self._call(deed, given)}.catch(() => undefined)")

    def go(self, address: str) -> None:
        """Go there, or back."""
        if address == "back":
            self._here().back()
        else:
            self._here().get(address)

    def reload(self) -> None:
        """Load the page anew."""
        self._here().refresh()

    def show(self) -> None:
        """Bring it to the front."""
        self._here()

    def touch(self) -> None:
        """Click in its corner."""
        pointer = ActionBuilder(self._here())
        pointer.pointer_action.move_to_location(1, 1).click()
        pointer.perform()

    def press(self, name: str) -> None:
        """Press a button once it is armed."""
        self._here()
        self.browser.press(name)

    def leave(self, name: str) -> None:
        """Press it."""
        self.press(name)

    def press_in(self, element: str) -> None:
        """Press the button in its shadow."""
        driver = self._here()
        until(lambda: driver.find_element(By.CSS_SELECTOR, element).shadow_root.find_element(By.CSS_SELECTOR, "button"), element).click()

    def fill(self, field: str, value: str) -> None:
        """Write, or choose."""
        driver = self._here()
        found = until(lambda: driver.find_element(By.CSS_SELECTOR, field), f"the field {field}")
        if found.tag_name == "select":
            Select(found).select_by_value(value)
        else:
            found.clear()
            found.send_keys(value)

    def text(self) -> str:
        """Return what the page says."""
        return str(self._here().execute_script("return document.body.innerText"))

    def close(self) -> None:
        """Close it; the first window is in front then."""
        self._here().close()
        self.browser.back()

    def _here(self) -> Any:
        driver = self.browser.driver
        if not self.browser.is_at(self.handle):
            driver.switch_to.window(self.handle)  # gives it the focus, too
        return driver

    def _call(self, deed: str, given: tuple[Any, ...]) -> str:
        """Return the call of the deed: in the page's realm, where its policy lets us, else in the driver's own beside it."""
        source = f"(async (given) => {{ const h = window.hostile; return await ({deed}); }})({json.dumps(list(given))})"
        return source if self.browser.driver.current_url.startswith(OWN) else f"window.eval({json.dumps(source)})"


class DrivenFirefox:
    """One profile with the extension."""

    name = "firefox"

    def __init__(self, browser: Firefox) -> None:
        self.browser = browser
        browser.back()
        browser.driver.get("about:blank")  # a page of the extension's goes with it, and the first window must stay

    def tab(self, address: str) -> Tab:
        """Open a tab there."""
        self.browser.back()
        self.browser.driver.switch_to.new_window("tab")
        tab = FirefoxTab(self.browser, self.browser.driver.current_window_handle)
        tab.go(address)
        return tab

    def own(self, page: str) -> Tab:
        """Open one of the extension's own pages."""
        return self.tab(OWN + page)

    def opened(self, act: Callable[[], object]) -> Tab:
        """Return the window that opens."""
        known = set(self.browser.driver.window_handles)
        act()
        self.browser.to_new_window(known)
        driver = self.browser.driver
        until(lambda: driver.execute_script("return location.href !== 'about:blank' && document.readyState === 'complete'"), "its page")
        return FirefoxTab(self.browser, driver.current_window_handle)

    def windows(self) -> int:
        """Count tabs and windows."""
        return len(self.browser.driver.window_handles)

    def sign_in(self, window: Tab) -> None:
        """Sign in and allow."""
        driver = self.browser.driver
        until(lambda: driver.find_elements(By.CSS_SELECTOR, "input[type=password]") or self.browser.button("Allow"), "the server's page")
        if driver.find_elements(By.CSS_SELECTOR, "input[type=password]"):
            self.browser.sign_in()
        until(lambda: self.browser.button("Allow"), "the server's question")
        Select(driver.find_element(By.ID, "model")).select_by_visible_text("Any of my models")
        driver.find_element(By.ID, "budget").clear()
        window.press("Allow")

    def reload_extension(self) -> None:
        """Load the extension anew."""
        self._add_on("reload")

    def kill_worker(self) -> None:
        """End its event page, as for want of memory: whatever is open."""
        with self.browser.driver.context("chrome"):
            failed = self.browser.driver.execute_async_script(END, ADD_ON)
        assert failed is None, failed

    @contextmanager
    def switched_off(self) -> Iterator[None]:
        """Switch it off for a while."""
        self._add_on("disable")
        try:
            yield
        finally:
            self._add_on("enable")

    def _add_on(self, deed: str) -> None:
        with self.browser.driver.context("chrome"):
            failed = self.browser.driver.execute_async_script(ADD_ONS, ADD_ON, deed)
        assert failed is None, failed
