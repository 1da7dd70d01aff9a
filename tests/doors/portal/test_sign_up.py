"""Who may make an account: the owner alone, whoever is invited, or anybody."""

from pathlib import Path

import pytest
from tests.doors.portal.house import EMAIL, OURS, PASSWORD, House, house

from satchel.domain.errors import NotFound, Refused

GUEST = "guest@holt.example"


async def joined(home: House, link: str, email: str = GUEST) -> int:
    form = {"link": link, "email": email, "password": PASSWORD, "again": PASSWORD}
    status: int = (await home.new_browser().post("/setup", data=form, headers=OURS)).status_code
    return status


async def test_an_owner_alone_takes_nobody_in(quick: House) -> None:
    await quick.accounts.create(EMAIL, PASSWORD)
    with pytest.raises(Refused, match="SATCHEL_SIGN_UP"):
        await quick.invitations.make(None)
    assert (await quick.browser.get("/sign-up")).status_code == 404
    assert (await joined(quick, ""), await joined(quick, "made up")) == (410, 410)


async def test_an_invitation_makes_one_account_within_a_week(home: House) -> None:
    home.accounts.sign_up = "invite"
    await home.accounts.create(EMAIL, PASSWORD)
    (_, first), (_, second) = await home.invitations.make(None), await home.invitations.make(None)
    page = await home.browser.get(f"/setup/{first}")
    assert (page.status_code, "You are its owner" in page.text) == (200, False)
    assert await joined(home, first, "no address") == 400
    assert await joined(home, first) == 303
    assert await joined(home, first, "third@holt.example") == 410
    assert (await home.browser.get(f"/setup/{first}")).status_code == 410, "it says so before anything is typed"
    assert (await home.browser.get("/sign-up")).status_code == 404
    assert await joined(home, "", "third@holt.example") == 410
    home.clock.pass_by(days=7)
    assert await joined(home, second, "third@holt.example") == 410


async def test_an_invitation_makes_no_owner(home: House) -> None:
    home.accounts.sign_up = "invite"
    _, secret = await home.invitations.make(None)
    assert await joined(home, secret) == 410
    link = await home.accounts.setup_link()
    assert link
    assert await joined(home, link) == 303


async def test_no_guest_becomes_the_owner_when_the_owner_goes(home: House) -> None:
    home.accounts.sign_up = "open"
    owner = await home.accounts.create(EMAIL, PASSWORD)
    assert await joined(home, "") == 303
    guest = await home.accounts.by_email(GUEST)
    assert guest
    assert await home.accounts.is_owner(owner.id)
    async with home.database.unit_of_work() as stores:
        await stores.accounts.remove(owner.id)
    assert not await home.accounts.is_owner(guest.id)
    assert await joined(home, "", "third@holt.example") == 410, "the owner comes first, by the link"
    link = await home.accounts.setup_link()
    assert link
    assert await joined(home, link, EMAIL) == 303
    again = await home.accounts.by_email(EMAIL)
    assert again
    assert again.is_owner
    assert await home.accounts.setup_link() is None


async def test_where_anybody_may_the_sign_in_page_leads_there_and_not_endlessly(tmp_path: Path) -> None:
    async with house("memory", tmp_path) as home:
        home.accounts.sign_up = "open"
        assert (await home.browser.get("/sign-up")).status_code == 303, "the owner comes first, by the link"
        assert await joined(home, "") == 410
        await home.accounts.create(EMAIL, PASSWORD)
        assert 'href="/sign-up"' in (await home.browser.get("/sign-in")).text
        page = await home.browser.get("/sign-up")
        assert (page.status_code, "Make your account" in page.text) == (200, True)
        assert await joined(home, "") == 303
        assert await joined(home, "") == 400, "the e-mail is taken"
        statuses = [await joined(home, "", f"g{number}@holt.example") for number in range(8)]
        assert statuses[-1] == 429
        assert set(statuses[:-1]) == {303}


async def test_the_owner_sees_what_became_of_an_invitation(home: House) -> None:
    home.accounts.sign_up = "invite"
    owner = (await home.accounts.create(EMAIL, PASSWORD)).id
    (used, link), (late, _), (kept, _) = [await home.invitations.make(owner, name) for name in ("Guest", "Late", "Kept")]
    assert await joined(home, link) == 303
    guest = await home.accounts.by_email(GUEST)
    assert guest
    home.clock.pass_by(days=6)
    _, fresh = await home.invitations.make(owner, "Fresh")
    home.clock.pass_by(days=1)
    found = {each.invitation.name: (each.state, each.email) for each in await home.invitations.list(owner)}
    assert found == {"Guest": ("used", GUEST), "Late": ("expired", None), "Kept": ("expired", None), "Fresh": ("waiting", None)}
    for doing in (home.invitations.list(guest.id), home.invitations.make(guest.id, "Friend")):
        with pytest.raises(Refused, match="owner"):
            await doing
    with pytest.raises(NotFound):
        await home.invitations.revoke(guest.id, kept.id)
    await home.invitations.revoke(owner, (await home.invitations.list(owner))[0].invitation.id)
    await home.invitations.revoke(owner, used.id)
    with pytest.raises(NotFound):
        await home.invitations.revoke(owner, used.id)
    assert await joined(home, fresh, "fourth@holt.example") == 410, "it was revoked"
    assert await home.accounts.get(guest.id) == guest, "the account stays"
    async with home.database.unit_of_work() as stores:
        acts = [record.act for record in await stores.audit.list(owner, 9)]
    assert acts == ["invitation_revoked"] * 2 + ["invitation_made"] + ["invitation_used"] + ["invitation_made"] * 3 + ["account_created"]
    assert late.state(home.clock.now()) == "expired"
