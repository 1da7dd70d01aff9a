"""By which of its surfaces an OpenAI-like host is asked: chat completions, Responses, Ollama's own chat, embeddings, or pictures. Pure.

A base URL that ends in `/responses` asks for Responses; models that know nothing else get it anyway; an Ollama named by its bare address
speaks its own chat; a server that was found to know nothing but prompts is asked for plain completions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from satchel.dialects import (
    fireworks_images,
    ollama,
    ollama_request,
    openai_chat,
    openai_chat_upstream,
    openai_embeddings_upstream,
    openai_images_upstream,
    openai_responses,
    openai_responses_upstream,
    openai_speech,
    openai_transcription_upstream,
    plain_completions,
)
from satchel.dialects.upstream_answer import UpstreamAnswer
from satchel.dialects.whole_answer import WholeAnswer
from satchel.domain.audio import SpeechRequest, TranscriptionRequest
from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint, Quirks
from satchel.domain.chat import ChatRequest
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.images import ImageRequest


@dataclass(frozen=True, slots=True)
class Surface:
    """One way to ask: its path below the base URL, its encoder with what that leaves out, its decoder."""

    path: str
    encode: Callable[[ChatRequest, Endpoint], bytes]
    dropped: Callable[[ChatRequest, Endpoint], tuple[str, ...]]
    decoder: Callable[[Endpoint, Callable[[], str]], UpstreamAnswer | openai_chat.Decoder]

    def url(self, base_url: str) -> str:
        """Return where requests go."""
        return base_url if base_url.endswith(self.path) else base_url + self.path


CHAT = Surface("/chat/completions", openai_chat_upstream.encode_request, openai_chat_upstream.dropped_parameters, openai_chat.Decoder)
RESPONSES = Surface(
    "/responses", openai_responses_upstream.encode_request, openai_responses_upstream.dropped_parameters, openai_responses.Decoder
)
OLLAMA = Surface("/api/chat", ollama_request.encode_request, ollama_request.dropped_parameters, ollama.Decoder)
PLAIN = Surface("/completions", plain_completions.encode_request, plain_completions.dropped_parameters, plain_completions.Decoder)


def surface_of(endpoint: Endpoint) -> Surface:
    """Return the surface that serves an endpoint."""
    quirks = endpoint.quirks
    if endpoint.base_url.endswith(RESPONSES.path):
        return RESPONSES
    if quirks.bare_dialect == "ollama" and not urlsplit(endpoint.base_url).path:
        return OLLAMA
    if quirks.responses_only and any(fnmatchcase(endpoint.native_model, pattern) for pattern in quirks.responses_only):
        return RESPONSES
    return PLAIN if endpoint.dialect == plain_completions.DIALECT else CHAT


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it goes out, and what decodes its answer."""

    url: str
    body: bytes
    decoder: UpstreamAnswer | openai_chat.Decoder | WholeAnswer
    accept: str = "application/json"
    content_type: str = "application/json"


def asked(request: Request, endpoint: Endpoint, mint: Callable[[], str]) -> Asked:
    """Return how `endpoint` is asked for what is wanted; `mint` makes ids of tool calls."""
    if isinstance(request, EmbeddingRequest):
        body = openai_embeddings_upstream.encode_request(request, endpoint)
        return Asked(f"{_root(endpoint)}/embeddings", body, openai_embeddings_upstream.decoder(request, endpoint))
    if isinstance(request, ImageRequest) and endpoint.quirks.images_dialect == "fireworks":
        body = fireworks_images.encode_request(request, endpoint)
        return Asked(_root(endpoint) + fireworks_images.path_of(endpoint), body, fireworks_images.ImageDecoder(endpoint))
    if isinstance(request, ImageRequest):
        body = openai_images_upstream.encode_request(request, endpoint)
        return Asked(_root(endpoint) + endpoint.quirks.images_path, body, openai_images_upstream.ImageDecoder(endpoint))
    if isinstance(request, SpeechRequest):
        body, sound = openai_speech.encode_request(request, endpoint), openai_speech.SoundDecoder(endpoint, request.format)
        return Asked(f"{_root(endpoint)}/audio/speech", body, sound, "*/*")
    if isinstance(request, TranscriptionRequest):
        content_type, body = openai_transcription_upstream.encode_request(request, endpoint)
        written = openai_transcription_upstream.TranscriptDecoder(endpoint)
        return Asked(f"{_root(endpoint)}/audio/transcriptions", body, written, content_type=content_type)
    surface = surface_of(endpoint)
    body = surface.encode(request, endpoint)
    return Asked(surface.url(endpoint.base_url), body, surface.decoder(endpoint, mint), "text/event-stream")


def dropped(request: Request, endpoint: Endpoint) -> tuple[str, ...]:
    """Return what would not be sent."""
    if isinstance(request, EmbeddingRequest):
        return openai_embeddings_upstream.dropped_parameters(request, endpoint)
    if isinstance(request, ImageRequest) and endpoint.quirks.images_dialect == "fireworks":
        return fireworks_images.dropped_parameters(request)
    if isinstance(request, ImageRequest):
        return openai_images_upstream.dropped_parameters(request, endpoint)
    if isinstance(request, SpeechRequest):
        return openai_speech.dropped_parameters(request, endpoint)
    if isinstance(request, TranscriptionRequest):
        return ()
    return surface_of(endpoint).dropped(request, endpoint)


def _root(endpoint: Endpoint) -> str:
    """Return where the paths of all surfaces but chat begin."""
    base_url = endpoint.base_url.removesuffix(RESPONSES.path)
    bare = endpoint.quirks.bare_dialect == "ollama" and not urlsplit(base_url).path
    return f"{base_url}/v1" if bare else base_url


def list_url(base_url: str, quirks: Quirks) -> str:
    """Return where the models of a base URL are listed."""
    base_url = base_url.rstrip("/").removesuffix(RESPONSES.path)
    bare = quirks.bare_dialect == "ollama" and not urlsplit(base_url).path
    return f"{base_url}/v1/models" if bare else f"{base_url}/models"
