"""Model servers of this computer asked by the extension itself, in real Chromium: the backend sees nothing of it."""

import queue
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.e2e import llama_server
from tests.e2e.chromium import Chromium, chromium, press, with_permissions
from tests.e2e.conftest import need_chromium, need_model
from tests.e2e.counting_server import CountingServer
from tests.e2e.recording_proxy import RecordingProxy, recording
from tests.e2e.waiting import until
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
    page = browser.context.new_page()
    page.goto(f"chrome-extension://{browser.extension_id}/options.html#settings")
    page.get_by_label("Ask model servers here directly").select_option("always")
    page.get_by_label("One more address").fill(address)
    page.get_by_role("button", name="Save").click()
    page.get_by_text(name, exact=True).wait_for()
    page.get_by_text("This browser has none.").wait_for()
    page.close()


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


def test_the_picker_shows_them_and_the_activity_says_that_they_were_asked_directly(scene: Scene) -> None:
    page = scene.browser.extension_page("options")
    page.get_by_role("button", name=f"Use {llama_server.ALIAS}", exact=False).wait_for()
    assert page.get_by_text("Gemini Nano").count() == 0  # this Chromium has no model of its own
    page.get_by_role("button", name=f"Use {llama_server.ALIAS}", exact=False).click()
    page.get_by_text("Answers").first.wait_for()
    page.goto(page.url.split("#")[0] + "#activity")
    page.locator("tbody .linklike").first.click()
    page.get_by_text("directly, past your Satchel").wait_for()
    page.close()
    answer = scene.answer(f"window.ai.chat('{CANARY}: and again', {{ maxTokens: 8 }}).then(({{ model }}) => model)")
    assert answer == LLAMA
    account = scene.satchel.call(scene.satchel.add_token(), "GET", "/v1/account")
    assert not str(account["preferred_model"]).startswith("llamacpp")
    assert CANARY.encode() not in scene.proxy.heard


def test_a_grant_for_one_model_refuses_others_and_a_stopped_answer_stops_its_server(scene: Scene, counting: CountingServer) -> None:
    add_server(scene.browser, counting.base_url, counting.base_url.split("/")[2])
    words = "here:count-300-20"
    refused = scene.answer(f"window.ai.chat('{CANARY}', {{ model: '{words}' }})")
    assert refused["code"] == 4100
    scene.satchel.call(scene.satchel.add_token(), "PUT", "/v1/grants", {"origin": scene.site, "state": "allowed"})
    stop = f"""(async () => {{
        const controller = new AbortController();
        const call = window.ai.chat('{CANARY}', {{ model: '{words}', signal: controller.signal }});
        for await (const part of call) {{ if (part.type === 'text') controller.abort(); break; }}
        return Promise.resolve(call);
    }})()"""
    assert scene.answer(stop)["name"] == "AbortError"
    until(lambda: "count-300-20" in counting.hung_up, "the server to stop with the page")


def test_an_answer_that_the_workers_death_cuts_off_ends_in_an_error(scene: Scene) -> None:
    ask = f"""() => {{
        window.pieces = 0;
        window.cut = (async () => {{
            for await (const part of window.ai.chat('{CANARY}', {{ model: 'here:count-300-20' }})) window.pieces += 1;
        }})().then(() => "whole", ({{ code }}) => code);
    }}"""
    scene.page.evaluate(ask)
    scene.page.wait_for_function("window.pieces > 3")
    session = scene.browser.context.new_cdp_session(scene.page)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")
    assert scene.page.evaluate("window.cut") == 4900
    assert CANARY.encode() not in scene.proxy.heard


def test_a_consent_taken_back_ends_the_answer_and_allow_once_lets_one_prompt_through(scene: Scene, counting: CountingServer) -> None:
    token = scene.satchel.add_token()
    scene.satchel.call(token, "PUT", "/v1/grants", {"origin": scene.site, "state": "allowed"})
    before = counting.hung_up.count("count-300-20")
    taken_back = f"""(async () => {{
        const call = window.ai.chat('{CANARY}', {{ model: 'here:count-300-20' }});
        let revoking = null;
        for await (const part of call) revoking ??= window.ai.revokePermissions();
        return {{ ...await revoking, ...await call }};
    }})()"""
    ended = scene.answer(taken_back)
    assert (ended["state"], ended["finishReason"]) == ("prompt", "cancelled")
    until(lambda: counting.hung_up.count("count-300-20") > before, "the server to stop with the consent")
    add_server(scene.browser, scene.llama, "llama.cpp")
    window = scene.browser.consent_window("window.asking = window.ai.requestPermissions()", scene.page)
    window.get_by_text(llama_server.ALIAS).first.wait_for()
    press(window, "Allow once")
    assert scene.answer("window.asking.then(({ permissions }) => permissions[0].caveats)") == [{"type": "once", "value": True}]
    ask = f"window.ai.chat('{CANARY}', {{ maxTokens: 8 }})"
    assert scene.answer(f"{ask}.then(({{ model }}) => model)") == LLAMA
    window = scene.browser.consent_window(f"window.next = {ask}.catch(({{ code }}) => code)", scene.page)
    press(window, "Deny")
    assert scene.page.evaluate("window.next") == 4001
    assert scene.satchel.call(token, "GET", "/v1/grants")["data"] == []
    assert CANARY.encode() not in scene.proxy.heard
