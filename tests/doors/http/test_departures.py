"""Export and deletion at the doors: by whoever is signed in and has just proved who they are, and nobody else."""

import sqlite3

from tests.doors.served import Served

from satchel.doors.auth import set_sign_in_cookie

EMAIL = "owner@satchel.example"


async def test_a_person_takes_their_data_along_and_leaves(house: Served) -> None:
    _, secret = await house.house.accounts.enter(house.account.id, "Firefox")
    cookie = set_sign_in_cookie(secret, secure=False).partition(";")[0]
    ours = {"cookie": cookie, "x-satchel-csrf": "1", "origin": house.url, "sec-fetch-site": "same-origin"}
    assert (await house.call("GET", "/v1/account/export"))[0] == 403, "a token does not"
    assert (await house.call("POST", "/v1/account/delete", {"email": EMAIL}))[0] == 403
    async with house.http.get(f"{house.url}/portal/api/account/export", headers=ours) as answer:
        assert answer.status == 200
        assert answer.headers["content-disposition"] == 'attachment; filename="satchel-account.json"'
        assert (await answer.json())["account"]["email"] == EMAIL
    async with house.http.post(f"{house.url}/portal/api/account/delete", json={"email": "other@x.example"}, headers=ours) as answer:
        assert answer.status == 400
    assert (await house.call("GET", "/v1/account"))[0] == 200
    async with house.http.post(f"{house.url}/portal/api/account/delete", json={"email": f" {EMAIL.upper()}"}, headers=ours) as answer:
        assert answer.status == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await house.call("GET", "/v1/account"))[0] == 401, "its tokens are over at once"
    async with house.http.get(f"{house.url}/portal/api/account", headers=ours) as answer:
        assert answer.status == 401
    assert await house.house.accounts.needs_owner()


async def test_what_runs_when_an_account_is_deleted_stops_and_leaves_no_row(house: Served) -> None:
    async with house.ask("lab:endless", stream=True) as reply:
        await reply.content.readline()
        assert await house.house.departures.delete(house.account.id)
        await reply.read()
    await house.house.budgets.aclose()  # all that was settled is written
    with sqlite3.connect(house.house.settings.home / "satchel.db") as database:
        left = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("generations", "holds", "accounts")}
    database.close()
    assert left == {"generations": (0,), "holds": (0,), "accounts": (0,)}
