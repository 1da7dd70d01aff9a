"""The scene of this folder, once for each browser."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.e2e import counting_server, page_server
from tests.e2e.chromium import chromium, with_permissions
from tests.e2e.conftest import need, need_chromium, need_model
from tests.e2e.driven import Browser
from tests.e2e.driven_chromium import DrivenChromium
from tests.e2e.driven_firefox import DrivenFirefox
from tests.e2e.firefox import EXTENSION, firefox
from tests.e2e.hostile.scene import LONG, House, Scene
from tests.e2e.recording_proxy import recording
from tests.stage import Satchel, free_port, running

SDK = Path(__file__).parents[3] / "sdk-js"


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory, pages: tuple[str, object]) -> Iterator[House]:
    """All but the browser: a backend that gives a lost client four seconds to come back, behind a proxy that keeps what it hears."""
    need("sdk-js/node_modules", (SDK / "node_modules").exists())
    need_model()
    folder, home, door = tmp_path_factory.mktemp("page"), tmp_path_factory.mktemp("hostile"), free_port()
    url, here = f"http://127.0.0.1:{door}", pages[0]
    with ExitStack() as parts:
        upstream = parts.enter_context(counting_server.serving([LONG, "count-300-20", "count-300-10", "count-3-0", "tools", "object"]))
        site, _ = parts.enter_context(page_server.serving(folder))
        settings = {"SATCHEL_PUBLIC_URL": url, "SATCHEL_ALLOWED_ORIGINS": site, "SATCHEL_RESUME_S": "4", "SATCHEL_LOCAL_SERVERS": "on"}
        satchel = parts.enter_context(running(home, **settings))
        proxy = parts.enter_context(recording(satchel.port, door))
        satchel.add_server(upstream.base_url, "lab")
        subprocess.run(["node", SDK / "tests/browser/bundle.mjs", folder, url], check=True, timeout=120)
        elsewhere = here.replace("127.0.0.1", "localhost")
        yield House(satchel, Satchel(home, door), proxy, upstream, satchel.add_token(), here, elsewhere, site)


@pytest.fixture(scope="package", params=["chromium", "firefox"])
def scene(request: pytest.FixtureRequest, house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The scene with a browser whose person allowed the extension what it may ask for, connected."""
    with ExitStack() as parts:
        scene = Scene(house, started(request.param, parts, tmp_path_factory, house.door))
        scene.revoke(house.elsewhere)
        scene.grant(house.here)
        yield scene


@pytest.fixture
def origin(scene: Scene, request: pytest.FixtureRequest) -> str:
    """An origin of this test's own: a no is remembered for a minute."""
    return scene.elsewhere.replace("localhost", f"{request.node.originalname.replace('_', '-')[:30]}.localhost")


def started(name: str, parts: ExitStack, folders: pytest.TempPathFactory, satchel: Satchel) -> Browser:
    """Start a browser and connect it."""
    if name == "chromium":
        need_chromium()
        extension = with_permissions(folders.mktemp("copy") / "extension")
        browser = parts.enter_context(chromium(folders.mktemp("profile"), extension))
        browser.connect(satchel).close()
        return DrivenChromium(browser)
    need("Firefox", shutil.which("firefox-esr") is not None or shutil.which("firefox") is not None)
    need("extension/.output/firefox-mv3", EXTENSION.exists())
    fox = parts.enter_context(firefox())
    fox.connect(satchel)
    return DrivenFirefox(fox)
