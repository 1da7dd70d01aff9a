"""`POST /v1/chat/completions`, on bare ASGI: JSON or server-sent events in the dialect of OpenAI's chat completions."""

import logging
from contextlib import aclosing

from starlette.types import Receive, Scope, Send

from satchel.dialects.openai_chat_reply import KEEP_ALIVE, JsonEncoder, StreamEncoder
from satchel.dialects.openai_chat_request import parse_request, wants_stream
from satchel.domain.calls import Call
from satchel.domain.errors import MalformedRequest, SatchelError
from satchel.doors.auth import Authenticator
from satchel.doors.errors import Headers, as_ours, error_headers, openai_body, openai_error, reply_to
from satchel.doors.http.event_stream import EventStream
from satchel.doors.http.exchange import Exchange
from satchel.doors.http.live import LiveCalls
from satchel.kit.ids import Ids
from satchel.kit.strict_json import JsonInvalid, parse
from satchel.ports.clock import Clock
from satchel.services.generation import Generation

_JSON: Headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]

PATH = "/v1/chat/completions"
DESCRIPTION: dict[str, object] = {
    "post": {
        "tags": ["completions"],
        "summary": "Create a chat completion",
        "description": "The body and the answers are those of OpenAI's chat completions; see docs/reference/http-api.md.",
        "operationId": "create_chat_completion",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["messages"]}}}},
        "responses": {
            "200": {
                "description": "The answer, or its stream",
                "content": {"application/json": {"schema": {"type": "object"}}, "text/event-stream": {"schema": {"type": "string"}}},
            }
        },
    }
}
"""The door as OpenAPI tells it; FastAPI does not know hot doors."""

_log = logging.getLogger(__name__)


class Completions:
    """The ASGI door. A caller that hangs up, at any moment, ends the upstream call; only then does the door end."""

    def __init__(self, authenticator: Authenticator, generation: Generation, live: LiveCalls, clock: Clock, ids: Ids) -> None:
        self._authenticator = authenticator
        self._generation = generation
        self._live = live
        self._clock = clock
        self._ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; never raises for what a caller or a provider did."""
        exchange = Exchange(scope, receive, send)
        generation_id = self._ids.new("gen")
        headers: Headers = [(b"x-generation-id", generation_id.encode())]
        try:
            if exchange.method != "POST":
                raise MalformedRequest("this door takes POST only")
            await self._answer(scope, exchange, generation_id, headers)
        except SatchelError as error:
            if not exchange.is_abandoned:
                await _refuse(exchange, headers, error)
        except Exception as error:
            _log.exception("%s: a completion failed", exchange.request_id)
            await _refuse(exchange, headers, as_ours(error, exchange.request_id))

    async def _answer(self, scope: Scope, exchange: Exchange, generation_id: str, headers: Headers) -> None:
        principal = await self._authenticator.principal(scope["headers"])
        principal.require("generate")
        body = _body(await exchange.body())
        streams = wants_stream(body)
        call = Call(id=generation_id, principal=principal, request=parse_request(body), started_at=self._clock.now())
        with self._live.while_running(call, exchange.stop):
            if streams:
                await self._stream(exchange, call, headers)
            else:
                await self._whole(exchange, call, headers)

    async def _whole(self, exchange: Exchange, call: Call, headers: Headers) -> None:
        encoder = JsonEncoder(call.id, call.request.model, _created(call))
        with exchange.ends_with_caller():
            async with aclosing(self._generation.generate(call)) as events:
                async for event in events:
                    encoder.add(event)
        await exchange.reply(200, [*_JSON, *headers], encoder.body())

    async def _stream(self, exchange: Exchange, call: Call, headers: Headers) -> None:
        stream = EventStream(exchange, headers, KEEP_ALIVE)
        encoder = StreamEncoder(call.id, call.request.model, _created(call))
        try:
            with exchange.ends_with_caller():
                async with aclosing(self._generation.generate(call)) as events:
                    async for event in events:
                        if data := encoder.event(event):
                            await stream.write(data)
        except Exception as failure:
            if not exchange.started or exchange.is_abandoned:
                raise
            await stream.write(_last_chunk(encoder, failure, exchange.request_id))
        finally:
            stream.stop()
        await stream.end()


def _body(data: bytes) -> dict[str, object]:
    try:
        value = parse(data)
    except JsonInvalid as wrong:
        raise MalformedRequest(str(wrong)) from None
    if not isinstance(value, dict):
        raise MalformedRequest("the body must be a JSON object")
    return value


def _created(call: Call) -> int:
    return int(call.started_at.timestamp())


def _last_chunk(encoder: StreamEncoder, failure: Exception, request_id: str) -> bytes:
    """Return the chunk that ends a stream after its status is out."""
    if not isinstance(failure, SatchelError):
        _log.error("%s: a stream failed", request_id, exc_info=failure)
    error = as_ours(failure, request_id)
    told = openai_error(error, request_id)["error"]
    metadata = told["metadata"] if isinstance(told, dict) else None
    return encoder.failure(error, reply_to(type(error)).status, metadata)


async def _refuse(exchange: Exchange, headers: Headers, error: SatchelError) -> None:
    status = reply_to(type(error)).status
    await exchange.reply(status, [*_JSON, *headers, *error_headers(error)], openai_body(error, exchange.request_id))
