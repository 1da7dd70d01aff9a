"""Which endpoints serve a call, and the attempts at them, one after the other. The rule of the order is `domain/routes.rank`.

The only place where a provider key exists in clear: from `open_key` to `provider.stream`, inside `attempt`.
"""

import asyncio
from collections import deque
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
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
    SatchelError,
    StreamBroken,
    UpstreamError,
    VaultLocked,
)
from satchel.domain.events import Event, Finished, FinishReason
from satchel.domain.keys import NO_SECRET, Secret
from satchel.domain.routes import rank
from satchel.ports.provider import Provider

_LONGEST_WAIT_S = 2.0
"""How long one call may wait for busy providers altogether. One that asks for more is named to the caller, who may come back."""

OpenKey = Callable[[str, str, str, str], Awaitable[Secret]]
"""Open a key: `(account_id, key_id, base_url it is sent to, client it is for)`. Raises `KeyProblem`, also for an origin not its own."""


class Catalog(Protocol):
    """What routing asks the catalog."""

    async def resolve(self, account_id: str, model: str) -> Sequence[Endpoint]:
        """Return the endpoints that `model` names for this account; none if it is unknown."""
        ...


class Tries(Protocol):
    """What routing tells whoever keeps the money and the record.

    `contacted` says that the endpoint tried may bill for this call, `dropped` what it is asked without.
    """

    contacted: bool
    dropped: tuple[str, ...]

    def trying(self, endpoint: Endpoint) -> None:
        """Note the endpoint that is tried now; it has not been contacted yet."""
        ...

    async def durable(self) -> None:
        """Return when the hold is on disk. Raises what refused it."""
        ...

    def failed(self, error: SatchelError) -> None:
        """Note why the endpoint tried did not answer, or not to its end."""
        ...

    def overheard(self, event: Event) -> None:
        """Note an event that came, and is billed, after its reader had gone."""
        ...


class Routing:
    """Choose endpoints, open keys, ask providers.

    `waits_s` is how long to wait before each further round where no provider says, `drain_s` how long an answer that is billed whole is
    listened to once nobody wants it, for the sake of its usage.
    """

    def __init__(
        self,
        catalog: Catalog,
        providers: Mapping[str, Provider],
        open_key: OpenKey,
        *,
        waits_s: Sequence[float] = (0.2,),
        drain_s: float = 20.0,
    ) -> None:
        self._catalog = catalog
        self._providers = providers
        self._open_key = open_key
        self._waits_s = tuple(waits_s)
        self._drain_s = drain_s

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
        """Yield from the first route that speaks; fall back, or try again, only before its first event.

        A call whose cancellation was requested ends in `Finished(CANCELLED)`, after the provider was closed; a task that was cancelled
        for another reason stays cancelled. The hold is durable before the first event leaves.

        Raises:
            SatchelError: the only route's own error, or one that another route would not mend.
            AllRoutesFailed: several were tried.
        """
        turns = _Turns(routes, self._waits_s)
        stopping = call.cancellation
        while (endpoint := await turns.next()) is not None:
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
                hold.contacted &= spoke or _may_have_worked(error)
                if not (ended or stopping.requested):
                    _note(error, hold)
                    if spoke or not _another_may_do_better(error):
                        raise
                    turns.failed(error)
            if stopping.requested:
                take_back_cancellation()
            if ended:
                return
            if stopping.requested:
                break
        if not stopping.requested:
            raise turns.failure()
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
            secret = await self._open_key(call.principal.account_id, endpoint.key_id, endpoint.base_url, call.principal.client)
        hold.dropped = provider.dropped(call.request, endpoint)
        hold.contacted = True
        events = provider.stream(call.request, endpoint, secret)
        return read_to_the_end(events, hold, self._drain_s) if endpoint.cancel == "bills_full" else events


class _Turns:
    """Whose turn it is: each route in order, then those again that may yet answer, after the wait that they asked for."""

    def __init__(self, routes: Sequence[Endpoint], waits_s: Sequence[float]) -> None:
        self._left = list(routes)
        self._waits_s = list(waits_s)
        self._tried: list[Endpoint] = []
        self._failures: list[SatchelError] = []
        self._may_pass: list[tuple[Endpoint, SatchelError]] = []
        self._patience_s = _LONGEST_WAIT_S

    async def next(self) -> Endpoint | None:
        """Return the endpoint to try now; None where nobody is left. May wait before it."""
        if not self._left and self._waits_s:
            again, self._may_pass = self._may_pass, []
            wait_s = patience_s([error for _, error in again], self._waits_s.pop(0))
            if wait_s is None or wait_s > self._patience_s:
                return None
            self._patience_s -= wait_s
            self._left = [endpoint for endpoint, _ in again]
            await asyncio.sleep(wait_s)
        if not self._left:
            return None
        self._tried.append(self._left.pop(0))
        return self._tried[-1]

    def failed(self, error: SatchelError) -> None:
        """Note why the endpoint did not answer."""
        self._failures.append(error)
        endpoint = self._tried[-1]
        if may_pass(error, endpoint):
            self._may_pass.append((endpoint, error))

    def failure(self) -> SatchelError:
        """Return what to tell: the error of the only endpoint, or all of them."""
        if len({endpoint.id for endpoint in self._tried}) == 1:
            return self._failures[-1]
        if all(isinstance(error, VaultLocked) for error in self._failures):
            return self._failures[0]  # one vault, and one thing to do about it
        return AllRoutesFailed(self._failures)


