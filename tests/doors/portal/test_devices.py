"""What a person connected, in their list: what is in it, that disconnecting ends all of it at once, and nobody else's."""

import asyncio
from datetime import timedelta

import pytest
from tests.doors.portal.house import EMAIL, OURS, PASSWORD, Flow, House

from satchel.domain.errors import TokenRevoked
from satchel.ports.coordination import TOKENS_TOPIC, Message
from satchel.services.apps import EXTENSION_CLIENT_ID


async def owner(home: House) -> str:
    account = await home.accounts.by_email(EMAIL)
    assert account is not None
    return account.id


async def test_an_extension_is_listed_by_its_name_since_when_it_was_connected_and_when_it_was_used(home: House) -> None:
    await home.sign_in()
    since = home.clock.now()
    tokens = await home.connect(Flow())
    home.clock.pass_by(days=3)
    await home.refresh(tokens["refresh_token"])
    ((device, _),) = await home.devices.list(await owner(home))
    assert (device.client_id, device.since_at, device.last_used_at) == (EXTENSION_CLIENT_ID, since, home.clock.now())
    assert device.name
    assert device.ends_at == home.clock.now() + timedelta(days=30)
    home.clock.pass_by(days=31)
    assert await home.devices.list(await owner(home)) == [], "what ended by itself is no device any more"


async def test_a_device_that_is_disconnected_can_neither_ask_nor_refresh_and_every_door_hears_of_it(home: House) -> None:
    await home.sign_in()
    gone, stays = await home.connect(Flow()), await home.connect(Flow())
    account_id = await owner(home)
    assert len(await home.devices.list(account_id)) == 2
    told: list[Message] = []
    home.bus.subscribe(TOKENS_TOPIC, told.append)
    home.clock.pass_by(seconds=1)
    stays = (await home.refresh(stays["refresh_token"])).json()
    kept, lost = [device for device, _ in await home.devices.list(account_id)]
    assert not await home.devices.disconnect("acct_of_somebody_else", lost.id)
    assert await home.devices.disconnect(account_id, lost.id)
    assert not await home.devices.disconnect(account_id, lost.id), "there is none any more"
    assert (await home.refresh(gone["refresh_token"])).json()["error"] == "invalid_grant"
    with pytest.raises(TokenRevoked):
        await home.authenticator.principal(gone["access_token"])
    await home.authenticator.principal(stays["access_token"])
    await asyncio.sleep(0)
    assert len(told) == 2, "its access token and its refresh token"
    assert [device.id for device, _ in await home.devices.list(account_id)] == [kept.id]
    async with home.database.unit_of_work() as stores:
        (_, act) = await stores.audit.list(account_id, limit=2)  # the newest is that the old refresh token was tried
    assert (act.act, act.subject, act.about) == ("device_disconnected", lost.id, lost.name)


@pytest.mark.parametrize(("sent", "left"), [({}, 1), ({"disconnect": True}, 0)])
async def test_a_new_password_disconnects_devices_if_the_person_says_so(home: House, sent: dict[str, bool], left: int) -> None:
    await home.sign_in()
    await home.connect(Flow())
    body = {"password": f"{PASSWORD} and more", **sent}
    changed = await home.browser.put("/portal/api/password", json=body, headers={**OURS, "x-satchel-csrf": "1"})
    assert changed.status_code == 204, changed.text
    assert len(await home.devices.list(await owner(home))) == left
