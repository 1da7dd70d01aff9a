"""Money: never overspent, never stuck, decided in memory and right on disk."""

import asyncio
import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.domain.budgets import Budget, Period, period_start
from satchel.domain.errors import BudgetExceeded, NotReady
from satchel.domain.events import TextDelta
from satchel.domain.usage import Price

from .conftest import Build
from .house import ACCOUNT, NOW, NUSD, House, endpoint


async def put_budget(house: House, owner_id: str, cap_nusd: int, period: Period = Period.DAY) -> None:
    async with house.database.unit_of_work() as stores:
        await stores.budgets.put(Budget(owner_id, ACCOUNT, cap_nusd, period, period_start(period, NOW)))


async def test_200_concurrent_calls_on_a_small_budget_never_overspend(house: House) -> None:
    grant = await house.allow(cap_nusd=55 * NUSD)
    seen: list[int] = []

    async def one() -> bool:
        try:
            async for event in house.generation.generate(house.call()):
                if isinstance(event, TextDelta):
                    spent, held = house.budget_row(grant.id)
                    seen.append(spent + held)
        except BudgetExceeded as refused:
            assert refused.details["owner"] == grant.id
            assert refused.details["needed_nusd"] == 10 * NUSD
            return False
        return True

    outcomes = await asyncio.gather(*(one() for _ in range(200)))
    assert outcomes.count(True) == 5
    assert max(seen) <= 55 * NUSD
    entries = await house.entries()
    assert (len(entries), sum(entry.cost.nusd for entry in entries)) == (5, 10 * NUSD)
    assert house.budget_row(grant.id) == (10 * NUSD, 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 14), st.sampled_from(["end", "close", "cancel"])), max_size=25))
def test_memory_and_database_agree_after_any_mixture_of_calls(calls: list[tuple[int, int, str]]) -> None:
    async def live() -> None:
        house = House()
        grant = await house.allow(cap_nusd=60 * NUSD)

        async def one(tokens: int, turns: int, how: str) -> None:
            call = house.call(tokens=tokens)
            events = house.generation.generate(call)
            try:
                async for _ in events:
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    if how == "close":
                        break
                    call.cancellation.requested = how == "cancel"
            except BudgetExceeded:
                pass
            await events.aclose()

        await asyncio.gather(*(one(*call) for call in calls))
        entries = await house.entries()
        budget = await house.budgets.budget(ACCOUNT, grant.id)
        assert budget is not None
        spent_nusd = sum(entry.cost.nusd for entry in entries)
        assert (budget.spent_nusd, budget.held_nusd) == house.budget_row(grant.id) == (spent_nusd, 0)
        await house.close()
        await house.journal.aclose()

    asyncio.run(live())


async def test_every_budget_that_a_call_falls_under_must_cover_it(house: House) -> None:
    await put_budget(house, "tok_1", 12 * NUSD)
    grant = await house.allow(cap_nusd=100 * NUSD)
    await house.collect(house.call())
    await house.collect(house.call())
    with pytest.raises(BudgetExceeded) as refused:
        await house.collect(house.call())
    assert refused.value.details["owner"] == "tok_1"
    await house.collect(house.call(token_id="tok_2"))
    await house.entries()
    assert (house.budget_row("tok_1"), house.budget_row(grant.id)) == ((4 * NUSD, 0), (6 * NUSD, 0))


async def test_a_budget_that_was_just_set_or_taken_away_counts_for_the_next_call(house: House) -> None:
    await house.allow(cap_nusd=100 * NUSD)
    await house.collect(house.call())  # from here on it is known that the token has no budget
    await put_budget(house, "tok_1", 1 * NUSD)
    house.budgets.look_again("tok_1")
    with pytest.raises(BudgetExceeded) as refused:
        await house.collect(house.call())
    assert refused.value.details["owner"] == "tok_1"
    async with house.database.unit_of_work() as stores:
        await stores.budgets.remove("tok_1")
    house.budgets.look_again("tok_1")
    await house.collect(house.call())


async def test_a_refusal_says_what_is_left_and_when_it_starts_anew(house: House) -> None:
    await house.allow(cap_nusd=5 * NUSD)
    with pytest.raises(BudgetExceeded, match=r"\$10.00, and \$5.00 is left of \$5.00") as refused:
        await house.collect(house.call())
    assert refused.value.details["resets_at"] == "2026-11-24T00:00:00+00:00"
    assert house.trace == []


async def test_a_new_period_starts_anew(house: House) -> None:
    grant = await house.allow(cap_nusd=11 * NUSD)
    await house.collect(house.call())
    with pytest.raises(BudgetExceeded):
        await house.collect(house.call())
    house.clock.pass_time(timedelta(days=1).total_seconds())
    await house.collect(house.call())
    await house.entries()
    assert house.budget_row(grant.id) == (2 * NUSD, 0)


