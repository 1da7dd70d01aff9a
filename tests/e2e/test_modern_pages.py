"""Pages of today, in real Chromium and Firefox: permissions with caveats, chat, tools in the page, and the unmodified `openai` client."""

import queue
import shutil
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.e2e import waiting
from tests.e2e.chromium import Chromium, chromium, press
from tests.e2e.conftest import need, need_chromium
from tests.e2e.counting_server import CountingServer, text_of
from tests.e2e.firefox import EXTENSION, firefox, until
from tests.stage import Satchel, running

pytestmark = [pytest.mark.browser]
Pages = tuple[str, "queue.Queue[tuple[str, Any]]"]
LATER = """
    const [name, done] = arguments;
    window.modern[name]().then(done, (error) => done({ failed: String(error), code: error?.code }));
"""
DEEDS = ("announced", "chat", "tool", "openai", "embed", "sound", "files", "stop")
LISTEN = """async () => {
    window.heard = [];
    for (const event of ["connect", "disconnect", "usage"]) window.ai.on(event, () => window.heard.push(event));
    const status = await window.ai.permissions.query();
    status.onchange = () => window.heard.push(status.state);
}"""


def check(name: str, told: Any) -> None:
    """Compare what a deed told with what it must."""
    expected = {
        "announced": {
            "name": "Satchel",
            "rdns": "dev.satchel",
            "apiVersion": "1",
            "frozen": True,
            "icon": "data:image/",
            "request": "function",
        },
        "chat": {"streamed": text_of(3), "text": text_of(3), "outputTokens": 3, "costIsKnown": True, "provider": "custom"},
        "tool": "It is 47.",
        "openai": {"streamed": text_of(3), "whole": text_of(3), "error": 400},
        "embed": {"embeddings": [[1, 0], [3, 1]], "inputTokens": 3, "provider": "custom"},
        "sound": {
            "url": f"data:audio/mpeg;base64,{b64encode(b'ID3 Good day').decode()}",
            "text": "me.wav: RIFF",
            "provider": "custom",
            "type": "audio/mpeg",
            "fetched": "ID3 Hi",
        },
        "files": {"kinds": ["text", "data:image/png;base64,", "wav", "bill.pdf 2000000 data:application/pdf;base64,"]},
        "stop": {"name": "AbortError", "usage": "number"},
    }[name]
    if isinstance(told, dict):
        told.pop("features", None)
        models = told.pop("models", None)
        assert models is None or "lab:count-3-0" in models, models
    assert told == expected


def allowed(satchel: Satchel, counting: CountingServer, address: str) -> None:
    """Add the counting server and allow the page."""
    satchel.add_server(counting.base_url, "lab")
    satchel.call(satchel.add_token(), "PUT", "/v1/grants", {"origin": address, "state": "allowed"})


def test_d2_f2_a_page_of_today_in_chromium(tmp_path: Path, counting: CountingServer, pages: Pages) -> None:
    need_chromium()
    with running(tmp_path / "satchel") as satchel, chromium(tmp_path / "profile") as browser:
        allowed(satchel, counting, pages[0])
        browser.connect(satchel).close()
        page = browser.context.new_page()
        page.goto(f"{pages[0]}/modern.html")
        page.wait_for_function("window.modern")
        for name in DEEDS:
            check(name, page.evaluate(f"window.modern.{name}()"))
        waiting.until(lambda: counting.running == 0, "a stopped call to end upstream")
        assert page.evaluate("typeof LanguageModel") == "function"  # Chrome's own object stays Chrome's own
        assert "[native code]" in page.evaluate("String(LanguageModel)")


def chosen(browser: Chromium, page: Page) -> object:
    """Let the page ask which model it should use; choose the first, and return what the page is told."""
    with browser.context.expect_page(timeout=15_000) as opened:
        page.evaluate("() => { window.choosing = window.ai.chooseModel({ reason: 'to count' }) }")
    picker = opened.value
    picker.get_by_text("to count", exact=False).first.wait_for()
    picker.wait_for_function("() => document.querySelector('footer button').getAttribute('aria-disabled') === 'false'")
    with picker.expect_event("close"):
        first = picker.get_by_role("listbox").get_by_role("option").first
        first.evaluate("option => { setTimeout(() => option.click(), 50) }")  # the window goes with it: nobody waits in it
    return page.evaluate("window.choosing")


