"""A house served as in real life: uvicorn on a free port, SQLite in a file, a provider behind a real socket."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from satchel.bootstrap.doors import Doors
from satchel.bootstrap.house import House, open_house
from satchel.domain.accounts import Account
from satchel.domain.keys import NO_SECRET
from satchel.domain.tokens import ACCOUNT_TOKEN_SCOPES, SCOPES, Token, TokenKind, secret_hash, token_text
from satchel.doors.http.keys import KeyDesk
from satchel.doors.http.server import Server
from satchel.settings import Settings

from .upstream import Upstream, upstream

ASK = [{"role": "user", "content": "Hi"}]


@dataclass
class Served:
    """What a test has in hand."""

    house: House
    doors: Doors
    server: Server
    upstream: Upstream
    port: int
    account: Account
    token: str
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        """Return the base address."""
        return f"http://127.0.0.1:{self.port}"

    async def new_token(
        self, scopes: frozenset[str] = ACCOUNT_TOKEN_SCOPES, account_id: str | None = None, **facts: Any
    ) -> tuple[str, str]:
        """Make a token, with more facts of its record if need be; return its id and its text."""
        text = token_text(self.house.ids.secret_bytes(32))
        facts = {"kind": TokenKind.ACCESS, "family_id": self.house.ids.new("fam"), **facts}
        token = Token(
            id=self.house.ids.new("tok"),
            account_id=account_id or self.account.id,
            secret_hash=secret_hash(text),
            scopes=scopes & SCOPES,
            created_at=self.house.clock.now(),
            **facts,
        )
        async with self.house.database.unit_of_work() as stores:
            await stores.tokens.add(token)
        return token.id, text

    async def call(self, method: str, path: str, body: object = None, token: str | None = None, **headers: str) -> tuple[int, Any]:
        """Call a management door; return status and JSON."""
        sent = {"authorization": f"Bearer {token or self.token}", **headers}
        async with self.http.request(method, self.url + path, json=body, headers=sent) as reply:
            return reply.status, await reply.json(content_type=None) if await reply.read() else None

    async def visit(self, method: str, path: str, body: object = None, *, cookie: str | None = None) -> tuple[int, Any]:
        """Call a management door as a page of the portal does, in a browser that has just signed in unless `cookie` names another."""
        if cookie is None:
            _, cookie = await self.house.accounts.enter(self.account.id, "a browser")
        headers = {"cookie": f"satchel_sid={cookie}", "origin": self.url, "x-satchel-csrf": "1", "sec-fetch-site": "same-origin"}
        async with self.http.request(method, self.url + path.replace("/v1/", "/portal/api/", 1), json=body, headers=headers) as reply:
            return reply.status, await reply.json(content_type=None) if await reply.read() else None

    def ask(self, model: str = "lab:hello", **more: object) -> "aiohttp.client._RequestContextManager":
        """Ask for a completion; enter it for the reply."""
        body = {"model": model, "messages": ASK, **more}
        return self.http.post(f"{self.url}/v1/chat/completions", json=body, headers={"authorization": f"Bearer {self.token}"})

    async def entry(self, generation_id: str) -> dict[str, Any]:
        """Return the ledger's entry once there is one."""
        async with asyncio.timeout(20):
            while True:
                status, body = await self.call("GET", f"/v1/generations/{generation_id}")
                if status == 200 and body["status"] != "live":
                    assert isinstance(body, dict)
                    return body
                await asyncio.sleep(0.01)


@dataclass
class Standing:
    """One server of a house, with nobody in it yet."""

    house: House
    doors: Doors
    server: Server
    port: int

    @property
    def url(self) -> str:
        """Return the base address."""
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def standing(home: Path, *, others_may_live: bool = False, **settings: Any) -> AsyncGenerator[Standing, None]:
    """Serve on a free port. Several may stand on one PostgreSQL, with one home for their keys."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    fetch_document = settings.pop("fetch_document", None)
    chosen = Settings(home=home, port=port, builtin_model="off", drain_s=settings.pop("drain_s", 5), **settings)
    async with open_house(chosen, fetch_document) as house:
        doors = Doors(house)
        ready = asyncio.Event()

        async def be_ready() -> None:
            ready.set()

        server = Server(doors.asgi, drain=doors.drain, ready=be_ready, trusted_proxies=chosen.trusted_proxies)
        async with doors.serving(others_may_live=others_may_live):
            serving = asyncio.create_task(server.serve([listener]))
            await asyncio.wait_for(ready.wait(), 10)
            try:
                yield Standing(house, doors, server, port)
            finally:
                server.should_exit = True
                await asyncio.wait_for(serving, 20)


@asynccontextmanager
async def served(home: Path, **settings: Any) -> AsyncGenerator[Served, None]:
    """Serve a house with one account, its token, and the scripted provider under the label `lab`."""
    async with upstream() as provider, aiohttp.ClientSession() as http, standing(home, **settings) as one:
        house = one.house
        account = await house.accounts.create("owner@satchel.example", "a long enough password")
        await KeyDesk(house.vault, house.rows, house.bus).add(account.id, "custom", provider.url, NO_SECRET, "lab")
        _, token = await house.tokens.create(account.id, "test")
        yield Served(house, one.doors, one.server, provider, one.port, account, token, http)
