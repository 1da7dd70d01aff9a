"""What people say and which keys they have is in no log and in no file but sealed, through every door, failure and crash."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import aiohttp
import pytest
from tests.doors.upstream import Upstream, upstream
from tests.stage import EMAIL, Satchel, free_port
from websockets.asyncio.client import connect

CANARY = "CanaryZq7"
PROMPT = f"{CANARY} prompt of a person"
KEY = f"sk-{CANARY}-0123456789abcdef"
ODD_KEY = f"{CANARY}:odd~key=of-my-own"
TOKEN = f"sat_{CANARY}0123456789abcdefghijklmnopqrstuvwxyz"
MODELS = ("hello", "mute", "garbage", "html", "cut", "refuses", "too-long", "throttles")
PATIENCE = aiohttp.ClientTimeout(total=30)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[tuple[Satchel, Upstream, aiohttp.ClientSession], None]:
    """Yield a real server that says all it can in its log, the provider behind it, and a client."""
    settings = {"SATCHEL_BUILTIN_MODEL": "off", "SATCHEL_LOG_LEVEL": "debug", "SATCHEL_IDLE_TIMEOUT_S": "0.5"}
    satchel = Satchel(tmp_path, free_port(), settings)
    async with upstream() as provider, aiohttp.ClientSession(satchel.url, timeout=PATIENCE) as http:
        satchel.add_owner()
        await asyncio.to_thread(satchel.start)
        yield satchel, provider, http
        await asyncio.to_thread(satchel.stop)


async def test_canaries_are_found_nowhere(stage: tuple[Satchel, Upstream, aiohttp.ClientSession]) -> None:
    satchel, provider, http = stage
    token = await asyncio.to_thread(satchel.add_token)
    http.headers["authorization"] = f"Bearer {token}"
    for label, secret in (("lab", KEY), ("odd", ODD_KEY)):
        draft = {"provider": "custom", "base_url": provider.url, "secret": secret, "label": label}
        assert await post(http, "/v1/keys", draft) == 201
    await generate(http, satchel.port, token)
    assert KEY in {asked.headers["authorization"].removeprefix("Bearer ") for asked in provider.asked}
    assert any(PROMPT in str(asked.body) for asked in provider.asked)
    await fail(http)
    async with asyncio.timeout(30):  # the access log is written a moment later
        while "/v1/keys/[hidden]" not in satchel.log:
            await asyncio.sleep(0.05)
    assert satchel.process
    satchel.process.kill()
    satchel.process.wait(30)
    assert [where for where, content in traces(satchel).items() if CANARY.encode() in content] == []
    assert [where for where, content in traces(satchel).items() if re.search(rb"sat_[A-Za-z0-9]{20}", content)] == []


async def post(http: aiohttp.ClientSession, path: str, body: object, **headers: str) -> int:
    """Post and return the status; the answer is read."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with http.post(path, data=data, headers={"content-type": "application/json", **headers}) as reply:
        await reply.read()
        return reply.status


async def generate(http: aiohttp.ClientSession, port: int, token: str) -> None:
    """Ask through the doors that generate, for answers that come, that fail, and that are broken off."""
    said = [{"role": "user", "content": PROMPT}]
    for model in MODELS:
        for label, streamed in (("lab", True), ("odd", False)):
            await post(http, "/v1/chat/completions", {"model": f"{label}:{model}", "messages": said, "stream": streamed})
    leaving = asyncio.create_task(post(http, "/v1/chat/completions", {"model": "lab:endless", "messages": said, "stream": True}))
    await asyncio.sleep(0.2)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    async with connect(f"ws://127.0.0.1:{port}/v1/socket") as socket:
        await socket.send(json.dumps({"type": "hello", "v": 1, "token": token}))
        for number, model in enumerate(MODELS):
            request = {"model": f"lab:{model}", "messages": said}
            await socket.send(json.dumps({"type": "generate", "id": str(number), "request": request}))
        ends = 0
        async with asyncio.timeout(60):
            while ends < len(MODELS):
                ends += json.loads(await socket.recv())["type"] in ("finished", "failed")
        await socket.send(f"{{ {PROMPT}")


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


def traces(satchel: Satchel) -> Mapping[str, bytes]:
    """Return the raw bytes of everything that the server left behind."""
    return {str(path.relative_to(satchel.home)): path.read_bytes() for path in satchel.home.rglob("*") if path.is_file()}
