"""`POST /v1/completions`: the skin in the dialect of OpenAI's legacy text completions."""

from satchel.dialects.openai_chat_request import wants_stream
from satchel.dialects.openai_text import JsonEncoder, StreamEncoder, parse_request
from satchel.domain.calls import Call
from satchel.domain.chat import ChatRequest
from satchel.domain.errors import SatchelError
from satchel.doors.errors import openai_body
from satchel.doors.http.generating import created

PATH = "/v1/completions"
DESCRIPTION: dict[str, object] = {
    "post": {
        "tags": ["completions"],
        "summary": "Create a text completion",
        "description": "The body and the answers are those of OpenAI's legacy completions; see docs/reference/http-api.md.",
        "operationId": "create_text_completion",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["prompt"]}}}},
        "responses": {
            "200": {
                "description": "The answer, or its stream",
                "content": {"application/json": {"schema": {"type": "object"}}, "text/event-stream": {"schema": {"type": "string"}}},
            }
        },
    }
}
"""The door as OpenAPI tells it; FastAPI does not know hot doors."""


class TextCompletions:
    """OpenAI's legacy completions; see `generating.py`."""

    def read(self, body: dict[str, object]) -> tuple[ChatRequest, bool]:
        """Return what is asked for, and whether as a stream."""
        streams = wants_stream(body)
        return parse_request(body), streams

    def whole(self, call: Call) -> JsonEncoder:
        """Return the encoder of a JSON answer."""
        return JsonEncoder(call.id, call.request.model, created(call))

    def stream(self, call: Call) -> StreamEncoder:
        """Return the encoder of a stream."""
        return StreamEncoder(call.id, call.request.model, created(call))

    def error(self, error: SatchelError, request_id: str) -> bytes:
        """Return the body of a reply that refuses."""
        return openai_body(error, request_id)
