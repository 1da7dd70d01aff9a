"""An extension that is reloaded or switched off while it works: the page is told, the provider stops, the bill is settled, it returns."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.e2e import counting_server
from tests.e2e.chromium import Chromium, chromium
from tests.e2e.conftest import need_chromium
from tests.e2e.waiting import until
from tests.stage import Satchel, running

pytestmark = [pytest.mark.browser]
ASK = """model => {
    const params = { model, messages: [{ role: "user", content: "Count." }] };
    window.began = performance.now();
    window.story = window.hostile.settle(window.ai.request({ method: "ai_generate", params }))
        .then((end) => ({ ...end, took: performance.now() - window.began }));
}"""


@dataclass
class Scene:
    """One browser on a page that is allowed everything, and an account to look from the other side."""

    browser: Chromium
    extensions: Page
    satchel: Satchel
    upstream: counting_server.CountingServer
    page: Page
    token: str

    def begin(self) -> None:
        """Ask for an answer that takes a minute; return when it is being written."""
        self.page.evaluate(ASK, "lab:count-3000-20")
        until(lambda: self.upstream.running == 1, "the provider to be asked")

    def ends_defined(self) -> None:
        """The page is told at once what happened and what to do; nothing goes on behind its back, and the bill is settled."""
        end: dict[str, Any] = self.page.evaluate("window.story")
        assert (end["code"], end["satchelCode"], "Reload this page" in end["message"]) == (4900, "extension_gone", True), end
        until(lambda: self.upstream.running == 0, "the provider to be stopped")
        assert self.upstream.hung_up[-1:] == ["count-3000-20"]
        until(lambda: self.newest()["status"] != "live", "the ledger")
        entry = self.newest()
        assert (entry["status"], entry["model"]) == ("cancelled", "lab:count-3000-20")
        assert 0 < entry["usage"]["output_tokens"] < 3000
        began = time.monotonic()
        self.page.evaluate(ASK, "lab:count-3-0")
        later = self.page.evaluate("window.story")
        assert (later["code"], later["satchelCode"], time.monotonic() - began < 5) == (4900, "extension_gone", True)

    def works_after_a_reload(self) -> None:
        """The page does what it was told to do, and is answered."""
        self.page.reload()
        self.page.wait_for_function("window.hostile && window.ai")
        self.page.evaluate(ASK, "lab:count-3-0")
        assert self.page.evaluate("window.story")["value"]["text"] == counting_server.text_of(3)

    def newest(self) -> dict[str, Any]:
        """Return the newest generation of the account."""
        entry: dict[str, Any] = self.satchel.call(self.token, "GET", "/v1/generations?limit=1")["data"][0]
        return entry


@pytest.fixture(scope="module")
def scene(pages: tuple[str, object], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The scene: a backend that gives a lost client two seconds to come back, not sixty."""
    need_chromium()
    home, profile = tmp_path_factory.mktemp("gone"), tmp_path_factory.mktemp("profile")
    models = ["count-3000-20", "count-3-0"]
    with counting_server.serving(models) as upstream, running(home, SATCHEL_RESUME_S="2") as satchel, chromium(profile) as browser:
        satchel.add_server(upstream.base_url, "lab")
        token = satchel.add_token()
        satchel.call(token, "PUT", "/v1/grants", {"origin": pages[0], "state": "allowed"})
        browser.connect(satchel).close()
        extensions, page = browser.context.new_page(), browser.context.new_page()
        extensions.goto("chrome://extensions")
        extensions.evaluate("() => chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true })")  # else none is reloaded
        page.goto(f"{pages[0]}/hostile.html")
        yield Scene(browser, extensions, satchel, upstream, page, token)


def test_a16_an_extension_that_is_reloaded_in_mid_call_ends_the_call_and_what_it_costs(scene: Scene) -> None:
    scene.begin()
    options = scene.browser.extension_page("options")
    options.evaluate("() => { setTimeout(() => chrome.runtime.reload(), 50) }")
    scene.ends_defined()
    scene.works_after_a_reload()


def test_a16_an_extension_that_is_switched_off_in_mid_call_ends_the_call_and_works_when_it_is_on_again(scene: Scene) -> None:
    scene.begin()
    turn = "([id, on]) => new Promise((done) => chrome.management.setEnabled(id, on, done))"
    scene.extensions.evaluate(turn, [scene.browser.extension_id, False])
    scene.ends_defined()
    scene.extensions.evaluate(turn, [scene.browser.extension_id, True])
    scene.works_after_a_reload()
