"""A person's browser at a server that really serves, pressing the buttons of our own pages."""

from collections.abc import Mapping
from typing import Any

import aiohttp

Answer = tuple[int, str, Mapping[str, str]]
"""Status, text, headers."""


class Person:
    """One browser, by one name of the server; it remembers every secret that it was given as a cookie."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        """Build it. `http` needs a jar of its own that takes cookies from addresses, too."""
        self.http = http
        self.url = url
        self.secrets: set[str] = set()

    async def send(self, method: str, path: str, **body: Any) -> Answer:
        """Send a form (`data`) or JSON (`json`) as our own pages do, and go nowhere else."""
        headers = {"origin": self.url, "sec-fetch-site": "same-origin", "x-satchel-csrf": "1"}
        async with self.http.request(method, self.url + path, headers=headers, allow_redirects=False, **body) as reply:
            self.secrets |= {morsel.value for morsel in reply.cookies.values() if len(morsel.value) > 15}
            return reply.status, await reply.text(), reply.headers

    async def get(self, path: str, status: int = 200) -> tuple[str, Mapping[str, str]]:
        """Load a page; return its text and headers."""
        return _expected(await self.send("GET", path), status)

    async def post(self, path: str, status: int = 200, **body: Any) -> tuple[str, Mapping[str, str]]:
        """Send something; return the answer's text and headers."""
        return _expected(await self.send("POST", path, **body), status)

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in by password."""
        await self.post("/sign-in", 303, data={"email": email, "password": password})

    def forget_cookies(self) -> None:
        """Be a new browser."""
        self.http.cookie_jar.clear()


def _expected(answer: Answer, status: int) -> tuple[str, Mapping[str, str]]:
    assert answer[0] == status, answer
    return answer[1:]
