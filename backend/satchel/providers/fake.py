"""A scripted provider for tests: it says what it is told to, and keeps what it was asked."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint
from satchel.domain.errors import SatchelError
from satchel.domain.events import Event, Finished, FinishReason, Started, TextDelta
from satchel.domain.keys import Secret
from satchel.domain.usage import Usage
from satchel.providers import ProviderFactory

Step = Event | SatchelError | float
Script = Sequence[Step]

HELLO: Script = (
    Started("fake"),
    TextDelta("Hello"),
    TextDelta(", world."),
    Finished(FinishReason.STOP, "stop", Usage(input_tokens=3, output_tokens=4)),
)


class FakeProvider:
    """Play a script: events are yielded, errors raised, numbers slept in seconds.

    `script` may be a function of the request and the endpoint. `asked` holds every request with its endpoint, `closed` the number of
    generators that have ended, however they did.
    """

    def __init__(self, script: Script | Callable[[Request, Endpoint], Script] = HELLO, ids: frozenset[str] = frozenset({"fake"})) -> None:
        self._script = script
        self._ids = ids
        self.asked: list[tuple[Request, Endpoint]] = []
        self.secrets: list[Secret] = []
        self.closed = 0

    @property
    def ids(self) -> frozenset[str]:
        """Return the provider ids it serves."""
        return self._ids

    def dropped(self, request: Request, endpoint: Endpoint) -> tuple[str, ...]:
        """Return nothing: a script takes all there is."""
        return ()

    async def stream(self, request: Request, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
        """Play the script; see `ports.provider.Provider`."""
        self.asked.append((request, endpoint))
        self.secrets.append(secret)
        script = self._script(request, endpoint) if callable(self._script) else self._script
        try:
            for step in script:
                if isinstance(step, SatchelError):
                    raise step
                if isinstance(step, float | int):
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.closed += 1

    async def aclose(self) -> None:
        """Do nothing."""


PROVIDER = ProviderFactory(build=lambda _: FakeProvider())
