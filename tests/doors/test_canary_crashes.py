"""Providers that die, and a server that is killed, in the middle of streams: nothing of what was said, and no key, is left in clear."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest
from tests.doors.canaries import KEY, ODD_KEY, PROMPT, SAID, found_in, kill, post, talkative, traces
from tests.doors.upstream import Asked, Upstream
from tests.postgres import Postgres, cluster
from tests.stage import EMAIL, Satchel
from websockets.asyncio.client import connect

DOORS: Mapping[str, Mapping[str, object]] = {
    "/v1/chat/completions": {"messages": SAID},
    "/v1/messages": {"messages": SAID, "max_tokens": 50},
    "/v1/responses": {"input": PROMPT},
}


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[Postgres | None]:
    """Return a cluster with nothing else in it, or None where the server has a file of its own."""
    if request.param == "sqlite":
        yield None
    else:
        with cluster() as running:
            yield running


async def test_what_dies_in_mid_stream_leaves_nothing_in_clear(database: Postgres | None, tmp_path: Path) -> None:
    settings = {"SATCHEL_DATABASE_URL": database.url()} if database else {}
    async with talkative(tmp_path, **settings) as (satchel, provider, http):
        for path, body in DOORS.items():
            for label, streams in (("lab", True), ("odd", False)):
                await post(http, path, {"model": f"{label}:dies", **body, "stream": streams})
        died = [(asked.headers["authorization"], PROMPT in str(asked.body)) for asked in provider.asked]
        assert set(died) == {(f"Bearer {KEY}", True), (f"Bearer {ODD_KEY}", True)}
        await kill_in_mid_stream(satchel, provider, http)
        left = left_by(satchel, database)
        assert [where for where, content in left.items() if EMAIL.encode() in content and not where.endswith("log")], (
            "the database is in it"
        )
        assert found_in(left) == []
        await asyncio.to_thread(satchel.start)
        async with http.get("/v1/generations?limit=50") as reply:
            ended = [entry["status"] for entry in (await reply.json())["data"]]
        settled = ["failed"] * (2 * len(DOORS) + (0 if database else 5))  # on PostgreSQL another server might be busy with those five
        assert ended == settled
        await asyncio.to_thread(satchel.stop)
        assert found_in(left_by(satchel, database)) == []


async def kill_in_mid_stream(satchel: Satchel, provider: Upstream, http: aiohttp.ClientSession) -> None:
    """Kill the server while answers that repeat the question flow through each door, whole ones and the socket's too."""
    before = len(provider.asked)
    asks = [post(http, path, {"model": "lab:parrot", **body, "stream": True}) for path, body in DOORS.items()]
    asks.append(post(http, "/v1/chat/completions", {"model": "odd:parrot", "messages": SAID}))
    flowing = [asyncio.create_task(ask) for ask in asks]
    async with connect(f"ws://127.0.0.1:{satchel.port}/v1/socket") as socket:
        token = http.headers["authorization"].removeprefix("Bearer ")
        await socket.send(json.dumps({"type": "hello", "v": 1, "token": token}))
        request = {"model": "lab:parrot", "messages": SAID}
        await socket.send(json.dumps({"type": "generate", "id": "1", "request": request}))
        async with asyncio.timeout(30):
            while PROMPT not in str(await socket.recv()):
                pass
            for asked in await all_asked(provider, before, len(flowing) + 1):
                await asked.flowing.wait()
        await kill(satchel)
    ended = await asyncio.gather(*flowing, return_exceptions=True)
    assert [type(end) for end in ended if not isinstance(end, aiohttp.ClientError)] == []


async def all_asked(provider: Upstream, before: int, count: int) -> list[Asked]:
    """Return the newest calls once there are as many."""
    while len(provider.asked) < before + count:
        await asyncio.sleep(0.01)
    return provider.asked[before:]


def left_by(satchel: Satchel, database: Postgres | None) -> Mapping[str, bytes]:
    """Return the raw bytes of what the server left, in its home and in its database."""
    return {**traces(satchel), **(database.kept() if database else {})}
