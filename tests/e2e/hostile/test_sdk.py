"""A page that knows the npm package only, in a browser whose extension is off: it signs in by OAuth in a window of its own, and streams."""

from collections.abc import Iterator

import pytest
from tests.e2e.counting_server import text_of
from tests.e2e.driven import Tab
from tests.e2e.hostile.scene import Scene
from tests.e2e.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.model]
SIGNED_IN = "document.querySelector('satchel-sign-in').shadowRoot.textContent.includes('Sign out')"


@pytest.fixture
def signed_in(scene: Scene) -> Iterator[Tab]:
    """The page, with somebody signed in; the extension is off for as long."""
    with scene.browser.switched_off():
        page = scene.browser.tab(f"{scene.sdk}/popup.html")
        until(lambda: page.do("window.seen !== undefined && window.ai === undefined"), "the page")
        window = scene.browser.opened(lambda: page.press_in("satchel-sign-in"))
        scene.browser.sign_in(window)
        until(lambda: page.do(SIGNED_IN), "the page to be signed in")
        yield page
        page.close()


def test_f1_a_page_without_the_extension_signs_in_streams_stops_and_signs_out(signed_in: Tab, scene: Scene) -> None:
    for transport in ("http", "socket"):
        seen = signed_in.do("seen.stream(given[0], 'Count.', 'lab:count-3-0')", transport)
        assert (seen["answer"]["text"], "".join(seen["texts"])) == (text_of(3), text_of(3)), transport
        hung_up = len(scene.upstream.hung_up)
        stopped = signed_in.do("seen.stream(given[0], 'Count.', 'lab:count-300-20', 5)", transport)
        assert (stopped["stopped"], len(stopped["texts"])) == ("AbortError", 5), transport
        until(lambda: scene.upstream.running == 0, "the provider to be stopped")
        assert len(scene.upstream.hung_up) == hung_up + 1
        openai = signed_in.do("seen.openai(given[0], 'lab:count-3-0')", transport)
        assert (openai["pieces"], openai["whole"], openai["status"]) == (["1 ", "2 ", "3 "], text_of(3), 400), transport
    signed_in.press_in("satchel-sign-in")
    until(lambda: not signed_in.do(SIGNED_IN), "the page to be signed out")
