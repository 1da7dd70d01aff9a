"""What runs models, and what lists them."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.chat import ChatRequest
from satchel.domain.events import Event
from satchel.domain.keys import Key, Secret


class Provider(Protocol):
    """One way to reach models. Rows of `data/providers.toml` that share behaviour share one provider object."""

    @property
    def ids(self) -> frozenset[str]:
        """Return the provider ids (`Endpoint.provider`) it serves."""
        ...

    def stream(self, request: ChatRequest, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
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
    """Something that knows endpoints: the built-in model, local servers, a person's keys."""

    async def endpoints(self, row: ProviderRow, key: Key | None, secret: Secret) -> Sequence[Endpoint]:
        """Return what `row` offers with `key` (None where no key is needed).

        Never raises for a server that is away: it returns endpoints known before, with `unavailable` set, or nothing.
        """
        ...
