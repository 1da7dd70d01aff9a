"""The HTTP calls being answered now, so that they can be listed and cancelled. Those of the socket are in `services/streams.py`."""

import asyncio
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress

from satchel.domain.calls import Call
from satchel.domain.errors import ConsentRequired, Draining, SatchelError, TokenRevoked
from satchel.ports.coordination import GRANTS_TOPIC, TOKENS_TOPIC, Bus, Message

_DRAIN_RETRY_S = 5.0

Stop = Callable[[], None]


class LiveCalls:
    """Know the calls that run over HTTP in this process. One whose token or consent is taken back ends at once."""

    def __init__(self, bus: Bus) -> None:
        self._calls: dict[str, tuple[Call, Stop]] = {}
        self._is_draining = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._unsubscribe = [bus.subscribe(topic, self._on_revoked) for topic in (TOKENS_TOPIC, GRANTS_TOPIC)]

    @contextmanager
    def while_running(self, call: Call, stop: Stop) -> Generator[None, None, None]:
        """Keep `call` on the list while the block runs; `stop` is what ends it.

        Raises:
            Draining: the server is going down.
        """
        if self._is_draining:
            raise Draining("the server is going down; try again in a moment", retry_after_s=_DRAIN_RETRY_S)
        self._calls[call.id] = (call, stop)
        self._idle.clear()
        try:
            yield
        finally:
            del self._calls[call.id]
            if not self._calls:
                self._idle.set()

    def of(self, account_id: str) -> Sequence[Call]:
        """Return the account's running calls, newest first."""
        return [call for call, _ in reversed(self._calls.values()) if call.principal.account_id == account_id]

    def calls(self) -> Sequence[Call]:
        """Return the calls that run."""
        return [call for call, _ in self._calls.values()]

    def cancel(self, account_id: str, generation_id: str) -> bool:
        """Cancel a call; False if the account runs none of this id."""
        found = self._calls.get(generation_id)
        if found is None or found[0].principal.account_id != account_id:
            return False
        _end(*found)
        return True

    def begin_drain(self) -> None:
        """Refuse new calls; those that run may finish."""
        self._is_draining = True

    async def drain(self, timeout_s: float) -> None:
        """Return when no call runs any more; what still runs after `timeout_s` is cancelled."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        for call, stop in list(self._calls.values()):
            _end(call, stop, Draining("the server went down in the middle of the answer; ask again", retry_after_s=_DRAIN_RETRY_S))

    def close(self) -> None:
        """Stop listening for revocations."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    def _on_revoked(self, message: Message) -> None:
        for call, stop in list(self._calls.values()):
            if call.ends_with(message):
                _end(call, stop, _taken_back(call, message))


def _end(call: Call, stop: Stop, error: SatchelError | None = None) -> None:
    call.cancellation.error = error
    call.cancellation.requested = True
    stop()


def _taken_back(call: Call, message: Message) -> SatchelError:
    if "origin" not in message:
        return TokenRevoked("this token was revoked in the middle of the answer")
    return ConsentRequired(f"what {call.origin} was allowed was taken back in the middle of the answer", details={"origin": call.origin})
