"""The page of an error: it says what happened, and leads on from there."""

import html
import re

from tests.doors.portal.house import BASE, OURS, Flow, House

ELSEWHERE = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}


def way_on(page: str) -> tuple[str, str]:
    """Return the words and the address of the page's one button."""
    (found,) = re.findall(r'<a class="btn primary[^"]*" href="([^"]*)">([^<]*)</a>', page)
    return html.unescape(found[1]), html.unescape(found[0])


async def test_a_request_that_cannot_be_used_leads_home(quick: House) -> None:
    await quick.sign_in()
    for address, status in (
        (Flow().address(client_id="nobody"), 400),
        (f"/oauth/authorize?{'x' * 9000}", 400),
        ("/sign-up", 404),
        ("/sign-in/with/nobody", 404),
    ):
        page = await quick.browser.get(address)
        assert (page.status_code, way_on(page.text)) == (status, ("Go to your Satchel", "/")), address


async def test_a_form_from_elsewhere_leads_to_the_page_that_it_imitated(quick: House) -> None:
    await quick.sign_in()
    address = Flow().address()
    for path, sent, leads in (
        (address, ELSEWHERE, address),
        (address, OURS, address),  # without the token of our own form
        ("/device", ELSEWHERE, "/device"),
        ("/sign-in/code", ELSEWHERE, "/sign-in"),  # no page of its own
        ("/setup", ELSEWHERE, "/sign-in"),
    ):
        page = await quick.browser.post(path, data={"token": "none", "decision": "allow", "next": "https://evil.example"}, headers=sent)
        assert (page.status_code, way_on(page.text)) == (403, ("Open the page", leads)), path
        again = await quick.browser.get(leads, follow_redirects=True)
        assert (again.status_code, str(again.url).startswith(BASE)) in ((200, True), (503, True)), "the portal need not be built"


async def test_too_many_attempts_lead_to_another_one_after_the_wait(quick: House) -> None:
    await quick.sign_in()
    address = "/sign-in/with/github"
    for _ in range(200):
        page = await quick.new_browser().get(address)
        if page.status_code != 303:
            break
    assert (page.status_code, way_on(page.text)) == (429, ("Try again", address))
    assert int(page.headers["retry-after"]) > 0
