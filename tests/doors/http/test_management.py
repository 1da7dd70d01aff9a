"""The management doors: who may call them, and what they say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from satchel.domain.tokens import SCOPES

from ..served import Served

DOORS = [
    ("GET", "/v1/account", "settings"),
    ("PATCH", "/v1/account", "settings"),
    ("GET", "/v1/models", "models"),
    ("GET", "/v1/models/user", "models"),
    ("GET", "/v1/models/count", "models"),
    ("GET", "/v1/models/lab:hello/endpoints", "models"),
    ("GET", "/v1/providers", "models"),
    ("GET", "/v1/grants", "grants"),
    ("PUT", "/v1/grants", "grants"),
    ("DELETE", "/v1/grants/grant_1", "grants"),
    ("GET", "/v1/generations", "activity"),
    ("GET", "/v1/generations/gen_1", "activity"),
    ("POST", "/v1/generations/gen_1/cancel", "generate"),
    ("DELETE", "/v1/generations", "settings"),
    ("DELETE", "/v1/generations/gen_1", "settings"),
    ("GET", "/v1/keys", "settings"),
    ("POST", "/v1/keys", "settings"),
    ("DELETE", "/v1/keys/key_1", "settings"),
    ("GET", "/v1/vault", "settings"),
    ("POST", "/v1/vault/lock", "settings"),
    ("DELETE", "/v1/vault/wraps/wrap_1", "settings"),
    ("GET", "/v1/audit", "settings"),
    ("GET", "/v1/sign-ins", "settings"),
    ("DELETE", "/v1/sign-ins/sign_1", "settings"),
    ("GET", "/v1/devices", "settings"),
    ("DELETE", "/v1/devices/fam_1", "settings"),
    ("GET", "/v1/tokens", "tokens"),
    ("GET", "/v1/activity", "tokens"),
    ("POST", "/v1/tokens", "tokens"),
    ("GET", "/v1/tokens/0", "tokens"),
    ("PATCH", "/v1/tokens/0", "tokens"),
    ("DELETE", "/v1/tokens/0", "tokens"),
]
BODIES: dict[tuple[str, str], object] = {
    ("PATCH", "/v1/account"): {},
    ("PUT", "/v1/grants"): {"origin": "https://a.example", "state": "allowed"},
    ("POST", "/v1/keys"): {"provider": "custom", "base_url": "http://127.0.0.1:9/v1"},
    ("POST", "/v1/tokens"): {"name": "laptop"},
    ("PATCH", "/v1/tokens/0"): {},
}


@pytest.mark.parametrize(("method", "path", "scope"), DOORS)
async def test_each_door_opens_for_its_scope_only(house: Served, method: str, path: str, scope: str) -> None:
    body = BODIES.get((method, path))
    _, without = await house.new_token(SCOPES - {scope})
    async with house.http.request(method, house.url + path, json=body, headers={"authorization": f"Bearer {without}"}) as reply:
        refusal = await reply.json()
        assert (reply.status, refusal["error"]["metadata"]["satchel_code"]) == (403, "scope_missing")
        assert f'error="insufficient_scope", scope="{scope}"' in reply.headers["www-authenticate"]
    _, only = await house.new_token(frozenset({scope}))
    assert (await house.call(method, path, body, token=only))[0] in (200, 201, 404)
    assert (await house.call(method, path, body, token="sat_wrong"))[0] == 401
    if not path.startswith("/v1/keys"):  # below /api these are tokens
        alias = path.replace("/v1/tokens", "/api/v1/keys") if path.startswith("/v1/tokens") else f"/api{path}"
        assert (await house.call(method, alias, body, token=only))[0] in (200, 201, 404)


async def test_the_account_shows_itself_and_takes_a_preferred_model(house: Served) -> None:
    _, account = await house.call("GET", "/v1/account")
    assert account["id"] == house.account.id
    assert account["today"] == {"cost_nusd": 0, "generations": 0}
    status, changed = await house.call("PATCH", "/v1/account", {"preferred_model": "lab:hello"})
    assert (status, changed["preferred_model"]) == (200, "lab:hello")
    status, refused = await house.call("PATCH", "/v1/account", {"preferred_model": "nobody/nothing"})
    assert (status, refused["error"]["metadata"]["satchel_code"]) == (400, "unknown_model")
    async with house.ask("satchel/preferred") as reply:
        assert (await reply.json())["model"] == "lab:hello"
    assert (await house.call("GET", "/v1/account"))[1]["today"]["generations"] == 1


async def test_models_are_a_list_in_openais_shape(house: Served) -> None:
    _, listed = await house.call("GET", "/v1/models")
    assert listed.keys() == {"object", "data", "total_count", "links", "has_more", "first_id", "last_id"}
    assert listed["total_count"] == len(listed["data"])
    for model in listed["data"]:
        assert model.keys() == {"id", "object", "created", "owned_by", "name", "description", "context_length", "satchel"}


async def test_a_grant_is_put_listed_replaced_and_taken_back(house: Served) -> None:
    draft: dict[str, Any] = {
        "origin": "https://a.example",
        "state": "allowed",
        "caveats": {"models": ["lab:hello"], "budget": {"cap_nusd": 500_000_000, "period": "day"}, "rate_per_minute": 10},
    }
    status, grant = await house.call("PUT", "/v1/grants", draft)
    assert status == 200
    assert grant["caveats"]["budget"].items() >= {"cap_nusd": 500_000_000, "period": "day", "spent_nusd": 0, "held_nusd": 0}.items()
    assert grant["caveats"]["budget"]["resets_at"].endswith("Z")
    _, again = await house.call("PUT", "/v1/grants", {"origin": "https://a.example", "state": "blocked"})
    assert (again["id"], again["state"], again["caveats"]["models"]) == (grant["id"], "blocked", None)
    await house.call("PUT", "/v1/grants", {"origin": "https://b.example", "state": "allowed"})
    assert len((await house.call("GET", "/v1/grants"))[1]["data"]) == 2
    assert [g["id"] for g in (await house.call("GET", "/v1/grants?origin=https://a.example"))[1]["data"]] == [grant["id"]]
    assert (await house.call("DELETE", f"/v1/grants/{grant['id']}"))[0] == 204
    assert (await house.call("DELETE", f"/v1/grants/{grant['id']}"))[0] == 404


async def test_a_once_grant_ends_after_ten_minutes(house: Served) -> None:
    _, grant = await house.call("PUT", "/v1/grants", {"origin": "https://a.example", "state": "once"})
    left = datetime.fromisoformat(grant["caveats"]["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


@pytest.mark.parametrize(
    "draft",
    [
        {"origin": "https://a.example/path", "state": "allowed"},
        {"origin": "http://a.example", "state": "allowed"},
        {"origin": "null", "state": "allowed"},
        {"origin": "https://a[", "state": "allowed"},
        {"origin": "https://a\x00", "state": "allowed"},
        {"origin": "https://me@a.example", "state": "allowed"},
        {"origin": "https://a.example", "state": "maybe"},
        {"origin": "https://a.example", "state": "allowed", "caveats": {"models": []}},
        {"origin": "https://a.example", "state": "allowed", "caveats": {"budget": {"cap_nusd": -1, "period": "day"}}},
        {"origin": "https://a.example", "state": "allowed", "caveats": {"budget": {"cap_nusd": 2**70, "period": "day"}}},
        {"origin": "https://a.example", "state": "allowed", "caveats": {"rate_per_minute": 0}},
        {"origin": "https://a.example", "state": "allowed", "caveats": {"expires_at": "2020-01-01T00:00:00Z"}},
        {"origin": "https://a.example", "state": "allowed", "caveats": {"expires_at": "9999-12-31T23:59:59-23:00"}},
        {"state": "allowed"},
        [],
    ],
)
async def test_a_grant_that_is_none_is_refused(house: Served, draft: object) -> None:
    status, refused = await house.call("PUT", "/v1/grants", draft)
    assert (status, refused["error"]["metadata"]["satchel_code"]) == (400, "malformed_request")
    assert isinstance(refused["error"]["param"], str)


async def test_a_key_goes_in_and_its_secret_never_comes_back(house: Served) -> None:
    secret = "sk-test-0123456789abcdef"
    draft = {"provider": "custom", "secret": secret, "base_url": house.upstream.url, "label": "mine"}
    status, key = await house.call("POST", "/v1/keys", draft)
    assert (status, key["last4"], key["label"]) == (201, "cdef", "mine")
    _, listed = await house.call("GET", "/v1/keys")
    assert secret not in str(listed)
    async with house.ask("mine:hello") as reply:
        assert reply.status == 200
    assert house.upstream.asked[-1].headers["authorization"] == f"Bearer {secret}"
    assert (await house.call("DELETE", f"/v1/keys/{key['id']}"))[0] == 204
    async with house.ask("mine:hello") as reply:
        assert reply.status == 400
    raw = b"".join(path.read_bytes() for path in house.house.settings.home.iterdir())
    assert secret.encode() not in raw


@pytest.mark.parametrize(
    "draft",
    [
        {"provider": "nobody"},
        {"provider": "custom"},
        {"provider": "openai"},
        {"provider": "custom", "base_url": "ftp://a.example"},
        {"provider": "custom", "base_url": "http://127.0.0.1:9/v1", "secret": "sk-\x00"},
        {"provider": "custom", "base_url": "http://127.0.0.1:9/v1", "secret": "sk-\ud800"},
        {"provider": "custom", "base_url": "http://127.0.0.1:9/v1", "label": "a:b"},
        {"provider": "custom", "base_url": "http://127.0.0.1:9/v1", "label": "lab"},
    ],
)
async def test_a_key_that_cannot_work_is_refused_and_named(house: Served, draft: object) -> None:
    status, refused = await house.call("POST", "/v1/keys", draft)
    assert (status, refused["error"]["metadata"]["satchel_code"]) == (400, "malformed_request")
    assert refused["error"]["param"] in ("provider", "base_url", "secret", "label")


async def test_generations_come_in_pages_newest_first(house: Served) -> None:
    ids = []
    for _ in range(5):
        async with house.ask() as reply:
            ids.append(reply.headers["x-generation-id"])
            await reply.read()
        await house.entry(ids[-1])
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        _, page = await house.call("GET", f"/v1/generations?limit=2{cursor and '&cursor=' + cursor}")
        seen += [generation["id"] for generation in page["data"]]
        cursor = page["next_cursor"]
    assert seen == ids[::-1]
    assert (await house.call("GET", "/v1/generations?cursor=nonsense"))[0] == 400
    assert (await house.call("GET", "/v1/generations?origin=https://a.example"))[1]["data"] == []


async def test_generations_are_searched_over_all_pages_by_what_is_shown_of_them(house: Served) -> None:
    ids = []
    for model in ("lab:hello", "lab:cut", "lab:hello"):
        async with house.ask(model) as reply:
            ids.append(reply.headers["x-generation-id"])
            await reply.read()
        await house.entry(ids[-1])

    async def found(query: str) -> list[str]:
        return [each["id"] for each in (await house.call("GET", f"/v1/generations?{query}"))[1]["data"]]

    assert await found("q=HELLO%20lab") == [ids[2], ids[0]]
    assert await found("q=hello&limit=1") == [ids[2]]
    _, page = await house.call("GET", "/v1/generations?q=hello&limit=1")
    assert await found(f"q=hello&limit=1&cursor={page['next_cursor']}") == [ids[0]]
    assert await found("status=failed") == [ids[1]]
    assert await found(f"q={ids[1]}%00%20cut") == [ids[1]]
    assert await found("q=nobody") == []
    assert (await house.call("GET", f"/v1/generations?q={'x' * 201}"))[0] == 400


async def test_what_runs_is_searched_too_and_by_its_own_status_alone(house: Served) -> None:
    async with house.ask("lab:endless", stream=True) as reply:
        running = reply.headers["x-generation-id"]

        async def found(query: str) -> list[str]:
            return [each["id"] for each in (await house.call("GET", f"/v1/generations?{query}"))[1]["data"]]

        assert await found("q=endless") == [running]
        assert await found("status=live") == [running]
        assert [await found("q=other"), await found("status=finished"), await found("status=live&q=other")] == [[], [], []]


async def test_a_generation_says_which_endpoints_failed_it_with_our_code_and_not_the_provider_s_words(house: Served) -> None:
    async with house.ask("lab:cut") as reply:
        generation_id = reply.headers["x-generation-id"]
        await reply.read()
    entry = await house.entry(generation_id)
    (failed,) = entry["failed_attempts"]
    assert 0 <= failed.pop("duration_ms") <= entry["duration_ms"]
    assert failed == {"provider": entry["provider"], "endpoint": "lab:cut", "code": entry["error_code"]}
    _, record = await house.call("GET", f"/v1/generation?id={generation_id}")
    (response,) = record["data"]["provider_responses"]
    assert (response["endpoint_id"], response["provider_name"], response["status"]) == ("lab:cut", "Custom server", None)
    _, export = await house.visit("GET", "/v1/account/export")
    (kept,) = [each for each in export["generations"] if each["generation_id"] == generation_id]
    assert kept["failed_attempts"][0]["code"] == entry["error_code"]


async def test_a_forgotten_generation_is_gone_and_its_cost_stays_counted(house: Served) -> None:
    ids = []
    for _ in range(3):
        async with house.ask() as reply:
            ids.append(reply.headers["x-generation-id"])
            await reply.read()
    _, before = await house.call("GET", "/v1/account")
    assert (await house.call("GET", f"/v1/generations/{ids[0]}"))[1]["attempts"] == 1
    assert (await house.call("DELETE", f"/v1/generations/{ids[0]}"))[0] == 204
    assert (await house.call("DELETE", f"/v1/generations/{ids[0]}"))[0] == 404
    assert (await house.call("GET", f"/v1/generations/{ids[0]}"))[0] == 404
    assert await house.call("DELETE", "/v1/generations?origin=https://a.example") == (200, {"forgotten": 0})
    assert await house.call("DELETE", "/v1/generations") == (200, {"forgotten": 2})
    assert (await house.call("GET", "/v1/generations"))[1]["data"] == []
    _, after = await house.call("GET", "/v1/account")
    assert after["today"] == before["today"]
    assert after["today"]["generations"] == 3


async def test_for_how_long_activity_is_kept_is_chosen_and_carried_out_at_once(house: Served) -> None:
    async with house.ask() as reply:
        await house.entry(reply.headers["x-generation-id"])
    assert (await house.call("GET", "/v1/account"))[1]["activity_days"] is None
    assert (await house.call("PATCH", "/v1/account", {"activity_days": 90}))[1]["activity_days"] == 90
    assert (await house.call("PATCH", "/v1/account", {"preferred_model": "lab:hello"}))[1]["activity_days"] == 90
    assert len((await house.call("GET", "/v1/generations"))[1]["data"]) == 1
    _, changed = await house.call("PATCH", "/v1/account", {"activity_days": 0})
    assert (changed["activity_days"], changed["today"]["generations"]) == (0, 1)
    assert (await house.call("GET", "/v1/generations"))[1]["data"] == []
    assert (await house.call("PATCH", "/v1/account", {"activity_days": None}))[1]["activity_days"] is None
    for days in (1, -7, "30"):
        assert (await house.call("PATCH", "/v1/account", {"activity_days": days}))[0] == 400
    _, of_a_site = await house.new_token(origin="https://a.example")
    assert (await house.call("PATCH", "/v1/account", {"activity_days": 0}, of_a_site))[0] == 403
    _, log = await house.call("GET", "/v1/audit")
    said = [record["about"] for record in log["data"] if record["act"] == "activity_days_changed"]
    assert said == ["for ever", "only what is counted", "90 days"]


async def test_what_belongs_to_others_is_not_found(house: Served) -> None:
    other = await house.house.accounts.create("other@satchel.example", "another long password")
    _, token = await house.new_token(SCOPES, other.id)
    _, grant = await house.call("PUT", "/v1/grants", {"origin": "https://a.example", "state": "allowed"})
    _, keys = await house.call("GET", "/v1/keys")
    async with house.ask() as reply:
        generation_id = reply.headers["x-generation-id"]
        await reply.read()
    await house.entry(generation_id)
    for method, path in (
        ("DELETE", f"/v1/grants/{grant['id']}"),
        ("DELETE", f"/v1/keys/{keys['data'][0]['id']}"),
        ("GET", f"/v1/generations/{generation_id}"),
        ("POST", f"/v1/generations/{generation_id}/cancel"),
        ("DELETE", f"/v1/generations/{generation_id}"),
    ):
        assert (await house.call(method, path, token=token))[0] == 404
    for path in ("/v1/grants", "/v1/keys", "/v1/generations"):
        assert (await house.call("GET", path, token=token))[1]["data"] == []


async def test_the_portals_way_in_wants_a_cookie_and_no_token(house: Served) -> None:
    status, refused = await house.call("GET", "/portal/api/account")
    assert (status, refused["error"]["metadata"]["satchel_code"]) == (401, "token_missing")


async def test_health_says_how_the_parts_are(house: Served) -> None:
    async with house.http.get(f"{house.url}/healthz") as reply:
        assert await reply.json() == {"status": "ok"}
    async with house.http.get(f"{house.url}/readyz") as reply:
        assert await reply.json() == {"status": "ready", "checks": {"database": "ok", "builtin_model": "off"}}


async def test_a_path_that_is_none_and_a_method_that_is_none_have_bodies_too(house: Served) -> None:
    status, body = await house.call("GET", "/v1/nothing")
    assert (status, body["error"]["code"]) == (404, 404)
    status, body = await house.call("DELETE", "/v1/models")
    assert (status, body["error"]["code"]) == (405, 405)


@pytest.mark.parametrize(
    ("asked", "where", "what"),
    [
        ("POST /chat/completions", "/v1/chat/completions", "end the client's base URL with /v1"),
        ("GET /models", "/v1/models", "end the client's base URL with /v1"),
        ("POST /v1/v1/messages", "/v1/messages", "end its base URL before it"),
    ],
)
async def test_a_base_url_that_ends_in_the_wrong_place_is_put_right(house: Served, asked: str, where: str, what: str) -> None:
    method, path = asked.split()
    status, answer = await house.call(method, path)
    said = answer["error"]["message"]
    assert (status, f"it is at {where}:" in said, said.endswith(what)) == (404, True, True), said
