"""Every way the main job can go wrong, on the page and in the popup: a stable code, nothing left running upstream, the ledger settled."""

import json
import os
import queue
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page
from tests.e2e.chromium import Chromium, chromium, popup_of
from tests.e2e.conftest import need_chromium, need_model
from tests.e2e.counting_server import TROUBLES, CountingServer
from tests.e2e.waiting import until
from tests.stage import Satchel, running

pytestmark = [pytest.mark.browser, pytest.mark.model]
Pages = tuple[str, "queue.Queue[tuple[str, Any]]"]


@dataclass
class Scene:
    """A connected browser on a page that is allowed everything."""

    browser: Chromium
    satchel: Satchel
    page: Page
    token: str

    def fail(self, model: str, prompt: str = "Count.") -> dict[str, Any]:
        """Ask through the modern call; return code and facts of the error it ends in."""
        ask = """([model, content]) => {
            const params = { model, messages: [{ role: "user", content }] };
            window.failing = window.ai.request({ method: "ai_generate", params }).then(() => ({ code: "none" }), (error) => {
                const { code, message, data } = error;
                return { code, message, satchelCode: data?.satchelCode, isError: error instanceof Error };
            });
        }"""
        if model.removeprefix("lab:") in TROUBLES:  # the page waits until the person has put the key right, or will not
            with self.browser.context.expect_page() as opened:
                self.page.evaluate(ask, [model, prompt])
            opened.value.get_by_role("button", name="Try again").wait_for()
            opened.value.close()
        else:
            self.page.evaluate(ask, [model, prompt])
        error: dict[str, Any] = self.page.evaluate("window.failing")
        assert error.get("isError", False) is True, error
        return error

    def newest(self) -> dict[str, Any]:
        """Return the newest entry of the ledger."""
        entry: dict[str, Any] = self.satchel.call(self.token, "GET", "/v1/generations?limit=1")["data"][0]
        return entry

    def popup_text(self) -> str:
        """Return what the popup says over this page."""
        popup = self.browser.extension_page("popup")
        popup.locator("main").wait_for()
        popup.locator(".item, .empty").first.wait_for()
        text = popup.locator("body").inner_text()
        popup.close()
        return text

    def popup_over_the_page(self) -> str:
        """Return what the popup says when it is opened over this page, its tab in front."""
        with popup_of(self.browser, self.page) as popup:
            popup.locator(".item, .empty").first.wait_for()
            return popup.locator("body").inner_text()


@pytest.fixture(scope="module")
def satchel(tmp_path_factory: pytest.TempPathFactory, counting: CountingServer) -> Iterator[Satchel]:
    """A Satchel that loses patience with a silent provider after eight seconds instead of sixty."""
    need_model()
    with running(tmp_path_factory.mktemp("bad"), SATCHEL_IDLE_TIMEOUT_S="8") as server:
        server.add_server(counting.base_url, "lab")
        yield server


