"""Every screen of the list: axe-core finds nothing in both themes, nothing scrolls sideways, and the keyboard is enough."""

from collections.abc import Iterator

import pytest
from tests.e2e.axe import faults_of
from tests.e2e.conftest import need, need_chromium, need_model
from tests.e2e.keyboard import keyboard_faults
from tests.e2e.page_server import PACKAGES
from tests.e2e.screens.listed import SCREENS
from tests.e2e.screens.screen import Screen
from tests.e2e.screens.stage import Stage, staged

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server and one browser for all of them."""
    need_chromium()
    need_model()
    need("tests/e2e/node/node_modules", PACKAGES.exists())
    with staged(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_b8_b9_e3_a_screen_is_whole(stage: Stage, screen: Screen) -> None:
    with screen.shown(stage) as page:
        assert faults_of(page, screen.sizes) + keyboard_faults(page, screen.sizes) == []
