"""An answer that its provider bills whole is read to its end when the caller hangs up, and settled by what it really used."""

import asyncio
from contextlib import aclosing

import pytest

from satchel.domain.errors import ProviderThrottled, StreamBroken
from satchel.domain.events import Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.ledger import Status
from satchel.domain.usage import Usage

from .conftest import Build
from .house import DONE, NUSD, House, Wait, endpoint, text_of, until

MANY = [TextDelta(f"{number} ") for number in range(300)]


@pytest.fixture
async def billing(house: House) -> House:
    """A house whose provider bills answers whole."""
    house.catalog.endpoints = [endpoint(cancel="bills_full")]
    await house.allow()
    return house


async def hung_up_at(house: House, step: Wait) -> None:
    """Hang up while the call waits at `step`; let the provider go on when the call is being wound down."""
    task = asyncio.create_task(house.collect(house.call()))
    await step.reached.wait()
    task.cancel()
    await asyncio.sleep(0.01)
    step.go.set()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_caller_who_hangs_up_pays_what_the_provider_bills(billing: House) -> None:
    step = Wait()
    billing.script(Started("m"), TextDelta("Hel"), step, *MANY, Finished(FinishReason.STOP, "stop", Usage(7, 300)))
    await hung_up_at(billing, step)
    assert billing.trace[-2:] == ["upstream closed", "settled"]
    (entry,) = await billing.entries()
    assert (entry.status, entry.usage, entry.cost.nusd) == (Status.CANCELLED, Usage(7, 300), 300 * NUSD)


async def test_a_cancelled_call_ends_with_the_usage_of_the_whole(billing: House) -> None:
    step = Wait()
    billing.script(Started("m"), TextDelta("Hel"), step, TextDelta("lo"), DONE)
    call = billing.call()
    task = asyncio.create_task(billing.collect(call))
    await step.reached.wait()
    call.cancellation.requested = True
    task.cancel()
    await asyncio.sleep(0.01)
    step.go.set()
    events = await task
    assert text_of(events) == "Hel"
    assert (events[-1].reason, events[-1].usage) == (FinishReason.CANCELLED, DONE.usage)  # type: ignore[union-attr]
    assert billing.trace[-2:] == ["upstream closed", "settled"]


async def test_a_reader_who_closes_the_generator_waits_for_the_bill(billing: House) -> None:
    billing.script(Started("m"), *MANY, Finished(FinishReason.STOP, "stop", Usage(7, 300)))
    async with aclosing(billing.generation.generate(billing.call())) as events:
        await anext(events)
        await anext(events)
    (entry,) = await billing.entries()
    assert entry.usage == Usage(7, 300)
    assert billing.provider.sent == 302


async def test_an_answer_without_end_is_given_up_and_counted_by_what_came(billing: House) -> None:
    begun, never = Wait(), Wait()
    more = (ReasoningDelta("y" * 40), ToolCallDelta(0, "z" * 40, "call_1", "f"))
    billing.script(Started("m"), TextDelta("x" * 40), begun, TextDelta("x" * 40), *more, never)
    task = asyncio.create_task(billing.collect(billing.call()))
    await begun.reached.wait()
    task.cancel()
    begun.go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    (entry,) = await billing.entries()
    assert (entry.usage.output_tokens, entry.usage.reasoning_tokens, entry.usage.estimated) == (40, 10, True)
    assert billing.trace[-2:] == ["upstream closed", "settled"]


async def test_a_failure_that_nobody_hears_ends_the_wait(billing: House) -> None:
    step = Wait()
    billing.script(Started("m"), step, StreamBroken("gone"))
    await hung_up_at(billing, step)
    (entry,) = await billing.entries()
    assert (entry.status, entry.usage.estimated) == (Status.CANCELLED, True)


async def test_a_server_that_goes_down_does_not_wait_for_the_rest(billing: House) -> None:
    begun, never = Wait(), Wait()
    billing.routing._drain_s = 30.0
    billing.script(Started("m"), begun, never)
    task = asyncio.create_task(billing.collect(billing.call()))
    await begun.reached.wait()
    task.cancel()
    begun.go.set()
    await never.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)
    assert billing.trace[-2:] == ["upstream closed", "settled"]


async def test_whole_answers_and_failures_pass_as_ever(billing: House, build: Build) -> None:
    billing.script(Started("m"), *MANY, DONE)
    events = await billing.collect(billing.call())
    assert text_of(events) == "".join(event.text for event in MANY)
    billing.script(ProviderThrottled("busy"))
    with pytest.raises(ProviderThrottled):
        await billing.collect(billing.call())


async def test_the_provider_is_not_read_far_ahead_of_a_slow_reader(billing: House) -> None:
    billing.script(Started("m"), *MANY, DONE)
    async with aclosing(billing.generation.generate(billing.call())) as events:
        await anext(events)
        await until(lambda: billing.provider.sent >= 64)
        await asyncio.sleep(0.02)
        assert billing.provider.sent <= 66
        assert len([event async for event in events]) == 301
