"""Pages that only know the browsers' built-in AI, in real Chromium and Firefox: the specification's checklist where it needs a browser."""

import queue
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.chromium import Chromium, chromium, press, with_permissions
from tests.e2e.conftest import need, need_chromium
from tests.e2e.counting_server import CountingServer, text_of
from tests.e2e.firefox import EXTENSION, Firefox, firefox, until
from tests.stage import Satchel, running

pytestmark = [pytest.mark.browser]
Pages = tuple[str, "queue.Queue[tuple[str, Any]]"]
Do = Callable[..., Any]
LATER = """
    const [name, given, done] = arguments;
    Promise.resolve(window.builtin[name](...given)).then(done, (error) => done({ failed: String(error) }));
"""
ALL = ["LanguageModel", "Summarizer", "Writer", "Rewriter", "Translator", "LanguageDetector", "Proofreader"]


def prepare(satchel: Satchel, counting: CountingServer, address: str) -> Callable[[str], None]:
    """Add the counting server and allow the page; return what chooses the person's model."""
    satchel.add_server(counting.base_url, "lab")
    token = satchel.add_token()
    satchel.call(token, "PUT", "/v1/grants", {"origin": address, "state": "allowed"})
    return lambda name: satchel.call(token, "PATCH", "/v1/account", {"preferred_model": f"lab:{name}"})


def check_deeds(do: Do, choose: Callable[[str], None], elsewhere: str) -> None:
    """Do everything a page can, and compare what it saw with the specification."""
    assert do("shape") == {"there": ALL, "missing": [], "native": [], "keys": [], "alias": True}
    choose("count-3-0")
    seen = do("chat")
    assert (seen["availability"], seen["progress"]) == ("available", [0, 1])
    assert (seen["streamed"], seen["whole"]) == (text_of(3), text_of(3))
    assert seen["isDelta"] and seen["isApart"] and seen["isSession"]
    assert do("siblings") == {
        "summary": text_of(3).strip(),
        "written": text_of(3).strip(),
        "rewritten": text_of(3).strip(),
        "streamed": text_of(3),
        "detected": "und",
        "corrections": [[4, 5, "3"]],
    }
    assert do("detached") == ["InvalidStateError", "InvalidStateError"]
    assert do("frame", "builtin.html") == ["available", "ok"]
    assert do("frame", f"{elsewhere}/builtin.html") == ["unavailable", "NotAllowedError"]
    choose("object")
    assert do("constraint") == {"answer": 7, "wrong": "SyntaxError", "pattern": '{"answer": 7}'}
    choose("tools")
    assert do("tool") == "It is 47."
    choose("mirror")
    assert do("media") == {
        "seen": ["data:image/png;base64,"],
        "deaf": "unavailable",
        "garbage": "EncodingError",
        "kind": "TypeError",
        "unexpected": "NotSupportedError",
    }
    assert do("tainted", f"{elsewhere}/picture.svg") == "SecurityError"
    choose("count-300-20")
    assert set(do("stop").values()) == {"AbortError"}
    choose("count-3-0")


def page_of(browser: Chromium, address: str) -> tuple[Any, Do]:
    """Open the page; return it, and what does a deed in it."""
    page = browser.context.new_page()
    page.goto(f"{address}/builtin.html")
    page.wait_for_function("window.builtin")
    return page, lambda name, *given: page.evaluate("([name, given]) => window.builtin[name](...given)", [name, list(given)])


def choose_for_pages(browser: Chromium, choice: str) -> None:
    """Set whether pages get `LanguageModel` from Satchel, as the settings do, and wait until the browser knows."""
    options = browser.extension_page("options")
    options.evaluate("choice => chrome.storage.local.set({ languageModel: choice })", choice)
    wanted = [] if choice == "when missing" else [f"builtin-{choice}.js"]
    options.wait_for_function(
        "async wanted => { const [script] = await chrome.scripting.getRegisteredContentScripts(); "
        "return JSON.stringify(script?.js ?? []) === JSON.stringify(wanted) }",
        arg=wanted,
    )
    options.close()


def test_a_page_of_the_specification_in_chromium(tmp_path: Path, counting: CountingServer, pages: Pages) -> None:
    need_chromium()
    address, elsewhere = pages[0], pages[0].replace("127.0.0.1", "localhost")
    extension = with_permissions(tmp_path / "extension")
    with running(tmp_path / "satchel") as satchel, chromium(tmp_path / "profile", extension) as browser:
        choose = prepare(satchel, counting, address)
        browser.connect(satchel).close()
        _, do = page_of(browser, address)
        seen = do("shape")
        assert set(seen["native"]) == {"LanguageModel", "Summarizer", "Translator", "LanguageDetector"}, "Chrome's own stay Chrome's own"
        assert {"Writer", "Rewriter", "Proofreader"} <= set(seen["there"])
        choose_for_pages(browser, "always")
        _, do = page_of(browser, address)
        check_deeds(do, choose, elsewhere)
        page, _ = page_of(browser, elsewhere)
        assert page.evaluate("window.early") == "NotAllowedError"
        with browser.context.expect_page() as opened:
            page.get_by_role("button", name="Ask").click()
        press(opened.value, "Always allow")
        assert page.evaluate("window.asking") == {"before": "downloadable", "after": "available", "progress": [0, 1], "answer": text_of(3)}
        choose_for_pages(browser, "off")
        page, _ = page_of(browser, address)
        assert page.evaluate("[typeof Writer, String(LanguageModel).includes('[native code]'), 'languageModel' in window.ai]") == [
            "undefined",
            True,
            True,
        ]
        choose_for_pages(browser, "when missing")
        page, _ = page_of(browser, address)
        assert page.evaluate("[typeof Writer, String(LanguageModel).includes('[native code]')]") == ["function", True]


def test_f1_a_page_of_the_specification_in_firefox(tmp_path: Path, counting: CountingServer, pages: Pages) -> None:
    need("Firefox", shutil.which("firefox-esr") is not None or shutil.which("firefox") is not None)
    need("extension/.output/firefox-mv3", EXTENSION.exists())
    address, elsewhere = pages[0], pages[0].replace("127.0.0.1", "localhost")
    with running(tmp_path / "satchel") as satchel, firefox() as browser:
        choose = prepare(satchel, counting, address)
        browser.connect(satchel)
        show(browser, address)
        check_deeds(lambda name, *given: browser.driver.execute_async_script(LATER, name, list(given)), choose, elsewhere)
        show(browser, elsewhere)
        assert browser.driver.execute_async_script("Promise.resolve(window.early).then(arguments[0])") == "NotAllowedError"
        known = set(browser.driver.window_handles)
        browser.press("Ask")
        browser.to_new_window(known)
        browser.press("Always allow")
        browser.back()
        told = browser.driver.execute_async_script("window.asking.then(arguments[0])")
        assert told == {"before": "downloadable", "after": "available", "progress": [0, 1], "answer": text_of(3)}


def show(browser: Firefox, address: str) -> None:
    """Go to the page."""
    browser.driver.get(f"{address}/builtin.html")
    until(lambda: browser.driver.execute_script("return window.builtin !== undefined"), "the page")
