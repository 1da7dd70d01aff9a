"""Signing in with a passkey, and making the owner with one: JSON for the scripts of our own pages. Errors are JSON too."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from satchel.domain.errors import MalformedRequest
from satchel.doors.auth import ceremony_cookie, set_ceremony_cookie, set_sign_in_cookie
from satchel.doors.portal.csrf import require_same_origin
from satchel.doors.portal.forms import json_of, local_path
from satchel.doors.portal.session import Visit, Visits, caller_address, caller_agent
from satchel.doors.portal.sign_in import SIGN_IN_PATH
from satchel.services.accounts import Accounts
from satchel.services.accounts.authenticators import Json
from satchel.services.accounts.invitations import SETUP_PATH
from satchel.services.accounts.passkeys import Begun, Passkeys


class PasskeyDoor:
    """Each deed in two steps: ask what the authenticator must answer, then answer."""

    def __init__(self, accounts: Accounts, passkeys: Passkeys, visits: Visits) -> None:
        self._accounts = accounts
        self._passkeys = passkeys
        self._visits = visits

    @property
    def scripted(self) -> Mapping[str, Callable[[Request], Awaitable[Response]]]:
        """Return what scripts send, by path."""
        return {
            f"{SIGN_IN_PATH}/passkey/begin": self.begin_sign_in,
            f"{SIGN_IN_PATH}/passkey": self.sign_in,
            f"{SETUP_PATH}/passkey/begin": self.begin_set_up,
            f"{SETUP_PATH}/passkey": self.set_up,
        }

    async def begin_sign_in(self, request: Request) -> Response:
        """Return what `navigator.credentials.get` needs."""
        visit = await self._own(request)
        return _begun(visit, await self._passkeys.begin_sign_in(visit.issuer, caller_address(request)))

    async def sign_in(self, request: Request) -> Response:
        """Sign in; the session is a new one each time."""
        visit, sent = await self._own(request), await json_of(request)
        secret = ceremony_cookie(request.cookies, visit.secure)
        _, value = await self._passkeys.sign_in(secret, _credential(sent), visit.issuer, caller_agent(request))
        if visit.sign_in is not None:
            await self._accounts.sign_out(visit.secret)
        return _entered(visit, value, local_path(_text(sent, "next")))

    async def begin_set_up(self, request: Request) -> Response:
        """Return what `navigator.credentials.create` needs for a new account."""
        visit, sent = await self._own(request), await json_of(request)
        link, email = _text(sent, "link"), _text(sent, "email")
        return _begun(visit, await self._passkeys.begin_joining(link, email, visit.issuer, caller_address(request)))

    async def set_up(self, request: Request) -> Response:
        """Make the account and sign the browser in."""
        visit, sent = await self._own(request), await json_of(request)
        account = await self._passkeys.join(
            ceremony_cookie(request.cookies, visit.secure),
            _text(sent, "link"),
            _text(sent, "email"),
            _credential(sent),
            _text(sent, "name"),
            origin=visit.issuer,
            address=caller_address(request),
        )
        _, value = await self._accounts.enter(account.id, caller_agent(request))
        return _entered(visit, value, "/")

    async def _own(self, request: Request) -> Visit:
        visit = await self._visits.of(request)
        require_same_origin(request.headers, visit.issuer)
        return visit


def _begun(visit: Visit, begun: Begun) -> Response:
    response = JSONResponse(begun.options, headers={"Cache-Control": "no-store"})
    response.headers["Set-Cookie"] = set_ceremony_cookie(begun.secret or "", visit.secure)
    return response


def _entered(visit: Visit, secret: str, after: str) -> Response:
    response = JSONResponse({"next": after}, headers={"Cache-Control": "no-store"})
    response.headers.append("Set-Cookie", set_sign_in_cookie(secret, visit.secure))
    response.headers.append("Set-Cookie", set_ceremony_cookie("", visit.secure))
    return response


def _credential(sent: Json) -> Json:
    credential = sent.get("credential")
    if not isinstance(credential, dict):
        raise MalformedRequest("the credential is missing", details={"param": "credential"})
    return credential


def _text(sent: Json, name: str) -> str:
    value = sent.get(name)
    return value if isinstance(value, str) else ""
