"""What is no chat, at every provider: where it is asked for, what comes back, and who says that they have no such thing."""

from importlib import import_module
from typing import Any

import pytest
from aiohttp import web
from tests.dialects.test_images import PNG, URL

from satchel.dialects.gemini_speech import wav
from satchel.domain.audio import SpeechRequest, TranscriptionRequest
from satchel.domain.calls import Request
from satchel.domain.catalog import Quirks
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import UnsupportedFeature
from satchel.domain.events import Embedding, Finished, Image, Sound, Transcript
from satchel.domain.images import ImageRequest
from satchel.domain.keys import Secret
from satchel.transport import Transport

from .parts import answering, deps_with, endpoint
from .test_vertex import AT, Google

EMBED = EmbeddingRequest("a/b", ("one",), input_type="query", user="me")
DRAW = ImageRequest("a/b", "a cat", size="1024x1024", details={"quality": "high"}, user="me")
SPEAK = SpeechRequest("a/b", "Good day", instructions="slowly")
LISTEN = TranscriptionRequest("a/b", b"RIFF")
VECTOR, PICTURE = Embedding((0.5, 0.25)), Image(URL)
OPENAI_VECTOR = {"data": [{"index": 0, "embedding": [0.5, 0.25]}]}
OPENAI_PICTURE = {"data": [{"b64_json": PNG}]}
DRAWN = {"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": PNG}}]}, "finishReason": "STOP"}]}
PREDICTED = {"predictions": [{"bytesBase64Encoded": PNG, "mimeType": "image/png"}]}
AUDIO = {"inlineData": {"mimeType": "audio/L16;codec=pcm;rate=24000", "data": "YWJjZA=="}}
SPOKEN = {"candidates": [{"content": {"parts": [AUDIO]}, "finishReason": "STOP"}]}
BATCH = {"embeddings": [{"values": [0.5, 0.25]}]}
PREDICTED_VECTOR = {"predictions": [{"embeddings": {"values": [0.5, 0.25]}}]}


def sound(_: web.Request) -> web.Response:
    return web.Response(body=b"ID3!", content_type="audio/mpeg")


CASES: list[tuple[str, str, str, Request, str, Any, Any]] = [
    ("openai_compatible", "custom", "m", EMBED, "/v1/embeddings", OPENAI_VECTOR, VECTOR),
    ("openai_compatible", "custom", "m", DRAW, "/v1/images/generations", OPENAI_PICTURE, PICTURE),
    ("openai_compatible", "custom", "m", SPEAK, "/v1/audio/speech", sound, Sound(b"ID3!", "audio/mpeg")),
    ("openai_compatible", "custom", "m", LISTEN, "/v1/audio/transcriptions", {"text": "Hi."}, Transcript("Hi.", {})),
    ("azure_openai", "azure-openai", "m", EMBED, "/v1/embeddings", OPENAI_VECTOR, VECTOR),
    ("azure_openai", "azure-openai", "m", LISTEN, "/v1/audio/transcriptions", {"text": "Hi."}, Transcript("Hi.", {})),
    ("gemini", "gemini", "e-1", EMBED, "/v1/v1beta/models/e-1:batchEmbedContents", BATCH, VECTOR),
    ("gemini", "gemini", "g-image", DRAW, "/v1/v1beta/models/g-image:streamGenerateContent", DRAWN, PICTURE),
    ("gemini", "gemini", "imagen-9", DRAW, "/v1/v1beta/models/imagen-9:predict", PREDICTED, PICTURE),
    ("gemini", "gemini", "g-tts", SPEAK, "/v1/v1beta/models/g-tts:generateContent", SPOKEN, Sound(wav(b"abcd", 24_000), "audio/wav")),
    ("cohere", "cohere", "embed-9", EMBED, "/v1/v2/embed", {"embeddings": {"float": [[0.5, 0.25]]}}, VECTOR),
    ("bedrock", "bedrock", "amazon.titan-embed", EMBED, "/v1/model/amazon.titan-embed/invoke", {"embedding": [0.5, 0.25]}, VECTOR),
]


