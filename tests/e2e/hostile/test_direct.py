"""Model servers of this computer asked by the extension itself: the backend sees nothing of it."""

from collections.abc import Iterator

import pytest
from tests.e2e.counting_server import text_of
from tests.e2e.hostile.scene import Scene
from tests.e2e.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.model]
CANARY = "canary-7b1f-of-the-person"
ASK = "window.ai.chat(given[0], { model: 'here:count-3-0' }).then(({ text, provider, cost }) => ({ text, provider, cost }))"
STOP = """(async () => {
    const controller = new AbortController();
    const call = window.ai.chat(given[0], { model: 'here:count-300-20', signal: controller.signal });
    for await (const part of call) { if (part.type === 'text') controller.abort(); break; }
    return Promise.resolve(call).then(() => null, ({ name }) => name);
})()"""


@pytest.fixture
def direct(scene: Scene) -> Iterator[Scene]:
    """The scene, with a server here asked directly: chosen in the settings, for which the extension has the permission."""
    options = scene.browser.own("options.html#settings")
    options.fill("[aria-labelledby=direct-title]", "always")
    options.fill("#direct-address", scene.upstream.base_url)
    options.press("Save")
    until(lambda: scene.upstream.base_url.split("/")[2] in options.text(), "the server to be found")
    yield scene
    options.fill("[aria-labelledby=direct-title]", "never")
    until(lambda: options.do("chrome.storage.local.get('direct').then(({ direct }) => direct)") == "never", "the setting to be kept")
    options.close()


def test_f1_c4_a_server_here_is_asked_past_the_backend_and_stops_with_the_page(direct: Scene) -> None:
    scene = direct
    page = scene.page(scene.here)
    before = len(scene.satchel.call(scene.token, "GET", "/v1/generations?limit=100")["data"])
    answer = page.do(ASK, CANARY)
    assert (answer["text"], answer["cost"]) == (text_of(3), {"usd": 0, "known": True})
    hung_up = scene.upstream.hung_up.count("count-300-20")
    assert page.do(STOP, CANARY) == "AbortError"
    until(lambda: scene.upstream.hung_up.count("count-300-20") > hung_up, "the server to stop with the page")
    assert len(scene.satchel.call(scene.token, "GET", "/v1/generations?limit=100")["data"]) == before
    assert b"/v1/grants" in scene.proxy.heard
    assert CANARY.encode() not in scene.proxy.heard
    assert CANARY not in scene.satchel.log
    page.close()
