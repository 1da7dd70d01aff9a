"""A pool that connects nowhere: it keeps every request as it would have been written to a socket, and answers those for access tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson


@dataclass(frozen=True)
class Heard:
    """One request: the host it is for, and all of it in one text."""

    host: str
    text: str


class Spoken:
    """An answer that is there at once."""

    def __init__(self, body: bytes) -> None:
        self.status, self.headers, self.content = 200, {"content-type": "application/json"}, self
        self._left = [body]

    async def readany(self) -> bytes:
        """Return the body, then nothing."""
        return self._left.pop() if self._left else b""

    def close(self) -> None:
        """Do nothing: there is no connection."""


@dataclass
class RecordingPool:
    """Stand where `Transport.pool()` does. A form is a request for an access token, and gets `access_token`; all others are refused."""

    access_token: str
    heard: list[Heard] = field(default_factory=list)

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Spoken:
        """Keep a request."""
        words = (body or b"").decode("utf-8", "replace")
        self.heard.append(Heard(urlsplit(url).netloc, f"{method} {url} {dict(headers)} {words}"))
        if headers.get("Content-Type") == "application/x-www-form-urlencoded":
            return Spoken(orjson.dumps({"access_token": self.access_token, "expires_in": 3600}))
        raise ConnectionRefusedError("the recording pool makes no sockets")

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""
