"""Signing in with the real npm `oidc-provider`, unmodified, over real sockets: connect it, sign in by it, and what must fail."""

import asyncio
import re
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
from tests.doors.http.test_oauth_clients import NODE_FOLDER
from tests.e2e.conftest import need

from ..served import Served, served


@asynccontextmanager
async def provider() -> AsyncGenerator[str, None]:
    """Run the provider; yield its issuer."""
    need("Node", shutil.which("node") is not None)
    need("tests/e2e/node/node_modules/oidc-provider", (NODE_FOLDER / "node_modules" / "oidc-provider").exists())
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(
        "node", "oidc-provider.mjs", cwd=NODE_FOLDER, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    assert running.stdin
    assert running.stdout
    try:
        async with asyncio.timeout(60):
            while not (line := await running.stdout.readline()).startswith(b"http"):
                assert line, "the provider ended"
        yield line.decode().strip()
    finally:
        running.stdin.close()
        await asyncio.wait_for(running.wait(), 20)


def browser() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def signed_in_elsewhere(person: aiohttp.ClientSession, location: str, name: str, prompts: list[str] | None = None) -> str:
    """Sign in at the provider and agree; return where it sends the browser back to. What it asks for is added to `prompts`."""
    for _ in range(12):
        async with person.get(location, allow_redirects=False) as answer:
            text = await answer.text()
        if "/sign-in/back/" in answer.headers.get("location", ""):
            return answer.headers["location"]
        if answer.status in (302, 303):
            location = urljoin(location, answer.headers["location"])
            continue
        form = re.search(r'action="([^"]+)"', text)
        prompt = re.search(r'name="prompt" value="([^"]+)"', text)
        assert form, text
        assert prompt, text
        if prompts is not None:
            prompts.append(prompt[1])
        async with person.post(
            urljoin(location, form[1]), data={"prompt": prompt[1], "login": name, "password": "x"}, allow_redirects=False
        ) as sent:
            location = urljoin(location, sent.headers["location"])
    raise AssertionError("the provider never came to an end")


async def began(house: Served, person: aiohttp.ClientSession, path: str) -> str:
    async with person.get(house.url + path, allow_redirects=False) as answer:
        assert answer.status == 303, await answer.text()
        return answer.headers["location"]


async def landed(person: aiohttp.ClientSession, address: str) -> tuple[int, str]:
    """Follow the way back; return status and what it leads to."""
    async with person.get(address, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("location", "")


async def connected(house: Served, name: str) -> None:
    """Sign in by password, and connect a person of the provider."""
    ours = {"origin": house.url, "sec-fetch-site": "same-origin"}
    async with browser() as person:
        form = {"email": "owner@satchel.example", "password": "a long enough password"}
        async with person.post(f"{house.url}/sign-in", data=form, headers=ours, allow_redirects=False) as answer:
            assert answer.status == 303
        async with person.get(f"{house.url}/sign-in/ways") as page:
            found = re.search(r'href="(/sign-in/with/oidc\?tie=[^"]+)"', await page.text())
        assert found
        back = await signed_in_elsewhere(person, await began(house, person, found[1]), name)
        assert await landed(person, back) == (303, "/sign-in/ways")
        async with person.get(f"{house.url}/sign-in/ways") as page:
            assert f"{name}@id.example" in await page.text()


async def proof_ends(house: Served, person: aiohttp.ClientSession) -> str | None:
    async with person.get(f"{house.url}/portal/api/proof") as answer:
        until: str | None = (await answer.json())["until_at"]
        return until


async def proved_again(house: Served, person: aiohttp.ClientSession) -> None:
    """Sign in by the provider, then have it ask again. It knows the person, so that must be wanted of it, and told by it."""
    await landed(person, await signed_in_elsewhere(person, await began(house, person, "/sign-in/with/oidc"), "mira"))
    assert await proof_ends(house, person) is None, "the provider says when it asked only if it is asked for that"
    wanted = await began(house, person, "/sign-in/with/oidc")
    silent = re.sub("&(prompt|max_age)=[^&]*", "", wanted)
    prompts: list[str] = []
    back = await signed_in_elsewhere(person, silent, "mira", prompts)
    assert prompts == ["consent"], "it knows the person"
    assert (await landed(person, back))[0] == 403, "what was wanted of it was taken out on the way"
    assert await proof_ends(house, person) is None
    back = await signed_in_elsewhere(person, await began(house, person, "/sign-in/with/oidc"), "mira", prompts)
    assert "login" in prompts
    assert (await landed(person, back))[0] == 303
    assert await proof_ends(house, person) is not None


async def test_the_real_oidc_provider_vouches_for_whoever_is_connected(tmp_path: Path) -> None:
    async with provider() as issuer:
        settings = {
            "oidc_issuer": issuer,
            "oidc_name": "Lab",
            "oidc_client_id": "satchel",
            "oidc_client_secret": "a secret of the operator's",
        }
        async with served(tmp_path / "home", **settings) as house:
            await connected(house, "mira")
            async with browser() as person, browser() as another:
                back = await signed_in_elsewhere(person, await began(house, person, "/sign-in/with/oidc?next=/demo"), "mira")
                assert (await landed(another, back))[0] == 403, "an answer to another browser's attempt"
                await began(house, another, "/sign-in/with/oidc")
                assert (await landed(another, back))[0] == 403, "an answer to another browser, which has an attempt of its own"
                assert await landed(person, back) == (303, "/demo")
                async with person.get(f"{house.url}/portal/api/account") as account:
                    assert (account.status, (await account.json())["email"]) == (200, "owner@satchel.example")
                async with another.get(f"{house.url}/portal/api/account") as account:
                    assert account.status == 401
            async with browser() as person:
                await proved_again(house, person)
            async with browser() as stranger:
                back = await signed_in_elsewhere(stranger, await began(house, stranger, "/sign-in/with/oidc"), "ivo")
                assert (await landed(stranger, back))[0] == 403, "nobody here is connected with that person"
