"""What holds for all tests: where the shared fixtures live, and which tests may run at the same time."""

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["tests.postgres", "tests.databases"]

E2E = Path(__file__).parent / "e2e"


class BrowsersInOneLine(LoadScopeScheduling):
    """Keep a file's tests together, and all that drives browsers in one line: two browsers and two models at once are slower than one.

    xdist's own `loadgroup` would do, but 3.8 writes a group to where pytest 9.2 no longer reads it, and so splits every file.
    """

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of what runs on one worker in one go."""
        file = nodeid.partition("::")[0]
        return "browsers" if file.startswith("tests/e2e/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BrowsersInOneLine:
    """Share the tests out by our own rule."""
    return BrowsersInOneLine(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browsers first, so that the rest runs beside them, and give them time."""
    items.sort(key=lambda item: not item.path.is_relative_to(E2E))
    for item in items:
        if item.path.is_relative_to(E2E):
            item.add_marker(pytest.mark.timeout(240), append=False)
