"""The vault's doors, over a real socket."""

import asyncio
import json
import secrets
from datetime import timedelta
from typing import Any

import pytest
from tests.vault_client import letter, switch, unwrap, wrap

from satchel.coordination.memory import MemoryBus, MemoryLimiter
from satchel.domain.keys import Secret
from satchel.domain.tokens import secret_hash
from satchel.doors.http.keys import KeyDesk
from satchel.kit.aead import SealBroken
from satchel.services.accounts import Accounts

from ..served import Served

WAYS = (("passphrase", "correct horse"), ("recovery", "0123"))


async def locked_house(house: Served) -> bytes:
    """Give the account a key that needs the vault, and switch locked mode on. From then on the house's token is a device's."""
    _, house.token = await house.new_token()
    desk = KeyDesk(house.house.vault, house.house.rows, house.house.bus)
    await desk.add(house.account.id, "custom", house.upstream.url, Secret("sk-0123456789abcdef"), "sealed")
    dek = secrets.token_bytes(32)
    _, cookie = await house.house.accounts.enter(house.account.id, "a browser")
    _, challenge = await house.visit("POST", "/v1/vault/locked-mode/begin", cookie=cookie)
    status, state = await house.visit("PUT", "/v1/vault/locked-mode", switch(challenge, dek, WAYS), cookie=cookie)
    assert (status, state["mode"], state["unlocked"], {each["kind"] for each in state["wraps"]}) == (
        200,
        "locked",
        True,
        {"passphrase", "recovery"},
    )
    await unlock(house)
    return dek


async def unlock(house: Served, token: str | None = None, *, everywhere: bool = False) -> Any:
    """Unlock by passphrase, as a browser does."""
    status, challenge = await house.call("POST", "/v1/vault/unlock/begin", token=token)
    assert status == 200, challenge
    dek = unwrap(challenge, *WAYS[0])
    body = {"unlock_id": challenge["unlock_id"], "sealed": letter(challenge, dek), "everywhere": everywhere}
    status, state = await house.call("POST", "/v1/vault/unlock", body, token=token)
    assert status == 200, state
    return state


async def unlocked_browser(house: Served) -> str:
    """Sign a browser in to the portal, and unlock there; return its cookie."""
    _, cookie = await house.house.accounts.enter(house.account.id, "a browser")
    _, challenge = await house.visit("POST", "/v1/vault/unlock/begin", cookie=cookie)
    body = {"unlock_id": challenge["unlock_id"], "sealed": letter(challenge, unwrap(challenge, *WAYS[0]))}
    assert (await house.visit("POST", "/v1/vault/unlock", body, cookie=cookie))[0] == 200
    return cookie


async def ask(house: Served, path: str = "/v1/chat/completions", token: str | None = None) -> tuple[int, Any]:
    """Ask for a completion by the key in the vault."""
    body = {"model": "sealed:hello", "max_tokens": 10, "messages": [{"role": "user", "content": "Hi"}]}
    return await house.call("POST", path, body, token=token)


async def test_a_locked_vault_is_an_error_that_says_so_and_passes_once_it_is_unlocked(house: Served) -> None:
    await locked_house(house)
    assert (await ask(house))[0] == 200
    assert (await house.call("POST", "/v1/vault/lock"))[1]["unlocked"] is False
    for path in ("/v1/chat/completions", "/v1/messages"):
        status, refused = await ask(house, path)
        assert (status, "vault_locked" in json.dumps(refused), "unlock" in json.dumps(refused)) == (403, True, True)
    status, refused = await house.call("POST", "/v1/keys", {"provider": "custom", "base_url": house.upstream.url, "secret": "sk-1"})
    assert (status, refused["error"]["metadata"]["details"]) == (403, {"unlockable": True})
    assert (await house.call("GET", "/v1/vault"))[1]["unlocked"] is False
    assert (await unlock(house))["unlocked"] is True
    assert (await ask(house))[0] == 200
    status, key = await house.call(
        "POST", "/v1/keys", {"provider": "custom", "base_url": house.upstream.url, "secret": "sk-added-0123456789", "label": "added"}
    )
    assert (status, key["last4"]) == (201, "6789")


async def test_an_app_asks_in_vain_until_it_is_unlocked_everywhere(house: Served) -> None:
    await locked_house(house)
    _, app = await house.new_token()
    assert (await ask(house, token=app))[0] == 403
    await unlock(house, everywhere=True)
    assert (await ask(house, token=app))[0] == 200
    assert (await house.call("GET", "/v1/vault", token=app))[1]["everywhere"] is True


