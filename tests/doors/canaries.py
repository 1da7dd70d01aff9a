"""What tests look for afterwards: a prompt and keys that nothing may keep in clear, and a server that says all it can in its log."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from tests.doors.upstream import Upstream, upstream
from tests.stage import EMAIL, Satchel, free_port

CANARY = "CanaryZq7"
PROMPT = f"{CANARY} prompt of a person"
KEY = f"sk-{CANARY}-0123456789abcdef"
ODD_KEY = f"{CANARY}:odd~key=of-my-own"
TOKEN = f"sat_{CANARY}0123456789abcdefghijklmnopqrstuvwxyz"
SAID = [{"role": "user", "content": PROMPT}]
PATIENCE = aiohttp.ClientTimeout(total=30)


@asynccontextmanager
async def talkative(folder: Path, **settings: str) -> AsyncGenerator[tuple[Satchel, Upstream, aiohttp.ClientSession], None]:
    """Run a real server that says all it can in its log, with an owner; yield it, the provider behind it, and a client with a token.

    The provider is there under the labels `lab` and `odd`, each with a key of its own.
    """
    satchel = Satchel(folder, free_port(), {"SATCHEL_BUILTIN_MODEL": "off", "SATCHEL_LOG_LEVEL": "debug", **settings})
    async with upstream() as provider, aiohttp.ClientSession(satchel.url, timeout=PATIENCE) as http:
        await asyncio.to_thread(satchel.add_owner)
        await asyncio.to_thread(satchel.start)
        try:
            token = await asyncio.to_thread(satchel.command, "token", "create", "--account", EMAIL, "--name", "all", "--manage")
            http.headers["authorization"] = f"Bearer {token}"
            for label, secret in (("lab", KEY), ("odd", ODD_KEY)):
                draft = {"provider": "custom", "base_url": provider.url, "secret": secret, "label": label}
                assert await post(http, "/v1/keys", draft) == 201
            yield satchel, provider, http
        finally:
            await asyncio.to_thread(satchel.stop)


async def post(http: aiohttp.ClientSession, path: str, body: object, **headers: str) -> int:
    """Post and return the status; the answer is read."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with http.post(path, data=data, headers={"content-type": "application/json", **headers}) as reply:
        await reply.read()
        return reply.status


async def kill(satchel: Satchel) -> None:
    """End the server as a power cut would."""
    assert satchel.process
    satchel.process.kill()
    await asyncio.to_thread(satchel.process.wait, 30)


def traces(satchel: Satchel) -> Mapping[str, bytes]:
    """Return the raw bytes of everything that the server left behind."""
    return {str(path.relative_to(satchel.home)): path.read_bytes() for path in satchel.home.rglob("*") if path.is_file()}


def found_in(left: Mapping[str, bytes], words: Iterable[bytes] = (CANARY.encode(),)) -> list[str]:
    """Return where any of the words, or a token of ours, is in clear."""
    wanted = [re.compile(re.escape(word)) for word in words] + [re.compile(rb"sat_[A-Za-z0-9]{20}")]
    return [where for where, content in left.items() if any(word.search(content) for word in wanted)]
