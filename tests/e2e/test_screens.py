"""What people do on the screens. That each is whole as it stands there: `test_every_screen.py`."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect
from tests.e2e.axe import CONSENT, POPUP, faults_of
from tests.e2e.chromium import Chromium, chromium, popup_of, press
from tests.e2e.conftest import need_chromium
from tests.e2e.counting_server import CountingServer
from tests.stage import EMAIL, PASSWORD, Satchel

pytestmark = [pytest.mark.browser, pytest.mark.model]
OLD = {
    **{"id": "7", "timestamp": 1_690_000_000_000, "model": "openai/gpt-4", "origin": {"domain": "https://chat.example"}},
    **{"input": {"prompt": "How long do tea leaves steep?"}, "outputs": [{"text": "Three minutes."}]},
}
LONG = "a-name-that-does-not-end.and-another-long-label-in-the-middle.some-more.localhost"
MIXED = "xn--pple-43d.localhost"
REASON = "x" * 59 + " " + "y" * 60
ASK = """reason => { window.ai.request({ method: "ai_generate", params: {
    model: "openai/gpt-5-mini", reason, messages: [{ role: "user", content: "Hello" }],
    tools: ["search_notes", "a_second_tool_with_a_long_name"].map(name => ({ type: "function", function: { name, parameters: {} } })),
} }).catch(() => 0); }"""

WISH = """() => { window.wished = window.ai.requestPermissions(
    { "model:prompt": { budget: { usd: 0.2, period: "week" }, ratePerMinute: 20, expires: Date.now() + 6e8 } },
    { reason: "To answer letters" },
); }"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One Chromium for all screens; each test says whether it needs it connected."""
    need_chromium()
    with chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


@contextmanager
def tab(browser: Chromium, url: str) -> Iterator[Page]:
    """Open an address in a tab of its own."""
    page = browser.context.new_page()
    page.goto(url)
    try:
        yield page
    finally:
        page.close()


def test_first_run_sign_in_and_connecting(browser: Chromium, satchel: Satchel) -> None:
    browser.set_backend(satchel.url)
    page = browser.extension_page("options")
    with browser.context.expect_page() as opened:
        page.get_by_role("button", name=re.compile("^Connect")).click()
    window = opened.value
    window.get_by_label("Email").fill(EMAIL)
    window.get_by_label("Password").fill("not the password")
    window.get_by_role("button", name="Sign in").click()
    window.get_by_role("alert").wait_for()  # a wrong password must not close the browser's sign-in window
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Sign in").click()
    allow = window.get_by_role("button", name=re.compile("^Allow"))
    allow.wait_for()
    window.wait_for_function("() => [...document.querySelectorAll('button')].every(b => b.getAttribute('aria-disabled') !== 'true')")
    allow.click()
    page.get_by_text("Connected to your Satchel").wait_for()
    page.close()


def test_f4_window_ais_keys_and_sites_are_brought_over(browser: Chromium, satchel: Satchel, counting: CountingServer) -> None:
    config = {"id": "1", "auth": "key", "label": "Local", "models": [], "baseUrl": counting.base_url, "apiKey": "sk-of-long-ago"}
    site = {"domain": "https://chat.example", "path": "/a", "title": "Chat", "permissions": "allow"}
    kept = {"sync": {"configs-1": json.dumps(config)}, "local": {"origins-1": json.dumps(site), "transactions-7": json.dumps(OLD)}}
    with tab(browser, f"chrome-extension://{browser.extension_id}/options.html#settings") as page:
        page.get_by_text("Bring keys, sites and history over").click()
        page.get_by_label("Paste what was copied").fill(json.dumps(kept))
        page.get_by_label("chat.example").check()
        page.get_by_label("Keep old questions and answers").last.select_option("90")
        assert faults_of(page) == []
        page.get_by_role("button", name="Bring over").click()
        page.get_by_text("works", exact=False).last.wait_for()
        page.get_by_text("https://chat.example: allowed").wait_for()
        page.get_by_text("1 old question: in your activity").wait_for()
        assert faults_of(page) == []
        left = page.evaluate("async () => JSON.stringify([await chrome.storage.local.get(), await chrome.storage.session.get()])")
    assert "sk-of-long-ago" not in left, "keys go to the vault and stay nowhere else"
    with tab(browser, f"chrome-extension://{browser.extension_id}/options.html#settings") as page:
        kept_for = page.locator("select[aria-labelledby=keep-old-title]")
        kept_for.wait_for()
        assert kept_for.input_value() == "90"
    with tab(browser, f"chrome-extension://{browser.extension_id}/options.html#activity") as page:
        page.get_by_role("searchbox").fill("tea leaves")
        page.locator("tbody .linklike").click()
        page.get_by_text("Brought over from Window AI").wait_for()
        page.get_by_text("Three minutes.").wait_for()
        assert faults_of(page) == []
        with page.expect_download() as saved:
            page.get_by_role("button", name="JSON").click()
        assert "Three minutes." in saved.value.path().read_text()
        page.get_by_role("button", name="Forget this").click()
        page.get_by_role("button", name="Forget", exact=True).last.click()
        page.locator("tbody .linklike").wait_for(state="detached")
    assert "tea leaves" not in json.dumps(satchel.call(satchel.add_token(), "GET", "/v1/generations")), "it goes to no server"


