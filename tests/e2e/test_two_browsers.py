"""Two browsers of one account, a Chromium and a Firefox: what is decided in one holds in the other, both are answered at once, and each
sees what the other did.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from tests.e2e import counting_server
from tests.e2e.chromium import chromium
from tests.e2e.conftest import need, need_chromium
from tests.e2e.counting_server import text_of
from tests.e2e.driven import Browser, Tab, consent
from tests.e2e.driven_chromium import DrivenChromium
from tests.e2e.driven_firefox import DrivenFirefox
from tests.e2e.firefox import EXTENSION, firefox
from tests.e2e.waiting import until
from tests.stage import Satchel, running

pytestmark = [pytest.mark.browser]
ASK = """(window.told = [], window.story = h.settle(window.ai.request({
    method: 'ai_generate', params: { model: given[0], messages: [{ role: 'user', content: 'Count.' }] },
}, { onEvent: ({ delta }) => window.told.push(delta) })), true)"""
ROW = "document.querySelector('tbody')?.textContent ?? ''"
PRESS = "((button) => button ? (button.click(), true) : false)(document.querySelector(given[0]))"


@dataclass
class Seat:
    """One of the browsers, and a page of the same site in it."""

    browser: Browser
    page: Tab

    def ask(self, model: str) -> None:
        """Ask, and do not wait."""
        self.page.show()
        self.page.do(ASK, model)

    def end(self) -> dict[str, Any]:
        """Return how the call ends."""
        ended: dict[str, Any] = self.page.do("window.story")
        return ended

    @contextmanager
    def options(self, section: str) -> Iterator[Tab]:
        """Open a section of the options."""
        tab = self.browser.own(f"options.html#{section}")
        try:
            yield tab
        finally:
            tab.close()

    @contextmanager
    def limits(self) -> Iterator[Tab]:
        """Open the limits of the only site."""
        with self.options("sites") as tab:
            press(tab, "tbody .linklike")
            yield tab


@dataclass
class Scene:
    """Both, and what they share."""

    satchel: Satchel
    upstream: counting_server.CountingServer
    first: Seat
    second: Seat
    site: str
    token: str

    def newest(self) -> dict[str, Any]:
        """Return the newest generation of the account."""
        entry: dict[str, Any] = self.satchel.call(self.token, "GET", "/v1/generations?limit=1")["data"][0]
        return entry


@pytest.fixture(scope="module")
def scene(pages: tuple[str, object], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The scene: two browsers that know nothing of each other, signed in to one account."""
    need_chromium()
    need("Firefox", shutil.which("firefox-esr") is not None or shutil.which("firefox") is not None)
    need("extension/.output/firefox-mv3", EXTENSION.exists())
    homes = [tmp_path_factory.mktemp(name) for name in ("satchel", "profile")]
    models = ["count-3000-20", "count-300-20", "count-3-0"]
    with counting_server.serving(models) as upstream, running(homes[0]) as satchel, chromium(homes[1]) as one, firefox() as other:
        satchel.add_server(upstream.base_url, "lab")
        one.connect(satchel).close()
        other.connect(satchel)
        browsers: tuple[Browser, ...] = (DrivenChromium(one), DrivenFirefox(other))
        seats = [Seat(browser, browser.tab(f"{pages[0]}/hostile.html")) for browser in browsers]
        yield Scene(satchel, upstream, *seats, pages[0], satchel.add_token())


def press(tab: Tab, element: str) -> None:
    """Press the first element that a CSS selector names, as soon as it is there."""
    until(lambda: tab.do(PRESS, element), element)


def says(tab: Tab, words: str) -> None:
    """Wait until a page says it."""
    until(lambda: words in tab.text(), words)


def kept(sites: Tab, words: str) -> None:
    """Wait until the site's row says it: the fields beside it say before they are saved what they offer."""
    until(lambda: words in sites.do(ROW), words)


