"""`POST /v1/images/generations`, in the words of OpenAI's; OpenRouter's clients ask for the same at `/v1/images`."""

from satchel.dialects.openai_images import JsonEncoder, parse_format, parse_request
from satchel.domain.calls import Call, Request
from satchel.doors.errors import Headers
from satchel.doors.http.exchange import Exchange
from satchel.doors.http.generating import Answer, HotDoor, HotServices, OpenAIWords, created, json_object

PATH = "/v1/images/generations"
ALSO = "/v1/images"
_SAID: dict[str, object] = {
    "tags": ["completions"],
    "summary": "Create pictures",
    "description": "The body and the answer are those of OpenAI's image generation; see docs/reference/http-api.md.",
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["prompt"]}}}},
    "responses": {"200": {"description": "The pictures", "content": {"application/json": {"schema": {"type": "object"}}}}},
}
DESCRIPTION: dict[str, object] = {"post": {**_SAID, "operationId": "create_images"}}
"""The door as OpenAPI tells it; FastAPI does not know hot doors."""
ALSO_DESCRIPTION: dict[str, object] = {"post": {**_SAID, "operationId": "create_images_at_openrouters_address"}}


class Images(HotDoor):
    """Answers in one piece, with base64 or URLs as the caller wishes."""

    def __init__(self, services: HotServices) -> None:
        super().__init__(OpenAIWords(), services)

    async def _read(self, exchange: Exchange) -> tuple[Request, Answer]:
        body = json_object(await exchange.body())
        request, written = parse_request(body), parse_format(body)

        async def answer(exchange: Exchange, call: Call, headers: Headers) -> None:
            await self._collected(exchange, call, headers, JsonEncoder(created(call), written))

        return request, answer
