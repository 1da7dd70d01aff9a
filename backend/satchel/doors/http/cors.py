"""Cross-origin rules of the doors that take bearer tokens. No cookie opens those, so any page may call them, without credentials.

Not among them: portal pages, which live by a cookie and answer their own origin only, and OAuth, which has rules of its own (`oauth.py`).
"""

import re
from collections.abc import Callable, Iterable

from satchel.doors.errors import Headers

_DOORS = ("/v1/", "/api/")
_MORE_DOORS = frozenset({"/healthz", "/readyz"})
_HEADER = re.compile(
    r"authorization|dpop|content-type|accept|x-api-key|http-referer|x-title|x-session-id|idempotency-key"
    r"|(?:x-openrouter|x-satchel|x-stainless|anthropic)-[a-z0-9-]+"
)
_METHODS = b"GET, POST, PUT, PATCH, DELETE, OPTIONS"
_EXPOSED = b"X-Generation-Id, X-Request-Id, Retry-After, WWW-Authenticate"
_ANY_ORIGIN = (b"access-control-allow-origin", b"*")


def is_bearer_door(path: str) -> bool:
    """Tell whether pages of other origins may call this path."""
    return path.startswith(_DOORS) or path in _MORE_DOORS


def cors_headers() -> Headers:
    """Return what a reply to another origin carries. Never `Allow-Credentials`."""
    return [_ANY_ORIGIN, (b"access-control-expose-headers", _EXPOSED)]


def preflight_headers(request: Iterable[tuple[bytes, bytes]], allows_origin: Callable[[str], bool]) -> Headers:
    """Return the answer to a preflight: of the headers asked for, those we read.

    Reaching a private network from a public page is granted to origins we know (`allows_origin`) and to no other.
    """
    asked = dict(request)
    wanted = asked.get(b"access-control-request-headers", b"").decode("latin-1").lower().replace(" ", "")
    allowed = ", ".join(name for name in wanted.split(",") if _HEADER.fullmatch(name))
    headers: Headers = [
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", allowed.encode()),
        (b"access-control-max-age", b"600"),
        (b"vary", b"Access-Control-Request-Headers"),
    ]
    origin = asked.get(b"origin", b"").decode("latin-1")
    if asked.get(b"access-control-request-private-network") == b"true" and allows_origin(origin):
        headers.append((b"access-control-allow-private-network", b"true"))
    return headers
