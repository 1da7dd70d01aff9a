"""What a person does by hand with keys and data, in real Chromium: in the extension's settings, in the portal, and what a page sees."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request
from tests.e2e.chromium import Chromium, chromium, sign_in
from tests.e2e.conftest import need_chromium
from tests.e2e.counting_server import RIGHT_KEY, CountingServer, text_of
from tests.stage import EMAIL, Satchel

pytestmark = [pytest.mark.browser, pytest.mark.model]
STORED = """async () => JSON.stringify(await Promise.all(["local", "sync", "session"].map((area) => chrome.storage[area].get())))"""
WALK = """(needle) => {
    const seen = new Set();
    const queue = [["window", window], ["document", document], ["storage", [{ ...localStorage }, { ...sessionStorage }, document.cookie]]];
    const found = document.documentElement.outerHTML.includes(needle) ? ["DOM"] : [];
    for (const [path, thing] of queue) {
        if (typeof thing === "string" && thing.includes(needle)) found.push(path);
        if (thing === null || !["object", "function"].includes(typeof thing) || seen.has(thing) || seen.size > 50_000) continue;
        seen.add(thing);
        for (const name of Reflect.ownKeys(thing)) {
            try { queue.push([`${path}.${String(name)}`, thing[name]]); } catch { /* a getter that wants another object */ }
        }
    }
    return found;
}"""


@pytest.fixture(scope="module")
def browser(satchel: Satchel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for all of it, connected and signed in."""
    need_chromium()
    with chromium(tmp_path_factory.mktemp("profile")) as running:
        running.connect(satchel).close()
        yield running


def section(browser: Chromium, name: str) -> Page:
    """Open a section of the settings."""
    page = browser.context.new_page()
    page.goto(f"chrome-extension://{browser.extension_id}/options.html#{name}")
    return page


def wait_for(page: Page, text: str) -> None:
    """Wait until the page shows a text; some have it once more for narrow screens."""
    page.get_by_text(text).locator("visible=true").first.wait_for()


def add_key(page: Page, address: str, label: str) -> None:
    """Fill in the form for a key, which is the same here and in the portal, and save."""
    page.get_by_label("Provider", exact=True).select_option(label="OpenAI")
    assert page.get_by_role("link", name="platform.openai.com").get_attribute("href") == "https://platform.openai.com/account/api-keys"
    page.get_by_label("Provider", exact=True).select_option(label="Custom server")
    page.get_by_label("Address", exact=True).fill(address)
    secret = page.get_by_label("Key", exact=True)
    assert secret.get_attribute("type") == "password"
    secret.fill(RIGHT_KEY)
    page.get_by_label("Label", exact=True).fill(label)
    page.get_by_role("button", name="Save key").click()
    for shown in (label, f"…{RIGHT_KEY[-4:]}", address.split("/")[2]):
        wait_for(page, shown)
    assert secret.input_value() == ""
    assert RIGHT_KEY not in page.content()


def test_b8_keys_the_default_model_and_the_connection(browser: Chromium, satchel: Satchel, counting: CountingServer) -> None:
    page = section(browser, "keys")
    add_key(page, counting.base_url, "own")
    page.goto(page.url.split("#")[0] + "#models")
    page.get_by_text("SmolLM2 135M", exact=True).first.wait_for()
    page.get_by_role("button", name="Use count-3-0", exact=True).first.click()
    page.get_by_role("button", name="Use SmolLM2 135M", exact=True).first.wait_for()
    assert satchel.call(satchel.add_token(), "GET", "/v1/account")["preferred_model"].endswith("count-3-0")
    page.goto(page.url.split("#")[0] + "#settings")
    page.get_by_text(EMAIL).first.wait_for()
    page.get_by_role("button", name="Change").click()
    page.get_by_role("button", name="Disconnect").click()
    page.get_by_role("button", name="Disconnect").wait_for(state="detached")
    with browser.context.expect_page() as opened:
        page.get_by_role("button", name="Connect", exact=True).click()
    sign_in(opened.value)
    page.get_by_text(EMAIL).first.wait_for()
    page.close()


def test_e1_a_page_that_a_key_answers_finds_it_nowhere(
    browser: Chromium, satchel: Satchel, counting: CountingServer, pages: tuple[str, Any]
) -> None:
    satchel.add_server(counting.base_url, "guarded", RIGHT_KEY)
    satchel.call(satchel.add_token(), "PUT", "/v1/grants", {"origin": pages[0], "state": "allowed"})
    said: list[str] = []
    browser.context.on("console", lambda message: said.append(message.text))
    page = browser.context.new_page()

    def note(request: Request) -> None:
        said.append(f"{request.url} {request.headers} {request.post_data}")

    page.on("request", note)
    page.goto(f"{pages[0]}/hostile.html")
    page.wait_for_function("window.ai !== undefined")
    answer = page.evaluate("window.hostile.generate('hi', { model: 'guarded:refuse' })")
    assert answer["text"] == text_of(3), "the model answers the right key only"
    page.evaluate("(answer) => { window.kept = { deep: [answer] } }", answer)
    assert "window.kept.deep.0.text" in page.evaluate(WALK, answer["text"])
    assert page.evaluate(WALK, RIGHT_KEY) == []
    assert any("hostile.js" in line for line in said)
    stored = browser.context.service_workers[0].evaluate(STORED)
    assert satchel.url in stored
    kept = {str(path): path.read_bytes() for path in satchel.home.rglob("*") if path.is_file()}
    assert RIGHT_KEY not in "\n".join((*said, stored, satchel.log))
    assert [path for path, content in kept.items() if RIGHT_KEY.encode() in content] == []
    page.close()


def test_e3_keys_sites_usage_sign_ins_and_the_way_out_in_the_portal(
    browser: Chromium, satchel: Satchel, counting: CountingServer, pages: tuple[str, Any], tmp_path: Path
) -> None:
    page = browser.context.new_page()
    page.goto(f"{satchel.url}/#/keys")
    add_key(page, counting.base_url, "carried")
    page.goto(f"{satchel.url}/#/sites")
    wait_for(page, pages[0].removeprefix("http://"))
    page.goto(f"{satchel.url}/#/activity")
    wait_for(page, "refuse")
    page.goto(f"{satchel.url}/#/security")
    wait_for(page, "Chrom")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    download.value.save_as(tmp_path / "mine.json")
    text = (tmp_path / "mine.json").read_text()
    assert json.loads(text)["account"]["email"] == EMAIL
    assert pages[0] in text
    assert RIGHT_KEY not in text
    token = satchel.add_token()
    page.get_by_role("button", name="Delete my account…").click()
    page.get_by_label("Type your email to delete it").fill(EMAIL)
    page.get_by_role("button", name="Delete account", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" in url or "/setup" in url)
    with pytest.raises(OSError, match="401"):
        satchel.call(token, "GET", "/v1/account")
    page.close()