@pytest.fixture(scope="module")
def scene(satchel: Satchel, pages: Pages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The scene, shared: what fails here must not spoil the next call."""
    need_chromium()
    profile: Path = tmp_path_factory.mktemp("profile")
    token = satchel.add_token()
    satchel.call(token, "PUT", "/v1/grants", {"origin": pages[0], "state": "allowed"})
    with chromium(profile) as browser:
        browser.connect(satchel).close()
        page = browser.context.new_page()
        page.goto(f"{pages[0]}/ask.html")
        page.wait_for_function("window.ask")
        yield Scene(browser, satchel, page, token)


@pytest.mark.parametrize(
    ("model", "code", "satchel_code"),
    [
        ("lab:garbage", 4300, "provider_garbled"),
        ("lab:break-5", 4300, "stream_broken"),
        ("lab:silence", 4300, "provider_timeout"),
        ("lab:refuse", 4300, "key_rejected"),
    ],
)
def test_a_provider_that_fails_gives_its_own_code_on_the_page_and_in_the_popup(
    scene: Scene, counting: CountingServer, model: str, code: int, satchel_code: str
) -> None:
    error = scene.fail(model)
    assert (error["code"], error["satchelCode"]) == (code, satchel_code), error
    entry = scene.newest()
    assert (entry["status"], entry["error_code"]) == ("failed", satchel_code)
    assert satchel_code in scene.popup_text()
    until(lambda: counting.running == 0, "the provider to be left alone")


def test_an_unknown_model_is_named(scene: Scene) -> None:
    error = scene.fail("nobody/nothing")
    assert (error["code"], error["satchelCode"]) == (-32602, "unknown_model")
    assert "nobody/nothing" in error["message"]
    assert "unknown_model" in scene.popup_over_the_page()


def test_a_prompt_larger_than_the_context_says_so(scene: Scene) -> None:
    error = scene.fail("smollm2/smollm2-135m-instruct", "word " * 12_000)
    assert error["satchelCode"] == "context_too_long"
    assert "context_too_long" in scene.popup_over_the_page()
    assert scene.page.evaluate("() => window.ask('Count.', { model: 'lab:count-3-0' })") == "done"
    assert "context_too_long" not in scene.popup_over_the_page()


@pytest.mark.parametrize(("prompt", "code"), [("é" * 6_000_000, -32602), ("x" * 9_000_000, -32600)])
def test_a_prompt_over_the_size_limit_says_so(scene: Scene, prompt: str, code: int) -> None:
    """The socket takes 10 MiB a message, the private port 8 Mi characters."""
    error = scene.fail("smollm2/smollm2-135m-instruct", prompt)
    assert (error["code"], error["satchelCode"]) == (code, "request_too_large")


def test_a_model_process_killed_in_mid_stream_is_an_error_and_the_next_call_works(scene: Scene) -> None:
    scene.page.evaluate("() => { window.ask('Tell a very long story.', { maxTokens: 900 }) }")
    scene.page.wait_for_function("['streaming', 'failed', 'done'].includes(window.state)", timeout=60_000)
    assert scene.satchel.process is not None
    children = psutil.Process(scene.satchel.process.pid).children(recursive=True)
    os.kill(max(children, key=lambda child: child.memory_info().rss).pid, signal.SIGKILL)
    scene.page.wait_for_function("window.state === 'failed'", timeout=20_000)
    assert scene.page.evaluate("window.error").startswith("MODEL_REJECTED_REQUEST: 502")
    assert scene.newest()["error_code"] == "stream_broken"
    scene.page.evaluate("() => { window.ask('Hello', { maxTokens: 5 }) }")
    scene.page.wait_for_function("window.state === 'done'", timeout=60_000)


def test_a_page_that_navigates_away_in_mid_stream_stops_the_provider(scene: Scene, counting: CountingServer, pages: Pages) -> None:
    scene.page.evaluate("() => { window.ask('Count.', { model: 'lab:count-300-20' }) }")
    scene.page.wait_for_function("window.state === 'streaming'")
    assert counting.running == 1
    scene.page.goto(f"{pages[0]}/ask.html?elsewhere")
    until(lambda: counting.running == 0, "the provider to be stopped")
    scene.page.wait_for_function("window.ask")
    assert scene.newest()["status"] == "cancelled"


def test_a_revoked_sign_in_is_told_to_the_page_and_the_popup(scene: Scene) -> None:
    popup = scene.browser.extension_page("popup")
    held = popup.evaluate("() => chrome.storage.session.get()")
    popup.close()
    access = re.findall(r"sat_[A-Za-z0-9_-]{43}[a-z2-7]{6}", json.dumps(held))[0]
    scene.satchel.post_form("/oauth/revoke", {"token": access, "client_id": "satchel-extension"})
    error = scene.fail("lab:count-3-0")
    assert error["code"] == 4900
    popup = scene.browser.extension_page("popup")
    popup.get_by_role("button", name="Sign in").wait_for()
    popup.close()
    scene.browser.connect(scene.satchel).close()


def test_a_backend_that_is_down_is_told_to_the_page_and_the_popup(scene: Scene) -> None:
    scene.satchel.stop()
    error = scene.fail("lab:count-3-0")
    assert error["code"] == 4900
    popup = scene.browser.extension_page("popup")
    popup.get_by_role("heading", name="Your Satchel does not answer").wait_for()
    popup.close()
    scene.satchel.start()
