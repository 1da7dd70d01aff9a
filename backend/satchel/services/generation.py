"""The hot path: everything that generates goes through `generate`, whatever door it came in by. The order is the point."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Self

from satchel.domain.calls import Call
from satchel.domain.chat import ChatRequest
from satchel.domain.errors import InternalError, SatchelError
from satchel.domain.events import Event, Finished, FinishReason
from satchel.domain.usage import FREE, Usage
from satchel.ports.plugin import Plugin
from satchel.services.budget import Budgets, Hold, metered
from satchel.services.policy import Policy
from satchel.services.routing import Routing, take_back_cancellation


class Generation:
    """Make generations: authorize, route, hold, attempt, meter, transform, settle."""

    def __init__(self, policy: Policy, budgets: Budgets, routing: Routing, plugins: Sequence[Plugin] = ()) -> None:
        self._policy = policy
        self._budgets = budgets
        self._routing = routing
        self._plugins = tuple(plugins)

    async def generate(self, call: Call) -> AsyncGenerator[Event, None]:
        """Yield the events of `call`, ending in exactly one `Finished`. Whoever iterates must close the generator.

        Cancellation: set `call.cancellation.requested` and, if this generator is being awaited, cancel that task: it ends in
        `Finished(CANCELLED)`, or in `cancellation.error`, with usage and cost so far, at whatever point it was. Closing the
        generator, or cancelling the task without setting it, just ends it. Either way the upstream is closed first, then the hold is
        settled, then this returns.

        Raises:
            SatchelError: nothing more follows. `usage` and `cost` say what had been produced.
        """
        hold: Hold | None = None
        cut: SatchelError | None = None
        ended = False
        try:
            if call.cancellation.requested:
                raise asyncio.CancelledError
            authorized = await self._policy.authorize(call)
            chat = call.request if isinstance(call.request, ChatRequest) else None
            if chat is not None:
                for plugin in self._plugins:  # a plugin sees a ChatRequest: never the principal, grant or key
                    chat = await plugin.before(chat)
                call = authorized.held(call.with_request(chat))
            routes = authorized.within(await self._routing.routes(call))
            async with self._budgets.hold(call, routes, authorized.grant) as hold, Stages() as stages:
                if hold.must_be_kept_first:
                    await hold.durable()
                events = stages.own(self._routing.attempt(call, routes, hold))
                events = stages.own(metered(events, hold))
                if chat is not None:
                    for plugin in reversed(self._plugins):
                        events = stages.own(plugin.wrap(chat, events))
                async for event in events:
                    if type(event) is Finished:
                        ended, cut = True, _cut(call, event)
                    if cut is None:
                        yield event
        except asyncio.CancelledError:
            if not call.cancellation.requested:
                raise
            take_back_cancellation()
            if not ended:
                ended = True
                end = hold.cancelled() if hold else Finished(FinishReason.CANCELLED, "cancelled", Usage(), FREE)
                if (cut := _cut(call, end)) is None:
                    yield end
        if cut is not None:
            raise cut
        if not ended:
            raise InternalError("a plugin swallowed the end of the answer")


def _cut(call: Call, end: Finished) -> SatchelError | None:
    """Return what a call that was stopped ends in instead, where that was not its caller's wish."""
    error = call.cancellation.error
    if error is not None and end.reason is FinishReason.CANCELLED:
        error.usage, error.cost = end.usage, end.cost
        return error
    return None


class Stages:
    """The generators of one call, each reading from the one before it. An `AsyncExitStack` does the same at three times the cost."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: list[AsyncGenerator[Event, None]] = []

    def own(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """Close this stage when the call ends, however it ends, before the stages that it reads from."""
        self._open.append(events)
        return events

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close them all, the last one first, even where one fails to close."""
        while self._open:
            try:
                await self._open.pop().aclose()
            except BaseException:
                await self.__aexit__()
                raise
