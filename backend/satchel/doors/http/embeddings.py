"""`POST /v1/embeddings`, in the words of OpenAI's."""

from satchel.dialects.openai_embeddings import JsonEncoder, parse_format, parse_request
from satchel.domain.calls import Call, Request
from satchel.doors.errors import Headers
from satchel.doors.http.exchange import Exchange
from satchel.doors.http.generating import Answer, HotDoor, HotServices, OpenAIWords, json_object

PATH = "/v1/embeddings"
DESCRIPTION: dict[str, object] = {
    "post": {
        "tags": ["completions"],
        "summary": "Create embeddings",
        "description": "The body and the answer are those of OpenAI's embeddings; see docs/reference/http-api.md.",
        "operationId": "create_embeddings",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["input"]}}}},
        "responses": {"200": {"description": "The vectors", "content": {"application/json": {"schema": {"type": "object"}}}}},
    }
}
"""The door as OpenAPI tells it; FastAPI does not know hot doors."""


class Embeddings(HotDoor):
    """Answers in one piece, with numbers or base64 as the caller wishes."""

    def __init__(self, services: HotServices) -> None:
        super().__init__(OpenAIWords(), services)

    async def _read(self, exchange: Exchange) -> tuple[Request, Answer]:
        body = json_object(await exchange.body())
        request, written = parse_request(body), parse_format(body)

        async def answer(exchange: Exchange, call: Call, headers: Headers) -> None:
            await self._collected(exchange, call, headers, JsonEncoder(request.model, written))

        return request, answer
