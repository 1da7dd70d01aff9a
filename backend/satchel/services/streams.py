"""Live generations: start one, attach to it after a sequence number, cancel it. A run's own task makes it; readers come and go."""

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from satchel.domain.calls import Call
from satchel.domain.errors import Cancelled, Draining, InternalError, SatchelError, StreamGap, TooManyGenerations, without_frames
from satchel.domain.events import Event, Finished, Started, size_of
from satchel.kit.ids import Ids
from satchel.ports.coordination import GRANTS_TOPIC, TOKENS_TOPIC, Bus, Message, StreamLog

_log = logging.getLogger(__name__)

Generate = Callable[[Call], AsyncGenerator[Event, None]]

_CHARACTERS_PER_TOKEN = 4
_CLOSING_S = 5.0
_DRAIN_RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How many, how far behind, how long.

    Attributes:
        per_account: generations of one account that may run at once.
        resume_s: how long a generation goes on when its last reader has gone.
        kept_s: how long an ended one can still be read.
        max_kept: how many ended ones are kept at most, over all accounts.
        lag_events, lag_characters: how far behind a reader may be before the provider is made to wait for it.
        stuck_s: how long a reader that takes nothing may make it wait.
    """

    per_account: int = 64
    resume_s: float = 60.0
    kept_s: float = 60.0
    max_kept: int = 2_000
    lag_events: int = 512
    lag_characters: int = 262_144
    stuck_s: float = 30.0


class _Reader:
    """One subscription: how far it has read, and what wakes it. `attached` False: it holds nobody up any more."""

    __slots__ = ("at", "attached", "characters", "greeted", "stuck_at", "stuck_since_s", "waiter")

    def __init__(self, after: int) -> None:
        self.at = after
        self.greeted = after > 0
        self.attached = False
        self.characters = 0
        self.waiter: asyncio.Future[None] | None = None
        self.stuck_at = -1
        self.stuck_since_s = 0.0


class Run:
    """One generation under way, or just ended. Made by `Streams.start`."""

    def __init__(self, call: Call, client_ref: str | None, streams: "Streams") -> None:
        self.id = call.id
        self.call = call
        self.client_ref = client_ref
        self.seq = 0
        self.is_over = False
        self.failure: SatchelError | None = None
        self.timer: asyncio.TimerHandle | None = None
        self._streams = streams
        self._limits = streams.limits
        self._log = streams.log
        self._started: Started | None = None
        self._characters = 0
        self._readers: list[_Reader] = []
        self._was_read = False
        self._asking = False
        self._room: asyncio.Future[None] | None = None
        self.task = asyncio.create_task(self._pump(), name=f"generation {call.id}")

    @property
    def output_tokens(self) -> int:
        """Return about how many tokens came so far."""
        return -(-self._characters // _CHARACTERS_PER_TOKEN)

    @property
    def is_read(self) -> bool:
        """Tell whether anybody reads it now."""
        return bool(self._readers)

    @property
    def is_done_with(self) -> bool:
        """Tell whether it was read, and nobody can come back to it."""
        return self.client_ref is None and self._was_read and not self._readers

    def cancel(self) -> bool:
        """Stop the provider; the run ends soon in `Finished(CANCELLED)` with the usage so far. False if it has ended. Idempotent."""
        if self.is_over:
            return False
        if not self.call.cancellation.requested:
            self.call.cancellation.requested = True
            if self._asking:
                self.task.cancel()  # `generate` takes this for what it is
            self._make_room()
        return True

    async def events(self, after: int = 0) -> AsyncGenerator[tuple[int, Event | SatchelError], None]:
        """Yield what came after number `after`, then live, up to the end: a `Finished`, or the error that ended the run.

        Deltas and the end are numbered from 1 without gaps; `Started` comes first under 0, to who reads from the start. The provider waits
        for slow readers; one that takes nothing for long is no longer waited for, and may find a gap when it goes on. Close the
        generator to leave: a run without a client reference, which nobody could resume, ends with its last reader, before this returns.

        Raises:
            StreamGap: events after `after` are no longer kept.
        """
        reader = _Reader(after)
        self._attach(reader)
        try:
            while True:
                if not reader.greeted and self._started is not None:
                    reader.greeted = True
                    yield 0, self._started
                for seq, event in self._missing(reader.at):
                    yield seq, event
                    self._has_read(reader, seq, event)
                if reader.at >= self.seq and (reader.greeted or self._started is None):
                    if self.is_over:
                        break
                    reader.waiter = asyncio.get_running_loop().create_future()
                    await reader.waiter
            if self.failure is not None and after <= self.seq:
                yield self.seq + 1, self.failure
        finally:
            await self._leave(reader)

    # ── readers ──────────────────────────
    def _attach(self, reader: _Reader) -> None:
        missing = self._log.read(self.id, reader.at) or ()
        reader.characters = self._characters - sum(size_of(event) for _, event in missing)
        reader.attached = self._was_read = True
        self._readers.append(reader)
        self._set_timer(None)

    def _missing(self, after: int) -> Sequence[tuple[int, Event]]:
        if after >= self.seq:
            return ()
        missing = self._log.read(self.id, after)
        if missing is None:
            raise StreamGap(f"what came after number {after} is no longer kept", details={"generation": self.id, "after": after})
        return missing

    def _has_read(self, reader: _Reader, seq: int, event: Event) -> None:
        reader.at = seq
        reader.characters += size_of(event)
        if not reader.attached:
            self._attach(reader)
        elif self._room is not None:
            self._make_room()

    async def _leave(self, reader: _Reader) -> None:
        if not reader.attached:
            return
        self._detach(reader)
        if self.client_ref is None and not self._readers and not self.task.done():
            await asyncio.wait({self.task}, timeout=_CLOSING_S)

    def _detach(self, reader: _Reader) -> None:
        reader.attached = False
        self._readers.remove(reader)
        self._make_room()
        if self._readers:
            return
        if self.is_over:
            self._streams.forget_if_done_with(self)
        elif self.client_ref is None:
            self.cancel()
        else:
            self._set_timer(self._limits.resume_s)

    def _set_timer(self, seconds: float | None) -> None:
        """Cancel the run in `seconds`, unless somebody comes back; None takes it back. An ended run's timer is not ours."""
        if self.is_over:
            return
        if self.timer is not None:
            self.timer.cancel()
        self.timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self.cancel)

    # ── the pump ──────────────────────────
    async def _pump(self) -> None:
        self._set_timer(None if self._readers else self._limits.resume_s)
        try:
            async with aclosing(self._streams.generate(self.call)) as events:
                await self._pass_on(events)
            if not self.is_over:
                raise InternalError("the generation ended without an end")
        except SatchelError as error:
            self._fail(error)
        except asyncio.CancelledError:
            self._fail(Cancelled("the generation was stopped"))
        except Exception as error:
            self._fail(self._streams.bug(self, error))
        finally:
            self._streams.ended(self)

    async def _pass_on(self, events: AsyncGenerator[Event, None]) -> None:
        while True:
            if self._laggards():
                await self._wait_for_readers()
            self._asking = True
            try:
                event = await events.__anext__()
            except StopAsyncIteration:
                return
            finally:
                self._asking = False
            if self.is_over:
                continue  # nothing may follow the end
            if type(event) is Started:
                self._started = event
            else:
                self.seq += 1
                self._characters += size_of(event)
                self._log.append(self.id, self.seq, event)
                if type(event) is Finished:
                    self._end()
            self._wake()

    def _fail(self, error: SatchelError) -> None:
        if self.is_over:
            _log.warning("%s: failed after its end: %s", self.id, error.code)
            return
        self.failure = without_frames(error)
        self._end()
        self._wake()

    def _end(self) -> None:
        self._set_timer(None)
        self.is_over = True

    def _wake(self) -> None:
        for reader in self._readers:
            if reader.waiter is not None and not reader.waiter.done():
                reader.waiter.set_result(None)

    # ── backpressure ──────────────────────────
    def _laggards(self) -> list[_Reader]:
        events, characters = self.seq - self._limits.lag_events, self._characters - self._limits.lag_characters
        return [reader for reader in self._readers if reader.at < events or reader.characters < characters]

    async def _wait_for_readers(self) -> None:
        """Return when nobody lags any more; whoever takes nothing for too long is detached. A cancelled run waits for nobody."""
        loop = asyncio.get_running_loop()
        while not self.call.cancellation.requested and (laggards := self._laggards()):
            now_s = loop.time()
            for reader in laggards:
                if reader.stuck_at != reader.at:
                    reader.stuck_at, reader.stuck_since_s = reader.at, now_s
                elif now_s - reader.stuck_since_s >= self._limits.stuck_s:
                    self._detach(reader)
            patience_s = min(reader.stuck_since_s for reader in laggards) + self._limits.stuck_s - now_s
            self._room = loop.create_future()
            await asyncio.wait({self._room}, timeout=max(0.0, patience_s))
            self._room = None

    def _make_room(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)


