"""What a person can see of what was done to their account, and the browsers they can sign out."""

from typing import Any

from satchel.domain.tokens import INFERENCE_SCOPES, SCOPES
from satchel.services.apps import TERMINAL_CLIENT_ID

from ..served import Served

EMAIL, PASSWORD = "owner@satchel.example", "a long enough password"


async def acts(house: Served) -> list[dict[str, Any]]:
    status, log = await house.call("GET", "/v1/audit")
    assert status == 200
    assert isinstance(log["data"], list)
    return log["data"]


async def test_every_sign_in_consent_key_and_token_act_is_written_down_newest_first_and_without_secrets(house: Served) -> None:
    sign_in, secret = await house.house.accounts.enter(house.account.id, "Firefox")
    token, text = await house.house.tokens.create(house.account.id, "laptop")
    await house.house.tokens.revoke(house.account.id, token.id)
    _, grant = await house.call("PUT", "/v1/grants", {"origin": "https://a.example", "state": "allowed"})
    await house.call("DELETE", f"/v1/grants/{grant['id']}")
    draft = {"provider": "custom", "base_url": "http://127.0.0.1:9/v1", "label": "second", "secret": "sk-canary"}
    _, key = await house.call("POST", "/v1/keys", draft)
    await house.call("DELETE", f"/v1/keys/{key['id']}")
    await house.house.accounts.sign_out(secret)
    log = await acts(house)
    assert [(one["act"], one["subject"]) for one in log[:8]] == [
        ("signed_out", sign_in.id),
        ("key_removed", key["id"]),
        ("key_added", key["id"]),
        ("site_forgotten", grant["id"]),
        ("site_decided", grant["id"]),
        ("token_revoked", token.id),
        ("token_created", token.id),
        ("signed_in", sign_in.id),
    ]
    assert log[4]["about"] == "https://a.example allowed"
    assert not [word for word in (text, secret, "sk-canary", token.secret_hash) if word in str(log)]


async def test_the_log_is_paged_and_belongs_to_one_account(house: Served) -> None:
    for number in range(3):
        await house.house.tokens.create(house.account.id, f"token {number}")
    everything = await acts(house)
    seen: list[int] = []
    before = ""
    while True:
        _, page = await house.call("GET", f"/v1/audit?limit=2{before}")
        seen += [one["number"] for one in page["data"]]
        if page["next_before"] is None:
            break
        before = f"&before={page['next_before']}"
    assert seen == [one["number"] for one in everything]
    assert seen == sorted(seen, reverse=True)
    other = await house.house.accounts.create("other@satchel.example", "another long password")
    _, stranger = await house.new_token(SCOPES, other.id)
    (theirs,) = (await house.call("GET", "/v1/audit", token=stranger))[1]["data"]
    assert (theirs["act"], theirs["subject"]) == ("account_created", other.id)
    _, site = await house.new_token(SCOPES, origin="https://a.example")
    assert (await house.call("GET", "/v1/audit", token=site))[1]["data"] == []


async def test_a_token_that_asks_models_and_reads_its_activity_is_told_nothing_of_who_signed_in(house: Served) -> None:
    await house.house.accounts.enter(house.account.id, "Firefox on a telephone")
    _, by_hand = await house.new_token(SCOPES)
    made = await house.call("POST", "/api/v1/keys", {"name": "by default"}, token=by_hand)
    assert made[0] == 201
    _, program = await house.new_token(INFERENCE_SCOPES)
    _, terminal = await house.new_token(INFERENCE_SCOPES, family_id="fam_1", client_id=TERMINAL_CLIENT_ID)
    _, site = await house.new_token(INFERENCE_SCOPES, origin="https://a.example")
    for token in (made[1]["key"], program, terminal, site):
        status, refusal = await house.call("GET", "/v1/audit", token=token)
        assert (status, refusal["error"]["metadata"]["satchel_code"]) == (403, "scope_missing")
        assert (await house.call("GET", "/v1/generations", token=token))[0] == 200
    _, cookie = await house.house.accounts.enter(house.account.id)
    status, log = await house.visit("GET", "/v1/audit", cookie=cookie)
    assert (status, {one["about"] for one in log["data"]} >= {"Firefox on a telephone"}) == (200, True), "the portal shows it"


async def test_a_browser_is_listed_and_signed_out_from_elsewhere(house: Served) -> None:
    sign_in, secret = await house.house.accounts.enter(house.account.id, "Firefox")
    (listed,) = (await house.call("GET", "/v1/sign-ins"))[1]["data"]
    assert (listed["id"], listed["user_agent"], listed["current"]) == (sign_in.id, "Firefox", False)
    other = await house.house.accounts.create("other@satchel.example", "another long password")
    _, stranger = await house.new_token(SCOPES, other.id)
    assert (await house.call("DELETE", f"/v1/sign-ins/{sign_in.id}", token=stranger))[0] == 404
    assert (await house.call("DELETE", f"/v1/sign-ins/{sign_in.id}"))[0] == 204
    assert await house.house.accounts.session(secret) is None
    assert (await house.call("GET", "/v1/sign-ins"))[1]["data"] == []
