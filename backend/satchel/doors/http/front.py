"""The first thing a request meets: host names, request ids, CORS, headers every page needs, one access-log line; then the right door."""

from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from satchel.domain.errors import MalformedRequest
from satchel.doors.auth import ASKED_PATH
from satchel.doors.errors import Headers
from satchel.doors.http.access_log import AccessLog
from satchel.doors.http.cors import cors_headers, is_bearer_door, preflight_headers
from satchel.doors.http.exchange import REQUEST_ID
from satchel.doors.http.oauth_description import RESOURCE_PATH
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock

_PAGE_HEADERS: Headers = [
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"),
]
_ONLY_BY_TLS = (b"strict-transport-security", b"max-age=31536000")
_NOSNIFF = (b"x-content-type-options", b"nosniff")
_ABANDONED = 499
_ALIAS = "/api/v1/"
_KEY = "/v1/key"
_THEIR_WORDS = {"keys": "tokens", "key": "token"}


class Front:
    """Send each connection to its door. Paths of `hot` match exactly, `socket` takes every websocket, `rest` everything else.

    `/api/v1/…`, where OpenRouter clients call, is `/v1/…` from here on; what they call a key is a token of ours, also at `/v1/key`.
    """

    def __init__(
        self,
        *,
        hot: Mapping[str, ASGIApp],
        socket: ASGIApp,
        rest: ASGIApp,
        host_names: frozenset[str],
        allows_origin: Callable[[str], bool],
        issuer_of: Callable[[str], str],
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._hot = hot
        self._socket = socket
        self._rest = rest
        self._host_names = host_names
        self._allows_origin = allows_origin
        self._issuer_of = issuer_of
        self._clock = clock
        self._ids = ids
        self.access_log = AccessLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await self._websocket(scope, receive, send)
            case _:
                await self._rest(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope[REQUEST_ID] = self._ids.new("req")
        if scope["path"].startswith(_ALIAS) or scope["path"] == _KEY:
            scope[ASKED_PATH] = scope["path"]
            scope["path"] = _our_path(scope["path"])
            scope["raw_path"] = scope["path"].encode()
        reply = _Reply(scope, send, request_id, self._issuer_of)
        began_s = self._clock.monotonic_s()
        try:
            if not self._knows_host(scope):
                await reply.whole(421, b"this host name is not one of this server's; see SATCHEL_ALLOWED_HOSTS")
            elif reply.is_preflight:
                await reply.whole(204, b"", preflight_headers(scope["headers"], self._allows_origin))
            else:
                await self._hot.get(scope["path"], self._rest)(scope, receive, reply.send)
        finally:
            took_ms = (self._clock.monotonic_s() - began_s) * 1000
            status = reply.status or _ABANDONED
            self.access_log.note(
                scope["method"], scope["path"], status, took_ms=took_ms, generation_id=reply.generation_id, request_id=request_id
            )

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._knows_host(scope) and scope["path"] == "/v1/socket":
            await self._socket(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1008})

    def _knows_host(self, scope: Scope) -> bool:
        """Tell whether the Host header can be ours. Foreign names that lead here are DNS rebinding; an address cannot be rebound."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        name = _host_name(hosts[0])
        return name == "localhost" or name in self._host_names or _is_address(name)


class _Reply:
    """A request's `send`, which notes the status and adds the headers that are not the door's business."""

    def __init__(self, scope: Scope, send: Send, request_id: str, issuer_of: Callable[[str], str]) -> None:
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        origin = headers.get(b"origin")
        self._has_cors = origin is not None and is_bearer_door(scope["path"])
        self.is_preflight = self._has_cors and scope["method"] == "OPTIONS" and b"access-control-request-method" in headers
        self.status: int | None = None
        self.generation_id: str | None = None
        self._send = send
        self._request_id = request_id
        self._host = headers.get(b"host", b"")
        self._issuer_of = issuer_of

    def send(self, message: Message) -> Awaitable[None]:
        """Pass on an ASGI message. No coroutine of its own: every delta of a stream comes through here."""
        if message["type"] == "http.response.start":
            self._complete(message)
        return self._send(message)

    async def whole(self, status: int, text: bytes, headers: Headers | None = None) -> None:
        """Send a whole reply of our own."""
        body = orjson.dumps({"error": {"code": status, "message": text.decode()}}) if text else b""
        length = [(b"content-length", str(len(body)).encode())] if body else []
        kind = [(b"content-type", b"application/json")] if body else []
        await self.send({"type": "http.response.start", "status": status, "headers": [*kind, *length, *(headers or [])]})
        await self._send({"type": "http.response.body", "body": body})

    def _complete(self, message: Any) -> None:
        self.status = message["status"]
        headers: Headers = [*message.get("headers", ()), (b"x-request-id", self._request_id.encode())]
        if _NOSNIFF not in headers:
            headers.append(_NOSNIFF)
        if self.status == 401:
            headers = [self._pointing(name, value) for name, value in headers]
        has = dict(headers)
        if has.get(b"content-type", b"").startswith(b"text/html"):
            headers += [(name, value) for name, value in _PAGE_HEADERS if name not in has]
            if (self._issuer() or "").startswith("https:"):
                headers.append(_ONLY_BY_TLS)
        if self._has_cors and b"access-control-allow-origin" not in has:
            headers += cors_headers()
        if generation_id := has.get(b"x-generation-id"):
            self.generation_id = generation_id.decode("latin-1")
        message["headers"] = headers

    def _pointing(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        """Return a header; the one that asks for a token says where to learn who issues them (RFC 9728 §5.1)."""
        if name.lower() != b"www-authenticate" or not value.startswith(b"Bearer "):
            return name, value
        issuer = self._issuer()
        return name, value if issuer is None else value + f', resource_metadata="{issuer}{RESOURCE_PATH}"'.encode()

    def _issuer(self) -> str | None:
        """Return our own address as the caller knows it; None by an address that is no name of ours."""
        try:
            return self._issuer_of(self._host.decode("latin-1"))
        except MalformedRequest:
            return None


def _our_path(path: str) -> str:
    """Return where a door of theirs is in this house. Their keys are ours to issue; provider keys, at `/v1/keys`, they do not know."""
    resource, slash, rest = path.removeprefix(_ALIAS if path != _KEY else "/v1/").partition("/")
    return f"/v1/{_THEIR_WORDS.get(resource, resource)}{slash}{rest}"


@lru_cache(maxsize=256)  # parsing names and addresses was 2 % of a request's time
def _host_name(host: bytes) -> str:
    name = host.decode("latin-1").lower()
    return name[1 : name.find("]")] if name.startswith("[") else name.partition(":")[0]


@lru_cache(maxsize=256)
def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
