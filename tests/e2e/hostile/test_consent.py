"""The window in which the person is asked, when it is closed, covered or left alone."""

import pytest
from tests.e2e.driven import Tab, consent
from tests.e2e.hostile.scene import Scene
from tests.e2e.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.model]
LONG_AGO = """(async () => {
    const kept = Object.entries(await chrome.storage.session.get()).filter(([key]) => key.startsWith("ask:"));
    const older = kept.map(([key, question]) => [key, { ...question, createdAt: question.createdAt - 600_001 }]);
    await chrome.storage.session.set(Object.fromEntries(older));
    if ((await chrome.alarms.get("sweep"))?.periodInMinutes !== 1) throw new Error("nobody looks after questions");
    await chrome.alarms.create("sweep", { when: Date.now() });
})()"""
ARMED = "[...document.querySelectorAll('.btn.lg')].every(b => (b.getAttribute('aria-disabled') === 'true') !== given[0])"
CLICK = "[...document.querySelectorAll('button')].find(b => b.textContent.trim() === given[0]).click()"
ASK = "window.asking = h.settle(h.generate('hi'))"


def is_armed(window: Tab, *, armed: bool) -> None:
    """Wait until the buttons take a click, or do not."""
    until(lambda: window.do(ARMED, armed), f"the buttons to be armed: {armed}")


def test_f1_b1_closing_the_consent_window_is_a_no(scene: Scene, origin: str) -> None:
    page = scene.page(origin)
    before = scene.upstream.asked
    consent(scene.browser, page, ASK).close()
    end = page.do("window.asking")
    assert (end["code"], end["satchelCode"], scene.upstream.asked) == (4001, "consent_denied", before)
    page.close()


def test_f1_a16_a_consent_window_that_is_covered_takes_no_click_and_is_a_no_after_ten_minutes(scene: Scene, origin: str) -> None:
    page, options = scene.page(origin), scene.browser.own("options.html")
    before, windows = scene.upstream.asked, scene.browser.windows()
    window = consent(scene.browser, page, ASK)
    is_armed(window, armed=True)
    window.do("window.dispatchEvent(new Event('blur'))")  # what the browser says when another window lies on it
    is_armed(window, armed=False)
    window.do(CLICK, "Always allow")
    window.do("window.dispatchEvent(new Event('focus'))")
    is_armed(window, armed=True)
    options.do(LONG_AGO)
    until(lambda: scene.browser.windows() == windows, "the window to go")
    end = page.do("window.asking")
    assert (end["code"], end["satchelCode"], scene.upstream.asked) == (4001, "consent_denied", before)
    options.close()
    page.close()
