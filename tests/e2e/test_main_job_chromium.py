"""The main job in real Chromium: a page with the unmodified npm package asks, the person answers, the real built-in model speaks."""

import os
import queue
import shutil
import signal
import subprocess
import time
import urllib.error
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page
from tests.e2e.chromium import EXTENSION, SWITCHES, Chromium, chromium, press
from tests.e2e.counting_server import CountingServer, text_of
from tests.stage import Satchel

pytestmark = [pytest.mark.browser, pytest.mark.model]
Pages = tuple[str, "queue.Queue[tuple[str, Any]]"]


KEPT_ANEW = """async () => {
    for (let tries = 0; tries < 300; tries++) {
        const { access } = await chrome.storage.session.get("access");
        if (access) return [(await chrome.storage.local.get("refresh")).refresh, access];
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}"""


def open_page(browser: Chromium, pages: Pages) -> Page:
    """Open the page that asks."""
    page = browser.context.new_page()
    page.goto(f"{pages[0]}/ask.html")
    page.wait_for_function("window.ask")
    return page


def wait_for_state(page: Page, *states: str) -> None:
    """Wait until the page's call is in one of the states."""
    page.wait_for_function("states => states.includes(window.state)", arg=list(states), timeout=60_000)


def last_generation(satchel: Satchel, token: str) -> dict[str, Any]:
    """Return the newest entry of the ledger."""
    entry: dict[str, Any] = satchel.call(token, "GET", "/v1/generations?limit=1")["data"][0]
    return entry


def model_process(satchel: Satchel) -> psutil.Process:
    """Return the child in which llama.cpp runs: the one that holds the most memory."""
    assert satchel.process is not None
    return max(psutil.Process(satchel.process.pid).children(recursive=True), key=lambda child: child.memory_info().rss)


def is_busy(process: psutil.Process) -> bool:
    """Tell whether a process uses more than a fifth of a core over half a second."""
    before = sum(process.cpu_times()[:2])
    time.sleep(0.5)
    return bool(sum(process.cpu_times()[:2]) - before > 0.1)


def test_f1_a_page_reads_a_streamed_answer_of_the_real_model_after_allow_once(connected: Chromium, satchel: Satchel, pages: Pages) -> None:
    page = open_page(connected, pages)
    window = connected.consent_window("window.ask('Say hello to the newcomer.', {maxTokens: 40})", page)
    window.get_by_role("heading", level=1).filter(has_text=pages[0].removeprefix("http://")).wait_for()
    press(window, "Allow once")
    wait_for_state(page, "done", "failed")
    assert page.evaluate("window.error") is None
    deltas, answer = page.evaluate("[window.deltas, window.result]")
    assert len(deltas) > 3
    assert all(delta["isPartial"] is True for delta in deltas)
    assert deltas[-1]["at"] - deltas[0]["at"] > 20, "the answer came in one piece"
    assert answer == {"message": {"role": "assistant", "content": "".join(delta["message"]["content"] for delta in deltas)}}
    entry = last_generation(satchel, satchel.add_token())
    assert (entry["status"], entry["provider"], entry["origin"]) == ("finished", "builtin", pages[0])
    assert entry["usage"]["output_tokens"] > 3


def test_allow_once_is_good_for_one_call_only(connected: Chromium, pages: Pages) -> None:
    page = open_page(connected, pages)
    press(connected.consent_window("window.ask('Hello', {maxTokens: 5})", page), "Allow once")
    wait_for_state(page, "done")
    again = connected.consent_window("window.ask('Hello again', {maxTokens: 5})", page)
    press(again, "Deny")
    wait_for_state(page, "failed")


def test_denying_rejects_with_the_original_bare_string(connected: Chromium, pages: Pages) -> None:
    page = open_page(connected, pages)
    press(connected.consent_window("window.ask('May I?')", page), "Deny")
    wait_for_state(page, "failed")
    assert page.evaluate("window.error === window.ErrorCode.PermissionDenied")
    assert page.evaluate("window.handlerError") == "PERMISSION_DENIED"
    assert page.evaluate("window.deltas.length") == 0


