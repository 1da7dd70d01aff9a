"""One writer for many callers: whatever waits when the writer is free is committed together. Knows nothing of what it writes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from satchel.domain.errors import InternalError, NotReady, SatchelError

T = TypeVar("T")
Outcome = SatchelError | None
Apply = Callable[[Sequence[T]], Awaitable[Sequence[Outcome]]]

_MAX_BATCH = 256
_PATIENCE_S = 0.01


class GroupCommit(Generic[T]):
    """Queue items, apply them in batches in the order they came, and tell each caller how its own item went.

    Every future ends, whatever happens: a failing batch fails its own items with `NotReady`, and the writer goes on.
    """

    def __init__(self, apply: Apply[T], max_batch: int = _MAX_BATCH) -> None:
        self._apply = apply
        self._max_batch = max_batch
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()
        self._patience: asyncio.TimerHandle | None = None
        self._writer: asyncio.Task[None] | None = None
        self._closing = False

    def put(self, item: T, *, may_wait: bool = False) -> asyncio.Future[None]:
        """Queue `item` at once; the future ends when its batch is committed. Cancelling the future does not take the item back.

        One that `may_wait` joins the next batch that is begun for another, or begins one itself after 10 ms: it costs a caller who asks
        one thing after another half his transactions.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        if self._closing:
            _resolve(future, NotReady("the server is going down; nothing more is written"))
            return future
        self._waiting.append((item, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="group commit")
        if not may_wait:
            self._wake.set()
        elif self._patience is None:
            self._patience = loop.call_later(_PATIENCE_S, self._lose_patience)
        return future

    @property
    def waiting(self) -> int:
        """Return how many items no batch has taken yet."""
        return len(self._waiting)

    async def aclose(self) -> None:
        """Commit all that waits, then stop. Safe to call twice."""
        self._closing = True
        self._lose_patience()
        if self._writer is not None:
            await self._writer

    def _lose_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        self._wake.set()

    async def _write(self) -> None:
        try:
            while self._waiting or not self._closing:
                await self._wake.wait()
                batch, self._waiting = self._waiting[: self._max_batch], self._waiting[self._max_batch :]
                if not (self._waiting or self._closing):
                    self._wake.clear()
                if batch:
                    await self._commit(batch)
        finally:
            for _, future in self._waiting:  # left only where the writer itself was cancelled
                _resolve(future, NotReady("the server is going down; this was not written"))
            self._waiting = []
            self._closing = True

    async def _commit(self, batch: Sequence[tuple[T, asyncio.Future[None]]]) -> None:
        outcomes: Sequence[Outcome] = ()
        try:
            outcomes = await self._apply([item for item, _ in batch])
        except SatchelError as error:
            outcomes = [error] * len(batch)
        except Exception as error:  # a bug below must not stop the writer: every later call would hang
            outcomes = [_not_written(error)] * len(batch)
        finally:
            known = [*outcomes, *[_not_written(None)] * (len(batch) - len(outcomes))]
            for (_, future), outcome in zip(batch, known, strict=False):
                _resolve(future, outcome)


def _resolve(future: asyncio.Future[None], outcome: Outcome) -> None:
    if future.done():
        return
    if outcome is None:
        future.set_result(None)
    else:
        future.set_exception(outcome)
        future.exception()  # a caller that went away first is no "exception was never retrieved"


def _not_written(cause: Exception | None) -> InternalError:
    error = NotReady("the ledger could not be written; try again")
    error.__cause__ = cause
    return error
