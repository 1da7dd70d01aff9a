"""Real Chromium: a web app that nobody registered asks, the person narrows and allows it, and takes it back in the portal."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright, expect
from tests.doors.portal.house import Flow
from tests.doors.served import ASK, Served, served
from tests.doors.socket.test_socket import bare
from tests.e2e.chromium import binary
from tests.e2e.conftest import need

from satchel.doors.portal.built import BUILT

pytestmark = [pytest.mark.browser]

DOCUMENT = "https://notes.example/app.json"
TRADE = """async ([address, form]) => {
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(form) });
  return await answer.json();
}"""
MODELS = """async ([address, token]) => (await fetch(address, { headers: { Authorization: `Bearer ${token}` } })).status"""


@asynccontextmanager
async def app_page() -> AsyncGenerator[str, None]:
    """Serve the app's page on this computer; yield the address that it is sent back to."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Notes</title><p>Notes</p>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/back", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/back"
    finally:
        await runner.cleanup()


async def allowed(page: Page, house: Served, flow: Flow, back: str) -> dict[str, str]:
    """Sign in, set terms, allow; return what the app was told."""
    await page.goto(house.url + flow.address(client_id=DOCUMENT, redirect_uri=back, scope="generate models"))
    await page.get_by_label("Email").fill("owner@satchel.example")
    await page.get_by_label("Password").fill("a long enough password")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading")).to_contain_text("notes.example")
    await expect(page.get_by_text("nobody has checked that")).to_be_visible()
    await expect(page.get_by_text("a program on this computer")).to_be_visible()
    await page.get_by_label("Model").select_option(label="Any of my models")
    await page.get_by_label("Budget").first.fill("0.25")
    await page.get_by_label("How often the budget starts anew").select_option("week")
    await page.get_by_label("Until").select_option("7")
    allow = page.get_by_role("button", name="Allow")
    await expect(allow).not_to_have_attribute("aria-disabled", "true")
    await allow.click()
    await page.wait_for_url(f"{back}?*")
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


async def test_an_unknown_app_is_narrowed_allowed_and_taken_back(tmp_path: Path) -> None:
    need("Chromium", binary() is not None)
    need("the built portal", (BUILT / "index.html").exists())
    async with app_page() as back:

        async def document(address: str) -> bytes:
            assert address == DOCUMENT
            return json.dumps({"client_id": DOCUMENT, "client_name": "Notes", "redirect_uris": [back]}).encode()

        async with served(tmp_path / "home", fetch_document=document) as house, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=binary(), args=["--no-sandbox"])
            try:
                await journey(await browser.new_page(), house, back)
            finally:
                await browser.close()


async def journey(page: Page, house: Served, back: str) -> None:
    flow = Flow("st")
    told = await allowed(page, house, flow, back)
    assert (told["state"], told["iss"]) == ("st", house.url)
    form = flow.redemption(told["code"], client_id=DOCUMENT, redirect_uri=back)
    tokens = await page.evaluate(TRADE, [f"{house.url}/oauth/token", form])  # the page itself, across origins
    assert tokens["scope"] == "generate models"
    assert await page.evaluate(MODELS, [f"{house.url}/v1/models", tokens["access_token"]]) == 200
    _, grants = await house.call("GET", "/v1/grants")
    (grant,) = grants["data"]
    assert grant["origin"] == "https://notes.example"
    assert (grant["caveats"]["budget"]["cap_nusd"], grant["caveats"]["budget"]["period"]) == (250_000_000, "week")
    asked = {"model": "lab:hello", "messages": ASK}
    assert (await house.call("POST", "/v1/chat/completions", asked, token=tokens["access_token"]))[0] == 200
    async with bare(house) as client:
        await client.say("hello", token=tokens["access_token"])
        assert (await client.hear())["type"] == "welcome"
        await taken_back(page, house)
        clicked_s = time.monotonic()
        assert await client.closed() == 4401
        assert time.monotonic() - clicked_s <= 1
    assert (await house.call("GET", "/v1/models", token=tokens["access_token"]))[0] == 401
    form = {"grant_type": "refresh_token", "client_id": DOCUMENT, "refresh_token": tokens["refresh_token"]}
    async with house.http.post(f"{house.url}/oauth/token", data=form) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_grant")


async def taken_back(page: Page, house: Served) -> None:
    """Open the portal and revoke the site."""
    await page.goto(f"{house.url}/#/sites")
    row = page.get_by_role("row").filter(has_text="notes.example")
    await expect(row).to_be_visible(timeout=15_000)
    await row.get_by_role("button", name="Revoke").click()
    await asyncio.sleep(0)
