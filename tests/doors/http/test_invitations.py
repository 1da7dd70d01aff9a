"""Invitations at the doors: for the owner in the portal, after a proof; a token does not open them."""

from datetime import timedelta

from tests.doors.served import Served

from satchel.domain.authorities import Vouched
from satchel.doors.auth import set_sign_in_cookie


async def headers_of(house: Served, account_id: str, proved_ago_s: int = 0) -> dict[str, str]:
    """Sign a browser in; return what its pages send."""
    vouched = Vouched("https://issuer.example", "1", asked_at=house.house.clock.now() - timedelta(seconds=proved_ago_s))
    _, secret = await house.house.accounts.enter(account_id, "Firefox", vouched)
    cookie = set_sign_in_cookie(secret, secure=False).partition(";")[0]
    return {"cookie": cookie, "x-satchel-csrf": "1", "origin": house.url, "sec-fetch-site": "same-origin"}


async def test_the_owner_makes_sees_and_revokes_invitations(house: Served) -> None:
    doors = f"{house.url}/portal/api/invitations"
    owner = await headers_of(house, house.account.id)
    async with house.http.get(doors, headers=owner) as answer:
        assert await answer.json() == {"data": [], "sign_up": "owner-only"}
    async with house.http.post(doors, json={"name": "Ada"}, headers=owner) as answer:
        assert (answer.status, (await answer.json())["error"]["metadata"]["satchel_code"]) == (403, "refused")
    house.house.accounts.sign_up = "invite"
    async with house.http.post(doors, json={"name": "Ada"}, headers=owner) as answer:
        assert answer.status == 201
        made = await answer.json()
    assert made["link"].startswith(f"{house.url}/setup/")
    async with house.http.get(made["link"]) as answer:
        assert "Make your account" in await answer.text()
    async with house.http.get(doors, headers=owner) as answer:
        (listed,) = (await answer.json())["data"]
    assert (listed, listed["state"]) == (made["data"], "waiting")
    async with house.http.delete(f"{doors}/{listed['id']}", headers=owner) as answer:
        assert answer.status == 204
    async with house.http.get(doors, headers=owner) as answer:
        assert (await answer.json())["data"] == []


async def test_nobody_else_invites_and_the_owner_only_after_a_proof(house: Served) -> None:
    house.house.accounts.sign_up = "open"
    doors = f"{house.url}/portal/api/invitations"
    other = await house.house.accounts.create("other@satchel.example", "another long password")
    for headers, code in (
        (await headers_of(house, other.id), "refused"),
        (await headers_of(house, house.account.id, proved_ago_s=301), "proof_needed"),
    ):
        async with house.http.post(doors, json={"name": "Ada"}, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["metadata"]["satchel_code"]) == (403, code)
    assert (await house.call("GET", "/v1/invitations"))[0] == 403, "a token does not"
    assert (await house.call("GET", "/v1/account"))[1]["is_owner"] is True
    _, token = await house.new_token(account_id=other.id)
    assert (await house.call("GET", "/v1/account", token=token))[1]["is_owner"] is False
