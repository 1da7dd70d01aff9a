"""Slow readers hold the provider up, lose nothing, and hold it up only so long."""

import asyncio
from contextlib import aclosing

import pytest

from satchel.domain.errors import SatchelError, StreamGap
from satchel.domain.events import Event, TextDelta
from satchel.services.streams import StreamLimits

from .conftest import Build
from .house import DONE, Wait, text_of, until
from .runs import numbered, read


@pytest.mark.parametrize("limits", [StreamLimits(lag_events=10), StreamLimits(lag_characters=25)], ids=["events", "characters"])
async def test_a_slow_reader_holds_the_provider_up_and_loses_nothing(limits: StreamLimits, build: Build) -> None:
    house = build(limits=limits)
    house.script(*numbered(300))
    run = house.streams.start(house.call(origin=None), "c1")
    seen: list[Event | SatchelError] = []
    most = 0
    async with aclosing(run.events()) as events:
        async for seq, event in events:
            seen.append(event)
            for _ in range(10):
                await asyncio.sleep(0)
            most = max(most, run.seq - seq)
    assert text_of(seen) == "".join(f"{number} " for number in range(300))
    assert most <= 13


async def test_a_fast_reader_waits_for_a_slow_one_only_so_long(build: Build) -> None:
    house = build(limits=StreamLimits(lag_events=10, stuck_s=0.05))
    house.script(*numbered(300))
    run = house.streams.start(house.call(origin=None), "c1")
    async with aclosing(run.events()) as stuck:
        await anext(stuck)
        fast = asyncio.create_task(read(run))
        await until(lambda: run.seq == 11)
        await asyncio.sleep(0.02)
        assert run.seq == 11
        await fast
        assert run.seq == 301
        rest = [event async for _, event in stuck]  # it comes back, and the log still has it all
        assert text_of(rest) == "".join(f"{number} " for number in range(300))


async def test_a_stuck_reader_that_comes_back_reads_on_live(build: Build) -> None:
    house = build(limits=StreamLimits(lag_events=10, stuck_s=0.02))
    step = Wait()
    house.script(*numbered(50)[:-1], step, TextDelta("live"), DONE)
    run = house.streams.start(house.call(origin=None), "c1")
    async with aclosing(run.events()) as stuck, asyncio.timeout(15):
        await anext(stuck)
        await step.reached.wait()
        assert not run.is_read
        seen: list[Event | SatchelError] = []
        async for _, event in stuck:
            seen.append(event)
            if len(seen) == 50:
                assert run.is_read
                asyncio.get_running_loop().call_soon(step.go.set)
    assert text_of(seen).endswith("49 live")


async def test_a_reader_that_resumes_is_not_behind_by_what_it_had_read_before(build: Build) -> None:
    house = build(limits=StreamLimits(lag_characters=25))
    step = Wait()
    house.script(*numbered(100)[:-1], step, *numbered(100)[1:])
    run = house.streams.start(house.call(origin=None), "c1")
    await read(run, at_most=101)
    step.go.set()
    async with asyncio.timeout(15):
        assert len(await read(run, after=100)) == 101


async def test_a_stuck_reader_that_comes_back_too_late_finds_a_gap(build: Build) -> None:
    house = build(limits=StreamLimits(lag_events=10, stuck_s=0.02))
    house.log._max_events = 20
    house.script(*numbered(300))
    run = house.streams.start(house.call(origin=None), "c1")
    async with aclosing(run.events()) as stuck:
        await anext(stuck)
        await until(lambda: run.is_over)
        with pytest.raises(StreamGap):
            async for _ in stuck:
                pass


async def test_a_stuck_only_reader_counts_as_gone(build: Build) -> None:
    house = build(limits=StreamLimits(lag_events=5, stuck_s=0.02, resume_s=0.02))
    step = Wait()
    house.script(*numbered(20)[:-1], step)
    run = house.streams.start(house.call(origin=None), "c1")
    async with aclosing(run.events()) as stuck:
        await anext(stuck)
        await until(lambda: run.task.done())
        assert run.call.cancellation.requested