def provider_of(module: str, transport: Transport) -> Any:
    return import_module(f"satchel.providers.{module}").PROVIDER.build(deps_with(transport))


@pytest.mark.parametrize(
    ("module", "provider_id", "native", "request_", "path", "answer", "first"),
    CASES,
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_each_kind_is_asked_for_at_its_own_address(
    module: str, provider_id: str, native: str, request_: Request, path: str, answer: Any, first: Any, transport: Transport
) -> None:
    seen: list[web.Request] = []
    async with answering({path: answer}, seen) as port:
        there = endpoint(provider=provider_id, native_model=native, base_url=f"http://127.0.0.1:{port}/v1")
        provider = provider_of(module, transport)
        events = [event async for event in provider.stream(request_, there, Secret("k"))]
        dropped = provider.dropped(request_, there)
    assert events[1] == first
    assert isinstance(events[-1], Finished)
    assert dropped == () or not isinstance(request_, TranscriptionRequest)
    assert all(name in ("input_type", "user", "quality") for name in dropped)
    kind = seen[0].headers["content-type"]
    assert kind.startswith("multipart/form-data" if isinstance(request_, TranscriptionRequest) else "application/json")


async def test_ollama_by_its_bare_address_and_responses_have_the_other_kinds_beside_them(transport: Transport) -> None:
    async with answering({"/v1/embeddings": OPENAI_VECTOR}) as port:
        bare = endpoint(provider="ollama", base_url=f"http://127.0.0.1:{port}", quirks=Quirks(bare_dialect="ollama"))
        responses = endpoint(base_url=f"http://127.0.0.1:{port}/v1/responses")
        for there in (bare, responses):
            provider = provider_of("openai_compatible", transport)
            assert [event async for event in provider.stream(EMBED, there, Secret("k"))][1] == VECTOR


async def test_vertex_embeds_draws_and_speaks(transport: Transport) -> None:
    answers = {
        f"{AT}/google/models/e-1:predict": PREDICTED_VECTOR,
        f"{AT}/google/models/imagen-9:predict": PREDICTED,
        f"{AT}/google/models/g-image:streamGenerateContent": DRAWN,
        f"{AT}/google/models/g-tts:generateContent": SPOKEN,
    }
    said = Sound(wav(b"abcd", 24_000), "audio/wav")
    for native, asked, first in (("e-1", EMBED, VECTOR), ("imagen-9", DRAW, PICTURE), ("g-image", DRAW, PICTURE), ("g-tts", SPEAK, said)):
        google = Google(transport, **answers)
        google.asking = asked
        assert (await google.ask(native))[1] == first
    there = endpoint(provider="vertex", native_model="g-image")
    assert google.provider.dropped(EMBED, there) == ()
    assert google.provider.dropped(DRAW, there) == ("quality", "user")
    assert google.provider.dropped(SPEAK, there) == ()


@pytest.mark.parametrize(
    ("module", "provider_id", "native", "request_"),
    [
        ("anthropic", "anthropic", "claude-9", EMBED),
        ("builtin", "builtin", "tiny", EMBED),
        ("cohere", "cohere", "command-9", DRAW),
        ("bedrock", "bedrock", "amazon.nova", SPEAK),
        ("gemini", "gemini", "g-1", LISTEN),
        ("vertex", "vertex", "claude-9", DRAW),
        ("vertex", "vertex", "g-1", LISTEN),
        ("vertex", "vertex", "claude-9", SPEAK),
    ],
)
def test_who_has_no_such_thing_says_so_before_anything_is_sent(
    module: str, provider_id: str, native: str, request_: Request, transport: Transport
) -> None:
    there = endpoint(provider=provider_id, provider_name="Acme", native_model=native)
    with pytest.raises(UnsupportedFeature, match="Acme has no") as refused:
        provider_of(module, transport).dropped(request_, there)
    assert refused.value.details["endpoint"] == there.id
    assert transport._pool is None