async def test_a_client_that_has_not_unlocked_asks_no_provider_with_a_key(house: Served) -> None:
    await locked_house(house)
    _, other = await house.new_token()
    _, keys = await house.call("GET", "/v1/keys")
    sealed = next(key["id"] for key in keys["data"] if key["label"] == "sealed")
    assert (await house.call("POST", f"/v1/keys/{sealed}/check"))[0] == 200
    status, refused = await house.call("POST", f"/v1/keys/{sealed}/check", token=other)
    assert (status, refused["error"]["metadata"]["details"]) == (403, {"unlockable": True})
    await unlock(house, everywhere=True)
    assert (await house.call("POST", f"/v1/keys/{sealed}/check", token=other))[0] == 200


async def test_a_token_that_is_revoked_takes_its_unlocking_along(house: Served) -> None:
    await locked_house(house)
    await house.call("POST", "/v1/vault/lock")
    token_id, token = await house.new_token()
    await unlock(house, token, everywhere=True)
    assert (await ask(house))[0] == 200
    await house.house.tokens.revoke(house.account.id, token_id)
    assert (await ask(house))[0] == 403


async def test_what_another_process_ends_closes_it_here_too(house: Served) -> None:
    """The operator's `satchel account password` and `token revoke` beside this server, and a sign-in that ended in another one."""
    await locked_house(house)
    database, ids, clock = house.house.database, house.house.ids, house.house.clock
    elsewhere = Accounts(database, MemoryLimiter(clock), MemoryBus(), clock, ids)

    async def refused(token: str | None = None) -> None:
        async with asyncio.timeout(10):
            while (await ask(house, token=token))[0] != 403:
                await asyncio.sleep(0.05)

    assert (await ask(house))[0] == 200
    await elsewhere.change_password(house.account.id, "another long password", "")
    await refused()
    token_id, token = await house.new_token()
    await unlock(house, token, everywhere=True)
    assert (await ask(house))[0] == 200
    async with database.unit_of_work() as stores:
        assert await stores.tokens.revoke(house.account.id, token_id, clock.now())
    await refused()
    cookie = await unlocked_browser(house)
    assert house.house.locked_mode.credentials() != set()
    await elsewhere.sign_out(cookie.partition("=")[2] or cookie)
    async with asyncio.timeout(10):
        while house.house.locked_mode.credentials():
            await asyncio.sleep(0.05)


async def test_the_socket_says_it_too_and_pushes_when_it_changes(house: Served) -> None:
    await locked_house(house)
    async with house.http.ws_connect(f"{house.url}/v1/socket", protocols=["satchel.v1"]) as socket:
        await socket.send_json({"type": "hello", "protocol": 1, "token": house.token, "client": {"name": "t", "version": "1"}})
        assert (await socket.receive_json(timeout=5))["type"] == "welcome"
        await house.call("POST", "/v1/vault/lock")
        assert await socket.receive_json(timeout=5) == {"type": "event", "event": "vault_changed", "data": {}}
        request = {"model": "sealed:hello", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 10}
        await socket.send_json({"type": "generate", "id": "g1", "request": request})
        frame = await socket.receive_json(timeout=5)
        while frame["type"] not in ("failed", "finished"):
            frame = await socket.receive_json(timeout=5)
        assert (frame["type"], frame["error"]["code"], frame["error"]["details"]["unlockable"]) == ("failed", "vault_locked", True)


async def test_ways_to_unlock_are_added_and_removed(house: Served) -> None:
    dek = await locked_house(house)
    _, challenge = await house.call("POST", "/v1/vault/unlock/begin")
    status, added = await house.call("POST", "/v1/vault/wraps", {**wrap(challenge, "device", "d", dek), "label": "Laptop"})
    assert (status, added["kind"], added["label"]) == (201, "device", "Laptop")
    assert (await house.call("DELETE", f"/v1/vault/wraps/{added['id']}"))[0] == 204
    assert (await house.call("DELETE", f"/v1/vault/wraps/{added['id']}"))[0] == 404
    cookie = await unlocked_browser(house)
    status, added = await house.visit("POST", "/v1/vault/wraps", wrap(challenge, "passkey_prf", "p", dek), cookie=cookie)
    assert (status, added["kind"]) == (201, "passkey_prf")
    assert (await house.visit("DELETE", f"/v1/vault/wraps/{added['id']}", cookie=cookie))[0] == 204
    status, state = await house.visit("DELETE", "/v1/vault/locked-mode", cookie=cookie)
    assert (status, state["mode"], state["wraps"]) == (200, "managed", [])
    assert (await ask(house))[0] == 200


