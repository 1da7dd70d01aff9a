"""`POST /v1/messages` and `/v1/messages/count_tokens`: the skin in the dialect of Anthropic's Messages, for any model."""

import orjson
from starlette.types import Receive, Scope, Send

from satchel.dialects.anthropic_messages_reply import JsonEncoder, StreamEncoder, error_object
from satchel.dialects.anthropic_messages_request import parse_request, wants_stream
from satchel.domain.calls import Call
from satchel.domain.chat import ChatRequest
from satchel.domain.errors import SatchelError
from satchel.domain.prompt_size import input_tokens_bound
from satchel.doors.auth import Authenticator
from satchel.doors.errors import error_metadata
from satchel.doors.http.exchange import Exchange
from satchel.doors.http.generating import JSON, json_object, refuse, require_post

_BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["model", "messages"]}}}}

PATH = "/v1/messages"
COUNT_PATH = "/v1/messages/count_tokens"
DESCRIPTION: dict[str, object] = {
    "post": {
        "tags": ["completions"],
        "summary": "Create a message",
        "description": "The body and the answers are those of Anthropic's Messages; see docs/reference/http-api.md.",
        "operationId": "create_message",
        "requestBody": _BODY,
        "responses": {
            "200": {
                "description": "The message, or its stream",
                "content": {"application/json": {"schema": {"type": "object"}}, "text/event-stream": {"schema": {"type": "string"}}},
            }
        },
    }
}
"""The door as OpenAPI tells it; FastAPI does not know hot doors."""
COUNT_DESCRIPTION: dict[str, object] = {
    "post": {
        "tags": ["completions"],
        "summary": "Count the input tokens of a message",
        "description": "An upper bound, the one that budgets are held by; nothing is sent to a provider.",
        "operationId": "count_message_tokens",
        "requestBody": _BODY,
        "responses": {"200": {"description": "The count", "content": {"application/json": {"schema": {"type": "object"}}}}},
    }
}


class Messages:
    """Anthropic's Messages; see `generating.py`."""

    def read(self, body: dict[str, object]) -> tuple[ChatRequest, bool]:
        """Return what is asked for, and whether as a stream."""
        streams = wants_stream(body)
        return parse_request(body), streams

    def whole(self, call: Call) -> JsonEncoder:
        """Return the encoder of a JSON answer."""
        return JsonEncoder(call.id, call.request.model)

    def stream(self, call: Call) -> StreamEncoder:
        """Return the encoder of a stream."""
        return StreamEncoder(call.id, call.request.model)

    def error(self, error: SatchelError, request_id: str) -> bytes:
        """Return the body of a reply that refuses."""
        return orjson.dumps(error_object(error, error_metadata(error, request_id)), default=str)


class TokenCount:
    """The ASGI door that counts and sends nothing on."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(scope, receive, send)
        try:
            require_post(exchange)
            principal = await self._authenticator.caller(scope)
            principal.require("generate")
            request = parse_request(json_object(await exchange.body()), counts_only=True)
            await exchange.reply(200, JSON, orjson.dumps({"input_tokens": input_tokens_bound(request)}))
        except Exception as error:
            await refuse(exchange, [], error, Messages())
