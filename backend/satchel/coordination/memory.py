"""Coordination inside one process: rate limits, pushes and resume buffers. Exact here, unknown to other workers."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from satchel.domain.events import Event, size_of
from satchel.ports.clock import Clock
from satchel.ports.coordination import Decision, Limit, Message, Unsubscribe, decision_of

_log = logging.getLogger(__name__)

Listener = Callable[[Message], None]

_PASSED_OVER = 8


class MemoryLimiter:
    """Count takes in a sliding window, for so many buckets at the most; a new one costs the same however many there are.

    Where there is no more room, the bucket that was asked for longest ago goes. One that is full is passed over a few times: whoever
    makes up names by the thousand pushes out what they made up, and not what holds somebody back.
    """

    def __init__(self, clock: Clock, max_buckets: int = 10_000) -> None:
        self._clock = clock
        self._max_buckets = max_buckets
        self._buckets = OrderedDict[str, _Bucket]()  # the one asked for last is the last; a plain dict is slow to give its first away

    async def take(self, bucket: str, n: int, limit: Limit) -> Decision:
        """Take `n` from `bucket`; a refused take takes nothing."""
        now_s = self._clock.monotonic_s()
        taken = self._taken(bucket, limit, now_s)
        decision = decision_of(taken, n, limit, now_s)
        if decision.allowed:
            taken.extend([now_s] * n)
        return decision

    def _taken(self, bucket: str, limit: Limit, now_s: float) -> deque[float]:
        """Return when the takes that still count were, oldest first."""
        found = self._buckets.pop(bucket, None)
        if found is None and len(self._buckets) >= self._max_buckets:
            self._make_room(now_s)
        taken = deque[float]() if found is None else found.taken
        self._buckets[bucket] = _Bucket(limit, taken)
        while taken and taken[0] <= now_s - limit.window_s:
            taken.popleft()
        return taken

    def _make_room(self, now_s: float) -> None:
        for _ in range(_PASSED_OVER):
            name, oldest = self._buckets.popitem(last=False)
            if not oldest.is_full(now_s):
                return
            self._buckets[name] = oldest
        self._buckets.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Bucket:
    limit: Limit
    taken: deque[float]

    def is_full(self, now_s: float) -> bool:
        """Tell whether nothing more may be taken just now."""
        return len(self.taken) >= self.limit.count and self.taken[-self.limit.count] > now_s - self.limit.window_s


class MemoryBus:
    """Push to listeners of this process, in the next turn of the event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, dict[object, Listener]] = {}

    def publish(self, topic: str, message: Message) -> None:
        """Deliver `message` to the topic's listeners, soon; at once where no event loop runs. Never raises, never blocks."""
        if topic not in self._listeners:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._deliver(topic, message)
        else:
            loop.call_soon(self._deliver, topic, message)

    def subscribe(self, topic: str, listener: Listener) -> Unsubscribe:
        """Call `listener` for each message, until the returned function is called (safe to call twice)."""
        listeners = self._listeners.setdefault(topic, {})
        subscription = object()
        listeners[subscription] = listener

        def unsubscribe() -> None:
            listeners.pop(subscription, None)
            if not listeners and self._listeners.get(topic) is listeners:
                del self._listeners[topic]

        return unsubscribe

    def _deliver(self, topic: str, message: Message) -> None:
        listeners = self._listeners.get(topic, {})
        for subscription in tuple(listeners):
            listener = listeners.get(subscription)
            if listener is None:
                continue  # an earlier listener ended this subscription
            try:
                listener(message)
            except Exception:
                _log.exception("a listener on %s failed", topic.partition(":")[0])


class MemoryStreamLog:
    """Keep the newest events of each generation, within a number of events and a size of text; what is older is dropped."""

    def __init__(self, max_events: int = 16_384, max_characters: int = 4_194_304) -> None:
        self._max_events = max_events
        self._max_characters = max_characters
        self._rings: dict[str, _Ring] = {}

    def append(self, generation_id: str, seq: int, event: Event) -> None:
        """Keep `event` under `seq` (1, 2, 3 …). Old events may be dropped; a reader then sees a gap."""
        ring = self._rings.get(generation_id)
        if ring is None:
            ring = self._rings[generation_id] = _Ring(seq)
        ring.events.append(event)
        ring.characters += size_of(event)
        while ring.kept > self._max_events or (ring.characters > self._max_characters and ring.kept > 1):
            ring.drop_oldest()

    def read(self, generation_id: str, after: int) -> list[tuple[int, Event]] | None:
        """Return the kept events above `after` in order; None where some are missing (a gap) or nothing is known."""
        ring = self._rings.get(generation_id)
        if ring is None or after < ring.first - 1:
            return None
        return list(enumerate(ring.events[ring.dropped + after + 1 - ring.first :], after + 1))

    def drop(self, generation_id: str) -> None:
        """Forget a generation."""
        self._rings.pop(generation_id, None)


class _Ring:
    """One generation's kept events; `first` is the number of the oldest. A list, so that reading the newest does not walk the others."""

    __slots__ = ("characters", "dropped", "events", "first")

    def __init__(self, first: int) -> None:
        self.first = first
        self.characters = 0
        self.dropped = 0
        self.events: list[Event] = []

    @property
    def kept(self) -> int:
        return len(self.events) - self.dropped

    def drop_oldest(self) -> None:
        self.characters -= size_of(self.events[self.dropped])
        self.first += 1
        self.dropped += 1
        if self.dropped * 2 > len(self.events):
            del self.events[: self.dropped]
            self.dropped = 0
