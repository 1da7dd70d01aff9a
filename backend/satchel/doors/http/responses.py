"""`POST /v1/responses`: the skin in the dialect of OpenAI's Responses. Nothing of a response is kept."""

from satchel.dialects.openai_responses_reply import JsonEncoder, StreamEncoder
from satchel.dialects.openai_responses_request import parse_request, wants_stream
from satchel.domain.calls import Call
from satchel.domain.chat import ChatRequest
from satchel.domain.errors import SatchelError
from satchel.doors.errors import openai_body
from satchel.doors.http.generating import created
from satchel.ports.clock import Clock

PATH = "/v1/responses"
DESCRIPTION: dict[str, object] = {
    "post": {
        "tags": ["completions"],
        "summary": "Create a response",
        "description": "The body and the answers are those of OpenAI's Responses; see docs/reference/http-api.md.",
        "operationId": "create_response",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["input"]}}}},
        "responses": {
            "200": {
                "description": "The response, or its stream",
                "content": {"application/json": {"schema": {"type": "object"}}, "text/event-stream": {"schema": {"type": "string"}}},
            }
        },
    }
}
"""The door as OpenAPI tells it; FastAPI does not know hot doors."""


class Responses:
    """OpenAI's Responses; see `generating.py`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def read(self, body: dict[str, object]) -> tuple[ChatRequest, bool]:
        """Return what is asked for, and whether as a stream."""
        streams = wants_stream(body)
        return parse_request(body), streams

    def whole(self, call: Call) -> JsonEncoder:
        """Return the encoder of a JSON answer."""
        return JsonEncoder(call.id, call.chat, created(call), self._now)

    def stream(self, call: Call) -> StreamEncoder:
        """Return the encoder of a stream."""
        return StreamEncoder(call.id, call.chat, created(call), self._now)

    def error(self, error: SatchelError, request_id: str) -> bytes:
        """Return the body of a reply that refuses."""
        return openai_body(error, request_id)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
