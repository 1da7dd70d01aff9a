"""A browser without Satchel: pages of 2023 get the original's error, and the demo says what to do."""

import queue
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from tests.e2e.chromium import binary
from tests.e2e.conftest import need_chromium
from tests.stage import Satchel

pytestmark = [pytest.mark.browser, pytest.mark.model]
Pages = tuple[str, "queue.Queue[tuple[str, Any]]"]


def test_a_page_without_the_extension_gets_the_original_error_and_the_demo_says_how(satchel: Satchel, pages: Pages) -> None:
    need_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary(), args=["--no-sandbox"])
        try:
            page = browser.new_page()
            page.goto(f"{pages[0]}/ask.html")
            page.wait_for_function("window.ask")
            assert page.evaluate("window.ask('Hello')") == "failed"
            assert page.evaluate("window.error.message") == "window.ai not found"
            page.goto(f"{satchel.url}/demo")
            page.get_by_text("install", exact=False).first.wait_for(timeout=10_000)
        finally:
            browser.close()
