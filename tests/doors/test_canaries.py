"""What people say and which keys they have is in no log and in no file but sealed, through every door, failure and crash."""

import asyncio
import base64
import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from tests.doors.canaries import CANARY, KEY, PATIENCE, PROMPT, SAID, TOKEN, found_in, kill, post, talkative, traces
from tests.doors.routes import routes
from tests.doors.upstream import Upstream
from tests.stage import EMAIL, PASSWORD, Satchel
from tests.vault_client import letter, switch
from websockets.asyncio.client import connect

MODELS = ("hello", "mute", "garbage", "html", "cut", "refuses", "too-long", "throttles", "indiscreet", "indiscreet-late")
ASKED: Mapping[str, Mapping[str, object]] = {
    "/v1/chat/completions": {"messages": SAID},
    "/v1/completions": {"prompt": PROMPT},
    "/v1/messages": {"messages": SAID, "max_tokens": 50},
    "/v1/messages/count_tokens": {"messages": SAID},
    "/v1/responses": {"input": PROMPT},
    "/v1/embeddings": {"input": [PROMPT]},
    "/v1/images/generations": {"prompt": PROMPT},
    "/v1/images": {"prompt": PROMPT},
    "/v1/audio/speech": {"input": PROMPT, "voice": PROMPT},
}
"""What a door that generates takes; `/v1/audio/transcriptions` takes a form."""
FIELDS = (
    "email",
    "password",
    "code",
    "token",
    "client_id",
    "client_secret",
    "code_verifier",
    "refresh_token",
    "user_code",
    "state",
    "link",
)


async def test_e1_canaries_are_found_nowhere(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    async with talkative(tmp_path, SATCHEL_IDLE_TIMEOUT_S="0.5") as (satchel, provider, http):
        await go_everywhere(satchel, provider, http, tmp_path_factory.mktemp("routes") / "home")


async def go_everywhere(satchel: Satchel, provider: Upstream, http: aiohttp.ClientSession, home: Path) -> None:
    """Use, fail and sweep every door, kill the server, and look into what it left."""
    token = http.headers["authorization"].removeprefix("Bearer ")
    every = await routes(home)
    assert {path for _, path in every if path in ASKED} == set(ASKED)
    await generate(http, satchel.port, token)
    asked_for = {asked.path for asked in provider.asked if PROMPT in str(asked.body) or "multipart" in asked.headers["content-type"]}
    assert {"/v1/chat/completions", "/v1/embeddings", "/v1/images/generations", "/v1/audio/speech", "/v1/audio/transcriptions"} <= asked_for
    assert KEY in {asked.headers["authorization"].removeprefix("Bearer ") for asked in provider.asked}
    dek = await lock(http)
    assert await post(http, "/v1/chat/completions", {"model": "lab:hello", "messages": SAID}) == 200
    async with http.get("/v1/account/export") as reply:
        await reply.read()
    await fail(http)
    async with aiohttp.ClientSession(satchel.url, timeout=PATIENCE) as stranger:
        for caller in (http, stranger):
            await sweep(caller, every)
    async with asyncio.timeout(30):  # the access log is written a moment later
        while "/v1/keys/[hidden]" not in satchel.log:
            await asyncio.sleep(0.05)
    await kill(satchel)
    dek_forms = (dek, base64.b64encode(dek)[:-2], base64.urlsafe_b64encode(dek)[:-2], dek.hex().encode())
    assert found_in(traces(satchel), (CANARY.encode(), *dek_forms)) == []


async def generate(http: aiohttp.ClientSession, port: int, token: str) -> None:
    """Ask through the doors that generate, for answers that come, that fail, and that are broken off."""
    for path, body in ASKED.items():
        for model in ("hello", "refuses", "garbage", "html", "throttles"):
            await post(http, path, {"model": f"lab:{model}", **body, "stream": path not in ("/v1/embeddings", "/v1/images")})
    for model in ("hello", "throttles"):
        form = aiohttp.FormData({"model": f"lab:{model}", "prompt": PROMPT})
        form.add_field("file", b"RIFF" + PROMPT.encode(), filename=f"{CANARY}.wav")
        async with http.post("/v1/audio/transcriptions", data=form) as reply:
            await reply.read()
    for model in MODELS:
        for label, streamed in (("lab", True), ("odd", False)):
            await post(http, "/v1/chat/completions", {"model": f"{label}:{model}", "messages": SAID, "stream": streamed})
    leaving = asyncio.create_task(post(http, "/v1/chat/completions", {"model": "lab:endless", "messages": SAID, "stream": True}))
    await asyncio.sleep(0.2)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    async with connect(f"ws://127.0.0.1:{port}/v1/socket") as socket:
        await socket.send(json.dumps({"type": "hello", "v": 1, "token": token}))
        for number, model in enumerate(MODELS):
            request = {"model": f"lab:{model}", "messages": SAID}
            await socket.send(json.dumps({"type": "generate", "id": str(number), "request": request}))
        ends = 0
        async with asyncio.timeout(60):
            while ends < len(MODELS):
                ends += json.loads(await socket.recv())["type"] in ("finished", "failed")
        await socket.send(f"{{ {PROMPT}")


async def lock(http: aiohttp.ClientSession) -> bytes:
    """Switch locked mode on with ways that have canaries for words, lock and unlock; return the data key."""
    dek = secrets.token_bytes(32)
    ours = {"origin": str(http._base_url).rstrip("/"), "sec-fetch-site": "same-origin", "x-satchel-csrf": "1"}
    async with http.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=ours, allow_redirects=False) as reply:
        ours["cookie"] = reply.headers["set-cookie"].partition(";")[0]
    async with http.post("/portal/api/vault/locked-mode/begin", headers=ours) as reply:
        body = switch(await reply.json(), dek, (("passphrase", PROMPT), ("recovery", KEY)))
    async with http.put("/portal/api/vault/locked-mode", json=body, headers=ours) as reply:
        assert reply.status == 200, await reply.text()
    await post(http, "/v1/vault/lock", {})
    for right in (False, True):
        async with http.post("/v1/vault/unlock/begin") as reply:
            challenge = await reply.json()
        sealed = letter(challenge, dek if right else bytes(32))
        assert (await post(http, "/v1/vault/unlock", {"unlock_id": challenge["unlock_id"], "sealed": sealed}) < 300) == right
    return dek


