"""Takes the pictures of `docs/pictures` from the real product: popup, consent window, first-run page, demo and portal, light and dark.

`make pictures`, or `.venv/bin/python -m tests.e2e.pictures [folder]`. Everything in them happened: a real Satchel, a real Chromium, the
real built-in model.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page
from tests.e2e.chromium import Chromium, chromium, press
from tests.stage import EMAIL, PASSWORD, Satchel, running

QUESTION = "Why do leaves change colour in autumn? Answer in two sentences."
POPUP = (360, 600)
CONSENT = (400, 600)
PANEL = (360, 740)
SELECTED = "The council voted 7 to 4 to move the tram depot to the north bank, two years later than planned."
WIDTHS = {"": (1280, 800), "-320": (320, 700)}


class Album:
    """Where the pictures go, and how each is taken in both themes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str, size: tuple[int, int], *, full: bool = False) -> None:
        """Take one screen in both themes."""
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.wait_for_timeout(900)  # the consent window arms its buttons anew
            page.screenshot(path=self.folder / f"{name}-{theme}.png", full_page=full)

    def take_wide(self, page: Page, name: str) -> None:
        """Take a page at desktop width and at 320 pixels."""
        for suffix, size in WIDTHS.items():
            self.take(page, name + suffix, size, full=bool(suffix))


@contextmanager
def popup_of(browser: Chromium, page: Page) -> Iterator[Page]:
    """Open the popup as it looks over `page`."""
    page.bring_to_front()
    popup = browser.context.new_page()
    popup.goto(f"chrome-extension://{browser.extension_id}/popup.html?tab={tab_of(browser, page)}")
    popup.wait_for_timeout(700)
    yield popup
    popup.close()


def tab_of(browser: Chromium, page: Page) -> int:
    """Return the browser's number of a page's tab, once the browser has settled on which tab is in front."""
    page.bring_to_front()
    worker = browser.context.service_workers[0]
    number: int = worker.evaluate(
        """async () => {
            const inFront = async () => (await chrome.tabs.query({ active: true, currentWindow: true }))[0]?.id;
            for (let number = await inFront(), seen = 1; ; ) {
                await new Promise((resolve) => setTimeout(resolve, 60));
                const next = await inFront();
                seen = next === number ? seen + 1 : 1;
                number = next;
                if (seen === 4 && number !== undefined) return number;
            }
        }"""
    )
    return number


def first_run(album: Album, browser: Chromium, satchel: Satchel) -> None:
    """The first-run page before and after connecting."""
    browser.set_backend(satchel.url)
    page = browser.extension_page("options")
    page.wait_for_timeout(500)
    album.take_wide(page, "first-run")
    page.close()
    connected = browser.connect(satchel)
    connected.wait_for_timeout(500)
    album.take_wide(connected, "first-run-connected")
    connected.close()


def main_job(album: Album, browser: Chromium, satchel: Satchel) -> None:
    """The demo, the consent window that it opens, and the popup meanwhile and afterwards."""
    page = browser.context.new_page()
    page.goto(f"{satchel.url}/demo")
    page.wait_for_timeout(1000)
    with popup_of(browser, page) as popup:
        album.take(popup, "popup-empty", POPUP)
    page.get_by_role("textbox").first.fill(QUESTION)
    with browser.context.expect_page() as opened:
        page.get_by_role("button", name="Ask", exact=True).click()
    window = opened.value
    window.get_by_role("button", name="Deny", exact=True).wait_for()
    window.wait_for_timeout(900)
    album.take(window, "consent", CONSENT)
    press(window, "Always allow")
    page.get_by_text("tok/s").wait_for(timeout=90_000)
    album.take_wide(page, "demo")
    page.get_by_role("textbox").first.fill("Tell a long story about a satchel that crosses the sea.")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("tokens est.").wait_for(timeout=60_000)
    with popup_of(browser, page) as popup:
        album.take(popup, "popup", POPUP)
        popup.locator(".pickbtn").first.click()
        popup.wait_for_timeout(400)
        album.take(popup, "popup-picker", POPUP)
    page.close()


def options(album: Album, browser: Chromium, satchel: Satchel) -> None:
    """The sections of the options page, and the side panel, after the main job has left something to show."""
    page = browser.extension_page("options")
    for section in ("models", "keys", "sites", "activity", "settings"):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{page.url.partition('#')[0]}#{section}")
        page.wait_for_timeout(1000)
        opens = page.locator("tbody .linklike").first
        if opens.count():
            opens.click()
        album.take_wide(page, f"options-{section}")
    page.goto(f"{page.url.partition('#')[0]}#compare")
    page.get_by_role("textbox").fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_text("Finished").first.wait_for(timeout=120_000)
    album.take_wide(page, "options-compare")
    page.close()
    panel = browser.extension_page("sidepanel")
    panel.evaluate("selection => chrome.storage.session.set({ selection })", {"text": SELECTED, "origin": "https://daily-ledger.example"})
    panel.get_by_text("Selection from").wait_for()
    album.take(panel, "sidepanel", PANEL)
    panel.close()


def portal(album: Album, browser: Chromium, satchel: Satchel) -> None:
    """The portal's sign-in and its pages."""
    page = browser.context.new_page()
    page.context.clear_cookies()
    page.goto(f"{satchel.url}/")
    album.take_wide(page, "sign-in")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_timeout(1200)
    album.take_wide(page, "portal-home")
    page.close()


def disconnected(album: Album, browser: Chromium, satchel: Satchel) -> None:
    """The popup when nothing answers."""
    page = browser.context.new_page()
    page.goto(f"{satchel.url}/demo")
    satchel.stop()
    with popup_of(browser, page) as popup:
        popup.wait_for_timeout(1500)
        album.take(popup, "popup-disconnected", POPUP)


def main() -> None:
    """Take them all."""
    album = Album(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "satchel") as satchel,
        chromium(Path(folder) / "profile") as browser,
    ):
        first_run(album, browser, satchel)
        main_job(album, browser, satchel)
        options(album, browser, satchel)
        portal(album, browser, satchel)
        disconnected(album, browser, satchel)
    print(f"{len(list(album.folder.glob('*.png')))} pictures in {album.folder}")


if __name__ == "__main__":
    main()
