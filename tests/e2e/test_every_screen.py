"""Every screen of the list: axe-core finds nothing in both themes, nothing scrolls sideways, and the keyboard is enough."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from tests.e2e.axe import CONSENT, faults_of
from tests.e2e.conftest import need, need_chromium, need_model
from tests.e2e.keyboard import keyboard_faults
from tests.e2e.page_server import PACKAGES
from tests.e2e.screens.listed import SCREENS
from tests.e2e.screens.screen import Screen
from tests.e2e.screens.stage import Stage, staged

BELOW_THE_FOLD = """() => [...document.querySelectorAll(".cmain .pickbtn, .cmain .terms:not([open])")].filter((shown) => {
    const { left, right, bottom } = shown.getBoundingClientRect();
    return !shown.contains(document.elementFromPoint((left + right) / 2, bottom - 4));
}).map((hidden) => `below the fold: ${hidden.className}`)"""
pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server and one browser for all of them."""
    need_chromium()
    need_model()
    need("tests/e2e/node/node_modules", PACKAGES.exists())
    with staged(tmp_path_factory.mktemp("stage")) as made:
        yield made


def hidden_of(page: Page, screen: Screen) -> list[str]:
    """Return what a question hides, at the size of its window, of the model that answers and of what limits an "always"."""
    if screen.sizes != CONSENT:
        return []
    page.set_viewport_size({"width": CONSENT[0][0], "height": CONSENT[0][1]})
    hidden: list[str] = page.evaluate(BELOW_THE_FOLD)
    return hidden


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_b8_b9_e3_a_screen_is_whole(stage: Stage, screen: Screen) -> None:
    with screen.shown(stage) as page:
        assert hidden_of(page, screen) == []
        assert faults_of(page, screen.sizes) + keyboard_faults(page, screen.sizes) == []
