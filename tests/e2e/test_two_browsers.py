"""Two browsers of one account: what is decided in one holds in the other, both are answered at once, and each sees what the other did."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright
from tests.e2e import counting_server
from tests.e2e.chromium import Chromium, launched, press
from tests.e2e.conftest import need_chromium
from tests.e2e.counting_server import text_of
from tests.e2e.waiting import until
from tests.stage import Satchel, running

pytestmark = [pytest.mark.browser]
ASK = """model => {
    const params = { model, messages: [{ role: "user", content: "Count." }] };
    window.told = [];
    const onEvent = ({ delta }) => window.told.push(delta);
    window.story = window.hostile.settle(window.ai.request({ method: "ai_generate", params }, { onEvent }));
}"""


@dataclass
class Seat:
    """One of the browsers, and a page of the same site in it."""

    browser: Chromium
    page: Page

    def ask(self, model: str) -> None:
        """Ask, and do not wait."""
        self.page.bring_to_front()
        self.page.evaluate(ASK, model)

    def end(self) -> dict[str, Any]:
        """Return how the call ends."""
        ended: dict[str, Any] = self.page.evaluate("window.story")
        return ended

    @contextmanager
    def options(self, section: str) -> Iterator[Page]:
        """Open a section of the options."""
        page = self.browser.context.new_page()
        page.goto(f"chrome-extension://{self.browser.extension_id}/options.html#{section}")
        try:
            yield page
        finally:
            page.close()

    @contextmanager
    def limits(self) -> Iterator[Page]:
        """Open the limits of the only site."""
        with self.options("sites") as page:
            page.locator("tbody .linklike").first.click()
            yield page


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
    """The scene: two profiles that know nothing of each other, signed in to one account."""
    need_chromium()
    homes = [tmp_path_factory.mktemp(name) for name in ("satchel", "first", "second")]
    models = ["count-3000-20", "count-300-20", "count-3-0"]
    with counting_server.serving(models) as upstream, running(homes[0]) as satchel, sync_playwright() as playwright:
        satchel.add_server(upstream.base_url, "lab")
        with launched(playwright, homes[1]) as one, launched(playwright, homes[2]) as other:
            seats = []
            for browser in (one, other):
                browser.connect(satchel).close()
                seats.append(Seat(browser, browser.context.new_page()))
                seats[-1].page.goto(f"{pages[0]}/hostile.html")
            yield Scene(satchel, upstream, *seats, pages[0], satchel.add_token())


def test_what_is_allowed_in_one_browser_is_allowed_in_the_other_and_both_are_answered_at_once(scene: Scene) -> None:
    asked = "window.story = window.hostile.settle(window.hostile.generate('hi', { model: 'lab:count-3-0' }))"
    press(scene.first.browser.consent_window(asked, scene.first.page), "Always allow")
    assert scene.first.end()["value"]["text"] == text_of(3)
    with scene.first.limits() as limits:  # the window allowed the model that it showed
        limits.get_by_label("Models", exact=True).select_option("any")
        limits.get_by_role("button", name="Save limits").click()
        limits.locator("tbody").get_by_text("Any I can use").wait_for()
    windows = len(scene.second.browser.context.pages)
    for seat in (scene.first, scene.second):
        seat.ask("lab:count-300-20")
    until(lambda: scene.upstream.running == 2, "both to be answered at once")
    for seat in (scene.first, scene.second):
        end = seat.end()["value"]
        assert (end["text"], end["finishReason"]) == (text_of(300), "stop")
        assert "".join(seat.page.evaluate("window.told")) == text_of(300), "an answer came twice, or went to the wrong browser"
    assert len(scene.second.browser.context.pages) == windows, "the other browser asked the person again"


def test_the_model_chosen_in_one_browser_answers_in_the_other(scene: Scene) -> None:
    assert scene.second.page.evaluate("window.ai.getCurrentModel()") != "lab:count-3-0"
    with scene.first.options("models") as models:
        models.get_by_role("button", name=re.compile("^Use count-3-0")).click()
        models.get_by_text("Answers", exact=False).first.wait_for()
    assert scene.second.page.evaluate("window.ai.getCurrentModel()") == "lab:count-3-0"
    scene.second.ask("satchel/preferred")
    assert scene.second.end()["value"]["text"] == text_of(3)


def test_limits_set_in_one_browser_bind_and_show_in_the_other(scene: Scene) -> None:
    with scene.first.limits() as sites:
        sites.get_by_label("Budget in US dollars").fill("0.25")
        sites.get_by_label("Requests a minute").fill("1")
        sites.get_by_role("button", name="Save limits").click()
        sites.locator("tbody").get_by_text("$0.25").wait_for()
        (budget,) = {
            str(caveat["value"])
            for permission in scene.second.page.evaluate("window.ai.getPermissions()")["permissions"]
            for caveat in permission["caveats"]
            if caveat["type"] == "budget"
        }
        assert "0.25" in budget
        with scene.second.options("sites") as theirs:
            theirs.locator("tbody").get_by_text("$0.25").wait_for()
        ends = []
        for seat in (scene.first, scene.second):
            seat.ask("lab:count-3-0")
            ends.append(seat.end())
        assert (ends[0]["value"]["text"], ends[1]["satchelCode"]) == (text_of(3), "rate_limited")
        sites.get_by_label("Budget in US dollars").fill("")
        sites.get_by_label("Requests a minute").fill("")
        sites.get_by_role("button", name="Save limits").click()
        sites.locator("tbody").get_by_text("no limit").wait_for()
    scene.second.ask("lab:count-3-0")
    assert scene.second.end()["value"]["text"] == text_of(3)


def test_each_browser_shows_what_was_asked_in_the_other(scene: Scene) -> None:
    known = scene.satchel.call(scene.token, "GET", "/v1/generations")["data"]
    for seat in (scene.first, scene.second):
        with seat.options("activity") as activity:
            activity.locator("tbody tr").first.wait_for()
            assert activity.locator("tbody tr").count() == len(known)


def test_a_grant_revoked_in_one_browser_stops_what_the_other_runs_and_makes_it_ask_again(scene: Scene) -> None:
    scene.second.ask("lab:count-3000-20")
    scene.second.page.evaluate("window.ai.on('permissionsChanged', ({ state }) => { window.heard = state })")
    scene.second.page.wait_for_function("window.told.length > 3")
    assert scene.upstream.running == 1
    with scene.first.limits() as sites:
        sites.get_by_role("button", name="Revoke", exact=True).click()
        end = scene.second.end()["value"]
    assert end["finishReason"] == "cancelled"
    assert text_of(3000).startswith(end["text"]) and len(end["text"]) < len(text_of(3000))
    until(lambda: scene.upstream.running == 0, "the provider to be stopped")
    entry = scene.newest()
    assert (entry["status"], entry["origin"]) == ("cancelled", scene.site)
    scene.second.page.wait_for_function("window.heard === 'prompt'")
    before = scene.upstream.asked
    again = "window.story = window.hostile.settle(window.hostile.generate('again'))"
    press(scene.second.browser.consent_window(again, scene.second.page), "Deny")
    assert (scene.second.end()["code"], scene.upstream.asked) == (4001, before)