async def test_a_token_does_not_decide_who_gets_in(house: Served) -> None:
    dek = await locked_house(house)
    await unlock(house, everywhere=True)
    _, thief = await house.new_token()
    assert (await ask(house, token=thief))[0] == 200, "it may use what is open for all"
    ways = (await house.call("GET", "/v1/vault"))[1]["wraps"]
    _, challenge = await house.call("POST", "/v1/vault/unlock/begin", token=thief)
    device, passkey = (wrap(challenge, kind, "theirs", dek) for kind in ("device", "passkey_prf"))
    for method, path, body in (
        ("POST", "locked-mode/begin", None),
        ("PUT", "locked-mode", {"unlock_id": "u", "sealed": "AAAA", "wraps": []}),
        ("DELETE", "locked-mode", None),
        ("POST", "start-over", None),
    ):
        status, refused = await house.call(method, f"/v1/vault/{path}", body, token=thief)
        assert (status, refused["error"]["metadata"]["satchel_code"], "portal" in refused["error"]["message"]) == (403, "refused", True)
    for method, path, body in (("POST", "wraps", device), ("POST", "wraps", passkey), ("DELETE", f"wraps/{ways[0]['id']}", None)):
        status, refused = await house.call(method, f"/v1/vault/{path}", body, token=thief)
        assert (status, refused["error"]["metadata"]["satchel_code"]) == (403, "proof_needed"), path
        assert "portal" in refused["error"]["message"]
    for method, path, body in (("POST", "wraps", passkey), ("DELETE", f"wraps/{ways[0]['id']}", None)):
        status, refused = await house.call(method, f"/v1/vault/{path}", body)
        assert (status, refused["error"]["metadata"]["satchel_code"]) == (403, "refused"), "not even one that has just brought the key"
    assert (await house.call("GET", "/v1/vault"))[1]["wraps"] == ways
    assert (await house.call("POST", "/v1/vault/wraps", device))[0] == 201


async def test_a_token_made_by_hand_is_given_no_passphrase_to_guess_at(house: Served) -> None:
    dek = await locked_house(house)
    _, by_hand = await house.house.tokens.create(house.account.id, "by hand")
    status, challenge = await house.call("POST", "/v1/vault/unlock/begin", token=by_hand)
    assert (status, {each["kind"] for each in challenge["wraps"]}) == (200, {"recovery"})
    _, cookie = await house.house.accounts.enter(house.account.id, "a browser")
    for offered in (
        await house.call("POST", "/v1/vault/unlock/begin"),
        await house.visit("POST", "/v1/vault/unlock/begin", cookie=cookie),
    ):
        assert {each["kind"] for each in offered[1]["wraps"]} == {"passphrase", "recovery"}
    body = {"unlock_id": challenge["unlock_id"], "sealed": letter(challenge, unwrap(challenge, *WAYS[1]))}
    assert (await house.call("POST", "/v1/vault/unlock", body, token=by_hand))[0] == 200, "the code on paper does, which nobody guesses"
    assert unwrap(challenge, *WAYS[1]) == dek


async def test_a_token_may_lock_the_vault_which_is_the_safe_side(house: Served) -> None:
    await locked_house(house)
    _, by_hand = await house.house.tokens.create(house.account.id, "by hand")
    status, state = await house.call("POST", "/v1/vault/lock", token=by_hand)
    assert (status, state["unlocked"], state["locked_by_hand"]) == (200, False, True)
    _, log = await house.call("GET", "/v1/audit")
    assert (log["data"][0]["act"], log["data"][0]["about"]) == ("vault_locked", "by hand"), "and the account sees whose token it was"


async def test_five_wrong_tries_are_in_the_log_with_their_address_and_lock_the_vault(house: Served) -> None:
    await locked_house(house)
    for tries in range(1, 7):
        _, challenge = await house.call("POST", "/v1/vault/unlock/begin")
        body = {"unlock_id": challenge["unlock_id"], "sealed": letter(challenge, bytes(32))}
        assert (await house.call("POST", "/v1/vault/unlock", body))[0] == 400
        assert (await house.call("GET", "/v1/vault"))[1]["unlocked"] is (tries < 5)
    _, log = await house.call("GET", "/v1/audit")
    stopped = [each for each in log["data"] if each["act"] == "vault_tries_stopped"]
    assert [each["about"] for each in stopped] == ["a token without a name, from 127.0.0.1"]


