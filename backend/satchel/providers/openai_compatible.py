"""Every host that speaks OpenAI Chat Completions, or a kin of it: rows of `data/providers.toml`, and any base URL a person adds."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace

import orjson

from satchel.dialects.openai_chat_errors import error_from, upstream_details
from satchel.dialects.openai_models import parse_models
from satchel.dialects.openai_surfaces import asked, dropped, list_url
from satchel.dialects.plain_completions import DIALECT as PLAIN
from satchel.dialects.plain_completions import UNNAMED, is_answer, named_model
from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.endpoints import ListedModel, endpoint_of
from satchel.domain.errors import KeyMissing, ProviderGarbled
from satchel.domain.events import Event
from satchel.domain.keys import Key, Secret
from satchel.domain.price_list import ModelIndex
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.providers import ProviderFactory
from satchel.transport import JsonAnswer, Peer, Transport

_DIALECT = "openai_chat"
_BUILTIN = "builtin"
_CUSTOM = "custom"
_LIST_TIMEOUT_S = 10.0
_ABSENT = (404, 405, 501)
_PATIENCE_S = 10.0
_TURN = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
_PROMPT = {"prompt": "Hi", "max_tokens": 1}
_MAX_KNOWN = 1_000


class OpenAICompatible:
    """Ask at `<base_url>/chat/completions`, or another surface, with a bearer key, or without one where none is needed."""

    def __init__(self, transport: Transport, rows: Mapping[str, ProviderRow], ids: Ids) -> None:
        self._transport = transport
        self._rows = rows
        self._ids = ids

    @property
    def ids(self) -> frozenset[str]:
        """Return the provider ids it serves."""
        return frozenset(row.id for row in self._rows.values() if row.dialect == _DIALECT and row.id != _BUILTIN)

    def dropped(self, request: Request, endpoint: Endpoint) -> tuple[str, ...]:
        """Return what would not be sent; see `ports.provider.Provider`."""
        return dropped(request, endpoint)

    def stream(self, request: Request, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
        """Ask `endpoint` and yield its events; see `ports.provider.Provider`."""
        details = upstream_details(endpoint)
        row = self._rows.get(endpoint.provider)
        if row is not None and row.needs_key and not secret:
            raise KeyMissing(f"{endpoint.provider_name} wants a key; add one to your account", details=details)
        going = asked(request, endpoint, lambda: self._ids.new("call"))
        peer = Peer(endpoint.provider_name, details, (secret.reveal(),))
        return self._transport.stream(going.url, _headers(secret, going.accept, going.content_type), going.body, peer, going.decoder)

    async def aclose(self) -> None:
        """Do nothing: the transport is closed by whoever made it."""


class KeyModels:
    """List the models that a key opens, by `GET <base_url>/models`; a server of one's own without such a list may know prompts only."""

    def __init__(self, transport: Transport, models: ModelIndex, clock: Clock) -> None:
        self._transport = transport
        self._plain = _PlainServers(transport)
        self._models = models
        self._clock = clock

    async def endpoints(self, row: ProviderRow, key: Key, secret: Secret) -> Sequence[Endpoint]:
        """Return what the key opens; see `ports.provider.ModelSource`."""
        if not row.lists_models:
            return ()
        peer = Peer(row.name, {"provider": row.id, "endpoint": None, "status": None, "provider_message": None}, (secret.reveal(),))
        url = list_url(key.base_url, row.quirks)
        answer = await self._transport.get_json(url, _headers(secret, "application/json"), _LIST_TIMEOUT_S, peer)
        if answer.status in _ABSENT and row.id == _CUSTOM:
            model = await self._plain.model_at(key.base_url.rstrip("/"), _headers(secret, "application/json"), peer)
            if model is not None:
                words = ListedModel(model, capabilities=frozenset({"chat"}))
                return [replace(endpoint_of(row, model, key.base_url, key=key, models=self._models, listed=words), dialect=PLAIN)]
        if answer.status != 200:
            raise error_from(answer.status, answer.headers, answer.raw, endpoint_of(row, "", key.base_url, key=key))
        listed = parse_models(answer.body, self._clock.now().date())
        if listed is None:
            raise ProviderGarbled(f"{row.name} sent something that is no list of models", details=peer.details)
        return [endpoint_of(row, model.native_model, key.base_url, key=key, models=self._models, listed=model) for model in listed]


class _PlainServers:
    """Ask a server that lists no models which it has: it may know prompts and no chats, as the original Window AI wanted its local ones.

    What was found by having a server write a word is remembered, so that it writes none again.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._takes_prompts: dict[str, bool] = {}

    async def model_at(self, base_url: str, headers: Mapping[str, str], peer: Peer) -> str | None:
        """Return the name of the one model of a server that takes prompts at `<base_url>/completions`; None if it is no such server.

        `POST /model` names it. Where there is no such door, one word is asked for: first of a chat, as that is the better way in.
        Raises `UpstreamError` where nobody answers.
        """
        known = self._takes_prompts.get(base_url)
        if known is False:
            return None
        named = await self._post(f"{base_url}/model", {"prompt": ""}, headers, peer)
        if named.status == 200 and (model := named_model(named.body)) is not None:
            return model
        if known is None:
            known = await self._by_speaking(base_url, headers, peer)
            self._takes_prompts[base_url] = known
            while len(self._takes_prompts) > _MAX_KNOWN:
                del self._takes_prompts[next(iter(self._takes_prompts))]
        return UNNAMED if known else None

    async def _by_speaking(self, base_url: str, headers: Mapping[str, str], peer: Peer) -> bool:
        if (await self._post(f"{base_url}/chat/completions", _TURN, headers, peer)).status not in _ABSENT:
            return False
        said = await self._post(f"{base_url}/completions", _PROMPT, headers, peer)
        return said.status == 200 and is_answer(said.body)

    async def _post(self, url: str, body: Mapping[str, object], headers: Mapping[str, str], peer: Peer) -> JsonAnswer:
        return await self._transport.post_json(url, headers, orjson.dumps(body), _PATIENCE_S, peer)


def _headers(secret: Secret, accept: str, content_type: str = "application/json") -> dict[str, str]:
    headers = {"Accept": accept, "Content-Type": content_type}
    if secret:
        headers["Authorization"] = f"Bearer {secret.reveal()}"
    return headers


PROVIDER = ProviderFactory(
    build=lambda deps: OpenAICompatible(deps.transport, deps.rows, deps.ids),
    source=lambda deps: KeyModels(deps.transport, deps.models, deps.clock),
)
