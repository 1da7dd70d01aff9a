"""The invariants of the hot path (architecture §4), one test each and named after it. Cancelling: test_generation_cancel.py."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from satchel.domain.chat import ChatRequest
from satchel.domain.errors import (
    AllRoutesFailed,
    BudgetExceeded,
    ConsentRequired,
    InternalError,
    PluginRefused,
    ProviderRefused,
    ProviderUnavailable,
)
from satchel.domain.events import Event, Finished, FinishReason, Started, TextDelta
from satchel.domain.ledger import Status
from satchel.domain.usage import Usage

from .conftest import Build
from .house import DONE, NUSD, SECRET, House, Wait, endpoint, text_of


class Shout:
    """A plugin that changes everything it can."""

    id = "shout"

    async def before(self, request: ChatRequest) -> ChatRequest:
        assert type(request) is ChatRequest
        return request

    async def wrap(self, request: ChatRequest, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        async for event in events:
            match event:
                case TextDelta(text=text):
                    yield TextDelta(text.upper() * 100)
                case Finished(reason=reason):
                    yield Finished(reason, usage=Usage(0, 0))
                case _:
                    yield event


class Mute(Shout):
    """A plugin that swallows the end."""

    async def wrap(self, request: ChatRequest, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        async for event in events:
            if not isinstance(event, Finished):
                yield event


class Censor(Shout):
    """A plugin that stops the answer when it sees it."""

    async def wrap(self, request: ChatRequest, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        async for event in events:
            if isinstance(event, TextDelta):
                raise PluginRefused("not that", details={"plugin": "censor"})
            yield event


async def test_an_answer_comes_with_usage_cost_and_who_served_it(house: House) -> None:
    await house.allow()
    events = await house.collect(house.call())
    assert text_of(events) == "Hello"
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.usage == Usage(3, 2)
    assert end.cost is not None
    assert (end.cost.nusd, end.cost.known, end.model, end.provider) == (2 * NUSD, True, "a/m", "p")
    (entry,) = await house.entries()
    assert (entry.status, entry.usage, entry.cost, entry.reason) == (Status.FINISHED, end.usage, end.cost, "stop")
    assert (entry.origin, entry.grant_id, entry.token_id) == ("https://a.example", "grant_https://a.example", "tok_1")
    assert entry.first_event_ms == 0


async def test_metering_happens_before_plugins(build: Build) -> None:
    house = build(plugins=[Shout()])
    await house.allow()
    events = await house.collect(house.call())
    assert text_of(events) == "HEL" * 100 + "LO" * 100
    (entry,) = await house.entries()
    assert (entry.usage, entry.cost.nusd) == (Usage(3, 2), 2 * NUSD)


async def test_metering_estimates_what_the_provider_did_not_report(house: House) -> None:
    await house.allow()
    house.script(TextDelta("a" * 9), Finished(FinishReason.STOP))
    end = (await house.collect(house.call()))[-1]
    assert isinstance(end, Finished)
    assert end.usage == Usage(8, 3, estimated=True)
    assert end.cost is not None
    assert end.cost.nusd == 3 * NUSD


async def test_fallback_only_before_the_first_event(house: House) -> None:
    await house.allow()
    house.catalog.endpoints = [endpoint("m"), endpoint("n")]
    house.script(ProviderUnavailable("down"), of="p:m")
    assert text_of(await house.collect(house.call())) == "Hello"
    house.script(Started("m"), ProviderUnavailable("gone"), of="p:m")
    seen: list[Event] = []
    with pytest.raises(ProviderUnavailable, match="gone"):
        async for event in house.generation.generate(house.call()):
            seen.append(event)
    assert seen == [Started("a/m", provider="p")]
    first, second = await house.entries()
    assert (first.status, first.attempts, second.status, second.attempts) == (Status.FINISHED, 2, Status.FAILED, 1)


async def test_several_failed_attempts_are_one_error_that_lists_them(house: House) -> None:
    await house.allow()
    house.catalog.endpoints = [endpoint("m"), endpoint("n")]
    house.script(ProviderUnavailable("one"), of="p:m")
    house.script(ProviderUnavailable("two"), of="p:n")
    with pytest.raises(AllRoutesFailed) as failed:
        await house.collect(house.call())
    assert [error.message for error in failed.value.attempts] == ["one", "two"]
    (entry,) = await house.entries()
    assert (entry.status, entry.error_code, entry.cost.nusd, entry.usage) == (Status.FAILED, "all_routes_failed", 0, Usage())


async def test_a_refusal_that_no_other_route_would_mend_is_not_tried_elsewhere(house: House) -> None:
    await house.allow()
    house.catalog.endpoints = [endpoint("m"), endpoint("n")]
    house.script(ProviderRefused("no"), of="p:m")
    with pytest.raises(ProviderRefused):
        await house.collect(house.call())
    assert [asked.id for _, asked, _ in house.provider.asked] == ["p:m"]


async def test_a_hold_is_settled_exactly_once_on_success(house: House) -> None:
    grant = await house.allow(cap_nusd=100 * NUSD)
    await house.collect(house.call())
    await house.entries()
    assert house.trace.count("settled") == 1
    assert house.budget_row(grant.id) == (2 * NUSD, 0)


async def test_a_hold_is_settled_exactly_once_on_failure(house: House) -> None:
    grant = await house.allow(cap_nusd=100 * NUSD)
    house.script(Started("m"), TextDelta("abcde"), ProviderUnavailable("gone"))
    with pytest.raises(ProviderUnavailable) as failed:
        await house.collect(house.call())
    (entry,) = await house.entries()
    assert house.trace.count("settled") == 1
    assert (entry.status, entry.error_code, entry.usage.output_tokens, entry.usage.estimated) == (
        Status.FAILED,
        "provider_unavailable",
        2,
        True,
    )
    assert (failed.value.usage, failed.value.cost) == (entry.usage, entry.cost)
    assert house.budget_row(grant.id) == (2 * NUSD, 0)


async def test_a_hold_is_settled_exactly_once_when_the_tab_closes(house: House) -> None:
    grant = await house.allow(cap_nusd=100 * NUSD)
    events = house.generation.generate(house.call())
    async for event in events:
        if isinstance(event, TextDelta):
            break
    await events.aclose()
    await events.aclose()
    (entry,) = await house.entries()
    assert house.trace.count("settled") == 1
    assert (entry.status, entry.usage.output_tokens, entry.error_code) == (Status.CANCELLED, 1, None)
    assert house.budget_row(grant.id) == (NUSD, 0)


async def test_a_hold_is_settled_exactly_once_when_its_task_is_cancelled(house: House) -> None:
    await house.allow()
    step = Wait()
    house.script(Started("m"), TextDelta("abcd"), step)
    task = asyncio.create_task(house.collect(house.call()))
    await step.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (entry,) = await house.entries()
    assert house.trace[-2:] == ["upstream closed", "settled"]
    assert (entry.status, entry.usage.output_tokens) == (Status.CANCELLED, 1)


async def test_a_hold_is_settled_exactly_once_when_the_process_is_killed(house: House, build: Build) -> None:
    grant = await house.allow(cap_nusd=100 * NUSD)
    events = house.generation.generate(house.call())
    await anext(events)
    # Another process starts on the same database: all it finds of the first one is the hold.
    other = build(beside=house)
    house.clock.pass_time(1)
    assert house.budget_row(grant.id) == (0, 10 * NUSD)
    assert await other.budgets.settle_orphans(grace_s=0.5) == 1
    assert await other.budgets.settle_orphans(grace_s=0.5) == 0
    (entry,) = await other.entries()
    assert (entry.status, entry.error_code, entry.usage.estimated, entry.cost.known) == (Status.FAILED, "internal_error", True, False)
    assert house.budget_row(grant.id) == (0, 0)
    await events.aclose()  # had it not been dead after all, nothing is counted twice
    assert await house.entries() == [entry]
    assert house.budget_row(grant.id) == (0, 0)


async def test_a_young_hold_of_another_worker_is_no_orphan(house: House, build: Build) -> None:
    await house.allow()
    events = house.generation.generate(house.call())
    await anext(events)
    other = build(beside=house)
    assert await other.budgets.settle_orphans() == 0
    await events.aclose()


async def test_a_secret_is_not_on_the_call_nor_in_any_event(house: House) -> None:
    await house.allow()
    call = house.call()
    events = await house.collect(call)
    assert [secret for _, _, secret in house.provider.asked] == [SECRET]
    (entry,) = await house.entries()
    assert SECRET not in repr(call) + repr(events) + repr(entry) + repr(house.journal.settlements)


async def test_on_a_closed_tab_upstream_closed_then_settled_then_door_done(build: Build) -> None:
    house = build(plugins=[Shout(), Shout()])
    await house.allow()
    events = house.generation.generate(house.call())
    async for event in events:
        if isinstance(event, TextDelta):
            break
    await events.aclose()
    house.trace.append("door done")
    assert house.trace[-3:] == ["upstream closed", "settled", "door done"]
    await house.entries()


async def test_the_hold_is_decided_before_anything_is_sent_and_durable_before_the_first_event(house: House) -> None:
    await house.allow(cap_nusd=15 * NUSD)
    house.journal.gate = asyncio.Event()
    events = house.generation.generate(house.call())
    first = asyncio.ensure_future(anext(events))
    while "sent" not in house.trace:
        await asyncio.sleep(0)
    with pytest.raises(BudgetExceeded):  # the first call's 10 of 15 are taken, though nothing is on disk yet
        await house.collect(house.call())
    for _ in range(20):
        await asyncio.sleep(0)
    assert house.trace == ["hold begun", "sent"]
    assert not first.done()
    house.journal.gate.set()
    assert await first == Started("a/m", provider="p")
    assert house.trace == ["hold begun", "sent", "hold durable"]
    await events.aclose()


async def test_a_hold_that_the_database_refuses_stops_the_upstream_and_nothing_leaves(house: House) -> None:
    await house.allow(cap_nusd=100 * NUSD)
    house.journal.refuse_hold = BudgetExceeded("another worker was faster")
    seen: list[Event] = []
    with pytest.raises(BudgetExceeded, match="faster"):
        async for event in house.generation.generate(house.call()):
            seen.append(event)
    (entry,) = await house.entries()
    assert seen == []
    assert house.trace == ["hold begun", "sent", "upstream closed", "settled"]
    assert (entry.status, entry.error_code) == (Status.FAILED, "budget_exceeded")


async def test_nothing_is_asked_of_a_provider_without_consent(house: House) -> None:
    with pytest.raises(ConsentRequired):
        await house.collect(house.call())
    assert (house.trace, house.opened) == ([], [])


async def test_a_plugin_that_swallows_the_end_is_our_bug_and_is_settled(build: Build) -> None:
    house = build(plugins=[Mute()])
    await house.allow()
    with pytest.raises(InternalError):
        await house.collect(house.call())
    (entry,) = await house.entries()
    assert entry.cost.nusd == 2 * NUSD


async def test_a_plugin_that_refuses_an_answer_fails_it_with_what_it_cost(build: Build) -> None:
    house = build(plugins=[Censor()])
    await house.allow()
    with pytest.raises(PluginRefused) as refused:
        await house.collect(house.call())
    (entry,) = await house.entries()
    assert (entry.status, entry.error_code, entry.usage.output_tokens) == (Status.FAILED, "plugin_refused", 1)
    assert refused.value.usage == entry.usage
    assert house.trace[-2:] == ["upstream closed", "settled"]


async def test_a_bug_in_a_provider_is_settled_as_a_failure(house: House) -> None:
    await house.allow()
    house.script(Started("m"), ZeroDivisionError("bug"))
    with pytest.raises(ZeroDivisionError):
        await house.collect(house.call())
    (entry,) = await house.entries()
    assert (entry.status, entry.error_code) == (Status.FAILED, "internal_error")


async def test_a_stream_without_an_end_is_broken(house: House) -> None:
    await house.allow()
    house.script(Started("m"), TextDelta("x"))
    with pytest.raises(Exception, match="without an end") as broken:
        await house.collect(house.call())
    assert getattr(broken.value, "code", None) == "stream_broken"


async def test_nothing_follows_the_end(house: House) -> None:
    await house.allow()
    house.script(TextDelta("x"), DONE, TextDelta("y"))
    events = await house.collect(house.call())
    assert [type(event) for event in events] == [TextDelta, Finished]
