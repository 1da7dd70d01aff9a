"""What pages of every kind see in real Chromium and Firefox, one browser each for all of them.

Pages that only know the specifications (the checklist where it needs a browser), and clients that nobody changed.
"""

import queue
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.e2e import page_server
from tests.e2e.axe import CONSENT, faults_of
from tests.e2e.chromium import Chromium, chromium, press, with_permissions
from tests.e2e.conftest import need, need_chromium
from tests.e2e.counting_server import RIGHT_KEY, CountingServer, text_of
from tests.e2e.firefox import EXTENSION, Firefox, firefox, until
from tests.e2e.page_stage import Stage
from tests.stage import running

pytestmark = [pytest.mark.browser]
SDK = Path(__file__).parents[2] / "sdk-js"
Pages = tuple[str, "queue.Queue[tuple[str, Any]]"]
Do = Callable[..., Any]
LATER = """
    const [object, name, given, done] = arguments;
    Promise.resolve(window[object][name](...given)).then(done, (error) => done({ failed: String(error) }));
"""
REGISTERED = """
    const [done] = arguments;
    browser.scripting.getRegisteredContentScripts().then((scripts) => done(scripts.flatMap(({ js }) => js)), () => done(null));
"""
SAID = """
    names => Promise.all(names
        .filter((name) => String(window[name]).includes("[native code]"))
        .map(async (name) => [name, await window[name].availability({ sourceLanguage: "en", targetLanguage: "es" })])
    ).then(Object.fromEntries)
"""
ALL = ["LanguageModel", "Summarizer", "Writer", "Rewriter", "Translator", "LanguageDetector", "Proofreader"]
ASKED = {"before": "downloadable", "after": "available", "progress": [0, 1], "answer": text_of(3)}
SOUNDS = [{"format": "wav", "header": "RIFF", "bytes": 44 + 2 * samples} for samples in (16_000, 1_600, 1_600)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, counting: CountingServer, pages: Pages) -> Iterator[Stage]:
    """The stage, with the clients bundled."""
    need("sdk-js/node_modules", (SDK / "node_modules").exists())
    folder = tmp_path_factory.mktemp("clients")
    subprocess.run(["node", SDK / "tests/browser/bundleClients.mjs", folder], check=True, timeout=120)
    with page_server.serving(folder) as clients, running(tmp_path_factory.mktemp("satchel")) as satchel:
        satchel.add_server(counting.base_url, "lab")
        made = Stage(satchel, satchel.add_token(), pages[0], clients[0], pages[1])
        for origin in (made.page, made.clients):
            satchel.call(made.token, "PUT", "/v1/grants", {"origin": origin, "state": "allowed"})
        yield made


