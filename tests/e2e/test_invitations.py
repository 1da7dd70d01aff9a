"""Real Chromium: the owner invites somebody, who makes an account by the link in a browser of their own."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect
from tests.doors.served import Served, served
from tests.e2e.chromium import binary
from tests.e2e.conftest import need

from satchel.doors.portal.built import BUILT

pytestmark = [pytest.mark.browser]

OWNER, GUEST = ("owner@satchel.example", "a long enough password"), ("ada@satchel.example", "another long password")


async def test_the_owner_invites_and_the_guest_makes_an_account_by_the_link(tmp_path: Path) -> None:
    need("Chromium", binary() is not None)
    need("the built portal", (BUILT / "index.html").exists())
    async with served(tmp_path / "home", sign_up="invite") as house, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary(), args=["--no-sandbox"])
        try:
            owner = await (await browser.new_context(permissions=["clipboard-read", "clipboard-write"])).new_page()
            guest = await (await browser.new_context()).new_page()
            await join(guest, await invited(owner, house))
            await seen(owner, house)
            await revoked(owner, guest, house)
        finally:
            await browser.close()


async def made(page: Page, name: str) -> str:
    """Make a link for somebody, and copy it."""
    await page.get_by_label("Whom is it for?").fill(name)
    await page.get_by_role("button", name="Make a link").click()
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied: str = await page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"/setup/[\w-]{40,}$", copied)
    return copied


async def invited(page: Page, house: Served) -> str:
    await page.goto(house.url)
    await page.get_by_label("Email").fill(OWNER[0])
    await page.get_by_label("Password").fill(OWNER[1])
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("link", name="Invitations").click()
    await expect(page.get_by_text("Nobody is invited")).to_be_visible()
    link = await made(page, "Ada")
    await page.get_by_role("button", name="I have it").click()
    await expect(page.get_by_text("waits, good until")).to_be_visible()
    return link


async def join(page: Page, link: str) -> None:
    await page.goto(link)
    await page.get_by_label("Email").fill(GUEST[0])
    await page.get_by_label("Password", exact=True).fill("password12")
    await expect(page.get_by_role("status")).to_contain_text("Weak", timeout=20_000)
    await page.get_by_label("Password", exact=True).fill(GUEST[1])
    await expect(page.get_by_role("status")).to_contain_text("hard to guess", timeout=20_000)
    await page.get_by_label("Password again").fill(GUEST[1])
    await page.get_by_role("button", name="Make account", exact=True).click()
    await expect(page.get_by_role("heading", name="Home")).to_be_visible(timeout=20_000)
    await expect(page.locator("main").get_by_text(GUEST[0])).to_be_visible()
    await expect(page.get_by_role("link", name="Invitations")).to_have_count(0)
    await page.goto(f"{page.url.partition('#')[0]}#/invitations")
    await expect(page.get_by_text("only the owner of this Satchel invites people")).to_be_visible()


async def seen(page: Page, house: Served) -> None:
    await page.reload()
    await expect(page.get_by_text(f"{GUEST[0]} made an account")).to_be_visible(timeout=20_000)
    await page.goto(f"{house.url}/#/audit")
    await expect(page.get_by_text("Somebody invited made an account")).to_be_visible()


async def revoked(page: Page, guest: Page, house: Served) -> None:
    """Revoke an invitation that waits: its link says that it is no good, before anything is typed."""
    await page.goto(f"{house.url}/#/invitations")
    link = await made(page, "Bo")
    await page.get_by_role("button", name="Revoke Bo", exact=True).click()
    await page.get_by_role("button", name="Revoke Bo for good").click()
    await expect(page.get_by_text("The invitation for Bo is revoked.")).to_be_visible()
    await guest.goto(link)
    await expect(guest.get_by_text("This set-up link was used or is too old")).to_be_visible()