def test_b9_keys_are_managed_by_keyboard_alone(browser: Chromium, satchel: Satchel, counting: CountingServer) -> None:
    with tab(browser, f"chrome-extension://{browser.extension_id}/options.html#keys") as page:
        page.get_by_label("Provider").select_option("custom")
        page.get_by_label("Address").fill(counting.base_url)
        page.get_by_label("Label").fill("second")
        page.keyboard.press("Enter")
        page.get_by_text(re.compile("accepts it")).wait_for()
        page.get_by_role("button", name="Delete second").focus()
        page.keyboard.press("Enter")
        page.get_by_role("dialog").wait_for()
        assert faults_of(page, ((1280, 800),)) == []
        page.keyboard.press("Escape")  # the safe button has the focus, and Esc is as safe
        page.get_by_role("dialog").wait_for(state="hidden")
        page.get_by_role("button", name="Delete second").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Keep it").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Delete second").wait_for(state="detached")


@pytest.mark.parametrize("host", [LONG, MIXED])
def test_the_consent_window(browser: Chromium, pages: tuple[str, object], host: str) -> None:
    with tab(browser, f"http://{host}:{pages[0].rsplit(':', 1)[1]}/ask.html") as page:
        with browser.context.expect_page() as opened:
            page.evaluate(ASK, REASON)
        window = opened.value
        window.get_by_role("button", name="Deny", exact=True).wait_for()
        window.get_by_role("heading", level=1).wait_for()  # Deny is there before it is known who asks
        assert faults_of(window, CONSENT) == []
        cut = window.evaluate("[...document.querySelectorAll('main .says, main h1, main li')].some(e => e.scrollWidth > e.clientWidth)")
        assert not cut, "something of the question is cut off"
        window.close()


def test_the_consent_window_says_what_the_site_itself_asks_for(browser: Chromium, pages: tuple[str, object]) -> None:
    with tab(browser, f"{pages[0]}/ask.html") as page:
        with browser.context.expect_page() as opened:
            page.evaluate(WISH)
        window = opened.value
        window.get_by_text("It asks for no more than").wait_for()
        assert faults_of(window, CONSENT) == []
        window.locator("summary").click()
        window.get_by_label("Requests a minute").fill("5")
        assert faults_of(window, CONSENT) == []
        press(window, "Always allow")
        granted = page.evaluate("window.wished")
    caveats = {caveat["type"]: caveat["value"] for caveat in granted["permissions"][0]["caveats"]}
    assert caveats["ratePerMinute"] == 5
    assert caveats["budget"] == {"usd": 0.2, "period": "week"}


def test_b9_a_site_that_was_told_no_can_be_blocked_by_keyboard_alone(browser: Chromium, satchel: Satchel) -> None:
    with tab(browser, f"{satchel.url}/demo") as page:
        page.get_by_text("asks first").first.wait_for()
        with browser.context.expect_page() as opened:
            page.get_by_role("button", name="Ask", exact=True).click()
        press(opened.value, "Deny")
        page.get_by_text("You said no.").wait_for()
        assert faults_of(page) == []
        with popup_of(browser, page) as popup:
            popup.get_by_role("radio", name="Ask").press("ArrowLeft")  # on to Allow, which is not chosen by that
            assert popup.get_by_role("radio", name="Allow").evaluate("radio => radio === document.activeElement && !radio.checked")
            popup.get_by_role("radio", name="Allow").press("ArrowLeft")
            popup.get_by_role("radio", name="Block").press("Space")
            popup.get_by_text("Blocked: it is not told why").wait_for()
            assert faults_of(popup, POPUP) == []


def test_b9_enter_space_and_escape_do_what_they_say(browser: Chromium, pages: tuple[str, object]) -> None:
    with tab(browser, f"{pages[0].replace('127.0.0.1', 'keys-only.localhost')}/ask.html") as page:
        with popup_of(browser, page) as popup:
            popup.locator(".pickbtn").press("Enter")
            popup.get_by_role("combobox", name="Search models").press("Escape")
            popup.locator(".pickbtn").press("Space")
            popup.get_by_role("combobox", name="Search models").fill("SmolLM2 135M")
            popup.keyboard.press("Enter")
            popup.locator(".pickbtn").wait_for()
            popup.get_by_role("button", name="Pause all sites").press("Space")
            popup.get_by_role("button", name="Let sites ask again").press("Enter")
            popup.get_by_role("button", name="Pause all sites").wait_for()
        with browser.context.expect_page() as opened:
            page.evaluate("() => { window.asking = window.ai.requestPermissions().catch(({ code }) => code) }")
        opened.value.get_by_role("heading", level=1).wait_for()
        with suppress(Error):  # the window goes before the key is up again
            opened.value.keyboard.press("Escape")
        assert page.evaluate("window.asking") == 4001