@pytest.fixture(scope="module")
def chrome(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A Chromium whose person allowed the extension what it may ask for."""
    need_chromium()
    extension = with_permissions(tmp_path_factory.mktemp("copy") / "extension")
    with chromium(tmp_path_factory.mktemp("profile"), extension) as browser:
        browser.connect(stage.satchel).close()
        yield browser


@pytest.fixture(scope="module")
def fox(stage: Stage) -> Iterator[Firefox]:
    """A Firefox."""
    need("Firefox", shutil.which("firefox-esr") is not None or shutil.which("firefox") is not None)
    need("extension/.output/firefox-mv3", EXTENSION.exists())
    with firefox() as browser:
        browser.connect(stage.satchel)
        yield browser


def open_in_chromium(browser: Chromium, address: str, ready: str) -> tuple[Page, Do]:
    """Open a page; return it, and what does a deed of its object `ready`."""
    page = browser.context.new_page()
    page.goto(address)
    page.wait_for_function(f"window.{ready}")
    return page, lambda name, *given: page.evaluate(f"([name, given]) => window.{ready}[name](...given)", [name, list(given)])


def open_in_firefox(browser: Firefox, address: str, ready: str) -> Do:
    """Go to a page; return what does a deed of its object `ready`."""
    browser.back()
    browser.driver.get(address)
    until(lambda: browser.driver.execute_script(f"return window.{ready} !== undefined"), "the page")
    return lambda name, *given: browser.driver.execute_async_script(LATER, ready, name, list(given))


def check_deeds(do: Do, stage: Stage) -> None:
    """Do everything a page can, and compare what it saw with the specification."""
    assert do("shape") == {"there": ALL, "missing": [], "native": [], "keys": [], "alias": True}
    stage.choose("count-3-0")
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
    assert do("frame", f"{stage.elsewhere}/builtin.html") == ["unavailable", "NotAllowedError"]
    stage.choose("object")
    assert do("constraint") == {"answer": 7, "wrong": "SyntaxError", "pattern": '{"answer": 7}'}
    stage.choose("tools")
    assert do("tool") == "It is 47."
    stage.choose("mirror")
    assert do("media") == {
        "seen": ["data:image/png;base64,"],
        "deaf": "unavailable",
        "garbage": "EncodingError",
        "kind": "TypeError",
        "unexpected": "NotSupportedError",
    }
    assert do("tainted", f"{stage.elsewhere}/picture.svg") == "SecurityError"
    stage.choose("count-300-20")
    assert set(do("stop").values()) == {"AbortError"}
    stage.choose("count-3-0")


def choose_for_pages(browser: Chromium, choice: str) -> None:
    """Set whether pages get `LanguageModel` from Satchel, as the settings do, and wait until the browser knows."""
    options = browser.extension_page("options")
    options.evaluate("choice => chrome.storage.local.set({ languageModel: choice })", choice)
    wanted = [] if choice == "when missing" else [f"builtin-{choice.removeprefix('when ')}.js"]
    options.wait_for_function(
        "async wanted => { const [script] = await chrome.scripting.getRegisteredContentScripts({ ids: ['built-in'] }); "
        "return JSON.stringify(script?.js ?? []) === JSON.stringify(wanted) }",
        arg=wanted,
    )
    options.close()


def choose_for_site(browser: Chromium, stage: Stage, key: str, wanted: str | None) -> None:
    """Choose for the site of pages, in its panel and by key (the browser hears only people ask for more), until the browser knows."""
    grants = stage.satchel.call(stage.token, "GET", "/v1/grants")["data"]
    grant_id = next(grant["id"] for grant in grants if grant["origin"] == stage.page)
    options = browser.extension_page("options")
    options.goto(f"{options.url}#sites/{grant_id}")
    options.get_by_label("Built-in AI of the browser").press(key)
    options.wait_for_function(
        "async ([match, wanted]) => { const scripts = await chrome.scripting.getRegisteredContentScripts(); "
        "return (scripts.find(({ matches }) => matches.includes(match))?.js[0] ?? null) === wanted }",
        arg=[f"{stage.page}/*", wanted],
    )
    options.close()


def check_clients_of_today(do: Do) -> None:
    """Run the clients that speak to `ai.fetch` and to the AI SDK's provider; each names its model itself."""
    assert do("openai") == {"streamed": text_of(3), "whole": text_of(3)}
    assert do("openaiDoors") == {
        "streamed": text_of(3),
        "status": "completed",
        "whole": text_of(3),
        "vectors": [[3, 0], [5, 1]],
        "picture": "iVBORw0K",
        "knows": True,
    }
    assert do("langChain") == {"streamed": text_of(3), "whole": text_of(3), "call": {"a": 3, "b": 4}}
    older = {"streamed": text_of(3), "text": text_of(3), "outputTokens": 3}
    assert do("olderAiSdks") == {"v2": older, "v3": older}
    assert do("useChat") == [["user", "Count."], ["assistant", text_of(3)]]
    assert do("aiSdk") == {"streamed": text_of(3), "isStream": True, "told": "It is 7.", "object": {"answer": 7}}


def check_clients(do: Do, stage: Stage) -> None:
    """Run each client and compare what it saw."""
    whole = {"message": {"role": "assistant", "content": text_of(3)}}
    for version, told in do("windowAi").items():
        expected = whole if version == "0.1.1" else [whole]
        assert told == {"has": True, "whole": expected, "streamed": text_of(3)}, version
    stage.choose("count-3-0")
    assert do("windowAiReact") == {"whole": text_of(3), "one": text_of(3), "streamed": text_of(3)}
    assert do("pagesOf2023") == {
        "nextJs": text_of(3),
        "robotCompanion": text_of(3),
        "wanda": {"model": "string", "listener": "string", "text": text_of(3)},
        "timeTravel": text_of(3),
        "starter": text_of(3),
    }
    check_clients_of_today(do)
    assert do("sounds") == {"sent": SOUNDS, "noise": "EncodingError"}
    stage.choose("count-3-0")
    assert do("browserAi") == {"availability": "available", "streamed": text_of(3), "whole": text_of(3)}
    stage.choose("object")
    assert do("browserAiObject") == {"answer": 7}
    stage.choose("count-3-0")
    do("react")


def test_pages_of_the_specification_in_chromium(stage: Stage, chrome: Chromium) -> None:
    _, do = open_in_chromium(chrome, f"{stage.page}/builtin.html", "builtin")
    seen = do("shape")
    assert set(seen["native"]) == {"LanguageModel", "Summarizer", "Translator", "LanguageDetector"}, "Chrome's own stay Chrome's own"
    assert {"Writer", "Rewriter", "Proofreader"} <= set(seen["there"])
    choose_for_pages(chrome, "always")
    _, do = open_in_chromium(chrome, f"{stage.page}/builtin.html", "builtin")
    check_deeds(do, stage)
    stage.forget()
    page = chrome.context.new_page()
    page.goto(f"{stage.elsewhere}/builtin.html?early")
    assert stage.reports.get(timeout=20) == ("early", "NotAllowedError")
    with chrome.context.expect_page() as opened:
        page.get_by_role("button", name="Ask").click()
    press(opened.value, "Always allow")
    assert page.evaluate("window.asking") == ASKED


def test_f2_clients_that_nobody_changed_in_chromium(stage: Stage, chrome: Chromium) -> None:
    choose_for_pages(chrome, "always")
    page, do = open_in_chromium(chrome, f"{stage.clients}/clients.html", "seen")
    check_clients(do, stage)
    page.get_by_label("Message").fill("Count.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("listitem").last).to_have_text(f"assistant {text_of(3)}".strip())


def test_chromes_own_objects_stay_with_off_and_when_missing(stage: Stage, chrome: Chromium) -> None:
    look = "[typeof Writer, String(LanguageModel).includes('[native code]')]"
    for choice, writer in (("off", "undefined"), ("when missing", "function")):
        choose_for_pages(chrome, choice)
        page, _ = open_in_chromium(chrome, f"{stage.page}/builtin.html", "builtin")
        assert page.evaluate(look) == [writer, True], choice


def test_one_site_has_what_was_chosen_for_it_from_its_first_script_on_and_another_port_has_not(stage: Stage, chrome: Chromium) -> None:
    look = "[window.first === LanguageModel, String(LanguageModel).includes('[native code]')]"
    other = "String(LanguageModel).includes('[native code]')"
    for general, key, file, native in (("off", "Y", "builtin-always.js", False), ("always", "T", "builtin-off.js", True)):
        choose_for_pages(chrome, general)
        choose_for_site(chrome, stage, key, file)
        page, _ = open_in_chromium(chrome, f"{stage.page}/builtin.html", "builtin")
        assert page.evaluate("LanguageModel.availability()") == ("unavailable" if native else "available")
        assert page.evaluate(look) == [True, native], general
        page, _ = open_in_chromium(chrome, f"{stage.clients}/clients.html", "seen")
        assert page.evaluate(other) is not native, general
    choose_for_site(chrome, stage, "A", None)


def test_only_those_of_chromes_own_give_way_that_say_they_are_unavailable(stage: Stage, chrome: Chromium) -> None:
    choose_for_pages(chrome, "when missing")
    page, _ = open_in_chromium(chrome, f"{stage.page}/builtin.html", "builtin")
    said = page.evaluate(SAID, ALL)
    assert said["LanguageModel"] == "unavailable", "a plain Chromium has no model of its own"
    choose_for_pages(chrome, "when unavailable")
    page, do = open_in_chromium(chrome, f"{stage.clients}/clients.html", "seen")
    page.wait_for_function("!String(LanguageModel).includes('[native code]')")
    stage.choose("count-3-0")
    assert do("browserAi") == {"availability": "available", "streamed": text_of(3), "whole": text_of(3)}
    staying = [name for name, word in said.items() if word != "unavailable"]
    for name in said.keys() - staying:
        page.wait_for_function(f"!String({name}).includes('[native code]')")
    assert page.evaluate("names => names.filter(name => !String(window[name]).includes('[native code]'))", staying) == []


def leave(window: Page, name: str) -> None:
    """Press a button with which the window goes, and do not wait in it."""
    window.get_by_role("button", name=name).evaluate("button => { setTimeout(() => button.click(), 50) }")


def asks(chrome: Chromium, page: Page, model: str, heading: str) -> Page:
    """Have a page ask and wait; return the window that opens, once it says what it is about."""
    with chrome.context.expect_page() as opened:
        page.evaluate("model => { window.ask('Hi', { model }) }", model)
    opened.value.get_by_role("heading", level=1, name=heading).wait_for()
    return opened.value


def failed_with(page: Page, code: str) -> bool:
    """Wait until the page's promise has rejected; tell whether with this code."""
    page.wait_for_function("window.state === 'failed'")
    return bool(page.evaluate("code => window.error === window.ErrorCode[code]", code))


def check_answered(page: Page) -> None:
    """Wait until the page's promise has resolved with the answer."""
    page.wait_for_function("window.state === 'done'")
    assert page.evaluate("window.result.message.content") == text_of(3)


@pytest.fixture
def asker(stage: Stage, chrome: Chromium) -> Iterator[Page]:
    """A page that may ask any model."""
    page = chrome.context.new_page()
    page.goto(f"{stage.page}/ask.html")
    page.wait_for_function("window.ask")
    yield page
    page.close()


def test_b5_credit_is_added_while_the_page_waits(chrome: Chromium, asker: Page, counting: CountingServer) -> None:
    window = asks(chrome, asker, "lab:broke", "lab says there is no credit left")
    leave(window, "Cancel")
    assert failed_with(asker, "PaymentRequired")
    window = asks(chrome, asker, "lab:broke", "lab says there is no credit left")
    counting.is_topped_up = True
    leave(window, "Try again")
    check_answered(asker)


def test_b4_a_key_that_does_not_work_is_put_right_while_the_page_waits(chrome: Chromium, asker: Page) -> None:
    window = asks(chrome, asker, "lab:refuse", "lab needs a key that works")
    leave(window, "Cancel")
    assert failed_with(asker, "NotAuthenticated")
    window = asks(chrome, asker, "lab:refuse", "lab needs a key that works")
    assert faults_of(window, CONSENT) == []
    window.get_by_role("button", name="Replace").click()
    window.get_by_label("The new key").fill(RIGHT_KEY)
    window.get_by_role("button", name="Save").click()
    window.get_by_text(f"…{RIGHT_KEY[-4:]}").wait_for()
    leave(window, "Try again")
    check_answered(asker)


def test_b4_a_key_that_is_not_there_is_added_while_the_page_waits(chrome: Chromium, asker: Page, counting: CountingServer) -> None:
    asker.goto(asker.url.replace("127.0.0.1", "keyless.localhost"))  # which has no grant yet
    asker.wait_for_function("window.ask")
    window = asks(chrome, asker, "custom:count-3-0", "wants to use your model")
    window.get_by_text("You do not have custom:count-3-0").wait_for()
    with chrome.context.expect_page() as opened:
        window.get_by_role("link", name="Add a key").click()
    keys = opened.value
    keys.get_by_label("Address").fill(counting.base_url)
    assert keys.get_by_label("Provider").input_value() == "custom", "the provider of the model that was asked for is chosen already"
    keys.get_by_label("Label").fill("custom")
    keys.get_by_role("button", name="Save key").click()
    window.bring_to_front()
    window.get_by_role("button", name="count-3-0").wait_for()
    press(window, "Allow once")
    check_answered(asker)


def test_f1_pages_of_the_specification_in_firefox(stage: Stage, fox: Firefox) -> None:
    check_deeds(open_in_firefox(fox, f"{stage.page}/builtin.html", "builtin"), stage)
    stage.forget()
    open_in_firefox(fox, f"{stage.elsewhere}/builtin.html?early", "builtin")
    assert stage.reports.get(timeout=20) == ("early", "NotAllowedError")
    known = set(fox.driver.window_handles)
    fox.press("Ask")
    fox.to_new_window(known)
    fox.press("Always allow")
    fox.back()
    assert fox.driver.execute_async_script("window.asking.then(arguments[0])") == ASKED


def test_f1_f2_clients_that_nobody_changed_in_firefox(stage: Stage, fox: Firefox) -> None:
    check_clients(open_in_firefox(fox, f"{stage.clients}/clients.html", "seen"), stage)
    until(lambda: fox.driver.find_elements("css selector", "input"), "React's page")[0].send_keys("Count.")
    fox.press("Send")
    until(lambda: fox.driver.find_elements("css selector", "li")[-1].text == f"assistant {text_of(3)}".strip(), "the answer in React")


def choose_in_firefox(browser: Firefox, choice: str) -> None:
    """Set whether pages get `LanguageModel` from Satchel, in the settings themselves, and wait until the browser knows."""
    browser.back()
    browser.extension_page("options")
    browser.driver.execute_script("location.hash = 'settings'")
    select = until(lambda: browser.driver.find_element("css selector", "[aria-labelledby=prompt-api-title]"), "the setting")
    select.send_keys({"off": "N", "always": "A", "when missing": "W"}[choice])  # by key: the browser hears only people ask for more
    wanted = [] if choice == "when missing" else [f"builtin-{choice}.js"]
    until(lambda: browser.driver.execute_async_script(REGISTERED) == wanted, f"the browser to follow {choice!r}")


def test_f1_the_setting_for_language_model_holds_in_firefox(stage: Stage, fox: Firefox) -> None:
    for choice, kind in (("off", "undefined"), ("always", "function"), ("off", "undefined"), ("when missing", "function")):
        choose_in_firefox(fox, choice)
        open_in_firefox(fox, f"{stage.page}/builtin.html", "builtin")
        look = "return [typeof LanguageModel, typeof Writer, typeof window.ai?.languageModel, typeof window.ai?.generateText]"
        assert fox.driver.execute_script(look) == [kind, kind, kind, "function"], choice
