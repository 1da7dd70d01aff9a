"""Pages that mean harm, in real Chromium: each deed has a defined end within a bounded time, and nothing goes upstream without a grant."""

import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.e2e.chromium import Chromium, chromium, press
from tests.e2e.conftest import need_chromium
from tests.e2e.counting_server import CountingServer, text_of
from tests.e2e.waiting import until
from tests.stage import Satchel, running

pytestmark = [pytest.mark.browser]
Pages = tuple[str, "queue.Queue[tuple[str, Any]]"]
LONG_AGO = """async () => {
    const kept = Object.entries(await chrome.storage.session.get()).filter(([key]) => key.startsWith("ask:"));
    const older = kept.map(([key, question]) => [key, { ...question, createdAt: question.createdAt - 600_001 }]);
    await chrome.storage.session.set(Object.fromEntries(older));
    if ((await chrome.alarms.get("sweep"))?.periodInMinutes !== 1) throw new Error("nobody looks after questions");
    await chrome.alarms.create("sweep", { when: Date.now() });
}"""


@dataclass
class Scene:
    """One browser: `allowed` is a page whose origin has a grant, `hostile` one whose origin has none."""

    browser: Chromium
    satchel: Satchel
    upstream: CountingServer
    allowed: Page
    hostile: Page

    def do(self, deed: str, page: Page | None = None) -> Any:
        """Run `deed` in the hostile page, or another; it must end."""
        return (page or self.hostile).evaluate(f"async () => {{ const h = window.hostile; return await ({deed}); }}")


