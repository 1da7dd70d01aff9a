"""Coordination in one process."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.coordination.memory import MemoryBus, MemoryLimiter, MemoryStreamLog
from satchel.domain.events import TextDelta
from satchel.ports.coordination import Limit, Message


@dataclass
class HandClock:
    """A clock that is set by hand."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic_s(self) -> float:
        return self.seconds


# ── limiter ──────────────────────────
async def test_no_window_ever_holds_more_than_the_limit() -> None:
    clock = HandClock()
    limiter = MemoryLimiter(clock)
    taken: list[float] = []
    for tenth in range(300):
        clock.seconds = tenth / 10
        if (await limiter.take("b", 1, Limit(3, 5.0))).allowed:
            taken.append(clock.seconds)
    assert taken[:3] == [0.0, 0.1, 0.2]
    assert all(later - earlier >= 5.0 for earlier, later in zip(taken, taken[3:], strict=False))


async def test_a_refused_take_takes_nothing_and_says_when_to_come_back() -> None:
    clock = HandClock()
    limiter = MemoryLimiter(clock)
    limit = Limit(3, 10.0)
    assert (await limiter.take("b", 2, limit)).allowed
    clock.seconds = 4
    refused = await limiter.take("b", 2, limit)
    assert (refused.allowed, refused.retry_after_s) == (False, 6.0)
    assert (await limiter.take("b", 1, limit)).allowed
    clock.seconds = 10
    assert (await limiter.take("b", 2, limit)).allowed
    assert not (await limiter.take("b", 4, limit)).allowed
    assert (await limiter.take("other", 3, limit)).allowed


async def test_idle_buckets_are_forgotten() -> None:
    clock = HandClock()
    limiter = MemoryLimiter(clock, max_buckets=10)
    for number in range(100):
        clock.seconds = number
        await limiter.take(f"b{number}", 1, Limit(1, 5.0))
    assert len(limiter._buckets) <= 10


async def test_strangers_push_out_what_they_made_up_and_not_what_holds_somebody_back() -> None:
    clock = HandClock()
    limiter = MemoryLimiter(clock, max_buckets=10)
    guessing = Limit(3, 300.0)
    for _ in range(3):
        assert (await limiter.take("guessed", 1, guessing)).allowed
    for number in range(100):
        assert (await limiter.take(f"stranger {number}", 1, guessing)).allowed
        assert len(limiter._buckets) <= 10
    assert not (await limiter.take("guessed", 1, guessing)).allowed
    clock.seconds = 300
    assert (await limiter.take("guessed", 1, guessing)).allowed


async def test_there_is_an_end_to_buckets_although_all_are_full_and_looking_for_room_does_not_take_longer() -> None:
    steps: list[int] = []
    for max_buckets in (100, 10_000):
        limiter = MemoryLimiter(HandClock(), max_buckets)
        for number in range(max_buckets):
            await limiter.take(f"full {number}", 1, Limit(1, 300.0))
        looked = Looked(limiter._buckets)
        limiter._buckets = looked
        for number in range(50):
            await limiter.take(f"new {number}", 1, Limit(1, 300.0))
        assert len(limiter._buckets) == max_buckets
        steps.append(looked.steps)
    assert steps[0] == steps[1] <= 50 * 10


class Looked(OrderedDict[str, Any]):
    """Buckets that count how many were looked at."""

    steps = 0

    def __iter__(self) -> Iterator[str]:
        for name in super().__iter__():
            self.steps += 1
            yield name

    def popitem(self, last: bool = True) -> tuple[str, Any]:
        self.steps += 1
        return super().popitem(last)

    def items(self) -> Any:
        return [(name, self[name]) for name in self]


# ── bus ──────────────────────────
async def test_messages_arrive_soon_in_order_and_on_their_topic_only() -> None:
    bus = MemoryBus()
    heard: list[Message] = []
    bus.subscribe("a", heard.append)
    bus.publish("a", {"n": 1})
    bus.publish("b", {"n": 2})
    bus.publish("a", {"n": 3})
    assert heard == []
    await asyncio.sleep(0)
    assert heard == [{"n": 1}, {"n": 3}]


async def test_a_failing_listener_is_logged_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    bus = MemoryBus()
    heard: list[Message] = []

    def fail(message: Message) -> None:
        raise ValueError("no")

    bus.subscribe("account:1", fail)
    bus.subscribe("account:1", heard.append)
    with caplog.at_level(logging.ERROR):
        bus.publish("account:1", {})
        await asyncio.sleep(0)
    assert heard == [{}]
    assert "a listener on account failed" in caplog.text


async def test_nothing_is_heard_after_unsubscribing_even_of_what_is_under_way() -> None:
    bus = MemoryBus()
    heard: list[Message] = []
    first = bus.subscribe("a", heard.append)
    second = bus.subscribe("a", heard.append)
    bus.publish("a", {})
    first()
    first()
    await asyncio.sleep(0)
    assert heard == [{}]
    second()
    assert bus._listeners == {}


def test_without_an_event_loop_messages_arrive_at_once() -> None:
    bus = MemoryBus()
    heard: list[Message] = []
    bus.subscribe("a", heard.append)
    bus.publish("a", {})
    assert heard == [{}]


# ── stream log ──────────────────────────
@given(st.integers(1, 12), st.integers(1, 40), st.lists(st.text(min_size=1, max_size=9), max_size=60), st.integers(0, 70))
def test_a_log_returns_all_above_a_number_or_says_that_it_cannot(
    max_events: int, max_characters: int, texts: list[str], after: int
) -> None:
    log = MemoryStreamLog(max_events, max_characters)
    for seq, text in enumerate(texts, 1):
        log.append("g", seq, TextDelta(text))
    got = log.read("g", after)
    if got is None:
        assert not texts or after < len(texts)
    else:
        assert got == [(seq, TextDelta(text)) for seq, text in enumerate(texts, 1) if seq > after]
    ring = log._rings.get("g")
    if ring is not None:
        assert 1 <= ring.kept <= max_events
        assert ring.characters <= max_characters or ring.kept == 1
        assert ring.characters == sum(map(len, texts[len(texts) - ring.kept :]))
        assert len(ring.events) <= 2 * ring.kept + 1


def test_a_log_within_its_limits_has_no_gap() -> None:
    log = MemoryStreamLog(max_events=100)
    for seq in range(1, 101):
        log.append("g", seq, TextDelta("x"))
    assert len(log.read("g", 0) or ()) == 100
    log.append("g", 101, TextDelta("x"))
    assert log.read("g", 0) is None
    assert len(log.read("g", 1) or ()) == 100
    log.drop("g")
    assert log.read("g", 50) is None
