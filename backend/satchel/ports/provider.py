"""What runs models, and what lists them."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.events import Event
from satchel.domain.keys import Key, Secret


class Provider(Protocol):
    """One way to reach models. Rows of `data/providers.toml` that share behaviour share one provider object."""

    @property
    def ids(self) -> frozenset[str]:
        """Return the provider ids (`Endpoint.provider`) it serves."""
        ...

    def dropped(self, request: Request, endpoint: Endpoint) -> tuple[str, ...]:
        """Return the parameters that the caller set and `stream` would leave out or lower, by the names the doors know."""
        ...

    def stream(self, request: Request, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
        """Ask `endpoint` and yield its events; ends with exactly one `Finished`.

        Nothing is sent before the first `__anext__`. Closing the generator closes the upstream connection before `aclose` returns.

        Raises:
            UpstreamError: the provider failed (`details`: provider, endpoint, status, provider_message).
            KeyProblem: the provider refused the key.
            RequestInvalid: the provider says that the request is at fault (`ContextTooLong`, `UnknownModel`, …).
        """
        ...

    async def aclose(self) -> None:
        """Stop whatever the provider started. Safe to call twice."""
        ...


class ModelSource(Protocol):
    """Something that lists what a key opens."""

    async def endpoints(self, row: ProviderRow, key: Key, secret: Secret) -> Sequence[Endpoint]:
        """Return what `row` offers with `key`, each bound to it.

        Raises:
            UpstreamError: the provider is away or its list makes no sense; the catalog goes on with what it knew.
            KeyProblem: the provider refused the key.
        """
        ...


class LocalSource(Protocol):
    """Something on this machine that has models and needs no key: the built-in model, servers on loopback."""

    async def endpoints(self) -> Sequence[Endpoint]:
        """Return the endpoints there are now, best first. Never raises: what is away is not there. Answers within a second."""
        ...
