"""What the provider tests are built from."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from satchel.domain.catalog import Endpoint
from satchel.domain.chat import ChatRequest, Message, TextPart
from satchel.domain.keys import Key
from satchel.kit.clock import SystemClock
from satchel.kit.ids import Ids
from satchel.loading import catalog_models, provider_rows
from satchel.providers import ProviderDeps
from satchel.transport import Transport

MOMENT = datetime(2026, 11, 23, tzinfo=UTC)


def deps_with(transport: Transport, **changes: Any) -> ProviderDeps:
    fields: dict[str, Any] = {"rows": provider_rows(), "models": catalog_models(), "ids": Ids(), "clock": SystemClock()}
    return ProviderDeps(transport=transport, **{**fields, **changes})


def ask(words: str = "Hi", **changes: Any) -> ChatRequest:
    return ChatRequest("a/b", (Message("user", (TextPart(words),)),), **changes)


def endpoint(**changes: Any) -> Endpoint:
    fields: dict[str, Any] = {"provider": "custom", "native_model": "m", "name": "M", "provider_name": "Custom server", "base_url": ""}
    return Endpoint(**{"id": "custom:m", "model_id": "custom:m", **fields, **changes})


def key(**changes: Any) -> Key:
    fields: dict[str, Any] = {"id": "key_1", "account_id": "acct_1", "provider": "custom", "base_url": "", "endpoint_origin": ""}
    return Key(**{"created_at": MOMENT, "sealed": b"x", **fields, **changes})


@asynccontextmanager
async def answering(answers: dict[str, Any], seen: list[web.Request] | None = None) -> AsyncIterator[int]:
    """Serve fixed answers by path: JSON, or an aiohttp response. Everything else is 404. Yield the port."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if seen is not None:
            await request.read()
            seen.append(request)
        answer = answers.get(request.path)
        if callable(answer):
            response: web.StreamResponse = answer(request)
            return response
        return web.json_response({"error": "not found"}, status=404) if answer is None else web.json_response(answer)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
