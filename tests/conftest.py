"""What holds for all tests: where the shared fixtures live, and which tests may run at the same time."""

from pathlib import Path

import pytest

pytest_plugins = ["tests.postgres"]

E2E = Path(__file__).parent / "e2e"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests together, and all that drives browsers in one line: two browsers and two models at once are slower than one.

    Browsers go first, so that the rest runs beside them.
    """
    items.sort(key=lambda item: not item.path.is_relative_to(E2E))
    for item in items:
        group = "browsers" if item.path.is_relative_to(E2E) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
        if item.path.is_relative_to(E2E):
            item.add_marker(pytest.mark.timeout(240), append=False)