def test_d3_a_site_gets_what_the_person_allows_narrowed_by_what_it_asked_for(
    tmp_path: Path, counting: CountingServer, pages: Pages
) -> None:
    need_chromium()
    with running(tmp_path / "satchel") as satchel, chromium(tmp_path / "profile") as browser:
        satchel.add_server(counting.base_url, "lab")
        browser.connect(satchel).close()
        page = browser.context.new_page()
        page.goto(f"{pages[0]}/modern.html")
        page.wait_for_function("window.modern")
        before = counting.asked
        page.evaluate(LISTEN)
        assert page.evaluate("window.ai.listModels().catch(({ code }) => code)") == 4100
        wish = "{ 'model:prompt': { localOnly: true, ratePerMinute: 5, budget: { usd: 0.1, period: 'week' } }, 'model:choose': {} }"
        window = browser.consent_window(f"window.asking = window.ai.requestPermissions({wish}, {{ reason: 'to sum up' }})", page)
        window.get_by_text("to sum up", exact=False).first.wait_for()
        press(window, "Always allow")
        told = page.evaluate("window.asking")["permissions"][0]
        caveats = {caveat["type"]: caveat["value"] for caveat in told["caveats"]}
        assert told["invoker"] == pages[0]
        assert (caveats["localOnly"], caveats["ratePerMinute"], caveats["budget"]) == (True, 5, {"usd": 0.1, "period": "week"})
        kept = satchel.call(satchel.add_token(), "GET", "/v1/grants")["data"][0]["caveats"]
        assert (kept["local_only"], kept["rate_per_minute"], kept["budget"]["cap_nusd"]) == (True, 5, 100_000_000)
        page.evaluate("window.ai.requestPermissions({ 'model:prompt': { ratePerMinute: 2 } })")  # less than it has: nobody is asked
        assert satchel.call(satchel.add_token(), "GET", "/v1/grants")["data"][0]["caveats"]["rate_per_minute"] == 2
        assert chosen(browser, page) == "smollm2/smollm2-135m-instruct"
        assert counting.asked == before
        assert page.evaluate("window.ai.revokePermissions().then(({ state }) => state)") == "prompt"
        assert satchel.call(satchel.add_token(), "GET", "/v1/grants")["data"] == []
        page.wait_for_function("window.heard.at(-1) === 'prompt'")
        assert page.evaluate("[...new Set(window.heard)]") == ["connect", "granted", "prompt"]
        press(browser.consent_window(f"window.asking = window.ai.requestPermissions({wish})", page), "Allow once")
        assert {"type": "once", "value": True} in page.evaluate("window.asking")["permissions"][0]["caveats"]
        (once,) = satchel.call(satchel.add_token(), "GET", "/v1/grants")["data"]
        assert (once["state"], once["caveats"]["local_only"], once["caveats"]["budget"]["cap_nusd"]) == ("once", True, 100_000_000)


def test_f1_a_page_of_today_in_firefox(tmp_path: Path, counting: CountingServer, pages: Pages) -> None:
    need("Firefox", shutil.which("firefox-esr") is not None or shutil.which("firefox") is not None)
    need("extension/.output/firefox-mv3", EXTENSION.exists())
    with running(tmp_path / "satchel") as satchel, firefox() as browser:
        allowed(satchel, counting, pages[0])
        browser.connect(satchel)
        browser.driver.get(f"{pages[0]}/modern.html")
        until(lambda: browser.driver.execute_script("return window.modern !== undefined"), "the page")
        for name in DEEDS:
            check(name, browser.driver.execute_async_script(LATER, name))
        waiting.until(lambda: counting.running == 0, "a stopped call to end upstream")
