"""Every screen of the list: axe-core finds nothing in both themes, nothing scrolls sideways, nor in German, and the keyboard is enough."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from tests.e2e.axe import CONSENT, faults_of
from tests.e2e.conftest import need, need_chromium, need_model
from tests.e2e.german import in_german, overflow_of
from tests.e2e.keyboard import keyboard_faults, resize
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
    """Return what a question hides, at each size of its window, of the model that answers and of what limits an "always"."""
    hidden: list[str] = []
    for size in CONSENT if screen.sizes == CONSENT else ():
        resize(page, size)
        hidden += [f"{size[0]} px: {what}" for what in page.evaluate(BELOW_THE_FOLD)]
    return hidden


def german_faults(page: Page, screen: Screen) -> list[str]:
    """Return what is hidden or has no room in German, whose words are the longest we have, where the screen is narrowest."""
    with in_german(page) as is_german:
        return hidden_of(page, screen) + overflow_of(page, min(screen.sizes)) if is_german else []


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_b9_a_screen_is_whole(stage: Stage, screen: Screen) -> None:
    with screen.shown(stage) as page:
        assert hidden_of(page, screen) == []
        assert faults_of(page, screen.sizes) + keyboard_faults(page, screen.sizes) == []
        assert german_faults(page, screen) == []


def test_b9_on_all_these_screens_nobody_else_was_asked_for_anything(stage: Stage) -> None:
    own = stage.browser.extension_id
    signed_in = f"https://{own}.chromiumapp.org"  # where the browser itself catches the end of a sign-in: nothing goes there
    here = {f"chrome-extension://{own}", signed_in, "http://127.0.0.1", "http://localhost", "data://"}
    elsewhere = {(who, whom) for who, whom in stage.asked if whom not in here and not whom.endswith(".localhost")}
    assert elsewhere == set()
    assert {("worker", "http://127.0.0.1"), ("page", "http://127.0.0.1")} <= stage.asked, "requests of pages and of the worker are seen"
