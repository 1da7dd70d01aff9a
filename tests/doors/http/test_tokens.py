"""The tokens that we issue, as OpenRouter-shaped clients make and read them at `/api/v1/keys`."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from satchel.domain.budgets import Period
from satchel.domain.grants import BudgetCaveat
from satchel.domain.tokens import ACCOUNT_TOKEN_SCOPES, INFERENCE_SCOPES, SCOPES

from ..served import ASK, Served

SPENDING = {"limit", "limit_remaining", "limit_reset", "include_byok_in_limit"} | {
    f"{kind}{span}" for kind in ("usage", "byok_usage") for span in ("", "_daily", "_weekly", "_monthly")
}
OF_KEYS = SPENDING | {"hash", "name", "label", "disabled", "created_at", "updated_at", "creator_user_id", "workspace_id", "external_user"}
OF_KEY = SPENDING | {"label", "is_free_tier", "is_provisioning_key", "is_management_key", "creator_user_id", "rate_limit"}
STRICT = {"expires_at"}
"""What the strict client's validators require, checked against its own golden bodies on 2026-11-23."""


@pytest.fixture
async def manager(house: Served) -> str:
    """Return a token that may manage tokens, and nothing else."""
    return (await house.new_token(frozenset({"tokens"})))[1]


async def make(house: Served, manager: str, **draft: Any) -> dict[str, Any]:
    status, made = await house.call("POST", "/api/v1/keys", {"name": "laptop", **draft}, token=manager)
    assert status == 201, made
    assert isinstance(made, dict)
    return made