async def test_an_unknown_price_is_refused_on_a_budget_and_allowed_without(house: House) -> None:
    house.catalog.endpoints = [endpoint(price=None)]
    await house.allow(cap_nusd=100 * NUSD)
    with pytest.raises(BudgetExceeded) as refused:
        await house.collect(house.call())
    assert refused.value.details["reason"] == "price_unknown"
    await house.allow()
    await house.collect(house.call())
    (entry,) = await house.entries()
    assert not entry.cost.known


async def test_a_free_model_runs_on_an_empty_budget(house: House) -> None:
    house.catalog.endpoints = [endpoint(price=Price(Decimal(0), Decimal(0), NOW.date()))]
    await house.allow(cap_nusd=0)
    await house.collect(house.call())
    (entry,) = await house.entries()
    assert (entry.cost.nusd, entry.cost.known) == (0, True)


async def test_a_raised_cap_counts_at_once(house: House) -> None:
    await house.allow(cap_nusd=5 * NUSD)
    with pytest.raises(BudgetExceeded):
        await house.collect(house.call())
    await house.allow(cap_nusd=10 * NUSD)
    await house.collect(house.call())


async def test_the_database_refuses_what_another_worker_spent_and_memory_learns_of_it(house: House, build: Build) -> None:
    await house.allow(cap_nusd=30 * NUSD)
    await house.collect(house.call())
    other = build(beside=house)
    running = [other.generation.generate(other.call()) for _ in range(2)]
    for events in running:
        await anext(events)
    with pytest.raises(BudgetExceeded):  # 2 spent here, 20 held there, 10 wanted: memory knew of the 2 only
        await house.collect(house.call())
    assert house.trace[-4:] == ["hold begun", "sent", "upstream closed", "settled"]
    house.trace.clear()
    with pytest.raises(BudgetExceeded) as refused:
        await house.collect(house.call())
    assert (refused.value.details["held_nusd"], house.trace) == (20 * NUSD, [])
    for events in running:
        await events.aclose()
    await other.budgets.aclose()
    house.clock.pass_time(2)
    await house.collect(house.call())


async def test_no_budget_is_believed_when_the_store_does_not_answer(house: House) -> None:
    await house.allow(cap_nusd=100 * NUSD)
    await house.policy.authorize(house.call())

    def broken() -> object:
        raise NotReady("the database is away")

    house.database.unit_of_work = broken  # type: ignore[method-assign,assignment]
    with pytest.raises(NotReady):
        await house.collect(house.call())
    assert "sent" not in house.trace


async def test_a_settlement_that_fails_is_written_again_and_logged_without_its_content(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    grant = await house.allow(cap_nusd=100 * NUSD)
    house.journal.failing_settlements = 1
    with caplog.at_level(logging.WARNING):
        await house.collect(house.call())
        (entry,) = await house.entries()
    assert entry.cost.nusd == 2 * NUSD
    assert house.budget_row(grant.id) == (2 * NUSD, 0)
    assert "gen_11" in caplog.text
    assert "Hi there" not in caplog.text


async def test_a_warm_call_reads_no_budget(house: House) -> None:
    await house.allow(cap_nusd=100 * NUSD)
    await house.collect(house.call())

    def broken() -> object:
        raise AssertionError("a warm call must not read")

    house.database.unit_of_work = broken  # type: ignore[method-assign,assignment]
    await house.collect(house.call())


async def test_what_runs_is_part_of_a_budget_as_it_stands(house: House) -> None:
    grant = await house.allow(cap_nusd=100 * NUSD)
    events = house.generation.generate(house.call())
    await anext(events)
    budget = await house.budgets.budget(ACCOUNT, grant.id, grant.caveats.budget)
    assert budget is not None
    assert (budget.spent_nusd, budget.held_nusd) == (0, 10 * NUSD)
    await events.aclose()


async def test_what_is_settled_while_a_budget_is_read_again_is_not_forgotten(house: House) -> None:
    grant = await house.allow(cap_nusd=100 * NUSD)
    events = house.generation.generate(house.call())
    await anext(events)
    await house.database.state.lock.acquire()
    reading = asyncio.create_task(house.budgets.budget(ACCOUNT, grant.id, grant.caveats.budget))
    for _ in range(5):
        await asyncio.sleep(0)
    async for _ in events:
        pass
    house.database.state.lock.release()
    budget = await reading
    assert budget is not None
    assert (budget.spent_nusd, budget.held_nusd) == (2 * NUSD, 0)


async def test_an_orphans_hold_is_given_back_to_the_budget_in_memory(house: House, build: Build) -> None:
    await house.allow(cap_nusd=15 * NUSD)
    dead = build(beside=house)
    events = dead.generation.generate(dead.call())
    await anext(events)
    with pytest.raises(BudgetExceeded):
        await house.collect(house.call())
    house.clock.pass_time(0.5)
    assert await house.budgets.settle_orphans(grace_s=0) == 1
    await house.collect(house.call())
    await events.aclose()
