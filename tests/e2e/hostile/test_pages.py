"""Pages that mean harm: each deed has a defined end within a bounded time, and nothing goes upstream without a grant."""

import time

import pytest
from tests.e2e.counting_server import text_of
from tests.e2e.driven import consent, settled
from tests.e2e.hostile.scene import LONG, SHORT, Scene
from tests.e2e.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.model]
DEEP = "Array.from({length: 80}).reduce((inner) => [inner], 'x')"
UNCARRIABLE = f"""Promise.all([
    h.settle(h.generate({DEEP})), h.settle(h.generate('x'.repeat(9e6))), h.settle(h.generate('é'.repeat(6e6))),
    h.settle(h.generate(1n)), h.settle(window.ai.request(null)), h.settle(window.ai.request({{method: {{}}}})),
    h.settle(h.generate('hi', {{messages: 'hi'}})), h.settle(h.generate('hi', {{temperature: 'hot'}})),
])"""
STRANGE = """Promise.all([
    h.generate('x'.repeat(1e8)), window.ai.request({ method: 'ai_generate', get params() { throw new Error('mine') } }),
    h.generate({ get text() { throw new Error('mine') } }), h.generate(new Proxy({}, { ownKeys() { throw new Error('mine') } })),
    (() => { const round = {}; round.round = round; return h.generate(round); })(),
].map((promise) => h.settle(promise).then(({ code }) => code)))"""
INVENTED = """(() => {
    window.dispatchEvent(new Event('pagehide'));
    for (let count = 0; count < 10_000; count += 1) document.dispatchEvent(new Event('visibilitychange'));
})()"""
ANEW = "(document.open(), document.write('<title>Anew</title>'), document.close())"
REMOVED = """(async () => {
    const frame = document.createElement('iframe');
    frame.src = 'hostile.html';
    await new Promise((resolve) => { frame.onload = resolve; document.body.append(frame); });
    const call = { method: 'ai_generate', params: { model: given[0], messages: [{ role: 'user', content: 'Count.' }] } };
    await new Promise((onEvent) => { frame.contentWindow.ai.request(call, { onEvent }); });
    frame.remove();
})()"""
FLOOD = "h.tally(Array.from({length: 3000}, (_, n) => n % 2 ? h.generate('hi') : window.ai.request({method: 'ai_getPermissions'})))"


def test_f1_e4_forged_messages_and_polluted_prototypes_reach_nobody(scene: Scene) -> None:
    page = scene.page(scene.elsewhere)
    before, windows = scene.upstream.asked, scene.browser.windows()
    assert page.do("h.forge()") == {"heard": [], "ends": [4200, 4200, 4200, "ok", 4200, 4200]}
    assert (scene.upstream.asked, scene.browser.windows()) == (before, windows)
    page.close()


def test_f1_a16_thousands_of_calls_all_end_with_one_window_and_nothing_upstream(scene: Scene) -> None:
    page = scene.page(scene.elsewhere)
    before, windows = scene.upstream.asked, scene.browser.windows()
    window = consent(scene.browser, page, f"window.flood = {FLOOD}")
    assert scene.browser.windows() == windows + 1
    window.press("Deny")
    counts = page.do("window.flood")
    assert sum(counts.values()) == 3000
    assert set(counts) <= {"ok", "4001", "4290"}, counts
    assert 1 <= counts["4001"] <= 16, counts
    assert scene.upstream.asked == before
    time.sleep(4.5)  # the site's allowance of fifty a second comes back for the tests that follow
    assert page.do("h.tally([window.ai.request({method: 'ai_getPermissions'})])") == {"ok": 1}
    page.close()


def test_f1_a16_what_the_socket_cannot_carry_is_refused_and_other_sites_streams_go_on(scene: Scene) -> None:
    allowed, hostile = scene.page(scene.here), scene.page(scene.elsewhere)
    scene.begin(allowed, "lab:count-300-10")
    assert hostile.do(STRANGE) == [-32600, "Error: mine", -32602, -32602, -32602]
    ends = hostile.do(UNCARRIABLE)
    assert [end["code"] for end in ends] == [-32602, -32600, -32602, -32602, -32600, -32600, -32602, -32602]
    assert settled(allowed, "h.generate('half a pair: \\ud83d')")["value"]["text"] == text_of(3)
    assert allowed.do("window.story.then(({ value }) => value.text)") == text_of(300)
    allowed.close()
    hostile.close()


def test_f1_a16_a_page_that_goes_elsewhere_in_mid_stream_stops_the_provider_and_is_answered_when_it_returns(scene: Scene) -> None:
    page = scene.page(scene.here)
    scene.begin(page)
    page.go(f"{scene.elsewhere}/hostile.html")
    scene.stopped()
    page.go("back")
    until(lambda: page.do("window.ai !== undefined && window.hostile !== undefined"), "the page")
    end = page.do("window.story")  # a page that was put away and is taken up again was told; another begins anew
    assert end is None or (end["code"], end["satchelCode"]) == (4900, "page_hidden"), end
    assert page.do(SHORT) == text_of(3)
    page.close()


def test_f1_b3_two_tabs_of_a_site_that_ask_at_once_open_one_window_and_both_are_answered(scene: Scene, origin: str) -> None:
    tabs = [scene.page(origin), scene.page(origin)]
    windows = scene.browser.windows()
    window = scene.browser.opened(lambda: [tab.begin("window.asking = h.settle(h.generate('hi'))") for tab in tabs])
    assert scene.browser.windows() == windows + 1
    window.press("Always allow")
    assert [tab.do("window.asking.then(({ value }) => value?.text)") for tab in tabs] == [text_of(3)] * 2
    until(lambda: scene.browser.windows() == windows, "the window to go")
    scene.revoke(origin)
    for tab in tabs:
        tab.close()


def test_f1_a16_a_page_that_gives_its_consent_back_in_mid_stream_ends_its_own_answer(scene: Scene) -> None:
    scene.grant(scene.elsewhere)
    page = scene.page(scene.elsewhere)
    scene.begin(page)
    assert page.do("window.ai.revokePermissions().then(({ state }) => state)") == "prompt"
    end = page.do("window.story.then(({ value }) => value)")
    assert end["finishReason"] == "cancelled"
    assert text_of(3000).startswith(end["text"])
    scene.stopped()
    page.close()


def test_f1_e4_a16_invented_events_are_not_heard_and_a_document_written_anew_is_looked_after(scene: Scene) -> None:
    page = scene.page(scene.here)
    scene.begin(page, "lab:count-300-10")
    page.do(INVENTED)
    assert page.do("window.story.then(({ value }) => value?.text)") == text_of(300)
    scene.begin(page)
    page.do(ANEW)
    page.go(f"{scene.elsewhere}/hostile.html")
    scene.stopped()
    page.close()


def test_f1_a16_a_frame_that_is_removed_in_mid_stream_stops_the_provider(scene: Scene) -> None:
    page = scene.page(scene.here)
    page.do(REMOVED, f"lab:{LONG}")
    scene.stopped()
    page.close()