async def test_a_token_is_made_shown_once_listed_changed_and_revoked(house: Served, manager: str) -> None:
    made = await make(house, manager, limit=2.5, limit_reset="weekly")
    text, data = made["key"], made["data"]
    assert data.keys() >= OF_KEYS | STRICT
    assert data["hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert (data["limit"], data["limit_remaining"], data["limit_reset"], data["usage"]) == (2.5, 2.5, "weekly", 0)
    assert text.startswith(data["label"].rstrip("…"))
    assert data["workspace_id"]
    path = f"/api/v1/keys/{data['hash']}"
    for _, listed in [await house.call("GET", "/api/v1/keys", token=manager)]:
        assert text not in str(listed)
        assert data["hash"] in [one["hash"] for one in listed["data"]]
    assert (await house.call("GET", path, token=manager)) == (200, {"data": data})
    _, patched = await house.call("PATCH", path, {"name": "desk", "limit": 3}, token=manager)
    changed = patched["data"]
    assert changed.keys() == data.keys()
    assert (changed["name"], changed["limit"], changed["limit_reset"]) == ("desk", 3, "weekly")
    assert changed["updated_at"]
    _, patched = await house.call("PATCH", path, {"limit_reset": None}, token=manager)
    assert (patched["data"]["limit"], patched["data"]["limit_reset"]) == (3, None)
    _, patched = await house.call("PATCH", path, {"limit": None}, token=manager)
    assert (patched["data"]["limit"], patched["data"]["limit_remaining"]) == (None, None)
    assert await house.call("DELETE", path, token=manager) == (200, {"deleted": True})
    for method in ("GET", "PATCH", "DELETE"):
        assert (await house.call(method, path, {} if method == "PATCH" else None, token=manager))[0] == 404
    assert (await house.call("GET", "/api/v1/key", token=text))[0] == 401


async def test_a_token_tells_about_itself_to_whoever_holds_it(house: Served, manager: str) -> None:
    text = (await make(house, manager))["key"]
    status, own = await house.call("GET", "/api/v1/key", token=text)
    assert status == 200
    assert own["data"].keys() >= OF_KEY | STRICT | {"allowed_data_regions", "free_model_daily_requests", "organization_id", "workspace_id"}
    assert own["data"]["rate_limit"].keys() == {"requests", "interval", "note"}
    assert own["data"]["free_model_daily_requests"].keys() == {"limit", "remaining", "used", "resets_at"}
    assert own["data"]["is_management_key"] is False
    assert (await house.call("GET", "/api/v1/key", token=manager))[1]["data"]["is_management_key"] is True
    assert (await house.call("GET", "/v1/key", token=manager))[1]["data"]["is_management_key"] is True


async def test_provider_keys_stay_where_they_were(house: Served) -> None:
    _, ours = await house.call("GET", "/v1/keys")
    assert [key["provider"] for key in ours["data"]] == ["custom"]
    assert (await house.call("GET", "/api/v1/keys"))[0] == 403  # an everyday token does not manage tokens


async def test_a_new_token_may_ask_models_and_no_more_unless_its_maker_could(house: Served, manager: str) -> None:
    assert set((await make(house, manager))["data"]["scopes"]) == INFERENCE_SCOPES
    for scopes, status in (
        (["settings"], 403),
        (["tokens"], 201),
        (["generate"], 201),
        ([], 400),
        (["ext:attest-origin"], 403),
        (["x"], 403),
    ):
        assert (await house.call("POST", "/api/v1/keys", {"name": "n", "scopes": scopes}, token=manager))[0] == status, scopes
    _, everything = await house.new_token(SCOPES)
    refused = await house.call("POST", "/api/v1/keys", {"name": "n", "scopes": ["ext:attest-origin"]}, token=everything)
    assert refused[0] == 400
    assert set((await make(house, everything, scopes=sorted(ACCOUNT_TOKEN_SCOPES)))["data"]["scopes"]) == ACCOUNT_TOKEN_SCOPES


WRONG_DRAFTS: list[dict[str, Any]] = [
    {"name": ""},
    {"name": "x" * 101},
    {"name": "a\nb"},
    {"limit": -1},
    {"limit": "a lot"},
    {"limit": 1e300},
    {"limit_reset": "daily"},
    {"limit": 1, "limit_reset": "hourly"},
    {"expires_at": "2020-01-01T00:00:00Z"},
    {"expires_at": "2099-01-01T00:00:00"},
    {"expires_at": "soon"},
]


async def test_a_draft_that_cannot_be_is_refused(house: Served, manager: str) -> None:
    for draft in WRONG_DRAFTS:
        status, refused = await house.call("POST", "/api/v1/keys", {"name": "laptop", **draft}, token=manager)
        assert (status, refused["error"]["code"]) == (400, 400), draft


async def test_a_token_cannot_go_around_its_own_limit_or_end(house: Served) -> None:
    ends_at = datetime.now(UTC) + timedelta(hours=1)
    limit = BudgetCaveat(1000, Period.DAY)
    scopes = frozenset({"tokens", "generate"})
    _, ending = await house.house.tokens.create(house.account.id, "ending", scopes, expires_at=ends_at)
    token, limited = await house.house.tokens.create(house.account.id, "limited", scopes, limit=limit)
    for draft in ({}, {"expires_at": (ends_at + timedelta(minutes=1)).isoformat()}):
        status, refused = await house.call("POST", "/v1/tokens", {"name": "child", **draft}, token=ending)
        assert (status, "must end by then" in refused["error"]["message"]) == (403, True)
    assert (await house.call("POST", "/v1/tokens", {"name": "child", "expires_at": ends_at.isoformat()}, token=ending))[0] == 201
    status, refused = await house.call("POST", "/v1/tokens", {"name": "child", "limit": 0.000001}, token=limited)
    assert (status, "with a spending limit" in refused["error"]["message"]) == (403, True)
    for change in ({"limit": None}, {"limit": 5}, {"limit_reset": None}):
        assert (await house.call("PATCH", f"/v1/tokens/{token.secret_hash}", change, token=limited))[0] == 403, change
    status, renamed = await house.call("PATCH", f"/v1/tokens/{token.secret_hash}", {"name": "renamed"}, token=limited)
    assert (status, renamed["data"]["limit"]) == (200, 0.000001)


async def test_a_token_ends_when_it_said(house: Served, manager: str) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=1.5)
    text = (await make(house, manager, expires_at=ends.isoformat()))["key"]
    assert (await house.call("GET", "/v1/models", token=text))[0] == 200
    await asyncio.sleep(1.6)
    status, refused = await house.call("GET", "/v1/models", token=text)
    assert (status, refused["error"]["metadata"]["satchel_code"]) == (401, "token_expired")


