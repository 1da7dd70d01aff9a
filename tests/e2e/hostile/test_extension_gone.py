"""An extension that is reloaded or switched off while it works: the page is told, the provider stops, the bill is settled, it returns."""

import time

import pytest
from tests.e2e.counting_server import text_of
from tests.e2e.driven import Tab
from tests.e2e.hostile.scene import SHORT, Scene
from tests.e2e.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.model]


def ends_defined(scene: Scene, page: Tab) -> None:
    """The page is told at once what happened and what to do; nothing goes on behind its back, and the bill is settled."""
    began = time.monotonic()
    end = page.do("window.story")
    assert time.monotonic() - began < 8
    assert (end["code"], end["satchelCode"], "Reload this page" in end["message"]) == (4900, "extension_gone", True), end
    scene.stopped()
    began = time.monotonic()
    later = page.do(f"h.settle({SHORT})")
    assert (later["code"], later["satchelCode"], time.monotonic() - began < 5) == (4900, "extension_gone", True)


def works_after_a_reload(page: Tab) -> None:
    """The page does what it was told to do, and is answered."""

    def answered() -> bool:
        page.reload()
        until(lambda: page.do("window.hostile !== undefined"), "the page")
        return page.do("window.ai !== undefined") and page.do(SHORT) == text_of(3)

    until(answered, "the extension to be back")


def test_f1_a16_an_extension_that_is_reloaded_in_mid_call_ends_the_call_and_what_it_costs(scene: Scene) -> None:
    page = scene.page(scene.here)
    scene.begin(page)
    scene.browser.reload_extension()
    ends_defined(scene, page)
    works_after_a_reload(page)
    page.close()


def test_f1_a16_an_extension_that_is_switched_off_in_mid_call_ends_the_call_and_works_when_it_is_on_again(scene: Scene) -> None:
    page = scene.page(scene.here)
    scene.begin(page)
    with scene.browser.switched_off():
        ends_defined(scene, page)
    works_after_a_reload(page)
    page.close()
