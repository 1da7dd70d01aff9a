"""A page without the extension: it signs in by OAuth at the real server and streams the built-in model, by every face of the SDK."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright
from tests.e2e import page_server
from tests.e2e.chromium import ARMED_MS, binary, set_wide_terms, sign_in
from tests.e2e.conftest import need, need_model
from tests.e2e.counting_server import CountingServer, text_of
from tests.stage import EMAIL, PASSWORD, running

pytestmark = [pytest.mark.browser, pytest.mark.model]
SDK = Path(__file__).parents[2] / "sdk-js"
MODEL = "smollm2/smollm2-135m-instruct"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, counting: CountingServer) -> Iterator[str]:
    """The address of a page that a Satchel with the built-in model allows."""
    need("Chromium", binary() is not None)
    need("sdk-js/node_modules", (SDK / "node_modules").exists())
    need_model()
    folder = tmp_path_factory.mktemp("page")
    with (
        page_server.serving(folder) as (address, _),
        running(tmp_path_factory.mktemp("satchel"), SATCHEL_ALLOWED_ORIGINS=address) as satchel,
    ):
        satchel.add_server(counting.base_url, "lab")
        subprocess.run(["node", SDK / "tests/browser/bundle.mjs", folder, satchel.url], check=True, timeout=120)
        yield address


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    """A Chromium without extensions."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary(), args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        context.set_default_timeout(30_000)
        try:
            yield context
        finally:
            browser.close()


@pytest.fixture(scope="module")
def page(context: BrowserContext, origin: str) -> Page:
    """The page, with somebody signed in by the button and its window. The test that signs out comes last."""
    opened = context.new_page()
    opened.goto(f"{origin}/popup.html")
    with context.expect_page() as window:
        opened.get_by_role("button", name="Sign in with Satchel").click()
    window.value.wait_for_url(lambda url: "sign-in" in url or "/oauth/" in url)
    sign_in(window.value, any_model=True)
    opened.get_by_role("button", name="Sign out").wait_for()
    return opened


def ask(page: Page, call: str, *arguments: object) -> Any:
    """Call one of the page's functions."""
    return page.evaluate(f"arguments => seen.{call}(...arguments)", list(arguments))


@pytest.mark.parametrize("transport", ["http", "socket"])
def test_a_page_without_the_extension_signs_in_and_streams_the_real_model(page: Page, transport: str) -> None:
    seen = ask(page, "stream", transport, "Tell me a long story about a fox.", MODEL)
    assert len(seen["texts"]) > 3
    answer = seen["answer"]
    assert answer["text"] == "".join(seen["texts"])
    assert (answer["model"], answer["provider"]) == (MODEL, "builtin")
    assert answer["usage"]["outputTokens"] > 3
    assert answer["cost"] == {"usd": 0, "known": True}
    assert answer["id"].startswith("gen_")
    assert MODEL in [model["id"] for model in ask(page, "models", transport)]


@pytest.mark.parametrize("transport", ["http", "socket"])
def test_a_page_without_the_extension_has_vectors_and_pictures_too(page: Page, transport: str) -> None:
    seen = ask(page, "media", transport)
    assert seen["embeddings"] == [[3, 0], [5, 1]]
    assert (seen["id"][:4], seen["usage"]["inputTokens"], seen["provider"]) == ("gen_", 3, "custom")
    assert (seen["pictures"], seen["model"]) == (["data:image/png;base64,iVBORw0K"] * 2, "lab:draw")


@pytest.mark.parametrize("transport", ["http", "socket"])
def test_a_stop_reaches_the_provider_and_still_says_what_was_used(page: Page, transport: str, counting: CountingServer) -> None:
    hung_up = len(counting.hung_up)
    seen = ask(page, "stream", transport, "Count.", "lab:count-300-20", 5)
    assert seen["stopped"] == "AbortError"
    assert len(seen["texts"]) == 5
    assert seen["usage"]["outputTokens"] > 0
    page.wait_for_timeout(500)
    assert len(counting.hung_up) == hung_up + 1
    assert counting.running == 0


def test_one_socket_carries_many_answers_at_once(page: Page) -> None:
    assert ask(page, "many", "socket", 8, "lab:count-3-0") == [text_of(3)] * 8