async def test_switching_a_token_off_ends_what_it_runs_and_on_opens_again(house: Served, manager: str) -> None:
    made = await make(house, manager)
    path, headers = f"/api/v1/keys/{made['data']['hash']}", {"authorization": f"Bearer {made['key']}"}
    body = {"model": "lab:endless", "messages": ASK, "stream": True}
    async with house.http.post(f"{house.url}/v1/chat/completions", json=body, headers=headers) as running:
        await running.content.readline()
        assert (await house.call("PATCH", path, {"disabled": True}, token=manager))[1]["data"]["disabled"] is True
        await asyncio.wait_for(house.upstream.asked[-1].closed.wait(), 30)  # it would never end by itself
        await running.read()
    assert (await house.call("GET", "/v1/models", token=made["key"]))[0] == 401
    assert made["data"]["hash"] not in str(await house.call("GET", "/api/v1/keys", token=manager))
    assert made["data"]["hash"] in str(await house.call("GET", "/api/v1/keys?include_disabled=true", token=manager))
    await house.call("PATCH", path, {"disabled": False}, token=manager)
    assert (await house.call("GET", "/v1/models", token=made["key"]))[0] == 200


async def test_a_token_that_was_switched_off_elsewhere_does_not_switch_itself_on(house: Served) -> None:
    token_id, text = await house.new_token(frozenset({"tokens", "generate"}))
    path = f"/api/v1/keys/{hashlib.sha256(text.encode()).hexdigest()}"
    assert (await house.call("GET", path, token=text))[0] == 200
    async with house.house.database.unit_of_work() as stores:  # what another process does is not told here
        assert await stores.tokens.change(house.account.id, token_id, datetime.now(UTC), disabled=True)
    for patch in ({"disabled": False}, {"name": "desk"}):
        await house.call("PATCH", path, patch, token=text)
    assert (await house.house.tokens.get(house.account.id, path.rpartition("/")[2]))[0].disabled


async def test_tokens_of_others_are_not_found(house: Served, manager: str) -> None:
    hashed = (await make(house, manager))["data"]["hash"]
    other = await house.house.accounts.create("other@satchel.example", "another long password")
    _, stranger = await house.new_token(SCOPES, other.id)
    unknown = await house.call("GET", f"/api/v1/keys/{'0' * 64}", token=stranger)
    for method in ("GET", "PATCH", "DELETE"):
        status, body = await house.call(method, f"/api/v1/keys/{hashed}", {} if method == "PATCH" else None, token=stranger)
        assert (status, body["error"]["message"]) == (404, unknown[1]["error"]["message"])
    assert (await house.call("GET", "/api/v1/keys", token=stranger))[1]["data"] == []


async def test_whoever_lacks_a_token_is_told_where_they_come_from(house: Served) -> None:
    for path in ("/v1/models", "/v1/chat/completions"):
        async with house.http.post(f"{house.url}{path}") if "chat" in path else house.http.get(f"{house.url}{path}") as reply:
            wanted = f'resource_metadata="{house.url}/.well-known/oauth-protected-resource"'
            assert wanted in reply.headers["www-authenticate"]


async def test_a_token_of_a_site_does_what_the_site_was_allowed_and_sees_no_other_model(house: Served) -> None:
    _, text = await house.new_token(INFERENCE_SCOPES, origin="https://notes.example")
    ask = {"model": "lab:hello", "messages": ASK}
    status, refused = await house.call("POST", "/v1/chat/completions", ask, token=text)
    assert (status, refused["error"]["metadata"]["satchel_code"]) == (403, "consent_required")
    assert (await house.call("GET", "/v1/models", token=text))[1]["data"] == []
    grant = {"origin": "https://notes.example", "state": "allowed", "caveats": {"models": ["lab:hello"]}}
    await house.call("PUT", "/v1/grants", grant)
    assert (await house.call("POST", "/v1/chat/completions", ask, token=text))[0] == 200
    assert [model["id"] for model in (await house.call("GET", "/v1/models", token=text))[1]["data"]] in ([], ["lab:hello"])
    _, refused = await house.call("POST", "/v1/chat/completions", ask | {"model": "lab:endless"}, token=text)
    assert refused["error"]["metadata"]["satchel_code"] == "model_not_granted"