@pytest.fixture(scope="module")
def scene(pages: Pages, counting: CountingServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The scene, shared: what one page does must not spoil another's."""
    need_chromium()
    address = pages[0]
    with running(tmp_path_factory.mktemp("hostile")) as satchel, chromium(tmp_path_factory.mktemp("profile")) as browser:
        satchel.add_server(counting.base_url, "lab")
        satchel.call(satchel.add_token(), "PUT", "/v1/grants", {"origin": address, "state": "allowed"})
        browser.connect(satchel).close()
        tabs = []
        for origin in (address, address.replace("127.0.0.1", "localhost")):
            tabs.append(browser.context.new_page())
            tabs[-1].goto(f"{origin}/hostile.html")
        yield Scene(browser, satchel, counting, *tabs)


def test_e4_forged_messages_and_polluted_prototypes_reach_nobody(scene: Scene) -> None:
    before, windows = scene.upstream.asked, len(scene.browser.context.pages)
    told = scene.do("h.forge()")
    assert told == {"heard": [], "ends": [4200, 4200, 4200, "ok", 4200, 4200]}
    assert (scene.upstream.asked, len(scene.browser.context.pages)) == (before, windows)


def test_a16_thousands_of_calls_all_end_with_one_window_and_nothing_upstream(scene: Scene) -> None:
    before = scene.upstream.asked
    scene.hostile.bring_to_front()
    flood = "h.tally(Array.from({length: 3000}, (_, n) => n % 2 ? h.generate('hi') : window.ai.request({method: 'ai_getPermissions'})))"
    window = scene.browser.consent_window(f"const h = window.hostile; window.flood = {flood}", scene.hostile)
    opened = [page for page in scene.browser.context.pages if "consent.html" in page.url]
    assert len(opened) == 1
    press(window, "Deny")
    counts = scene.do("window.flood")
    assert sum(counts.values()) == 3000
    assert set(counts) <= {"ok", "4001", "4290"}, counts
    assert 1 <= counts["4001"] <= 16, counts
    assert scene.upstream.asked == before
    time.sleep(4.5)  # the site's allowance of fifty a second comes back for the tests that follow
    assert scene.do("h.tally([window.ai.request({method: 'ai_getPermissions'})])") == {"ok": 1}


def test_a16_what_the_socket_cannot_carry_is_refused_and_other_sites_streams_go_on(scene: Scene) -> None:
    asked = {"model": "lab:count-300-10", "messages": [{"role": "user", "content": "Count."}]}
    scene.allowed.evaluate("params => { window.story = window.ai.request({ method: 'ai_generate', params }) }", asked)
    until(lambda: scene.upstream.running, "the allowed page's answer")
    deep = "Array.from({length: 80}).reduce((inner) => [inner], 'x')"
    ends = scene.do(
        f"""Promise.all([
            h.settle(h.generate({deep})), h.settle(h.generate('x'.repeat(9e6))), h.settle(h.generate('é'.repeat(6e6))),
            h.settle(h.generate(1n)), h.settle(window.ai.request(null)), h.settle(window.ai.request({{method: {{}}}})),
            h.settle(h.generate('hi', {{messages: 'hi'}})), h.settle(h.generate('hi', {{temperature: 'hot'}})),
        ])"""
    )
    assert [end["code"] for end in ends] == [-32602, -32600, -32602, -32602, -32600, -32600, -32602, -32602]
    surrogate = scene.do("h.settle(h.generate('half a pair: \\ud83d'))", scene.allowed)
    assert surrogate["value"]["text"] == text_of(3)
    assert scene.allowed.evaluate("window.story.then(({ text }) => text)") == text_of(300)


def frame(scene: Scene, properties: str, sandbox: str = "") -> Any:
    """Open a frame in the allowed page; return what it reports."""
    return scene.do(f"h.inFrame({{ properties: {properties}, sandbox: '{sandbox}' }})", scene.allowed)


def test_a15_frames_share_ask_for_themselves_or_are_refused(scene: Scene, pages: Pages) -> None:
    before = scene.upstream.asked
    here, elsewhere = f"{pages[0]}/frame.html", f"{pages[0]}/frame.html".replace("127.0.0.1", "localhost")
    assert frame(scene, f"{{ src: '{here}' }}")["text"] == text_of(3)
    assert scene.upstream.asked == before + 1
    sandboxed = frame(scene, f"{{ src: '{here}' }}", "allow-scripts")
    assert (sandboxed["origin"], sandboxed["code"], sandboxed["satchelCode"]) == ("null", 4100, "opaque_origin")
    with scene.browser.context.expect_page() as opened:
        scene.allowed.evaluate(f"() => {{ window.inner = window.hostile.inFrame({{ properties: {{ src: '{elsewhere}' }} }}) }}")
    opened.value.get_by_text("localhost", exact=False).first.wait_for()
    opened.value.close()
    assert scene.allowed.evaluate("window.inner")["code"] == 4001
    assert scene.upstream.asked == before + 1


def test_a15_a_frame_without_an_address_asks_as_the_page_that_made_it(scene: Scene) -> None:
    source = (Path(__file__).with_name("pages") / "frame.html").read_text()
    scene.allowed.evaluate("source => { window.source = source }", source)
    before = scene.upstream.asked
    assert frame(scene, "{ srcdoc: window.source }")["text"] == text_of(3)
    sandboxed = frame(scene, "{ srcdoc: window.source }", "allow-scripts")
    assert (sandboxed["origin"], sandboxed["code"], sandboxed["satchelCode"]) == ("null", 4100, "opaque_origin")
    assert scene.upstream.asked == before + 1


def test_a16_a_consent_window_that_is_covered_takes_no_click_and_is_a_no_after_ten_minutes(scene: Scene) -> None:
    before = scene.upstream.asked
    scene.hostile.bring_to_front()
    window = scene.browser.consent_window("window.covered = window.hostile.settle(window.hostile.generate('hi'))", scene.hostile)
    armed = "armed => [...document.querySelectorAll('.btn.lg')].every(b => (b.getAttribute('aria-disabled') === 'true') !== armed)"
    window.wait_for_function(armed, arg=True)
    window.evaluate("window.dispatchEvent(new Event('blur'))")  # what the browser says when another window lies on it
    window.wait_for_function(armed, arg=False)
    window.get_by_role("button", name="Always allow", exact=True).click(force=True)
    window.evaluate("window.dispatchEvent(new Event('focus'))")
    window.wait_for_function(armed, arg=True)
    with window.expect_event("close"):
        scene.browser.context.service_workers[0].evaluate(LONG_AGO)
    end = scene.do("window.covered")
    assert (end["code"], end["satchelCode"], scene.upstream.asked) == (4001, "consent_denied", before)


def update(page: Page, options: str) -> None:
    """Call the original's deed of a provider's page; how it ends is left on the page."""
    page.bring_to_front()
    call = f"window.ai.BETA_updateModelProvider({options})"
    page.evaluate(f"() => {{ window.updated = {call}.then(() => 'done', (error) => error) }}")


def updated(scene: Scene, page: Page, options: str, button: str) -> str:
    """Call it, press a button of the window that opens, and return how the call ended."""
    with scene.browser.context.expect_page() as opened:
        update(page, options)
    wanted = opened.value.get_by_role("button", name=button, exact=True, disabled=False)
    wanted.evaluate("button => setTimeout(() => button.click())")  # the window may be gone before a click of the mouse is over
    end: str = page.evaluate("window.updated")
    return end


def test_a12_only_a_providers_own_page_may_ask_to_be_the_default_or_signed_out_and_the_person_decides(scene: Scene) -> None:
    token, windows = scene.satchel.add_token(), len(scene.browser.context.pages)
    before = scene.satchel.call(token, "GET", "/v1/account")["preferred_model"]
    own = scene.allowed.evaluate("location.origin")
    for page in (scene.hostile, scene.allowed):  # consent to be answered makes nobody a provider
        for options in (f"{{ baseUrl: '{scene.satchel.url}', shouldSetDefault: true }}", "{ session: null }"):
            update(page, options)
            assert page.evaluate("window.updated") in ("PERMISSION_DENIED", "INVALID_REQUEST")
    assert len(scene.browser.context.pages) == windows
    assert scene.satchel.call(token, "GET", "/v1/account")["preferred_model"] == before

    scene.satchel.add_server(f"{own}/v1", "theirs")
    assert updated(scene, scene.allowed, "{ session: null }", "Leave it as it is") == "PERMISSION_DENIED"
    assert [key["label"] for key in scene.satchel.call(token, "GET", "/v1/keys")["data"]] == ["lab", "theirs"]
    assert updated(scene, scene.allowed, "{ session: null }", "Forget the key") == "done"
    assert [key["label"] for key in scene.satchel.call(token, "GET", "/v1/keys")["data"]] == ["lab"]

    lab = scene.browser.context.new_page()
    lab.goto(f"{scene.upstream.base_url}/models")  # a page of the provider's own
    assert updated(scene, lab, "{ baseUrl: location.origin, shouldSetDefault: true }", "Make it my default") == "done"
    lab.close()
    after = scene.satchel.call(token, "GET", "/v1/account")["preferred_model"]
    assert (after.split(":")[0], after == before) == ("lab", False)
    scene.satchel.call(token, "PATCH", "/v1/account", {"preferred_model": before})