async def sweep(http: aiohttp.ClientSession, every: set[tuple[str, str]]) -> None:
    """Send canaries to every route there is: in its path, its query, its headers, and in bodies that no door wants."""
    bodies: list[Mapping[str, object]] = [
        {"json": {CANARY: PROMPT}},
        {"json": [PROMPT, {"secret": KEY}]},
        {"data": f'{{"{PROMPT}'.encode(), "headers": {"content-type": "application/json"}},
        {"data": dict.fromkeys(FIELDS, PROMPT)},
        {"data": b"\xff" + KEY.encode(), "headers": {"content-type": f"multipart/form-data; boundary={CANARY}"}},
    ]
    for method, path in sorted(every):
        address = re.sub(r"\{[^}]+\}", KEY, path)
        for number, body in enumerate(bodies if method != "GET" else [{}]):
            given = dict(cast(Mapping[str, str], body.get("headers", {})))
            headers = {**given, "cookie": f"satchel_sid={CANARY}", "referer": f"https://{CANARY}.example/{KEY}"}
            if "authorization" not in http.headers:
                headers |= {"x-api-key": KEY} if number % 2 else {"authorization": f"DPoP {TOKEN}", "dpop": f"{CANARY}.{CANARY}.{CANARY}"}
            sent = {name: value for name, value in body.items() if name != "headers"}
            query = f"{address}?q={KEY}&state={CANARY}&token={TOKEN}&code={CANARY}&request_uri=urn:{CANARY}"
            async with http.request(method, query, headers=headers, allow_redirects=False, **sent) as reply:  # type: ignore[arg-type]
                await reply.read()
                assert reply.status < 500, (method, path, reply.status)


async def fail(http: aiohttp.ClientSession) -> None:
    """Ask what is refused, with canaries in every place."""
    bodies = [{"model": PROMPT, "messages": PROMPT}, {"messages": [{"role": PROMPT}]}, f'{{"{PROMPT}'.encode(), b"\xff" + PROMPT.encode()]
    for path in ("/v1/chat/completions", "/v1/keys", "/v1/grants", "/oauth/token", "/oauth/revoke", "/v1/account"):
        for body in bodies:
            await post(http, path, body)
            await post(http, path, body, authorization=f"Bearer {TOKEN}")
    for draft in (
        {"provider": KEY, "secret": KEY},
        {"provider": "custom", "secret": f"{KEY}\x00", "base_url": f"http://127.0.0.1:9/{KEY}"},
    ):
        await post(http, "/v1/keys", draft)
    for path in (
        f"/{KEY}",
        f"/v1/keys/{KEY}",
        f"/v1/models?{CANARY}=1",
        f"/v1/generations?origin={CANARY}",
        f"/oauth/authorize?state={CANARY}",
    ):
        for method in ("GET", "DELETE"):
            async with http.request(method, path, headers={"x-api-key": KEY, "cookie": f"satchel={CANARY}"}) as reply:
                await reply.read()
    async with http.post("/sign-in", data={"email": EMAIL, "password": PROMPT}) as reply:
        await reply.read()
