"""Who is signed in to the portal, and the wrapper that lets the portal's own pages call the management doors by cookie."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from satchel.domain.accounts import SignIn
from satchel.domain.errors import NotFound, Refused, TokenMissing
from satchel.doors.auth import PERSON, PRINCIPAL, Person, sign_in_cookie, sign_in_principal
from satchel.doors.portal.csrf import require_same_origin
from satchel.services.accounts import Accounts
from satchel.services.oauth.issuer import Issuer

CSRF_HEADER = "x-satchel-csrf"

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a browser: our address as it sees it, and its live sign-in with the cookie's value, if it has one."""

    issuer: str
    sign_in: SignIn | None = None
    secret: str = ""

    @property
    def secure(self) -> bool:
        """Tell whether the browser speaks https with us."""
        return self.issuer.startswith("https://")


class Visits:
    """Read the sign-in of portal requests. An `Authorization` header means nothing here."""

    def __init__(self, accounts: Accounts, issuer: Issuer) -> None:
        self._accounts = accounts
        self._issuer = issuer

    async def of(self, request: Request) -> Visit:
        """Return who visits. Raises `MalformedRequest` if the host is not one of ours."""
        issuer = self._issuer.of(request.headers.get("host", ""))
        secret = sign_in_cookie(request.cookies, secure=issuer.startswith("https://"))
        sign_in = await self._accounts.session(secret) if secret else None
        return Visit(issuer, sign_in, secret or "") if sign_in is not None else Visit(issuer)


class PortalSession:
    """ASGI wrapper around the management doors: cookie and same-origin proof in, `scope["satchel.principal"]` out."""

    def __init__(self, asgi: ASGIApp, accounts: Accounts, issuer: Issuer) -> None:
        self._asgi = asgi
        self._accounts = accounts
        self._visits = Visits(accounts, issuer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises:
            TokenMissing: nobody is signed in.
            Refused: the request does not prove that our own page made it.
        """
        if scope["type"] != "http":
            raise NotFound("there is no socket here")
        request = Request(scope)
        visit = await self._visits.of(request)
        unsafe = request.method not in _SAFE_METHODS
        if unsafe or "sec-fetch-site" in request.headers:
            require_same_origin(request.headers, visit.issuer)
        if unsafe and request.headers.get(CSRF_HEADER) != "1":
            raise Refused(f"a change needs the header `{CSRF_HEADER}: 1`")
        if visit.sign_in is None:
            raise TokenMissing("nobody is signed in here; sign in again")
        person = Person(visit.sign_in, visit.issuer, self._accounts.has_proved(visit.sign_in))
        within: dict[str, Any] = {**scope, PRINCIPAL: sign_in_principal(visit.sign_in), PERSON: person}
        await self._asgi(within, self._received_by(person, visit.secret, receive) if unsafe else receive, send)

    def _received_by(self, person: Person, secret: str, receive: Receive) -> Receive:
        """Return a `receive` that looks once more who is there when the body has come, which can take a caller as long as they like."""

        async def received() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                has_lapsed = person.has_proved and not self._accounts.has_proved(person.sign_in)
                if has_lapsed or await self._accounts.session(secret) is None:
                    raise HTTPException(401, "you were signed out, or it took too long; try again")
            return message

        return received


def caller_address(request: Request) -> str:
    """Return the address that a request comes from, for the throttle."""
    return request.client.host if request.client else "unknown"


def caller_agent(request: Request) -> str | None:
    """Return what the browser calls itself."""
    return request.headers.get("user-agent")
