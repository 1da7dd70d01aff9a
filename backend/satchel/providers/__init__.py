"""First floor: who runs models. One file each, exposing `PROVIDER`; `loading.py` finds them, there is no registry.

What every one of them is built from is defined here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.chat import ChatRequest
from satchel.domain.errors import UnsupportedFeature
from satchel.domain.price_list import ModelIndex
from satchel.domain.routes import ability_for
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.provider import LocalSource, ModelSource, Provider
from satchel.transport import Transport


@dataclass(frozen=True, slots=True)
class ProviderDeps:
    """What a provider may use.

    `models` are the facts of `data/catalog/`, by provider id and native model. `builtin_model` False leaves the built-in model out.
    """

    transport: Transport
    clock: Clock
    rows: Mapping[str, ProviderRow]
    models: ModelIndex
    ids: Ids
    builtin_model: bool = True


def chat_only(request: Request, endpoint: Endpoint) -> ChatRequest:
    """Return a request that a provider takes, which knows nothing but chat. Raises `UnsupportedFeature`."""
    if not isinstance(request, ChatRequest):
        wanted = ability_for(request)
        message = f"{endpoint.provider_name} has no {wanted} that Satchel knows; choose a model that has"
        details = {"provider": endpoint.provider, "endpoint": endpoint.id, "feature": wanted, "model": request.model}
        raise UnsupportedFeature(message, details=details)
    return request


@dataclass(frozen=True, slots=True)
class ProviderFactory:
    """How to build what a provider file offers.

    `source` lists the models of keys whose row has `dialect`; `local` finds models on this machine, given all providers that were built.
    """

    build: Callable[[ProviderDeps], Provider] | None = None
    dialect: str = "openai_chat"
    source: Callable[[ProviderDeps], ModelSource] | None = None
    local: Callable[[ProviderDeps, Mapping[str, Provider]], LocalSource] | None = None
