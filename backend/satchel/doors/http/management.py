"""The FastAPI application of all doors that are not hot: it gathers the routers and gives every error its body."""

import logging
from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from satchel import __version__
from satchel.domain.errors import MalformedRequest, NotFound, SatchelError
from satchel.doors.errors import as_ours, error_headers, openai_body, reply_to
from satchel.doors.http.description import description
from satchel.doors.http.exchange import REQUEST_ID

Wrapper = Callable[[ASGIApp], ASGIApp]

PREFIX = "/v1"
_PORTAL = "/portal/api"

_log = logging.getLogger(__name__)


def management_app(
    resources: Sequence[APIRouter], pages: Sequence[APIRouter], signed_in: Wrapper, described: Mapping[str, object]
) -> FastAPI:
    """Return the application.

    Args:
        resources: doors below `/v1`, served to the portal's own pages below `/portal/api` too.
        pages: doors with paths of their own.
        signed_in: wraps the doors below `/portal/api`: a cookie in, a principal out.
        described: OpenAPI paths of doors that are served elsewhere.
    """
    app = FastAPI(title="Satchel", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    for router in resources:
        app.include_router(router, prefix=PREFIX)
    for router in pages:
        app.include_router(router)
    app.mount(_PORTAL, signed_in(_Within(app)))
    describe = app.openapi
    app.openapi = lambda: description(describe(), described)  # type: ignore[method-assign]
    app.add_exception_handler(SatchelError, _on_ours)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    doors = {PREFIX + route.path for router in resources for route in router.routes if isinstance(route, Route)}
    app.add_exception_handler(HTTPException, partial(_on_http, doors | set(described)))
    app.add_exception_handler(Exception, _on_bug)
    return app


class _Within:
    """Take `/portal/api/…` to the same doors as `/v1/…`."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = PREFIX + scope["path"].removeprefix(_PORTAL)
        await self._app({**scope, "path": path, "raw_path": path.encode(), "root_path": ""}, receive, send)


async def _on_ours(request: Request, error: Exception) -> Response:
    return _reply(request, error)


async def _on_invalid(request: Request, error: Exception) -> Response:
    """Name the first field that is wrong; what was sent is not repeated."""
    first: dict[str, Any] = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    param = ".".join(str(part) for part in first.get("loc", ())[1:]) or "body"
    return _reply(request, MalformedRequest(f"{param}: {first.get('msg', 'wrong')}", details={"param": param}))


async def _on_http(doors: Set[str], request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return _reply(request, NotFound(_nothing_at(request.url.path, doors)))
    body = {"error": {"code": status, "message": str(error.detail) if isinstance(error, HTTPException) else "failed"}}
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return Response(orjson.dumps(body), status, headers, "application/json")


def _nothing_at(path: str, doors: Set[str]) -> str:
    """Say that nothing is there; and where it is, when all that is wrong is where the client's base address ends."""
    nothing = f"there is nothing at {path}"
    if PREFIX + path in doors:
        return f"{nothing}; it is at {PREFIX}{path}: end the client's base URL with {PREFIX}"
    if path.startswith(PREFIX * 2) and path.removeprefix(PREFIX) in doors:
        return f"{nothing}; it is at {path.removeprefix(PREFIX)}: this client adds {PREFIX} by itself, so end its base URL before it"
    return nothing


async def _on_bug(request: Request, error: Exception) -> Response:
    _log.error("%s: %s %s failed", request.scope.get(REQUEST_ID), request.method, request.url.path, exc_info=error)
    return _reply(request, error)


def _reply(request: Request, error: Exception) -> Response:
    request_id = request.scope.get(REQUEST_ID, "req_unknown")
    ours = as_ours(error, request_id)
    response = Response(openai_body(ours, request_id), reply_to(type(ours)).status, media_type="application/json")
    response.raw_headers += error_headers(ours)
    return response
