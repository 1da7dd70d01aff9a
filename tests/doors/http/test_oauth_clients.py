"""Clients that others wrote sign in with Satchel, unmodified, over a real socket."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import aiohttp
import pytest
from tests.e2e.conftest import need

from satchel.services.apps import CHROMIUM_EXTENSION_ID

from ..served import Served

NODE_FOLDER = Path(__file__).parents[2] / "e2e" / "node"
REDIRECT = f"https://{CHROMIUM_EXTENSION_ID}.chromiumapp.org/"


async def consented(house: Served, address: str, terms: dict[str, str] | None = None) -> str:
    """Sign in, allow on these terms, and return where the browser would go."""
    ours = {"origin": house.url, "sec-fetch-site": "same-origin"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=ours) as browser:
        form = {"email": "owner@satchel.example", "password": "a long enough password"}
        async with browser.post(f"{house.url}/sign-in", data=form, allow_redirects=False) as signed_in:
            assert signed_in.status == 303
        async with browser.get(address) as page:
            found = re.search(r'name="token" value="([^"]+)"', await page.text())
        assert found
        async with browser.post(address, data={"token": found[1], "decision": "allow", **(terms or {})}, allow_redirects=False) as answer:
            assert answer.status == 303
            return answer.headers["location"]


@pytest.mark.parametrize("client", ["oauth4webapi", "oauth4webapi bound", "openid-client"])
async def test_an_npm_client_completes_its_flow(house: Served, client: str) -> None:
    client, *how = client.split()
    need("Node", shutil.which("node") is not None)
    need(f"tests/e2e/node/node_modules/{client}", (NODE_FOLDER / "node_modules" / client).exists())
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(
        "node", f"{client}.mjs", house.url, REDIRECT, *how, cwd=NODE_FOLDER, stdin=pipe, stdout=pipe, stderr=pipe
    )
    assert running.stdin
    assert running.stdout
    try:
        async with asyncio.timeout(60):
            address = (await running.stdout.readline()).decode().strip()
            if address:
                running.stdin.write(f"{await consented(house, address)}\n".encode())
            said, errors = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
    assert running.returncode == 0, errors.decode()
    assert json.loads(said) == {"scope": "generate models", "type": "dpop" if how else "bearer", "open": 200, "closed": 401}