def test_models_are_compared_side_by_side(browser: Chromium, satchel: Satchel) -> None:
    with tab(browser, f"chrome-extension://{browser.extension_id}/options.html#compare") as page:
        page.get_by_role("button", name="Take SmolLM2 135M away").click()  # on a busy machine it takes its time
        page.get_by_role("textbox").fill("Count, please.")
        page.keyboard.press("Enter")
        page.get_by_role("region", name="count-3-0").get_by_text("1 2 3").wait_for()
        long = page.get_by_role("region", name="count-300-20")
        long.get_by_text("1 2 3").wait_for()
        page.get_by_role("button", name="Stop all").click()
        long.get_by_text("Stopped").wait_for()
        assert long.get_by_text("free", exact=True).count() == 1, "what a stopped answer cost is said"


def test_a_selection_is_asked_about_in_the_side_panel(browser: Chromium, satchel: Satchel, counting: CountingServer) -> None:
    info = "{ menuItemId: 'ask-about-selection', selectionText: 'Trams', pageUrl: 'https://a.example/x' }"
    with browser.context.expect_page() as opened:  # where no panel may be opened, as without a person's gesture, it is a tab
        browser.context.service_workers[0].evaluate(f"chrome.contextMenus.onClicked.dispatch({info}, {{}})")
    page = opened.value
    page.get_by_text("Selection from a.example").wait_for()
    page.get_by_role("button", name="SmolLM2 135M").press("Enter")
    page.get_by_role("combobox", name="Search models").fill("count-3-0")
    page.keyboard.press("Enter")
    before = counting.asked
    page.get_by_role("textbox").fill("How many are there?")
    page.keyboard.press("Enter")
    page.get_by_text("1 2 3").wait_for()
    page.get_by_text("3 tokens").wait_for()
    assert counting.asked == before + 1
    assert page.get_by_text("Selection from").count() == 0, "the next question is not about it"
    page.close()


def test_models_are_marked_and_narrowed(browser: Chromium, satchel: Satchel) -> None:
    with tab(browser, f"chrome-extension://{browser.extension_id}/options.html#models") as page:
        star = page.get_by_role("button", name="Favourite: SmolLM2 135M", exact=True)
        star.click()
        page.get_by_role("button", name="Favourites", exact=True).click()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_role("button", name="Favourites", exact=True).click()
        page.get_by_role("searchbox").fill("smollm2 135m")
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_label("What may happen to your words").select_option("here")
        page.get_by_label("Price of a million tokens of answer").select_option("free")
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_role("button", name="Images").click()
        page.get_by_role("button", name="Show all").click()
        star.click()  # and not any more
        expect(star).to_have_attribute("aria-pressed", "false")


def test_b7_activity_is_searched_saved_and_forgotten(browser: Chromium, satchel: Satchel) -> None:
    token = satchel.add_token()
    newest = satchel.call(token, "GET", "/v1/generations")["data"][0]
    with tab(browser, f"{satchel.url}/#/activity") as portal:
        portal.get_by_role("searchbox").fill(newest["id"])
        expect(portal.locator("tbody tr")).to_have_count(1)
        assert faults_of(portal) == []
        assert [each["id"] for each in json.loads(file_of(portal, "JSON"))] == [newest["id"]]
    with tab(browser, f"chrome-extension://{browser.extension_id}/options.html#activity") as page:
        page.get_by_role("searchbox").fill(newest["id"])
        expect(page.locator("tbody tr")).to_have_count(1)
        [row] = csv.DictReader(file_of(page, "CSV").splitlines())
        told = {name: row[name] for name in ("id", "model", "status", "output_tokens")}
        assert told == {name: str(newest.get(name, newest["usage"].get(name))) for name in told}
        page.locator("tbody .linklike").click()
        page.get_by_role("button", name="Forget this").click()
        page.get_by_role("button", name="Forget", exact=True).last.click()
        page.locator("tbody tr").wait_for(state="detached")
    assert newest["id"] not in json.dumps(satchel.call(token, "GET", "/v1/generations"))


def file_of(page: Page, button: str) -> str:
    """Press a button that saves a file; return what is in it."""
    with page.expect_download() as saved:
        page.get_by_role("button", name=button, exact=True).click()
    return Path(saved.value.path()).read_text()