async def test_what_is_no_base64_or_no_wrap_is_refused(house: Served) -> None:
    for body in ({"unlock_id": "u", "sealed": "§§"}, {"unlock_id": "u", "sealed": "AAAA"}, {"unlock_id": "u", "sealed": "A"}):
        status, refused = await house.call("POST", "/v1/vault/unlock", body)
        assert (status, refused["error"]["metadata"]["satchel_code"]) == (400, "malformed_request")
    status, _ = await house.call("POST", "/v1/vault/unlock/begin")
    assert status == 400


async def test_the_portal_wants_a_proof_and_a_changed_password_locks(house: Served) -> None:
    await locked_house(house)
    sign_in, cookie = await house.house.accounts.enter(house.account.id, "a browser")
    await unlock(house)
    assert (await house.visit("PUT", "/v1/password", {"password": "another long password"}, cookie=cookie))[0] == 204
    assert (await house.call("GET", "/v1/vault"))[1]["unlocked"] is False
    async with house.house.database.unit_of_work() as stores:
        long_ago = house.house.clock.now() - timedelta(minutes=6)
        await stores.sign_ins.prove(sign_in.id, secret_hash(cookie), long_ago)
    for method, path, sent in (
        ("POST", "locked-mode/begin", None),
        ("PUT", "locked-mode", {"unlock_id": "u", "sealed": "AAAA", "wraps": []}),
        ("DELETE", "locked-mode", None),
        ("POST", "start-over", None),
        ("POST", "wraps", {"kind": "device", "params": "{}", "blob": "AAAA"}),
        ("DELETE", "wraps/wrap_1", None),
    ):
        status, refused = await house.visit(method, f"/v1/vault/{path}", sent, cookie=cookie)
        assert (status, refused["error"]["metadata"]["satchel_code"]) == (403, "proof_needed"), path


async def test_who_has_only_the_recovery_code_gets_in_and_chooses_other_words(house: Served) -> None:
    await locked_house(house)
    _, cookie = await house.house.accounts.enter(house.account.id, "a browser")
    _, challenge = await house.visit("POST", "/v1/vault/unlock/begin", cookie=cookie)
    body = {"unlock_id": challenge["unlock_id"], "sealed": letter(challenge, unwrap(challenge, *WAYS[1])), "everywhere": True}
    assert (await house.visit("POST", "/v1/vault/unlock", body, cookie=cookie))[1]["unlocked"] is True
    assert (await ask(house))[0] == 200
    _, anew = await house.visit("POST", "/v1/vault/locked-mode/begin", cookie=cookie)
    ways = (("passphrase", "other words"), ("recovery", "4567"))
    assert (await house.visit("PUT", "/v1/vault/locked-mode", switch(anew, secrets.token_bytes(32), ways), cookie=cookie))[0] == 200
    _, challenge = await house.call("POST", "/v1/vault/unlock/begin")
    for lost in WAYS:
        with pytest.raises(SealBroken):
            unwrap(challenge, *lost)


async def test_who_has_lost_every_way_starts_over_without_the_keys(house: Served) -> None:
    await locked_house(house)
    await house.call("POST", "/v1/vault/lock")
    status, refused = await house.call("POST", "/v1/vault/start-over")
    assert (status, refused["error"]["metadata"]["satchel_code"]) == (403, "refused")
    _, cookie = await house.house.accounts.enter(house.account.id, "a browser")
    status, state = await house.visit("POST", "/v1/vault/start-over", cookie=cookie)
    assert (status, state) == (
        200,
        {"mode": "managed", "unlocked": True, "everywhere": False, "until_at": None, "idle_s": None, "locked_by_hand": False, "wraps": []},
    )
    assert [key["label"] for key in (await house.call("GET", "/v1/keys"))[1]["data"]] == ["lab"], "what needs no vault stays"
    desk = KeyDesk(house.house.vault, house.house.rows, house.house.bus)
    await desk.add(house.account.id, "custom", house.upstream.url, Secret("sk-0123456789abcdef"), "sealed")
    assert (await ask(house))[0] == 200
    assert (await house.visit("POST", "/v1/vault/start-over", cookie=cookie))[0] == 400