def test_what_is_allowed_in_one_browser_is_allowed_in_the_other_and_both_are_answered_at_once(scene: Scene) -> None:
    window = consent(scene.first.browser, scene.first.page, "window.story = h.settle(h.generate('hi', { model: 'lab:count-3-0' }))")
    window.leave("Always allow")
    assert scene.first.end()["value"]["text"] == text_of(3)
    with scene.first.limits() as limits:  # the window allowed the model that it showed
        limits.fill("#site-model", "any")
        limits.press("Save limits")
        kept(limits, "Any I can use")
    windows = scene.second.browser.windows()
    for seat in (scene.first, scene.second):
        seat.ask("lab:count-300-20")
    until(lambda: scene.upstream.running == 2, "both to be answered at once")
    for seat in (scene.first, scene.second):
        end = seat.end()["value"]
        assert (end["text"], end["finishReason"]) == (text_of(300), "stop")
        assert "".join(seat.page.do("window.told")) == text_of(300), "an answer came twice, or went to the wrong browser"
    assert scene.second.browser.windows() == windows, "the other browser asked the person again"


def test_the_model_chosen_in_one_browser_answers_in_the_other(scene: Scene) -> None:
    assert scene.second.page.do("window.ai.getCurrentModel()") != "lab:count-3-0"
    with scene.first.options("models") as models:
        press(models, "[aria-label^='Use count-3-0']")
        says(models, "Answers")
        until(lambda: scene.second.page.do("window.ai.getCurrentModel()") == "lab:count-3-0", "the choice")
    scene.second.ask("satchel/preferred")
    assert scene.second.end()["value"]["text"] == text_of(3)


def test_limits_set_in_one_browser_bind_and_show_in_the_other(scene: Scene) -> None:
    with scene.first.limits() as sites:
        sites.fill("#site-budget", "0.25")
        sites.fill("#site-rate", "1")
        sites.press("Save limits")
        kept(sites, "$0.25")
        (budget,) = {
            str(caveat["value"])
            for permission in scene.second.page.do("window.ai.getPermissions()")["permissions"]
            for caveat in permission["caveats"]
            if caveat["type"] == "budget"
        }
        assert "0.25" in budget
        with scene.second.options("sites") as theirs:
            kept(theirs, "$0.25")
        ends = []
        for seat in (scene.first, scene.second):
            seat.ask("lab:count-3-0")
            ends.append(seat.end())
        assert (ends[0]["value"]["text"], ends[1]["satchelCode"]) == (text_of(3), "rate_limited")
        sites.show()
        sites.fill("#site-budget", "")
        sites.fill("#site-rate", "")
        sites.press("Save limits")
        kept(sites, "no limit")
    scene.second.ask("lab:count-3-0")
    assert scene.second.end()["value"]["text"] == text_of(3)


def test_each_browser_shows_what_was_asked_in_the_other(scene: Scene) -> None:
    known = scene.satchel.call(scene.token, "GET", "/v1/generations")["data"]
    for seat in (scene.first, scene.second):
        with seat.options("activity") as activity:
            until(lambda: activity.do("document.querySelectorAll('tbody tr').length") == len(known), "all that was asked")


def test_a_grant_revoked_in_one_browser_stops_what_the_other_runs_and_makes_it_ask_again(scene: Scene) -> None:
    page = scene.second.page
    scene.second.ask("lab:count-3000-20")
    page.do("(window.ai.on('permissionsChanged', ({ state }) => { window.heard = state }), true)")
    until(lambda: page.do("window.told.length > 3"), "the answer to be written")
    assert scene.upstream.running == 1
    with scene.first.limits() as sites:
        sites.press("Revoke")
        end = scene.second.end()["value"]
    assert end["finishReason"] == "cancelled"
    assert text_of(3000).startswith(end["text"]) and len(end["text"]) < len(text_of(3000))
    until(lambda: scene.upstream.running == 0, "the provider to be stopped")
    entry = scene.newest()
    assert (entry["status"], entry["origin"]) == ("cancelled", scene.site)
    until(lambda: page.do("window.heard === 'prompt'"), "the page to hear of it")
    before = scene.upstream.asked
    consent(scene.second.browser, page, "window.story = h.settle(h.generate('again'))").leave("Deny")
    assert (scene.second.end()["code"], scene.upstream.asked) == (4001, before)
