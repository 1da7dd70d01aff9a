"""The main job in real Firefox: the same page, the same consent window, the same real model."""

import queue
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx2
import psutil
import pytest
from selenium.webdriver.common.by import By
from tests.e2e.conftest import need
from tests.e2e.firefox import EXTENSION, UUID, Firefox, firefox, until
from tests.stage import EMAIL, PASSWORD, Satchel
from tests.vault_client import letter, switch

pytestmark = [pytest.mark.browser, pytest.mark.model]
Pages = tuple[str, "queue.Queue[tuple[str, Any]]"]


@pytest.fixture(scope="module")
def fox(satchel: Satchel) -> Iterator[Firefox]:
    """A Firefox with the extension, connected."""
    need("Firefox", shutil.which("firefox-esr") is not None or shutil.which("firefox") is not None)
    need("extension/.output/firefox-mv3", EXTENSION.exists())
    with firefox() as browser:
        browser.connect(satchel)
        yield browser


@pytest.fixture
def page(fox: Firefox, pages: Pages) -> Firefox:
    """The page that asks."""
    fox.back()
    fox.driver.get(f"{pages[0]}/ask.html")
    until(lambda: fox.driver.execute_script("return typeof window.ask === 'function'"), "the page")
    return fox


def newest(satchel: Satchel) -> dict[str, Any]:
    """Return the newest entry of the ledger."""
    entry: dict[str, Any] = satchel.call(satchel.add_token(), "GET", "/v1/generations?limit=1")["data"][0]
    return entry


def test_the_sign_in_of_firefox_is_bound_to_a_key(page: Firefox, satchel: Satchel) -> None:
    with closing(sqlite3.connect(satchel.home / "data" / "satchel.db")) as database:
        kept = database.execute("SELECT kind, key_hash IS NOT NULL FROM tokens WHERE client_id = 'satchel-extension'").fetchall()
    assert sorted(set(kept)) == [("access", 1), ("refresh", 1)]


def test_denying_in_firefox_rejects_with_the_original_bare_string(page: Firefox, pages: Pages) -> None:
    page.driver.get(f"{pages[0]}/ask.html".replace("127.0.0.1", "localhost"))  # another origin: a no is remembered for a minute
    until(lambda: page.driver.execute_script("return typeof window.ask === 'function'"), "the page")
    page.consent_window("window.ask('May I?')")
    page.press("Deny")
    assert page.state("failed", "done") == "failed"
    assert page.driver.execute_script("return window.error === window.ErrorCode.PermissionDenied")


def test_f1_a_page_in_firefox_reads_a_streamed_answer_of_the_real_model(page: Firefox, satchel: Satchel, pages: Pages) -> None:
    page.consent_window("window.ask('Say hello to the newcomer.', {maxTokens: 40})")
    page.press("Allow once")
    assert page.state("failed", "done") == "done", page.driver.execute_script("return String(window.error)")
    deltas, answer = page.driver.execute_script("return [window.deltas, window.result]")
    assert len(deltas) > 3
    assert all(delta["isPartial"] for delta in deltas)
    assert deltas[-1]["at"] - deltas[0]["at"] > 20, "the answer came in one piece"
    assert answer["message"]["content"] == "".join(delta["message"]["content"] for delta in deltas)
    entry = newest(satchel)
    assert (entry["status"], entry["provider"], entry["origin"]) == ("finished", "builtin", pages[0])


def test_closing_the_tab_in_mid_stream_in_firefox_stops_the_model_server(page: Firefox, satchel: Satchel, pages: Pages) -> None:
    page.driver.switch_to.new_window("tab")
    tab = page.driver.current_window_handle
    page.driver.get(f"{pages[0]}/ask.html")
    until(lambda: page.driver.execute_script("return typeof window.ask === 'function'"), "the page")
    page.consent_window("window.ask('Tell a very long story about the sea.', {maxTokens: 900})")
    page.press("Always allow")
    page.driver.switch_to.window(tab)
    until(lambda: page.driver.execute_script("return window.state === 'streaming'"), "the stream", 60)
    page.driver.close()
    page.back()
    until(lambda: newest(satchel)["status"] == "cancelled", "the cancelled entry", 10)
    assert satchel.process is not None
    child = max(psutil.Process(satchel.process.pid).children(recursive=True), key=lambda process: process.memory_info().rss)
    assert child.cpu_percent(interval=1.0) < 20


def test_a_passkey_opens_the_vault_through_the_portal_and_the_extension_goes_on(fox: Firefox, satchel: Satchel) -> None:
    portal, dek = Portal(satchel), secrets.token_bytes(32)
    ways = (("passphrase", "p"), ("recovery", "r"), ("passkey_prf", "k"))
    portal.call("PUT", "locked-mode", switch(portal.call("POST", "locked-mode/begin"), dek, ways))
    portal.call("POST", "lock")
    fox.back()
    fox.driver.get("about:blank")  # the first-run page would stay where only the fragment changes
    fox.driver.get(f"moz-extension://{UUID}/options.html#keys")
    known = set(fox.driver.window_handles)
    fox.press("Unlock with passkey")
    fox.to_new_window(known)
    fox.sign_in()
    for_all = until(lambda: fox.driver.find_element(By.XPATH, "//label[contains(., 'Also for my other apps')]/input"), "the portal")
    assert for_all.is_selected()
    fox.back()
    assert "Go on in the tab that has opened" in fox.driver.find_element(By.TAG_NAME, "body").text
    challenge = portal.call("POST", "unlock/begin")  # no robot has a passkey for this browser
    portal.call("POST", "unlock", {"unlock_id": challenge["unlock_id"], "sealed": letter(challenge, dek), "everywhere": True})
    until(lambda: "Your vault is unlocked" in fox.driver.find_element(By.TAG_NAME, "body").text, "the extension to notice")
    portal.call("DELETE", "locked-mode")


class Portal:
    """The portal in another browser, signed in, at the doors of the vault."""

    def __init__(self, satchel: Satchel) -> None:
        self.url = satchel.url
        self.headers = {"origin": satchel.url, "sec-fetch-site": "same-origin", "x-satchel-csrf": "1"}
        form = {"email": EMAIL, "password": PASSWORD}
        reply = httpx2.post(f"{self.url}/sign-in", data=form, headers=self.headers)
        self.headers["cookie"] = reply.headers["set-cookie"].partition(";")[0]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Call a door; return its JSON."""
        reply = httpx2.request(method, f"{self.url}/portal/api/vault/{path}", json=body, headers=self.headers)
        assert reply.is_success, reply.text
        return reply.json()