def test_b1_closing_the_consent_window_is_deny(connected: Chromium, pages: Pages) -> None:
    page = open_page(connected, pages)
    connected.consent_window("window.ask('May I?')", page).close()
    wait_for_state(page, "failed")
    assert page.evaluate("window.error") == "PERMISSION_DENIED"


def test_closing_the_tab_in_mid_stream_stops_the_model_server(connected: Chromium, satchel: Satchel, pages: Pages) -> None:
    page = open_page(connected, pages)
    window = connected.consent_window("window.ask('Tell a very long story about the sea.', {maxTokens: 900})", page)
    press(window, "Always allow")
    wait_for_state(page, "streaming")
    process = model_process(satchel)
    assert is_busy(process), "the model should be writing"
    page.close()
    patient_until_s = time.monotonic() + 5.0  # nine hundred tokens take longer, on any machine
    while is_busy(process):
        assert time.monotonic() < patient_until_s, "the model server went on after its page was closed"
    entry = last_generation(satchel, satchel.add_token())
    assert entry["status"] == "cancelled"
    assert 0 < entry["usage"]["output_tokens"] < 900


def extension_renderers(root: psutil.Process) -> list[psutil.Process]:
    """Return the renderer processes in which extensions run."""
    return [child for child in root.children(recursive=True) if "--extension-process" in " ".join(child.cmdline())]


def test_a16_a_killed_service_worker_is_invisible_to_the_page(
    tmp_path: Path, satchel: Satchel, counting: CountingServer, pages: Pages
) -> None:
    """No debugger is attached: the profile is prepared in a driven browser, the test itself runs in an undriven one."""
    address, reports = pages
    hung_up_before = len(counting.hung_up)
    profile = tmp_path / "profile"
    with chromium(profile) as prepared:
        prepared.connect(satchel).close()
    satchel.call(satchel.add_token(), "PUT", "/v1/grants", {"origin": address, "state": "allowed"})
    binary = shutil.which("chromium") or "chromium"
    loaded = [f"--disable-extensions-except={EXTENSION}", f"--load-extension={EXTENSION}"]
    arguments = [binary, "--headless=new", *SWITCHES, *loaded, f"--user-data-dir={profile}", f"{address}/ask.html?auto=lab:count-300-20"]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        first, facts = reports.get(timeout=40)
        assert first == "streaming", (facts, satchel.log[-3000:])
        victims = extension_renderers(psutil.Process(process.pid))
        assert victims, "no extension process found"
        for victim in victims:
            os.kill(victim.pid, signal.SIGKILL)
        what, end = reports.get(timeout=60)
    finally:
        process.terminate()
        process.wait(10)
    assert (what, end["state"], end.get("error")) == ("ended", "done", None)
    assert end["text"] == text_of(300)
    assert "".join(end["deltas"]) == end["text"]
    assert counting.hung_up[hung_up_before:] == [], "the generation was started anew"


def test_the_sign_in_is_bound_to_a_key_and_outlives_a_worker_that_died_before_it_kept_a_refresh(
    connected: Chromium, satchel: Satchel
) -> None:
    """A worker keeps nothing but its storage: this puts back just what one would leave that died between the answer and keeping it."""
    page = connected.extension_page("options")

    def refreshed() -> tuple[str, dict[str, Any]]:
        page.evaluate("() => chrome.storage.session.remove('access')")
        page.reload()
        refresh, access = page.evaluate(KEPT_ANEW)
        return refresh, access

    before, _ = refreshed()
    first, access = refreshed()
    assert access["server"]["issuer"] == satchel.url
    with pytest.raises(urllib.error.HTTPError) as refused:
        satchel.call(access["token"], "GET", "/v1/models")
    assert (refused.value.code, b"proof_invalid" in refused.value.read()) == (401, True)
    page.evaluate("before => chrome.storage.local.set({ refresh: before })", before)
    again, access_again = refreshed()
    assert access_again["token"] == access["token"], "the server tells the same key the same again"
    assert again not in (before, first)
    refreshed()
