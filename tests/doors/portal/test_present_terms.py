"""A site that is allowed already finds its own terms on the consent page, field by field, whichever page asks."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from tests.doors.portal.house import PASSWORD, Flow, House
from tests.doors.portal.test_auth import address
from tests.doors.portal.test_consent_proofs import (
    Door,
    account_of,
    app_page,
    device_page,
    exchange_page,
    extension_page,
    grants,
    is_in,
    press,
)

from satchel.domain.budgets import Period
from satchel.domain.grants import BudgetCaveat, Caveats, Grant, GrantState

SITES = {exchange_page: "http://localhost:3000", app_page: "https://notes.example", device_page: "https://notes.example"}
LATER = datetime(2027, 3, 5, 14, 30, tzinfo=UTC)
DEFAULTS = {"model": "author/slug", "budget": "1.00", "period": "day", "days": "30"}


def budget(cap_nusd: int, period: Period = Period.WEEK) -> BudgetCaveat:
    return BudgetCaveat(cap_nusd, period)


def chosen(page: str) -> dict[str, str]:
    """Return what the page shows as chosen, as a browser would send it."""
    found = {"budget": unescape(re.findall(r'name="budget"[^>]* value="([^"]*)"', page)[0])}
    for name, options in re.findall(r'<select[^>]* name="([a-z]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        (found[name],) = re.findall(r'<option value="([^"]+)" selected>', options)
    return found


async def allowed(home: House, origin: str, caveats: Caveats, state: GrantState = GrantState.ALLOWED) -> None:
    account_id = (await account_of(home)).id
    await home.policy.put(Grant("grant_1", account_id, origin, state, home.clock.now(), caveats=caveats))


@pytest.mark.parametrize(
    ("caveats", "field", "value"),
    [
        (Caveats(("author/slug",), budget(1), expires_at=LATER), "model", "author/slug"),
        (Caveats(None, budget(1), expires_at=LATER), "model", "*"),
        (Caveats(None, budget(1), expires_at=LATER, local_only=True), "model", "present"),
        (Caveats(("author/slug",), budget(1), expires_at=LATER, local_only=True), "model", "present"),
        (Caveats(("author/slug", "b/m"), budget(1), expires_at=LATER), "model", "present"),
        (Caveats(("lab:slug",), budget(1), expires_at=LATER), "model", "present"),
        (Caveats(budget=budget(2_500_000_000), expires_at=LATER), "budget", "2.50"),
        (Caveats(budget=budget(1_234), expires_at=LATER), "budget", "0.000001234"),
        (Caveats(budget=budget(0), expires_at=LATER), "budget", "0.00"),
        (Caveats(expires_at=LATER), "budget", ""),
        *[(Caveats(budget=budget(7, period), expires_at=LATER), "period", period.value) for period in Period],
        (Caveats(budget=budget(7), expires_at=LATER), "days", "present"),
        (Caveats(budget=budget(7)), "days", "present"),
    ],
    ids=str,
)
async def test_each_field_starts_with_what_the_site_has_and_allowing_it_changes_nothing(
    quick: House, caveats: Caveats, field: str, value: str
) -> None:
    await quick.sign_in()
    await allowed(quick, SITES[app_page], caveats)
    at, page = await app_page(quick)
    shown = chosen(page)
    assert shown[field] == value
    assert "It is allowed already, on these terms" in page
    assert is_in(await press(quick, at, page, **shown))
    (grant,) = await grants(quick)
    assert grant.caveats == caveats


@pytest.mark.parametrize("door", SITES)
async def test_every_page_about_a_site_shows_its_present_terms(door: Door, home: House) -> None:
    terms = Caveats(("author/slug", "b/m"), budget(500_000_000, Period.MONTH), expires_at=LATER)
    await home.sign_in()
    await allowed(home, SITES[door], terms)
    at, page = await door(home)
    assert chosen(page) == {"model": "present", "budget": "0.50", "period": "month", "days": "present"}
    assert ">As now: Slug, b/m</option>" in page
    assert ">5 March 2027, 14:30 UTC, as now</option>" in page
    home.clock.pass_by(minutes=6)
    answer = await press(home, at, page, **chosen(page) | {"budget": "0.40"})
    assert is_in(answer) == (door is not device_page), "no more than before needs no proof, but for a device"
    if door is device_page:
        assert is_in(await press(home, at, answer.text, proof_password=PASSWORD))
    (grant,) = await grants(home)
    assert grant.caveats == Caveats(terms.models, budget(400_000_000, Period.MONTH), expires_at=LATER)


async def test_the_words_for_what_no_line_of_the_list_says(quick: House) -> None:
    await quick.sign_in()
    await allowed(quick, SITES[app_page], Caveats(local_only=True))
    _, page = await app_page(quick)
    assert ">As now: any, on my own computer</option>" in page
    assert ">No end, as now</option>" in page
    quick.models.place = "computer"
    assert chosen((await app_page(quick))[1])["model"] == "local"


@pytest.mark.parametrize("ended", ["blocked", "expired", "taken back", "another site"])
async def test_what_does_not_count_any_more_is_no_starting_value(quick: House, ended: str) -> None:
    await quick.sign_in()
    large = Caveats(budget=budget(9_000_000_000_000), expires_at=LATER)
    await allowed(quick, "https://other.example" if ended == "another site" else SITES[app_page], large)
    if ended == "blocked":
        await allowed(quick, SITES[app_page], large, GrantState.BLOCKED)
    if ended == "taken back":
        (grant,) = await grants(quick)
        await quick.policy.remove(grant.account_id, grant.id)
    if ended == "expired":
        quick.clock.pass_by(days=200)
        await quick.sign_in()
    at, page = await app_page(quick)
    assert chosen(page) == DEFAULTS
    assert "allowed already" not in page
    answer = await press(quick, at, page, **DEFAULTS | {"model": "present"})
    assert (answer.status_code, "Choose a model" in answer.text) == (400, True)
    answer = await press(quick, at, page, **DEFAULTS | {"days": "present"})
    assert (answer.status_code, "Choose until when" in answer.text) == (400, True)


async def test_what_a_site_proposes_beyond_its_terms_is_said_and_not_filled_in(quick: House) -> None:
    await quick.sign_in()
    at = address(Flow()) + "&limit=5&usage_limit_type=monthly&expires_at=2027-01-01T00:00:00Z"
    terms = Caveats(("author/slug",), budget(500_000_000, Period.DAY), expires_at=quick.clock.now() + timedelta(days=9))
    await allowed(quick, SITES[exchange_page], terms)
    page = (await quick.browser.get(at)).text
    assert chosen(page) == {"model": "author/slug", "budget": "0.50", "period": "day", "days": "present"}
    assert "It proposes $5.00 a month, until 1 January 2027, 00:00 UTC." in page
    await allowed(quick, SITES[exchange_page], Caveats(("author/slug",), budget(1), expires_at=LATER))
    page = (await quick.browser.get(at)).text
    assert chosen(page)["days"] == "asked", "no later than it asks itself"
    assert "as now</option>" not in page


async def test_the_extension_has_no_terms_to_start_from(quick: House) -> None:
    await quick.sign_in()
    at, page = await extension_page(quick)
    assert 'name="budget"' not in page
    assert is_in(await press(quick, at, page))
