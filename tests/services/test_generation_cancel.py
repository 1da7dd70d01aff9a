"""Cancelling, at every phase of a generation: it ends once, in `Finished`, with usage and cost, the provider closed before."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from satchel.domain.chat import ChatRequest
from satchel.domain.errors import ProviderUnavailable
from satchel.domain.events import Event, Finished, FinishReason, Started, TextDelta
from satchel.domain.ledger import Status
from satchel.domain.usage import Usage

from .conftest import Build
from .house import DONE, NUSD, House, Wait, endpoint, text_of


class Slow:
    """A plugin that waits for something of its own."""

    id = "slow"

    def __init__(self) -> None:
        self.step = Wait()

    async def before(self, request: ChatRequest) -> ChatRequest:
        return request

    async def wrap(self, request: ChatRequest, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        async for event in events:
            if isinstance(event, TextDelta):
                self.step.reached.set()
                await self.step.go.wait()
            yield event


class Tidy(Slow):
    """A plugin that waits for something after the end."""

    async def wrap(self, request: ChatRequest, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        async for event in events:
            yield event
        self.step.reached.set()
        await self.step.go.wait()


async def cancelled_at(house: House, step: Wait, model: str = "a/m") -> list[Event]:
    """Cancel while the call waits at `step`; return its events."""
    call = house.call(model=model)
    task = asyncio.create_task(house.collect(call))
    await step.reached.wait()
    call.cancellation.requested = True
    task.cancel()
    events = await task
    assert not task.cancelled()
    assert task.cancelling() == 0
    return events


def assert_cancelled(events: list[Event], output_tokens: int, cost_nusd: int) -> None:
    ends = [event for event in events if isinstance(event, Finished)]
    assert len(ends) == 1
    assert ends[0] is events[-1]
    end = ends[0]
    assert (end.reason, end.native_reason) == (FinishReason.CANCELLED, "cancelled")
    assert end.usage is not None
    assert end.cost is not None
    assert (end.usage.output_tokens, end.cost.nusd) == (output_tokens, cost_nusd)


async def test_cancel_before_it_began_ends_in_nothing_used(house: House) -> None:
    await house.allow()
    call = house.call()
    call.cancellation.requested = True
    assert_cancelled(await house.collect(call), 0, 0)
    assert house.trace == []


async def test_cancel_in_policy_ends_in_nothing_used(house: House) -> None:
    await house.allow()
    house.catalog.gate = Wait()
    assert_cancelled(await cancelled_at(house, house.catalog.gate), 0, 0)
    assert house.trace == []


async def test_cancel_before_the_first_token_stops_the_provider(house: House) -> None:
    await house.allow()
    step = Wait()
    house.script(step)
    events = await cancelled_at(house, step)
    assert_cancelled(events, 0, 0)
    (entry,) = await house.entries()
    assert (entry.status, entry.reason, entry.usage.input_tokens, entry.first_event_ms) == (Status.CANCELLED, "cancelled", 8, None)
    assert "upstream closed" in house.trace


async def test_cancel_while_the_hold_is_written_ends_in_usage(house: House) -> None:
    await house.allow()
    house.journal.gate = asyncio.Event()
    call = house.call()
    task = asyncio.create_task(house.collect(call))
    while house.provider.sent == 0:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    call.cancellation.requested = True
    task.cancel()
    while "upstream closed" not in house.trace:
        await asyncio.sleep(0)
    assert not task.done()
    house.journal.gate.set()
    assert_cancelled(await task, 0, 0)
    (entry,) = await house.entries()
    assert entry.status is Status.CANCELLED


async def test_d1_cancel_in_mid_stream_ends_in_usage_and_cost_so_far(house: House) -> None:
    await house.allow()
    step = Wait()
    house.script(Started("m"), TextDelta("abcd" * 3), step)
    assert_cancelled(await cancelled_at(house, step), 3, 3 * NUSD)
    (entry,) = await house.entries()
    assert (entry.status, entry.usage.output_tokens, entry.cost.nusd, entry.usage.estimated) == (Status.CANCELLED, 3, 3 * NUSD, True)
    assert house.trace[-2:] == ["upstream closed", "settled"]


async def test_cancel_between_two_events_is_seen_when_the_next_is_asked_for(house: House) -> None:
    await house.allow()
    house.script(Started("m"), TextDelta("abcd"), TextDelta("never"), DONE)
    call = house.call()
    seen: list[Event] = []
    async with aclosing(house.generation.generate(call)) as events:
        async for event in events:
            seen.append(event)
            if isinstance(event, TextDelta):
                call.cancellation.requested = True
    assert text_of(seen) == "abcd"
    assert_cancelled(seen, 1, NUSD)


async def test_cancel_after_the_end_changes_nothing(house: House) -> None:
    await house.allow()
    call = house.call()
    seen: list[Event] = []
    async for event in house.generation.generate(call):
        seen.append(event)
        call.cancellation.requested = isinstance(event, Finished)
    assert [event.reason for event in seen if isinstance(event, Finished)] == [FinishReason.STOP]


async def test_cancel_inside_a_plugin_still_ends_in_usage_and_cost(build: Build) -> None:
    plugin = Slow()
    house = build(plugins=[plugin])
    await house.allow()
    events = await cancelled_at(house, plugin.step)
    assert_cancelled(events, 1, NUSD)
    (entry,) = await house.entries()
    assert (entry.status, entry.cost.nusd) == (Status.CANCELLED, NUSD)
    assert house.trace[-2:] == ["upstream closed", "settled"]


async def test_cancel_while_the_connection_is_wound_down_changes_nothing(house: House) -> None:
    await house.allow()
    step = Wait()
    house.script(TextDelta("abcd"), DONE, step)
    events = await cancelled_at(house, step)
    assert [event.reason for event in events if isinstance(event, Finished)] == [FinishReason.STOP]
    (entry,) = await house.entries()
    assert (entry.status, entry.usage) == (Status.FINISHED, DONE.usage)


async def test_cancel_while_a_plugin_tidies_up_after_the_end_changes_nothing(build: Build) -> None:
    plugin = Tidy()
    house = build(plugins=[plugin])
    await house.allow()
    events = await cancelled_at(house, plugin.step)
    assert [event.reason for event in events if isinstance(event, Finished)] == [FinishReason.STOP]


async def test_a_wish_to_stop_is_heeded_before_anything_is_sent(house: House) -> None:
    house.catalog.gate = Wait()
    call = house.call(origin=None)
    task = asyncio.create_task(house.collect(call))
    await house.catalog.gate.reached.wait()
    call.cancellation.requested = True  # and nobody cancels the task
    house.catalog.gate.go.set()
    assert_cancelled(await task, 0, 0)
    (entry,) = await house.entries()
    assert (entry.status, entry.usage) == (Status.CANCELLED, Usage())
    assert (house.provider.asked, house.opened) == ([], [])


async def test_cancel_during_a_fallback_does_not_try_the_next_route(house: House) -> None:
    await house.allow()
    house.catalog.endpoints = [endpoint("m"), endpoint("n")]
    step = Wait()
    house.script(step, ProviderUnavailable("down"), of="p:m")
    assert_cancelled(await cancelled_at(house, step), 0, 0)
    assert len(house.provider.asked) == 1


@pytest.mark.parametrize("turns", range(40))
async def test_cancel_at_any_turn_of_the_event_loop_ends_once_and_settles(house: House, turns: int) -> None:
    await house.allow(cap_nusd=100 * NUSD)
    call = house.call()
    task = asyncio.create_task(house.collect(call))
    for _ in range(turns):
        await asyncio.sleep(0)
    if not task.done():
        call.cancellation.requested = True
        task.cancel()
    try:
        events = await task
    except asyncio.CancelledError:
        assert turns == 0  # the task had not even begun
        return
    assert [event for event in events if isinstance(event, Finished)] == events[-1:]
    entries = await house.entries()
    end = events[-1]
    assert isinstance(end, Finished)
    assert [(entry.usage, entry.cost) for entry in entries] in ([(end.usage, end.cost)], [])
    assert house.trace.count("hold begun") == house.trace.count("settled")
    assert house.trace.count("sent") == house.trace.count("upstream closed")
