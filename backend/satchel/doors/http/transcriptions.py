"""`POST /v1/audio/transcriptions`: a form with a sound in it, in the words of OpenAI's."""

from satchel.dialects.openai_transcription import Encoder, parse_format, parse_request
from satchel.domain.calls import Call, Request
from satchel.doors.errors import Headers
from satchel.doors.http.exchange import Exchange
from satchel.doors.http.generating import Answer, HotDoor, HotServices, OpenAIWords
from satchel.doors.http.multipart import parse_form

PATH = "/v1/audio/transcriptions"
MAX_FORM_BYTES = 26 * 1024 * 1024
"""25 MiB of sound, as much as OpenAI takes, and what stands around it."""
DESCRIPTION: dict[str, object] = {
    "post": {
        "tags": ["completions"],
        "summary": "Write down a sound",
        "description": "The form and the answer are those of OpenAI's transcriptions; see docs/reference/http-api.md.",
        "operationId": "create_transcription",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {"type": "object", "required": ["file"]}}}},
        "responses": {"200": {"description": "The words", "content": {"application/json": {"schema": {"type": "object"}}}}},
    }
}
"""The door as OpenAPI tells it; FastAPI does not know hot doors."""


class Transcriptions(HotDoor):
    """Answers in one piece: JSON, text or subtitles."""

    def __init__(self, services: HotServices) -> None:
        super().__init__(OpenAIWords(), services)

    async def _read(self, exchange: Exchange) -> tuple[Request, Answer]:
        content_type = dict(exchange.headers()).get("content-type", "")
        form = parse_form(content_type, await exchange.body(MAX_FORM_BYTES))
        request, written = parse_request(form), parse_format(form)

        async def answer(exchange: Exchange, call: Call, headers: Headers) -> None:
            encoder = Encoder(written)
            await self._collected(exchange, call, headers, encoder, encoder.media_type)

        return request, answer
