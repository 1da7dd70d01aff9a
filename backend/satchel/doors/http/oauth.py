"""The machine's side of OAuth: tokens, revocation, metadata. The person's side, `/oauth/authorize`, has pages: `doors/portal`."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from satchel.domain.errors import MalformedRequest, NotReady, RequestTooLarge, SatchelError
from satchel.domain.tokens import MANAGE_TOKENS
from satchel.doors.errors import reply_to
from satchel.doors.http.callers import Callers
from satchel.doors.http.oauth_description import METADATA_PATH, RESOURCE_PATH, described
from satchel.kit.addresses import neighbourhood
from satchel.ports.coordination import Limit, Limiter
from satchel.services.oauth.documents import MAX_DOCUMENT_BYTES
from satchel.services.oauth.issuer import Issuer
from satchel.services.oauth.metadata import (
    DEVICE_AUTHORIZATION_PATH,
    INTROSPECT_PATH,
    PUSH_PATH,
    REGISTER_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
    resource_metadata,
    server_metadata,
)
from satchel.services.oauth.records import Answer, Parameters, parameters_of
from satchel.services.oauth.registrations import Registrations
from satchel.services.oauth.service import OAuth
from satchel.services.oauth.tokens import Tokens

_MAX_FORM_BYTES = 64 * 1024
_FORM = "application/x-www-form-urlencoded"
_NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_KEPT = Limit(count=20, window_s=300)
_LIMITS = {"token": Limit(count=600, window_s=300)}  # many devices of a household or a company come from one address
_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Date, DPoP-Nonce, WWW-Authenticate, Retry-After"}
_BASIC = {"WWW-Authenticate": 'Basic realm="satchel"'}

Endpoint = Callable[[str, Parameters], Awaitable[Answer]]
Handler = Callable[[Request], Awaitable[Response]]


def router(oauth: OAuth, tokens: Tokens, callers: Callers, registrations: Registrations, *, limiter: Limiter, issuer: Issuer) -> APIRouter:
    """Return the routes, to be included without a prefix."""
    door = _Door(oauth, tokens, callers, registrations, limiter=limiter, issuer=issuer)
    routes = APIRouter(tags=["oauth"])
    said: Mapping[str, tuple[Handler, str, str]] = {
        TOKEN_PATH: (door.token, "POST", "Exchange a code or a refresh token"),
        REVOKE_PATH: (door.revoke, "POST", "Revoke a token and its family"),
        METADATA_PATH: (door.metadata, "GET", "Describe the authorization server"),
        INTROSPECT_PATH: (door.introspect, "POST", "Tell what a token is"),
        RESOURCE_PATH: (door.resource, "GET", "Describe what our tokens open"),
        DEVICE_AUTHORIZATION_PATH: (door.device, "POST", "Give a device a code for a person to type"),
        PUSH_PATH: (door.push, "POST", "Push an authorization request"),
        **({REGISTER_PATH: (door.register, "POST", "Register an app")} if registrations.is_on else {}),
    }
    for path, (serve, method, summary) in said.items():
        routes.add_api_route(path, serve, methods=[method], response_model=None, summary=summary, **described(path))
        if path != INTROSPECT_PATH:  # operators ask it, no page does
            routes.add_api_route(path, door.preflight, methods=["OPTIONS"], response_model=None, include_in_schema=False)
    return routes


class _Door:
    def __init__(
        self, oauth: OAuth, tokens: Tokens, callers: Callers, registrations: Registrations, *, limiter: Limiter, issuer: Issuer
    ) -> None:
        self._registrations = registrations
        self._oauth = oauth
        self._tokens = tokens
        self._callers = callers
        self._limiter = limiter
        self._issuer = issuer

    async def token(self, request: Request) -> Response:
        """Exchange a code or a refresh token for tokens. Form fields per RFC 6749 §4.1.3 and §6; public clients send `client_id`."""
        proof = _proof(request)
        return await self._throttled(request, "token", lambda issuer, form: self._oauth.token(issuer, form, proof))

    async def push(self, request: Request) -> Response:
        """Keep an authorization request (RFC 9126)."""
        proof = _proof(request)
        return await self._throttled(request, "push", lambda issuer, form: self._oauth.push(issuer, form, proof))

    async def register(self, request: Request) -> Response:
        """Register an app (RFC 7591). What it says of itself is JSON; whoever asks for more than apps get here gets less."""
        if (full := await self._full(request, "register")) is not None:
            return full
        headers = _CORS | _NOT_STORED
        try:
            answer = await self._registrations.register(await _body_of(request, MAX_DOCUMENT_BYTES))
        except SatchelError as error:
            return JSONResponse(_body(error), status_code=reply_to(type(error)).status, headers=headers)
        return JSONResponse(dict(answer.body), status_code=answer.status, headers=headers)

    async def device(self, request: Request) -> Response:
        """Give a device its codes (RFC 8628)."""
        caller = _caller(request)
        return await self._throttled(request, "device", lambda issuer, form: self._oauth.device(issuer, form, caller))

    async def revoke(self, request: Request) -> Response:
        """Revoke a token and its whole family (RFC 7009)."""
        return await self._answer(request, self._oauth.revoke)

    async def introspect(self, request: Request) -> Response:
        """Tell whoever manages the account's tokens what one of them is (RFC 7662). It must say who asks, so it takes a bearer token."""
        account_id = (await self._callers.principal(request, MANAGE_TOKENS)).account_id
        try:
            sent = [value for name, value in await _form(request) if name == "token"]
            if len(sent) != 1:
                raise MalformedRequest("send one token", details={"param": "token"})
        except SatchelError as error:
            return JSONResponse(_body(error), status_code=reply_to(type(error)).status, headers=_NOT_STORED)
        return JSONResponse(dict(await self._tokens.introspect(account_id, sent[0])), headers=_NOT_STORED)

    async def metadata(self, request: Request) -> Response:
        """Describe the authorization server (RFC 8414), with the nonce that a client's next proof needs."""
        response = self._described(request, lambda issuer: server_metadata(issuer, registers=self._registrations.is_on))
        if (nonce := await self._oauth.nonce()) is not None:
            response.headers["DPoP-Nonce"] = nonce
        return response

    async def resource(self, request: Request) -> Response:
        """Describe what our tokens open (RFC 9728)."""
        return self._described(request, resource_metadata)

    async def preflight(self, request: Request) -> Response:
        """Let pages call across origins: nothing here is opened by a cookie, and every exchange needs what only the app has."""
        headers = _CORS | {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "content-type, dpop, mcp-protocol-version",
            "Access-Control-Max-Age": "600",
        }
        return Response(status_code=204, headers=headers)

    def _described(self, request: Request, describe: Callable[[str], Mapping[str, object]]) -> Response:
        try:
            issuer = self._issuer.of(request.headers.get("host", ""))
        except MalformedRequest as error:
            return JSONResponse(_body(error), status_code=400, headers=_CORS)
        return JSONResponse(dict(describe(issuer)), headers=_CORS)

    async def _throttled(self, request: Request, what: str, endpoint: Endpoint) -> Response:
        """Answer what anybody may ask for and what is then kept, or a proof of it, so many times from one address."""
        full = await self._full(request, what)
        return await self._answer(request, endpoint) if full is None else full

    async def _full(self, request: Request, what: str) -> Response | None:
        decision = await self._limiter.take(f"{what}:address:{neighbourhood(_caller(request))}", 1, _LIMITS.get(what, _KEPT))
        if decision.allowed:
            return None
        body = {"error": "temporarily_unavailable", "error_description": "too many requests from your address; wait a little"}
        headers = _CORS | _NOT_STORED | {"Retry-After": str(max(1, round(decision.retry_after_s)))}
        return JSONResponse(body, status_code=429, headers=headers)

    async def _answer(self, request: Request, endpoint: Endpoint) -> Response:
        headers = _CORS | _NOT_STORED
        if "authorization" in request.headers:
            body = {"error": "invalid_client", "error_description": "Apps are public here: send client_id in the form"}
            return JSONResponse(body, status_code=401, headers=headers | _BASIC)
        try:
            answer = await endpoint(self._issuer.of(request.headers.get("host", "")), await _form(request))
        except SatchelError as error:
            return JSONResponse(_body(error), status_code=reply_to(type(error)).status, headers=headers)
        return JSONResponse(dict(answer.body), status_code=answer.status, headers={**headers, **answer.headers})


def _proof(request: Request) -> str | None:
    """Return the DPoP proof of a request; several are none that is good (RFC 9449 §4.3)."""
    found = request.headers.getlist("dpop")
    return ", ".join(found) if found else None


def _caller(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _body(error: SatchelError) -> Mapping[str, str]:
    match error:
        case NotReady():
            code = "temporarily_unavailable"
        case MalformedRequest() | RequestTooLarge():
            code = "invalid_request"
        case _:
            code = "server_error"
    return {"error": code, "error_description": error.message}


async def _form(request: Request) -> Parameters:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise MalformedRequest(f"the body must be {_FORM}")
    try:
        return parameters_of((await _body_of(request, _MAX_FORM_BYTES)).decode())
    except ValueError as error:
        raise MalformedRequest("the form cannot be read") from error


async def _body_of(request: Request, limit_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise RequestTooLarge(f"the body is over {limit_bytes} bytes")
    return bytes(body)
