"""Google Gemini by its own API, with an API key."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from urllib.parse import quote

from satchel.dialects import gemini_embeddings, gemini_images, gemini_speech
from satchel.dialects.gemini import Decoder
from satchel.dialects.gemini_models import next_page, parse_models
from satchel.dialects.gemini_request import dropped_parameters, encode_request
from satchel.dialects.openai_chat_errors import error_from, upstream_details
from satchel.domain.audio import SpeechRequest
from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.endpoints import endpoint_of
from satchel.domain.errors import KeyMissing, ProviderGarbled
from satchel.domain.events import Event
from satchel.domain.images import ImageRequest
from satchel.domain.keys import Key, Secret
from satchel.domain.price_list import ModelIndex
from satchel.kit.ids import Ids
from satchel.providers import ProviderFactory, chat_only
from satchel.transport import Peer, Transport

_DIALECT = "gemini"
_LIST_TIMEOUT_S = 10.0
_MAX_PAGES = 5


class Gemini:
    """Ask at `<base_url>/v1beta/models/<model>:…`."""

    def __init__(self, transport: Transport, rows: Mapping[str, ProviderRow], ids: Ids) -> None:
        self._transport = transport
        self._rows = rows
        self._ids = ids

    @property
    def ids(self) -> frozenset[str]:
        """Return the provider ids it serves."""
        return frozenset(row.id for row in self._rows.values() if row.dialect == _DIALECT)

    def dropped(self, request: Request, endpoint: Endpoint) -> tuple[str, ...]:
        """Return what would not be sent; see `ports.provider.Provider`."""
        match request:
            case EmbeddingRequest():
                return ()
            case ImageRequest():
                return gemini_images.dropped_parameters(request)
            case SpeechRequest():
                return gemini_speech.dropped_parameters(request)
            case _:
                return dropped_parameters(chat_only(request, endpoint), endpoint)

    def stream(self, request: Request, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
        """Ask `endpoint` and yield its events; see `ports.provider.Provider`."""
        details = upstream_details(endpoint)
        if not secret:
            raise KeyMissing(f"{endpoint.provider_name} wants a key; add one to your account", details=details)
        peer, path = Peer(endpoint.provider_name, details, (secret.reveal(),)), _path(endpoint.native_model)
        url = f"{endpoint.base_url}/v1beta/{path}"
        if isinstance(request, EmbeddingRequest):
            body, decoder = gemini_embeddings.encode_batch(request, endpoint, path), gemini_embeddings.batch_decoder(request, endpoint)
            return self._transport.stream(f"{url}:batchEmbedContents", _headers(secret, "application/json"), body, peer, decoder)
        if isinstance(request, SpeechRequest):
            body, spoken = gemini_speech.encode_request(request, endpoint), gemini_speech.SpeechDecoder(endpoint, request)
            return self._transport.stream(f"{url}:generateContent", _headers(secret, "application/json"), body, peer, spoken)
        if isinstance(request, ImageRequest):
            if gemini_images.is_imagen(endpoint):
                drawn = gemini_images.PredictDecoder(endpoint)
                body = gemini_images.encode_predict(request)
                return self._transport.stream(f"{url}:predict", _headers(secret, "application/json"), body, peer, drawn)
            request = gemini_images.as_chat(request)
        request = chat_only(request, endpoint)
        return self._transport.stream(
            f"{url}:streamGenerateContent?alt=sse",
            _headers(secret, "text/event-stream"),
            encode_request(request, endpoint),
            peer,
            Decoder(endpoint, lambda: self._ids.new("call")),
        )

    async def aclose(self) -> None:
        """Do nothing: the transport is closed by whoever made it."""


class GeminiModels:
    """List the models that a key opens, by `GET <base_url>/v1beta/models`, page by page."""

    def __init__(self, transport: Transport, models: ModelIndex) -> None:
        self._transport = transport
        self._models = models

    async def endpoints(self, row: ProviderRow, key: Key, secret: Secret) -> Sequence[Endpoint]:
        """Return what the key opens; see `ports.provider.ModelSource`."""
        peer = Peer(row.name, {"provider": row.id, "endpoint": None, "status": None, "provider_message": None}, (secret.reveal(),))
        found: list[Endpoint] = []
        token: str | None = ""
        for _ in range(_MAX_PAGES):
            url = f"{key.base_url}/v1beta/models?pageSize=1000" + (f"&pageToken={quote(token, safe='')}" if token else "")
            answer = await self._transport.get_json(url, _headers(secret, "application/json"), _LIST_TIMEOUT_S, peer)
            if answer.status != 200:
                raise error_from(answer.status, answer.headers, answer.raw, endpoint_of(row, "", key.base_url, key=key))
            listed = parse_models(answer.body)
            if listed is None:
                raise ProviderGarbled(f"{row.name} sent something that is no list of models", details=peer.details)
            found += [endpoint_of(row, model.native_model, key.base_url, key=key, models=self._models, listed=model) for model in listed]
            token = next_page(answer.body)
            if token is None:
                break
        return found


def _path(native_model: str) -> str:
    """Return a model's resource path; tuned models bring theirs along."""
    return quote(native_model if "/" in native_model else f"models/{native_model}", safe="/")


def _headers(secret: Secret, accept: str) -> dict[str, str]:
    headers = {"Accept": accept, "Content-Type": "application/json"}
    if secret:
        headers["x-goog-api-key"] = secret.reveal()
    return headers


PROVIDER = ProviderFactory(
    build=lambda deps: Gemini(deps.transport, deps.rows, deps.ids),
    dialect=_DIALECT,
    source=lambda deps: GeminiModels(deps.transport, deps.models),
)