@pytest.mark.parametrize("transport", ["http", "socket"])
def test_the_unmodified_openai_client_answers_through_the_fetch(page: Page, transport: str) -> None:
    seen = ask(page, "openai", transport, "lab:count-3-0")
    assert (seen["pieces"], seen["whole"], seen["responded"]) == (["1 ", "2 ", "3 "], text_of(3), text_of(3))
    assert seen["usage"]["completion_tokens"] == 3
    assert seen["status"] == 400


def test_the_ai_sdk_streams_calls_tools_and_makes_objects(page: Page) -> None:
    seen = ask(page, "aiSdk", "http", "lab:count-3-0")
    assert seen["pieces"] == ["1 ", "2 ", "3 "]
    assert (seen["told"], seen["steps"]) == ("It is 7.", 2)
    assert seen["object"] == {"answer": 7}


def test_two_tabs_with_one_session_refresh_it_at_once_and_both_stay_signed_in(page: Page, context: BrowserContext) -> None:
    with context.expect_page() as opened:
        page.evaluate("() => { window.open('popup.html') }")  # the browser copies the session into it
    copy = opened.value
    copy.wait_for_function("window.seen")
    for tab in (page, copy):
        tab.evaluate("() => { window.renewing = seen.renew() }")
    (before, renewed), (same, also_renewed) = (tab.evaluate("window.renewing") for tab in (page, copy))
    assert before == same != renewed == also_renewed
    assert [ask(tab, "stream", "http", "Count.", "lab:count-3-0")["answer"]["text"] for tab in (page, copy)] == [text_of(3)] * 2
    copy.close()


def test_the_page_itself_can_go_to_the_server_and_come_back_and_a_reload_stays_signed_in(origin: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{origin}/redirect.html")
    page.get_by_role("button", name="Sign in with Satchel").click()
    page.get_by_role("button", name="Allow").or_(page.get_by_label("Password")).first.wait_for()
    if page.get_by_label("Password").count():
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
    allow = page.get_by_role("button", name="Allow")
    allow.wait_for()
    set_wide_terms(page)
    page.wait_for_timeout(ARMED_MS)
    allow.click()
    page.get_by_role("button", name="Sign out").wait_for()
    assert page.url == f"{origin}/redirect.html"
    assert ask(page, "stream", "http", "Count.", "lab:count-3-0")["answer"]["text"] == text_of(3)
    page.reload()
    page.get_by_role("button", name="Sign out").wait_for()
    page.close()


def test_a_page_without_the_extension_is_told_narrowed_and_gives_back_what_it_may_do(
    page: Page, context: BrowserContext, origin: str
) -> None:
    told = ask(page, "permissions", "socket")
    assert (told["state"], told["invoker"], [caveat["type"] for caveat in told["caveats"]]) == ("granted", origin, ["expires"])
    narrowed = ask(page, "permissions", "http", {"model:prompt": {"ratePerMinute": 500}})  # nobody is asked for less
    assert narrowed == {**told, "caveats": [{"type": "ratePerMinute", "value": 500}, *told["caveats"]]}
    assert ask(page, "permissions", "http", None)["state"] == "prompt"
    page.get_by_role("button", name="Sign in with Satchel").wait_for()
    with context.expect_page() as opened:
        page.evaluate("() => { window.asking = seen.permissions('http', { 'model:prompt': { localOnly: true } }) }")
    sign_in(opened.value, any_model=True)
    again = page.evaluate("window.asking")
    assert (again["state"], [caveat["type"] for caveat in again["caveats"]]) == ("granted", ["expires", "localOnly"])
    assert ask(page, "stream", "http", "Hi", MODEL)["answer"]["provider"] == "builtin", "it runs on this computer"


def test_signing_out_ends_the_session_and_the_next_question_asks_again(page: Page, context: BrowserContext) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with Satchel").wait_for()
    with context.expect_page() as opened:
        page.get_by_role("button", name="Ask").click()
    window = opened.value
    window.get_by_role("button", name="Deny").wait_for()
    window.wait_for_timeout(ARMED_MS)
    with window.expect_event("close"):
        window.get_by_role("button", name="Deny").click()
    assert page.evaluate("asked") == {"name": "PermissionDenied", "code": 4001}