async def test_a_token_of_a_site_tells_what_the_site_was_allowed(house: Served) -> None:
    ends_at = house.house.clock.now() + timedelta(days=30)
    caveats = {"budget": {"cap_nusd": 500_000_000, "period": "day"}, "expires_at": ends_at.isoformat()}
    status, _ = await house.call("PUT", "/v1/grants", {"origin": "https://notes.example", "state": "allowed", "caveats": caveats})
    assert status == 200
    _, text = await house.new_token(INFERENCE_SCOPES, origin="https://notes.example", expires_at=ends_at + timedelta(days=300))
    own = (await house.call("GET", "/api/v1/key", token=text))[1]["data"]
    assert (own["limit"], own["limit_remaining"], own["limit_reset"]) == (0.5, 0.5, "daily")
    assert datetime.fromisoformat(own["expires_at"]) == ends_at


async def test_a_token_of_a_site_sees_and_stops_the_sites_own_generations_only(house: Served) -> None:
    await house.call("PUT", "/v1/grants", {"origin": "https://notes.example", "state": "allowed"})
    _, text = await house.new_token(INFERENCE_SCOPES, origin="https://notes.example")
    async with house.ask() as reply:
        own_id = reply.headers["x-generation-id"]
        await reply.read()
    await house.entry(own_id)
    body, headers = {"model": "lab:hello", "messages": ASK}, {"authorization": f"Bearer {text}"}
    async with house.http.post(f"{house.url}/v1/chat/completions", json=body, headers=headers) as reply:
        its_id = reply.headers["x-generation-id"]
        await reply.read()
    await house.entry(its_id)
    seen = (await house.call("GET", "/v1/generations?origin=https://other.example", token=text))[1]["data"]
    assert [(one["id"], one["origin"]) for one in seen] == [(its_id, "https://notes.example")]
    assert (await house.call("GET", f"/v1/generations/{its_id}", token=text))[0] == 200
    assert (await house.call("GET", f"/v1/generations/{own_id}", token=text))[0] == 404
    async with house.ask("lab:endless", stream=True) as running:
        await running.content.readline()
        running_id = running.headers["x-generation-id"]
        assert (await house.call("GET", f"/v1/generations/{running_id}", token=text))[0] == 404
        assert (await house.call("POST", f"/v1/generations/{running_id}/cancel", token=text))[0] == 404
        assert (await house.call("POST", f"/v1/generations/{running_id}/cancel"))[0] == 202
        await running.read()


@pytest.mark.parametrize("by", ["its client", "the extension", "the portal"])
async def test_a_generation_is_stopped_by_its_own_client_or_by_who_looks_after_the_account(house: Served, by: str) -> None:
    _, terminal = await house.new_token(INFERENCE_SCOPES, family_id="fam_1")
    _, refreshed = await house.new_token(INFERENCE_SCOPES, family_id="fam_1")
    _, other = await house.new_token(INFERENCE_SCOPES)
    _, extension = await house.new_token(SCOPES - {"settings"})
    body, headers = {"model": "lab:endless", "messages": ASK, "stream": True}, {"authorization": f"Bearer {terminal}"}
    async with house.http.post(f"{house.url}/v1/chat/completions", json=body, headers=headers) as running:
        await running.content.readline()
        address = f"/v1/generations/{running.headers['x-generation-id']}/cancel"
        status, refused = await house.call("POST", address, token=other)
        _, unknown = await house.call("POST", "/v1/generations/gen_unknown/cancel", token=other)
        assert (status, refused["error"]["metadata"]["satchel_code"]) == (404, "generation_not_found")
        assert refused["error"]["message"] == unknown["error"]["message"].replace("gen_unknown", running.headers["x-generation-id"])
        token = refreshed if by == "its client" else extension
        stopped = await (house.visit("POST", address) if by == "the portal" else house.call("POST", address, token=token))
        assert stopped[0] == 202
        await running.read()
