"""What all screens happen on: a Satchel, a Chromium with the extension, a model server on this computer, and sites that ask."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request
from tests.e2e import counting_server, page_server
from tests.e2e.chromium import Chromium, chromium, popup_of
from tests.e2e.counting_server import CountingServer
from tests.stage import Satchel, free_port


class Stage:
    """The parts, and the short ways to them."""

    def __init__(self, satchel: Satchel, browser: Chromium, servers: tuple[CountingServer, CountingServer], port: int) -> None:
        self.satchel = satchel
        self.browser = browser
        self.studio, self.lab = servers  # the second has the models that misbehave
        self.first_page: Page | None = None  # stays open over several screens
        self.asked: set[tuple[str, str]] = set()  # who (a page, the extension's worker) asked whom for anything
        self._port = port
        browser.context.on("request", self._note)

    def _note(self, request: Request) -> None:
        """Remember who asked whom."""
        scheme, rest, *_ = urlsplit(request.url)
        host = "" if scheme == "data" else urlsplit(request.url).hostname or rest
        self.asked.add(("worker" if request.service_worker else "page", f"{scheme}://{host}"))

    def site(self, name: str, file: str = "ask.html") -> str:
        """Return the address of a site of this name."""
        return f"http://{name}.localhost:{self._port}/{file}"

    def allow(self, site: str) -> None:
        """Let a site ask any model."""
        self.satchel.call(self.satchel.add_token(), "PUT", "/v1/grants", {"origin": self.site(site, "").rstrip("/"), "state": "allowed"})

    @contextmanager
    def tab(self, url: str) -> Iterator[Page]:
        """Open an address in a tab of its own."""
        page = self.browser.context.new_page()
        page.goto(url)
        try:
            yield page
        finally:
            page.close()

    @contextmanager
    def own(self, path: str) -> Iterator[Page]:
        """Open a page of the extension."""
        with self.tab(f"chrome-extension://{self.browser.extension_id}/{path}") as page:
            yield page

    def settle(self, page: Page) -> None:
        """Wait until nothing on the page waits any more."""
        page.locator(".skel-space, .skel, .skeleton").first.wait_for(state="detached")

    @contextmanager
    def portal(self, view: str) -> Iterator[Page]:
        """Open a page of the portal; somebody is signed in there."""
        with self.tab(f"{self.satchel.url}/#/{view}") as page:
            page.locator("main h1").wait_for()
            self.settle(page)
            yield page

    def popup(self, page: Page) -> AbstractContextManager[Page]:
        """Open the popup as it looks over a page."""
        return popup_of(self.browser, page)

    @contextmanager
    def window(self, act: Callable[[], object]) -> Iterator[Page]:
        """Yield the window that something opens; it is gone afterwards."""
        with self.browser.context.expect_page() as opened:
            act()
        page = opened.value
        try:
            yield page
        finally:
            if not page.is_closed():
                page.close()


@contextmanager
def staged(home: Path) -> Iterator[Stage]:
    """Start everything; nobody has made an account yet, and the extension is new."""
    with ExitStack() as parts:
        studio = parts.enter_context(counting_server.serving(list(counting_server.SAID)))
        lab = parts.enter_context(counting_server.serving())
        pages, _ = parts.enter_context(page_server.serving())
        (home / "satchel").mkdir(parents=True)
        satchel = Satchel(home / "satchel", free_port(), {"SATCHEL_SIGN_UP": "invite", "SATCHEL_LOCAL_SERVERS": "on"})
        parts.callback(satchel.stop)
        satchel.start()
        browser = parts.enter_context(chromium(home / "profile"))
        yield Stage(satchel, browser, (studio, lab), int(pages.rsplit(":", 1)[1]))
