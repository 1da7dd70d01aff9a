"""Runs that outlive their readers: resuming, cancelling, slow readers, limits, draining."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from satchel.domain.calls import Call
from satchel.domain.errors import (
    Cancelled,
    ConsentRequired,
    Draining,
    InternalError,
    ProviderUnavailable,
    SatchelError,
    StreamGap,
    TooManyGenerations,
)
from satchel.domain.events import Event, Finished, FinishReason, Started, TextDelta
from satchel.domain.grants import Caveats, GrantState
from satchel.domain.ledger import Status
from satchel.ports.coordination import TOKENS_TOPIC
from satchel.services.streams import Run, StreamLimits

from .conftest import Build
from .house import ACCOUNT, DONE, NUSD, SECRET, House, Wait, text_of, until
from .runs import ends_of, numbered, read


# ── reading ──────────────────────────
async def test_events_are_numbered_from_one_and_started_is_not_counted(house: House) -> None:
    seen = await read(house.streams.start(house.call(origin=None), "c1"))
    assert [(seq, type(event)) for seq, event in seen] == [(0, Started), (1, TextDelta), (2, TextDelta), (3, Finished)]


async def test_a_run_is_read_again_after_its_end_and_from_where_one_was(house: House) -> None:
    run = house.streams.start(house.call(origin=None), "c1")
    whole = await read(run)
    assert await read(run) == whole
    assert await read(run, after=2) == whole[-1:]
    assert await read(run, after=3) == []


async def test_two_readers_see_the_same(house: House) -> None:
    run = house.streams.start(house.call(origin=None), "c1")
    first, second = await asyncio.gather(read(run), read(run))
    assert first == second
    assert text_of([event for _, event in first]) == "Hello"


async def test_a_resumed_stream_is_byte_equal_after_any_cuts(house: House) -> None:
    chance = random.Random(20261123)
    for round_number in range(200):
        pieces = ["".join(chance.choices("añ日🙂 \n", k=chance.randint(1, 5))) for _ in range(chance.randint(0, 40))]
        house.script(Started("m"), *map(TextDelta, pieces), DONE)
        run = house.streams.start(house.call(origin=None), f"c{round_number}")
        got: list[Event | SatchelError] = []
        at, ended = 0, False
        while not ended:
            for seq, event in await read(run, after=at, at_most=chance.randint(1, 12)):
                if seq:
                    assert seq == at + 1
                    at = seq
                    got.append(event)
                ended = isinstance(event, Finished)
            for _ in range(chance.randint(0, 5)):
                await asyncio.sleep(0)
        assert text_of(got) == "".join(pieces)


async def test_a_gap_is_said_and_never_skipped(build: Build) -> None:
    house = build()
    house.log._max_events = 5
    house.script(*numbered(20))
    run = house.streams.start(house.call(origin=None), "c1")
    await until(lambda: run.is_over)
    with pytest.raises(StreamGap):
        await read(run, after=3)
    assert [seq for seq, _ in await read(run, after=17)] == [18, 19, 20, 21]


async def test_an_error_is_numbered_too_and_carries_what_was_used(house: House) -> None:
    house.script(Started("m"), TextDelta("abcd"), ProviderUnavailable("gone"))
    run = house.streams.start(house.call(origin=None), "c1")
    seq, error = (await read(run))[-1]
    assert seq == 2
    assert isinstance(error, ProviderUnavailable)
    assert error.usage is not None
    assert error.cost is not None
    assert (error.usage.output_tokens, error.cost.nusd) == (1, NUSD)
    assert (await read(run, after=1)) == [(2, error)]
    assert (await read(run, after=2)) == []


async def test_a_refusal_ends_the_run(house: House) -> None:
    ((seq, error),) = await read(house.streams.start(house.call(), "c1"))
    assert (seq, type(error)) == (1, ConsentRequired)


async def test_a_kept_error_holds_no_frames_and_so_no_secret(house: House) -> None:
    house.script(Started("m"), ProviderUnavailable("gone"))
    run = house.streams.start(house.call(origin=None), "c1")
    await read(run)
    assert run.failure is not None
    assert run.failure.__traceback__ is None
    assert SECRET not in repr(run.failure.__dict__)


async def test_our_bug_is_logged_without_what_it_quotes(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.script(Started("m"), ValueError("the prompt was: my secret diary"))
    with caplog.at_level(logging.DEBUG):
        (error,) = ends_of(await read(house.streams.start(house.call(origin=None), "c1")))
    assert isinstance(error, InternalError)
    assert str(error.details["request_id"]).startswith("req_")
    assert str(error.details["request_id"]) in caplog.text
    assert "ValueError" in caplog.text
    assert "house.py" in caplog.text
    assert "diary" not in caplog.text + str(error)


# ── the same client reference ──────────────────────────
async def test_the_same_client_reference_is_the_same_run_while_it_can_be_resumed(house: House) -> None:
    run = house.streams.start(house.call(origin=None), "c1")
    assert house.streams.start(house.call(origin=None), "c1") is run
    await read(run)
    assert house.streams.start(house.call(origin=None), "c1") is run
    assert house.streams.start(house.call(origin=None), "c2") is not run
    assert len(house.provider.asked) == 1


async def test_client_references_belong_to_their_account(house: House) -> None:
    run = house.streams.start(house.call(origin=None), "c1")
    assert house.streams.find(ACCOUNT, "c1") is run
    assert house.streams.find(ACCOUNT, run.id) is run
    assert house.streams.find("acct_2", "c1") is None
    assert house.streams.find("acct_2", run.id) is None
    await read(run)


async def test_an_ended_run_is_forgotten_after_its_time(build: Build) -> None:
    house = build(limits=StreamLimits(kept_s=0.02))
    run = house.streams.start(house.call(origin=None), "c1")
    await read(run)
    assert house.streams.find(ACCOUNT, "c1") is run
    await until(lambda: house.streams.find(ACCOUNT, "c1") is None)
    assert house.log.read(run.id, 0) is None
    assert house.streams.find(ACCOUNT, run.id) is None


async def test_only_so_many_ended_runs_are_kept(build: Build) -> None:
    house = build(limits=StreamLimits(max_kept=3))
    runs = []
    for number in range(5):
        runs.append(house.streams.start(house.call(origin=None), f"c{number}"))
        await read(runs[-1])
        await runs[-1].task
    assert [house.streams.find(ACCOUNT, run.id) is run for run in runs] == [False, False, True, True, True]


# ── leaving ──────────────────────────
async def test_a_run_goes_on_without_readers_and_is_cancelled_when_nobody_comes_back(build: Build) -> None:
    house = build(limits=StreamLimits(resume_s=0.05))
    step = Wait()
    house.script(Started("m"), TextDelta("abcd"), step, DONE)
    run = house.streams.start(house.call(origin=None), "c1")
    await read(run, at_most=2)
    await step.reached.wait()
    assert not run.is_over
    await read(run, after=0, at_most=1)  # whoever comes back starts the time anew
    await asyncio.sleep(0.02)
    assert not run.is_over
    await until(lambda: run.task.done())
    (entry,) = await house.entries()
    assert (entry.status, entry.cost.nusd) == (Status.CANCELLED, NUSD)
    assert house.trace[-2:] == ["upstream closed", "settled"]


async def test_a_run_whose_reader_came_back_is_not_cancelled(build: Build) -> None:
    house = build(limits=StreamLimits(resume_s=0.03))
    step = Wait()
    house.script(Started("m"), step, DONE)
    run = house.streams.start(house.call(origin=None), "c1")
    await read(run, at_most=1)
    asyncio.get_running_loop().call_later(0.1, step.go.set)
    (end,) = ends_of(await read(run))
    assert isinstance(end, Finished)
    assert end.reason is FinishReason.STOP


async def test_a_run_that_nobody_ever_reads_is_cancelled_too(build: Build) -> None:
    house = build(limits=StreamLimits(resume_s=0.02))
    house.script(Wait())
    run = house.streams.start(house.call(origin=None), "c1")
    await until(lambda: run.task.done())
    assert house.trace[-1] == "settled"


async def test_a_run_without_a_client_reference_ends_with_its_reader_and_in_order(house: House) -> None:
    house.script(Started("m"), TextDelta("abcd"), Wait())
    run = house.streams.start(house.call(origin=None))
    await read(run, at_most=2)
    house.trace.append("door done")
    assert house.trace[-3:] == ["upstream closed", "settled", "door done"]
    assert house.streams.find(ACCOUNT, run.id) is None
    assert house.log.read(run.id, 0) is None


# ── cancelling ──────────────────────────
async def cancelled(house: House, run: Run) -> Finished:
    """Cancel a run; return its end, which is the only one."""
    assert run.cancel()
    assert run.cancel()
    (end,) = ends_of(await read(run))
    assert isinstance(end, Finished)
    assert end.reason is FinishReason.CANCELLED
    await run.task
    assert not run.cancel()
    return end


async def test_cancel_stops_the_provider_and_tells_what_was_used(house: House) -> None:
    step = Wait()
    house.script(Started("m"), TextDelta("abcd"), step)
    run = house.streams.start(house.call(origin=None), "c1")
    await step.reached.wait()
    end = await cancelled(house, run)
    assert end.usage is not None
    assert end.cost is not None
    assert (end.usage.output_tokens, end.cost.nusd, end.model) == (1, NUSD, "a/m")
    assert house.trace[-2:] == ["upstream closed", "settled"]


async def test_cancel_in_every_phase_of_a_run_ends_in_finished(house: House) -> None:
    for turns in range(30):
        run = house.streams.start(house.call(origin=None), f"c{turns}")
        for _ in range(turns):
            await asyncio.sleep(0)
        run.cancel()
        (end,) = ends_of(await read(run))
        assert isinstance(end, Finished)
        assert end.usage is not None
        assert end.cost is not None
    assert house.trace.count("sent") == house.trace.count("upstream closed")
    assert house.trace.count("hold begun") == house.trace.count("settled")


async def test_cancel_in_policy_ends_with_nothing_used(house: House) -> None:
    await house.allow()
    house.catalog.gate = Wait()
    run = house.streams.start(house.call(), "c1")
    await house.catalog.gate.reached.wait()
    end = await cancelled(house, run)
    assert end.usage is not None
    assert (end.usage.input_tokens, end.usage.output_tokens) == (0, 0)


async def test_cancel_does_not_wait_for_a_slow_reader(build: Build) -> None:
    house = build(limits=StreamLimits(lag_events=5))
    house.script(*numbered(100))
    run = house.streams.start(house.call(origin=None), "c1")
    async with aclosing(run.events()) as events:
        await anext(events)
        await until(lambda: run.seq == 6)
        run.cancel()
        await until(lambda: run.task.done())
        assert run.seq == 7
        assert house.trace[-1] == "settled"


async def test_a_revoked_token_ends_what_it_runs_and_nothing_else(house: House) -> None:
    house.script(Started("m"), Wait())
    revoked = house.streams.start(house.call(origin=None, token_id="tok_1"), "c1")
    other = house.streams.start(house.call(origin=None, token_id="tok_2"), "c2")
    await until(lambda: len(house.provider.asked) == 2)
    house.bus.publish(TOKENS_TOPIC, {"token_id": "tok_1"})
    await until(lambda: revoked.task.done())
    assert not other.call.cancellation.requested
    house.bus.publish(TOKENS_TOPIC, {"account_id": ACCOUNT})
    await until(lambda: other.task.done())


async def test_consent_that_is_taken_back_ends_what_the_site_runs_and_nothing_else(house: House) -> None:
    grant, other = await house.allow(), await house.allow(origin="https://b.example")
    await house.policy.put(replace(grant, id="grant_framed", embedder=other.origin))
    house.script(Started("m"), Wait())
    starts: list[dict[str, str | None]] = [{}, {"embedder": other.origin}, {"origin": other.origin}, {"origin": None}]
    alone, framed, elsewhere, nobody = (house.streams.start(house.call(**each), f"c{at}") for at, each in enumerate(starts))
    await until(lambda: len(house.provider.asked) == 4)
    await house.policy.put(replace(grant, caveats=Caveats(rate_per_minute=3)))
    assert not any(run.call.cancellation.requested for run in (alone, framed, elsewhere, nobody))
    await house.policy.remove(ACCOUNT, grant.id)
    await until(lambda: alone.task.done())
    assert not any(run.call.cancellation.requested for run in (framed, elsewhere, nobody))
    await house.policy.put(replace(grant, state=GrantState.BLOCKED))
    await until(lambda: framed.task.done())
    assert [entry.status for entry in await house.entries()] == [Status.CANCELLED] * 2
    assert not any(run.call.cancellation.requested for run in (elsewhere, nobody))


# ── limits, lists, the end of the process ──────────────────────────
async def test_an_account_runs_only_so_many_at_once(build: Build) -> None:
    house = build(limits=StreamLimits(per_account=2))
    house.script(Wait())
    runs = [house.streams.start(house.call(origin=None), f"c{number}") for number in range(2)]
    with pytest.raises(TooManyGenerations):
        house.streams.start(house.call(origin=None), "c3")
    assert house.streams.start(house.call(origin=None), "c0") is runs[0]
    runs[0].cancel()
    await until(lambda: runs[0].task.done())
    house.streams.start(house.call(origin=None), "c3")


async def test_live_runs_are_listed_newest_first_with_tokens_so_far(house: House) -> None:
    step = Wait()
    house.script(Started("m"), TextDelta("a" * 9), step, DONE)
    runs = [house.streams.start(house.call(origin=None), f"c{number}") for number in range(2)]
    await until(lambda: all(run.seq for run in runs))
    live = house.streams.live(ACCOUNT)
    assert live == [runs[1], runs[0]]
    assert [run.output_tokens for run in live] == [3, 3]
    assert house.streams.live("acct_2") == []
    step.go.set()
    await until(lambda: house.streams.live(ACCOUNT) == [])


async def test_draining_refuses_new_runs_waits_and_then_cancels(house: House) -> None:
    quick, slow = Wait(), Wait()
    house.script(Started("m"), quick, DONE)
    first = house.streams.start(house.call(origin=None), "c1")
    await quick.reached.wait()
    house.script(Started("m"), TextDelta("abcd"), slow)
    second = house.streams.start(house.call(origin=None), "c2")
    await slow.reached.wait()
    draining = asyncio.create_task(house.streams.drain(0.05))
    await asyncio.sleep(0)
    with pytest.raises(Draining) as refused:
        house.streams.start(house.call(origin=None), "c3")
    assert refused.value.retry_after_s
    assert house.streams.start(house.call(origin=None), "c1") is first
    quick.go.set()
    await draining
    assert [end.reason for run in (first, second) for end in ends_of(await read(run)) if isinstance(end, Finished)] == ["stop", "cancelled"]
    assert [entry.status for entry in await house.entries()] == [Status.FINISHED, Status.CANCELLED]


async def test_a_run_that_is_killed_ends_as_cancelled_and_is_settled(house: House) -> None:
    step = Wait()
    house.script(Started("m"), step)
    run = house.streams.start(house.call(origin=None), "c1")
    await step.reached.wait()
    run.task.cancel()
    (end,) = ends_of(await read(run))
    assert isinstance(end, Cancelled)
    assert house.trace[-1] == "settled"


async def test_a_generation_without_an_end_is_our_bug(house: House) -> None:
    async def endless(call: Call) -> AsyncGenerator[Event, None]:
        yield TextDelta("x")

    house.streams.generate = endless
    (end,) = ends_of(await read(house.streams.start(house.call(origin=None), "c1")))
    assert isinstance(end, InternalError)