class Streams:
    """All runs of this process."""

    def __init__(self, generate: Generate, log: StreamLog, bus: Bus, ids: Ids, limits: StreamLimits | None = None) -> None:
        self.generate = generate
        self.log = log
        self.limits = limits or StreamLimits()
        self.is_draining = False
        self._ids = ids
        self._runs: dict[str, Run] = {}
        self._by_ref: dict[tuple[str, str], Run] = {}
        self._running: dict[str, dict[str, Run]] = {}
        self._kept: dict[str, Run] = {}
        self._unsubscribe = [bus.subscribe(topic, self._on_revoked) for topic in (TOKENS_TOPIC, GRANTS_TOPIC)]

    def start(self, call: Call, client_ref: str | None = None) -> Run:
        """Start a generation, or return the one that this account started under `client_ref`, running or just ended.

        Args:
            call: what to generate; its id becomes the run's.
            client_ref: the client's own id for it, by which it can be resumed; None for one that nobody resumes.

        Raises:
            Draining: the server is going down.
            TooManyGenerations: this account runs as many as it may.
        """
        account_id = call.principal.account_id
        known = self._by_ref.get((account_id, client_ref)) if client_ref is not None else None
        if known is not None:
            return known
        if self.is_draining:
            raise Draining("the server is going down; try again in a moment", retry_after_s=_DRAIN_RETRY_S)
        running = self._running.setdefault(account_id, {})
        if len(running) >= self.limits.per_account:
            raise TooManyGenerations(f"{len(running)} generations are running; wait for one to end", retry_after_s=1.0)
        run = self._runs[call.id] = running[call.id] = Run(call, client_ref, self)
        if client_ref is not None:
            self._by_ref[account_id, client_ref] = run
        return run

    def find(self, account_id: str, ref: str) -> Run | None:
        """Return the account's run with this generation id or client reference, running or kept; None if there is none."""
        run = self._runs.get(ref)
        if run is not None and run.call.principal.account_id == account_id:
            return run
        return self._by_ref.get((account_id, ref))

    def live(self, account_id: str) -> Sequence[Run]:
        """Return the account's running generations, newest first."""
        return list(reversed(self._running.get(account_id, {}).values()))

    def calls(self) -> Sequence[Call]:
        """Return the calls that generations run for."""
        return [run.call for run in self._all_running()]

    async def drain(self, timeout_s: float) -> None:
        """Refuse new runs, let running ones finish for `timeout_s`, cancel the rest, and return when all are settled."""
        self.is_draining = True
        await self._settled(timeout_s)
        for run in self._all_running():
            run.cancel()
        await self._settled(_CLOSING_S)
        for run in self._all_running():
            run.task.cancel()
        await self._settled(_CLOSING_S)

    async def aclose(self) -> None:
        """Drain without waiting, then forget everything."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        await self.drain(0.0)
        for run in list(self._runs.values()):
            self._forget(run)

    def ended(self, run: Run) -> None:
        """Keep a run whose task is done for readers that come back; called by the run."""
        account_id = run.call.principal.account_id
        running = self._running[account_id]
        del running[run.id]
        if not running:
            del self._running[account_id]
        self._kept[run.id] = run
        run.timer = asyncio.get_running_loop().call_later(self.limits.kept_s, self._forget_unread, run)
        if len(self._kept) > self.limits.max_kept:
            self._forget(next((other for other in self._kept.values() if not other.is_read), run))
        self.forget_if_done_with(run)

    def forget_if_done_with(self, run: Run) -> None:
        """Forget a run that has ended and cannot be resumed, once its last reader is gone; called by the run."""
        if run.id in self._kept and run.is_done_with:
            self._forget(run)

    def bug(self, run: Run, error: Exception) -> InternalError:
        """Log our bug without what it may quote, and return what the caller sees."""
        request_id = self._ids.new("req")
        frames = "".join(traceback.format_tb(error.__traceback__))
        _log.error("%s: %s failed by a %s\n%s", request_id, run.id, type(error).__qualname__, frames)
        ours = InternalError(f"something went wrong here; it was logged as {request_id}", details={"request_id": request_id})
        ours.__cause__ = error
        return ours

    def _forget_unread(self, run: Run) -> None:
        if run.is_read:
            run.timer = asyncio.get_running_loop().call_later(self.limits.kept_s, self._forget_unread, run)
        else:
            self._forget(run)

    def _forget(self, run: Run) -> None:
        if run.timer is not None:
            run.timer.cancel()
        self._runs.pop(run.id, None)
        self._kept.pop(run.id, None)
        if run.client_ref is not None:
            self._by_ref.pop((run.call.principal.account_id, run.client_ref), None)
        self.log.drop(run.id)

    def _all_running(self) -> list[Run]:
        return [run for running in self._running.values() for run in running.values()]

    async def _settled(self, timeout_s: float) -> None:
        if tasks := [run.task for run in self._all_running()]:
            await asyncio.wait(tasks, timeout=timeout_s)

    def _on_revoked(self, message: Message) -> None:
        for run in self._all_running():
            if run.call.ends_with(message):
                run.cancel()
