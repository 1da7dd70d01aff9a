"""Holds and settlements: money is kept before, taken after, and never lost or counted twice."""

import asyncio
import random
from datetime import timedelta

import pytest

from satchel.domain.budgets import Budget, Period
from satchel.domain.errors import BudgetExceeded, NotReady

from .conftest import House
from .values import DAY, NOW, budget, entry, hold, settlement


async def put(house: House, *budgets: Budget) -> None:
    async with house.database.unit_of_work() as work:
        for one in budgets:
            await work.budgets.put(one)


async def money(house: House, owner_id: str = "grant_1") -> tuple[int, int]:
    """Return spent and held."""
    async with house.database.unit_of_work() as work:
        kept = await work.budgets.get(owner_id)
    assert kept is not None
    return kept.spent_nusd, kept.held_nusd


async def test_a_hold_keeps_money_and_a_settlement_replaces_it_by_the_cost(house: House) -> None:
    await put(house, budget())
    await house.journal.hold(hold(amount_nusd=100))
    assert await money(house) == (0, 100)
    await house.journal.settle(settlement(hold(amount_nusd=100), 40))
    assert await money(house) == (40, 0)
    assert await house.journal.orphans("another worker", NOW + DAY) == []


async def test_a_generation_runs_from_its_hold_to_its_settlement(house: House) -> None:
    async def running() -> list[bool]:
        async with house.database.unit_of_work() as work:
            return [await work.generations.is_running(account_id) for account_id in ("acct_a", "acct_b")]

    assert await running() == [False, False]
    await house.journal.hold(hold(amount_nusd=0, budget_ids=()))
    assert await running() == [True, False]
    await house.journal.settle(settlement(hold(amount_nusd=0, budget_ids=()), 0))
    assert await running() == [False, False]


async def test_what_was_settled_is_read_back_as_it_was_written(house: House) -> None:
    await house.journal.settle(settlement(hold(budget_ids=()), 40))
    async with house.database.unit_of_work() as work:
        assert await work.generations.get("acct_a", "gen_1") == entry("gen_1", 40)
        assert await work.generations.get("acct_b", "gen_1") is None


async def test_a_hold_over_the_cap_is_refused_and_keeps_nothing(house: House) -> None:
    await put(house, budget(cap_nusd=150))
    await house.journal.hold(hold("gen_1", 100))
    with pytest.raises(BudgetExceeded) as refused:
        await house.journal.hold(hold("gen_2", 51))
    assert refused.value.details == {
        "owner": "grant_1",
        "cap_nusd": 150,
        "spent_nusd": 0,
        "held_nusd": 100,
        "resets_at": "2026-11-26T00:00:00+00:00",
        "needed_nusd": 51,
    }
    assert await money(house) == (0, 100)
    assert [record.generation_id for record in await house.journal.orphans("another worker", NOW + DAY)] == ["gen_1"]


async def test_a_hold_that_one_of_its_budgets_refuses_takes_nothing_from_the_others(house: House) -> None:
    await put(house, budget("a", 1_000), budget("b", 50), budget("c", 1_000))
    with pytest.raises(BudgetExceeded) as refused:
        await house.journal.hold(hold(amount_nusd=100, budget_ids=("c", "a", "b")))
    assert refused.value.details["owner"] == "b"
    assert [await money(house, owner) for owner in "abc"] == [(0, 0), (0, 0), (0, 0)]


async def test_a_refused_hold_does_not_harm_the_others_of_its_batch(house: House) -> None:
    await put(house, budget("a", 150), budget("b", 1_000))
    wanted = [hold("gen_1", 100, ("a",)), hold("gen_2", 100, ("a", "b")), hold("gen_3", 100, ("b",)), hold("gen_4", 50, ("a",))]
    outcomes = await asyncio.gather(*[house.journal.hold(record) for record in wanted], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), BudgetExceeded, type(None), type(None)]
    assert await money(house, "a") == (0, 150)
    assert await money(house, "b") == (0, 100)


