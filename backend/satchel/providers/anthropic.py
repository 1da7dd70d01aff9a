"""Claude by Anthropic's own API, and wherever the same API is served under another address."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from urllib.parse import quote

from satchel.dialects.anthropic_messages import Decoder
from satchel.dialects.anthropic_messages_errors import error_from
from satchel.dialects.anthropic_messages_upstream import API_VERSION, betas, dropped_parameters, encode_request
from satchel.dialects.anthropic_models import next_page, parse_models
from satchel.dialects.openai_chat_errors import upstream_details
from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.endpoints import endpoint_of
from satchel.domain.errors import KeyMissing, ProviderGarbled
from satchel.domain.events import Event
from satchel.domain.keys import Key, Secret
from satchel.domain.price_list import ModelIndex
from satchel.kit.ids import Ids
from satchel.providers import ProviderFactory, chat_only
from satchel.transport import Peer, Transport

_DIALECT = "anthropic_messages"
_LIST_TIMEOUT_S = 10.0
_MAX_PAGES = 5


class Anthropic:
    """Stream from `<base_url>/v1/messages`."""

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
        return dropped_parameters(chat_only(request, endpoint), endpoint)

    def stream(self, request: Request, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
        """Ask `endpoint` and yield its events; see `ports.provider.Provider`."""
        details = upstream_details(endpoint)
        if not secret:
            raise KeyMissing(f"{endpoint.provider_name} wants a key; add one to your account", details=details)
        chat = chat_only(request, endpoint)
        return self._transport.stream(
            f"{endpoint.base_url}/v1/messages",
            _headers(secret, "text/event-stream", betas(chat)),
            encode_request(chat, endpoint),
            Peer(endpoint.provider_name, details, (secret.reveal(),)),
            Decoder(endpoint, lambda: self._ids.new("call")),
        )

    async def aclose(self) -> None:
        """Do nothing: the transport is closed by whoever made it."""


class AnthropicModels:
    """List the models that a key opens, by `GET <base_url>/v1/models`, page by page."""

    def __init__(self, transport: Transport, models: ModelIndex) -> None:
        self._transport = transport
        self._models = models

    async def endpoints(self, row: ProviderRow, key: Key, secret: Secret) -> Sequence[Endpoint]:
        """Return what the key opens; see `ports.provider.ModelSource`."""
        if not row.lists_models:
            return ()
        peer = Peer(row.name, {"provider": row.id, "endpoint": None, "status": None, "provider_message": None}, (secret.reveal(),))
        found: list[Endpoint] = []
        after: str | None = ""
        for _ in range(_MAX_PAGES):
            url = f"{key.base_url}/v1/models?limit=1000" + (f"&after_id={quote(after, safe='')}" if after else "")
            answer = await self._transport.get_json(url, _headers(secret, "application/json"), _LIST_TIMEOUT_S, peer)
            if answer.status != 200:
                raise error_from(answer.status, answer.headers, answer.raw, endpoint_of(row, "", key.base_url, key=key))
            listed = parse_models(answer.body)
            if listed is None:
                raise ProviderGarbled(f"{row.name} sent something that is no list of models", details=peer.details)
            found += [endpoint_of(row, model.native_model, key.base_url, key=key, models=self._models, listed=model) for model in listed]
            after = next_page(answer.body)
            if after is None:
                break
        return found


def _headers(secret: Secret, accept: str, named_betas: Sequence[str] = ()) -> dict[str, str]:
    headers = {"Accept": accept, "Content-Type": "application/json", "anthropic-version": API_VERSION}
    if named_betas:
        headers["anthropic-beta"] = ",".join(named_betas)
    if secret:
        headers["x-api-key"] = secret.reveal()
    return headers


PROVIDER = ProviderFactory(
    build=lambda deps: Anthropic(deps.transport, deps.rows, deps.ids),
    dialect=_DIALECT,
    source=lambda deps: AnthropicModels(deps.transport, deps.models),
)
