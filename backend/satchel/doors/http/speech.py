"""`POST /v1/audio/speech`: sound as it comes, in the words of OpenAI's."""

from contextlib import aclosing

from satchel.dialects.openai_speech import parse_request
from satchel.domain.calls import Call, Request
from satchel.domain.events import Sound
from satchel.doors.errors import Headers
from satchel.doors.http.exchange import Exchange
from satchel.doors.http.generating import Answer, HotDoor, HotServices, OpenAIWords, json_object

PATH = "/v1/audio/speech"
DESCRIPTION: dict[str, object] = {
    "post": {
        "tags": ["completions"],
        "summary": "Say a text",
        "description": "The body is that of OpenAI's speech, the answer is sound; see docs/reference/http-api.md.",
        "operationId": "create_speech",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["input"]}}}},
        "responses": {"200": {"description": "The sound", "content": {"audio/*": {"schema": {"type": "string", "format": "binary"}}}}},
    }
}
"""The door as OpenAPI tells it; FastAPI does not know hot doors."""


class Speech(HotDoor):
    """Answers in bytes. The status goes out with the first of them; what breaks afterwards breaks the connection."""

    def __init__(self, services: HotServices) -> None:
        super().__init__(OpenAIWords(), services)

    async def _read(self, exchange: Exchange) -> tuple[Request, Answer]:
        return parse_request(json_object(await exchange.body())), self._say

    async def _say(self, exchange: Exchange, call: Call, headers: Headers) -> None:
        with exchange.ends_with_caller():
            async with aclosing(self._generation.generate(call)) as events:
                async for event in events:
                    if isinstance(event, Sound):
                        if not exchange.started:
                            kind = (b"content-type", event.media_type.encode())
                            await exchange.start(200, [kind, (b"cache-control", b"no-store"), *headers])
                        await exchange.write(event.data)
        await exchange.end()
