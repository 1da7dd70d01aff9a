"""Model servers on this machine, found by themselves: Ollama, LM Studio, llama.cpp and vLLM at their usual ports on loopback.

GET only, no `Origin`, all ports at once, half a second each. What a server is, its answers say, not its port.
Source: the four servers' documentation and a running llama.cpp, checked 2026-11-23.
"""

import asyncio
from collections.abc import Mapping, Sequence

from satchel.dialects.openai_models import parse_models
from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.endpoints import endpoint_of
from satchel.domain.errors import UpstreamError
from satchel.domain.price_list import ModelIndex
from satchel.ports.clock import Clock
from satchel.providers import ProviderDeps, ProviderFactory
from satchel.transport import JsonAnswer, Transport

_PROBE_TIMEOUT_S = 0.5
_HEADERS = {"Accept": "application/json"}
_LM_STUDIO_LISTS = ("/api/v1/models", "/api/v0/models")


class LocalServers:
    """Probe the ports of the local rows; see `ports.provider.LocalSource`."""

    def __init__(
        self,
        transport: Transport,
        rows: Mapping[str, ProviderRow],
        models: ModelIndex,
        clock: Clock,
        ports: Sequence[int] | None = None,
    ) -> None:
        self._transport = transport
        self._rows = rows
        self._models = models
        self._clock = clock
        self._ports = tuple(dict.fromkeys(port for row in rows.values() for port in row.ports)) if ports is None else tuple(ports)

    async def endpoints(self) -> Sequence[Endpoint]:
        """Return what the servers list now, in the order of the ports."""
        found = await asyncio.gather(*(self._probe(port) for port in self._ports))
        return [endpoint for endpoints in found for endpoint in endpoints]

    async def _probe(self, port: int) -> Sequence[Endpoint]:
        origin = f"http://127.0.0.1:{port}"
        try:
            async with asyncio.timeout(_PROBE_TIMEOUT_S):
                listed = await self._get(f"{origin}/v1/models")
                if listed is None or listed.status != 200:
                    return ()
                kind, list_of_its_own = await self._identify(origin, listed)
        except TimeoutError:
            return ()
        models = parse_models((list_of_its_own or listed).body, self._clock.now().date())
        row = self._rows.get(kind)
        if row is None:
            return ()
        return [endpoint_of(row, model.native_model, f"{origin}/v1", models=self._models, listed=model) for model in models or ()]

    async def _identify(self, origin: str, listed: JsonAnswer) -> tuple[str, JsonAnswer | None]:
        """Return which kind of server answered, and a richer list where it has one."""
        owners = _owners(listed.body)
        if listed.headers.get("server", "").startswith("llama.cpp") or "llamacpp" in owners:
            return "llamacpp", None
        if "vllm" in owners:
            return "vllm", None
        version, *lists = await asyncio.gather(*(self._get(origin + path) for path in ("/api/version", *_LM_STUDIO_LISTS)))
        if version is not None and isinstance(version.body, Mapping) and isinstance(version.body.get("version"), str):
            return "ollama", None
        for answer in lists:
            if answer is not None and answer.status == 200 and parse_models(answer.body, self._clock.now().date()) is not None:
                return "lmstudio", answer
        return "custom", None

    async def _get(self, url: str) -> JsonAnswer | None:
        try:
            return await self._transport.get_json(url, _HEADERS, _PROBE_TIMEOUT_S)
        except UpstreamError:
            return None


def _owners(body: object) -> frozenset[str]:
    """Return who the listed models say they are owned by: servers write their own name there."""
    items = body.get("data") if isinstance(body, Mapping) else None
    owners = (item.get("owned_by") for item in items if isinstance(item, Mapping)) if isinstance(items, list) else iter(())
    return frozenset(owner for owner in owners if isinstance(owner, str))


PROVIDER = ProviderFactory(local=lambda deps, _: _of(deps))


def _of(deps: ProviderDeps) -> LocalServers:
    return LocalServers(deps.transport, deps.rows, deps.models, deps.clock)
