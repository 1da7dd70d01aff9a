"""Which endpoints serve a call, and the attempts at them, one after the other. The rule of the order is `domain/routes.rank`.

The only place where a provider key exists in clear: from `open_key` to `provider.stream`, inside `attempt`.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Protocol

from satchel.domain.calls import Call
from satchel.domain.catalog import Endpoint
from satchel.domain.errors import (
    AllRoutesFailed,
    BudgetExceeded,
    KeyProblem,
    NotReady,
    ProviderGarbled,
    ProviderTimeout,
    ProviderUnavailable,
    SatchelError,
    StreamBroken,
    UpstreamError,
)
from satchel.domain.events import Event, Finished, FinishReason
from satchel.domain.keys import NO_SECRET, Secret
from satchel.domain.routes import rank
from satchel.ports.provider import Provider

OpenKey = Callable[[str, str, str], Awaitable[Secret]]
"""Open a key: `(account_id, key_id, base_url it is sent to)`. Raises `KeyProblem`, also where the key is bound to another origin."""


class Catalog(Protocol):
    """What routing asks the catalog."""

    async def resolve(self, account_id: str, model: str) -> Sequence[Endpoint]:
        """Return the endpoints that `model` names for this account; none if it is unknown."""
        ...


class Tries(Protocol):
    """What routing tells whoever keeps the money. `contacted` says that the endpoint tried may bill for this call."""

    contacted: bool

    def trying(self, endpoint: Endpoint) -> None:
        """Note the endpoint that is tried now; it has not been contacted yet."""
        ...

    async def durable(self) -> None:
        """Return when the hold is on disk. Raises what refused it."""
        ...


class Routing:
    """Choose endpoints, open keys, ask providers."""

    def __init__(self, catalog: Catalog, providers: Mapping[str, Provider], open_key: OpenKey) -> None:
        self._catalog = catalog
        self._providers = providers
        self._open_key = open_key

    async def routes(self, call: Call) -> Sequence[Endpoint]:
        """Return the endpoints that can serve the call, best first; never empty.

        Raises:
            RequestInvalid: see `domain/routes.rank`.
            ProviderUnavailable: all that could are away; the message says why.
        """
        endpoints = await self._catalog.resolve(call.principal.account_id, call.request.model)
        ranked = rank(endpoints, call.request)
        routes = [endpoint for endpoint in ranked if endpoint.unavailable is None]
        if not routes:
            away = ranked[0]
            raise ProviderUnavailable(f"{away.name} cannot answer now: {away.unavailable}", details=_whose(away))
        return routes

    async def attempt(self, call: Call, routes: Sequence[Endpoint], hold: Tries) -> AsyncGenerator[Event, None]:
        """Yield from the first route that speaks; fall back only before its first event.

        A call whose cancellation was requested ends in `Finished(CANCELLED)`, after the provider was closed; a task that was cancelled
        for another reason stays cancelled. The hold is durable before the first event leaves.

        Raises:
            SatchelError: the only route's own error, or one that another route would not mend.
            AllRoutesFailed: several were tried.
        """
        failures: list[SatchelError] = []
        stopping = call.cancellation
        for endpoint in routes:
            spoke = ended = False
            try:
                async with aclosing(await self._ask(call, endpoint, hold)) as events:
                    async for event in events:
                        if ended:
                            break  # nothing may follow the end
                        if not spoke:
                            spoke = True
                            await hold.durable()
                        ended = type(event) is Finished
                        yield event
                        if stopping.requested:
                            break
                if not (ended or stopping.requested):
                    raise StreamBroken(f"{endpoint.provider_name} stopped without an end", details=_whose(endpoint))
            except asyncio.CancelledError:
                if not stopping.requested:
                    raise
            except SatchelError as error:
                if not spoke and not _may_have_worked(error):
                    hold.contacted = False
                if not (ended or stopping.requested):
                    if spoke or not _another_may_do_better(error):
                        raise
                    failures.append(error)
            if stopping.requested:
                take_back_cancellation()
            if ended:
                return
            if stopping.requested:
                break
        if not stopping.requested:
            raise failures[0] if len(failures) == 1 else AllRoutesFailed(failures)
        with suppress(BudgetExceeded, NotReady):
            await hold.durable()
        yield Finished(FinishReason.CANCELLED, native_reason="cancelled")

    async def _ask(self, call: Call, endpoint: Endpoint, hold: Tries) -> AsyncGenerator[Event, None]:
        if call.cancellation.requested:
            raise asyncio.CancelledError
        hold.trying(endpoint)
        provider = self._providers.get(endpoint.provider)
        if provider is None:
            raise ProviderUnavailable(f"this server cannot talk to {endpoint.provider_name}", details=_whose(endpoint))
        secret = NO_SECRET
        if endpoint.key_id is not None:
            secret = await self._open_key(call.principal.account_id, endpoint.key_id, endpoint.base_url)
        hold.contacted = True
        return provider.stream(call.request, endpoint, secret)


def take_back_cancellation() -> None:
    """Let the current task live on after a `CancelledError` that meant the generation, not the task."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        task.uncancel()


def _another_may_do_better(error: SatchelError) -> bool:
    return isinstance(error, KeyProblem) or (isinstance(error, UpstreamError) and error.retryable)


def _may_have_worked(error: SatchelError) -> bool:
    """Tell whether a provider that failed like this before its first event may still bill what it was sent."""
    return isinstance(error, ProviderTimeout | StreamBroken | ProviderGarbled)


def _whose(endpoint: Endpoint) -> dict[str, object]:
    return {"provider": endpoint.provider, "endpoint": endpoint.id}