async def read_to_the_end(events: AsyncGenerator[Event, None], hold: Tries, drain_s: float) -> AsyncGenerator[Event, None]:
    """Yield `events`, which a task of its own reads, so that a reader who leaves does not stop them.

    Some providers bill an answer whole, whoever hangs up: then only its end says what it costs. What comes after the reader has left goes
    to `hold`, for `drain_s` at the most. Whichever way this generator ends, the provider has been closed before.
    """
    pipe = _Pipe(events)
    reading = asyncio.create_task(pipe.read())
    try:
        while (event := await pipe.next()) is not None:
            yield event
    finally:
        pipe.open_wide()
        try:
            await asyncio.wait({reading}, timeout=drain_s)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            for event in pipe.waiting:
                hold.overheard(event)


class _Pipe:
    """Events on their way from a task that reads them to whoever wants them. The former does not run far ahead of the latter."""

    _AHEAD = 64

    def __init__(self, events: AsyncGenerator[Event, None]) -> None:
        self.waiting: deque[Event] = deque()
        self._events = events
        self._ended = False
        self._failure: Exception | None = None
        self._is_wide = False
        self._came = asyncio.Event()
        self._went = asyncio.Event()

    async def read(self) -> None:
        """Read all events. What fails is raised by `next`."""
        try:
            async with aclosing(self._events) as events:
                async for event in events:
                    self.waiting.append(event)
                    self._came.set()
                    if len(self.waiting) >= self._AHEAD and not self._is_wide:
                        self._went.clear()
                        await self._went.wait()
        except Exception as error:
            self._failure = error
        finally:
            self._ended = True
            self._came.set()

    async def next(self) -> Event | None:
        """Return the next event, None after the last. Raises what ended the events."""
        while not self.waiting:
            if self._failure is not None:
                raise self._failure
            if self._ended:
                return None
            self._came.clear()
            await self._came.wait()
        event = self.waiting.popleft()
        if len(self.waiting) < self._AHEAD:
            self._went.set()
        return event

    def open_wide(self) -> None:
        """Let the rest come without anybody taking it."""
        self._is_wide = True
        self._went.set()


def may_pass(error: SatchelError, endpoint: Endpoint) -> bool:
    """Tell whether the same endpoint may answer a moment later, without what was sent being paid for twice.

    It said that it is busy or not well; or the request was lost. One that was never sent is safe to repeat. One that left may have begun
    work: where the connection broke, it is repeated unless the endpoint bills an answer whole, whoever hangs up; where we hung up on
    silence, only if that is known to stop the work. What costs nothing is repeated either way.
    """
    match error.lost if isinstance(error, UpstreamError) else None:
        case "unsent":
            return True
        case "cut":
            return endpoint.own or endpoint.cancel != "bills_full"
        case "silent":
            return endpoint.own or endpoint.cancel == "stops"
        case None:
            busy = isinstance(error, ProviderThrottled | ProviderUnavailable) and error.retryable
            return busy and (error.retry_after_s is not None or error.details.get("status") is not None)


def patience_s(failures: Sequence[SatchelError], unsaid_s: float) -> float | None:
    """Return how long to wait before those that may pass are tried again: until the first of them may. None: there are none."""
    return min((unsaid_s if error.retry_after_s is None else error.retry_after_s for error in failures), default=None)


def take_back_cancellation() -> None:
    """Let the current task live on after a `CancelledError` that meant the generation, not the task."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        task.uncancel()


def _note(error: SatchelError, hold: Tries) -> None:
    """Note that the endpoint tried failed; that the hold did is no fault of it."""
    if not isinstance(error, BudgetExceeded | NotReady):
        hold.failed(error)


def _another_may_do_better(error: SatchelError) -> bool:
    return isinstance(error, KeyProblem) or (isinstance(error, UpstreamError) and error.retryable)


def _may_have_worked(error: SatchelError) -> bool:
    """Tell whether a provider that failed like this before its first event may still bill what it was sent."""
    return isinstance(error, ProviderTimeout | StreamBroken | ProviderGarbled)


def _whose(endpoint: Endpoint) -> dict[str, object]:
    return {"provider": endpoint.provider, "endpoint": endpoint.id}