async def test_200_concurrent_holds_never_overspend_a_small_budget(house: House) -> None:
    await put(house, budget(cap_nusd=1_000))
    wanted = [hold(f"gen_{number}", 100) for number in range(200)]
    outcomes = await asyncio.gather(*[house.journal.hold(record) for record in wanted], return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 10
    assert sum(isinstance(outcome, BudgetExceeded) for outcome in outcomes) == 190
    assert await money(house) == (0, 1_000)
    assert len(await house.journal.orphans("another worker", NOW + DAY)) == 10


async def test_settling_twice_counts_once(house: House) -> None:
    await put(house, budget())
    record = hold(amount_nusd=100)
    await house.journal.hold(record)
    once = settlement(record, 40)
    await asyncio.gather(house.journal.settle(once), house.journal.settle(settlement(record, 70)))
    await house.journal.settle(once)
    assert await money(house) == (40, 0)
    async with house.database.unit_of_work() as work:
        assert await work.generations.since("acct_a", NOW) == (40, 1)


async def test_holding_twice_keeps_the_money_once(house: House) -> None:
    await put(house, budget())
    await house.journal.hold(hold(amount_nusd=100))
    await house.journal.hold(hold(amount_nusd=100))
    assert await money(house) == (0, 100)


async def test_a_settlement_is_right_when_its_hold_was_never_kept(house: House) -> None:
    await put(house, budget())
    await house.journal.hold(hold("gen_other", 100))
    await house.journal.settle(settlement(hold("gen_1", 500), 40))
    assert await money(house) == (40, 100)


async def test_hold_and_settlement_may_come_at_once(house: House) -> None:
    await put(house, budget(cap_nusd=1_000))
    records = [hold(f"gen_{number}", 100) for number in range(10)]
    waiting = [awaitable for one in records for awaitable in (house.journal.hold(one), house.journal.settle(settlement(one, 10)))]
    await asyncio.gather(*waiting)
    assert await money(house) == (100, 0)
    assert await house.journal.orphans("another worker", NOW + DAY) == []


async def test_money_set_free_is_there_for_the_next_hold_of_the_same_batch(house: House) -> None:
    await put(house, budget(cap_nusd=100))
    await house.journal.hold(hold("gen_1", 100))
    await asyncio.gather(house.journal.settle(settlement(hold("gen_1", 100), 0)), house.journal.hold(hold("gen_2", 100)))
    assert await money(house) == (0, 100)


async def test_a_settlement_is_never_refused_for_want_of_money(house: House) -> None:
    await put(house, budget(cap_nusd=100))
    await house.journal.hold(hold(amount_nusd=100))
    await house.journal.settle(settlement(hold(amount_nusd=100), 250))
    assert await money(house) == (250, 0)
    with pytest.raises(BudgetExceeded):
        await house.journal.hold(hold("gen_2", 1))


@pytest.mark.parametrize(
    ("period", "next_moment"),
    [(Period.DAY, NOW + DAY), (Period.WEEK, NOW + 5 * DAY), (Period.MONTH, NOW + 6 * DAY)],
    ids=["day", "week", "month"],
)
async def test_a_new_period_starts_with_nothing_spent_while_holds_go_on(house: House, period: Period, next_moment: object) -> None:
    await put(house, budget(cap_nusd=100, period=period, spent_nusd=90))
    await house.journal.hold(hold("gen_1", 10))
    with pytest.raises(BudgetExceeded):
        await house.journal.hold(hold("gen_2", 10, started_at=NOW + timedelta(hours=11)))
    await house.journal.hold(hold("gen_3", 90, started_at=next_moment))
    assert await money(house) == (0, 100)
    await house.journal.settle(settlement(hold("gen_1", 10), 7))
    assert await money(house) == (7, 90)


async def test_a_total_budget_never_starts_anew(house: House) -> None:
    await put(house, budget(cap_nusd=100, period=Period.TOTAL, spent_nusd=90))
    with pytest.raises(BudgetExceeded) as refused:
        await house.journal.hold(hold("gen_1", 11, started_at=NOW + 4_000 * DAY))
    assert refused.value.details["resets_at"] is None


async def test_a_budget_that_is_gone_refuses_holds_and_lets_settlements_pass(house: House) -> None:
    with pytest.raises(BudgetExceeded):
        await house.journal.hold(hold(amount_nusd=1))
    await house.journal.settle(settlement(hold(amount_nusd=1), 40))
    async with house.database.unit_of_work() as work:
        assert await work.generations.since("acct_a", NOW) == (40, 1)


async def test_a_free_call_is_held_for_the_reaper_without_touching_budgets(house: House) -> None:
    await put(house, budget(cap_nusd=0))
    await house.journal.hold(hold("gen_1", 0))
    await house.journal.hold(hold("gen_2", 0, (), origin=None, client_id=None, token_id=None, grant_id=None))
    found = await house.journal.orphans("another worker", NOW + DAY)
    assert {record.generation_id: record for record in found} == {
        "gen_1": hold("gen_1", 0),
        "gen_2": hold("gen_2", 0, (), origin=None, client_id=None, token_id=None, grant_id=None),
    }


async def test_orphans_are_old_holds_of_other_workers(house: House) -> None:
    await house.journal.hold(hold("gen_1", 0, (), worker_id="dead"))
    await house.journal.hold(hold("gen_2", 0, (), worker_id="alive"))
    await house.journal.hold(hold("gen_3", 0, (), worker_id="dead", started_at=NOW + DAY))
    found = await house.journal.orphans("alive", NOW + timedelta(seconds=1))
    assert [record.generation_id for record in found] == ["gen_1"]


async def test_closing_commits_what_waits_and_refuses_what_comes_later(house: House) -> None:
    waiting = [asyncio.ensure_future(house.journal.hold(hold(f"gen_{number}", 0, ()))) for number in range(300)]
    await house.journal.aclose()
    assert all(future.done() and future.exception() is None for future in waiting)
    with pytest.raises(NotReady):
        await house.journal.hold(hold("gen_late", 0, ()))


async def test_a_caller_that_goes_away_takes_nothing_back_and_blocks_nobody(house: House) -> None:
    gone = asyncio.ensure_future(house.journal.hold(hold("gen_1", 0, ())))
    gone.cancel()
    await house.journal.hold(hold("gen_2", 0, ()))
    assert {record.generation_id for record in await house.journal.orphans("another worker", NOW + DAY)} == {"gen_1", "gen_2"}


@pytest.mark.parametrize("seed", range(3))
async def test_spent_plus_held_never_passes_the_cap_on_a_random_walk(house: House, seed: int) -> None:
    chance = random.Random(seed)
    caps = {"a": 500, "b": 800}
    await put(house, *(budget(owner, cap) for owner, cap in caps.items()))
    live, spent = {}, 0
    for step in range(30):
        wanted = [
            hold(f"gen_{step}_{number}", chance.randint(1, 150), tuple(chance.sample(sorted(caps), chance.randint(1, 2))))
            for number in range(chance.randint(0, 6))
        ]
        ended = [live.pop(name) for name in chance.sample(sorted(live), min(len(live), chance.randint(0, 4)))]
        ends = [settlement(record, chance.randint(0, record.amount_nusd)) for record in ended]
        settling = [house.journal.settle(one) for one in ends]
        outcomes = await asyncio.gather(*[house.journal.hold(record) for record in wanted], return_exceptions=True)
        await asyncio.gather(*settling)
        live |= {record.generation_id: record for record, outcome in zip(wanted, outcomes, strict=True) if outcome is None}
        spent += sum(one.entry.cost.nusd for one in ends)
        for owner, cap in caps.items():
            kept = await money(house, owner)
            assert kept[1] == sum(record.amount_nusd for record in live.values() if owner in record.budget_ids)
            assert sum(kept) <= cap
    async with house.database.unit_of_work() as work:
        assert (await work.generations.since("acct_a", NOW))[0] == spent
