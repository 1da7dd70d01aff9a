"""Model servers of this computer asked by the extension itself, in real Chromium: the backend sees nothing of it."""

import queue
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.e2e import llama_server
from tests.e2e.chromium import Chromium, chromium, press, with_permissions
from tests.e2e.conftest import need_chromium, need_model
from tests.e2e.recording_proxy import RecordingProxy, recording
from tests.stage import Satchel, free_port, running

pytestmark = [pytest.mark.browser, pytest.mark.model]
Pages = tuple[str, "queue.Queue[tuple[str, Any]]"]
CANARY = "canary-7b1f-of-the-person"
LLAMA = f"llamacpp:{llama_server.ALIAS}"


@dataclass
class Scene:
    """A Satchel behind a proxy that keeps what it is sent, a browser that may reach this computer, a real model server."""

    satchel: Satchel
    proxy: RecordingProxy
    browser: Chromium
    llama: str
    page: Page
    site: str

    def answer(self, deed: str) -> Any:
        """Run a chat of the page to its end; return what came of it."""
        return self.page.evaluate(f"() => ({deed}).then((answer) => answer, ({{ name, code, message }}) => ({{ name, code, message }}))")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, pages: Pages) -> Iterator[Scene]:
    """Everything, connected, with the address of the model server added in the settings."""
    need_chromium()
    need_model()
    home = tmp_path_factory.mktemp("direct")
    with ExitStack() as parts:
        llama = parts.enter_context(llama_server.serving())
        door = free_port()
        url = f"http://127.0.0.1:{door}"
        satchel = parts.enter_context(running(home / "satchel", SATCHEL_PUBLIC_URL=url))
        proxy = parts.enter_context(recording(satchel.port, door))
        browser = parts.enter_context(chromium(home / "profile", with_permissions(home / "extension")))
        browser.connect(Satchel(satchel.home, door)).close()
        add_server(browser, llama, "llama.cpp")
        page = browser.context.new_page()
        page.goto(f"{pages[0]}/modern.html")
        page.wait_for_function("window.modern")
        yield Scene(satchel, proxy, browser, llama, page, pages[0])


def add_server(browser: Chromium, address: str, name: str) -> None:
    """Choose in the settings that servers here are asked directly, and add one."""
    page = browser.extension_page("options")
    page.goto(page.url + "#settings")
    page.get_by_label("Ask model servers here directly").select_option("always")
    page.get_by_label("One more address").fill(address)
    page.get_by_role("button", name="Save").click()
    page.get_by_text(name, exact=True).wait_for()
    page.close()


def wait_until(true: Any, what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_a_site_is_answered_by_a_real_server_here_and_the_backend_sees_no_prompt(scene: Scene) -> None:
    ask = f"window.asking = window.ai.chat('{CANARY}: say hello', {{ model: '{LLAMA}', maxTokens: 24 }}); window.asking.catch(() => 0)"
    window = scene.browser.consent_window(ask, scene.page)
    window.get_by_text("smollm2-local").first.wait_for()
    press(window, "Always allow")
    answer = scene.answer("window.asking.then(({ text, usage, cost, provider }) => ({ text, usage, cost, provider }))")
    assert answer["text"].strip()
    assert (answer["provider"], answer["cost"]) == ("llama.cpp", {"usd": 0, "known": True})
    assert answer["usage"]["outputTokens"] > 0
    assert answer["usage"]["estimated"] is False
    token = scene.satchel.add_token()
    assert scene.satchel.call(token, "GET", "/v1/generations")["data"] == []
    assert scene.satchel.call(token, "GET", "/v1/grants")["data"][0]["origin"] == scene.site
    assert b"/v1/grants" in scene.proxy.heard
    assert b"/v1/socket" not in scene.proxy.heard
    assert CANARY.encode() not in scene.proxy.heard
    assert CANARY not in scene.satchel.log
