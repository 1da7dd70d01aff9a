"""What was asked by day, on every kind of store."""

from datetime import date, datetime, timedelta

from satchel.domain.activity import Activity
from satchel.domain.usage import Usage

from .conftest import House
from .values import DAY, NOW, hold, settlement

MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
TICK = timedelta(microseconds=1)


async def test_what_was_asked_is_summed_by_day_model_and_provider(house: House) -> None:
    entries: list[tuple[datetime, dict[str, str]]] = [
        (MIDNIGHT - 2 * DAY - TICK, {"model": "too/early"}),
        (MIDNIGHT - 2 * DAY, {}),
        (MIDNIGHT - DAY - TICK, {}),
        (MIDNIGHT - DAY, {}),
        (MIDNIGHT - TICK, {"provider": "another"}),
        (MIDNIGHT - TICK, {"model": "a/m", "token_id": "tok_2"}),
        (MIDNIGHT, {"model": "too/late"}),
    ]
    for number, (moment, said) in enumerate(entries):
        await house.journal.settle(settlement(hold(f"gen_{number}", 0, (), started_at=moment), number, usage=Usage(10, 20, 5), **said))
    await house.journal.settle(settlement(hold("gen_b", 0, (), started_at=MIDNIGHT - DAY, account_id="acct_b")))
    await house.journal.settle(settlement(hold("gen_f", 0, (), started_at=MIDNIGHT - DAY)))
    async with house.database.unit_of_work() as work:
        assert await work.generations.forget("acct_a", "gen_f") == 1
        found = await work.generations.by_day("acct_a", MIDNIGHT - 2 * DAY, 2)
        assert await work.generations.by_day("acct_a", MIDNIGHT - 2 * DAY, 2, "tok_2") == found[:1]
        assert await work.generations.by_day("acct_a", MIDNIGHT - DAY, 1) == found[:3]
        assert await work.generations.by_day("acct_a", MIDNIGHT + DAY, 1) == []
    (later, earlier) = ((MIDNIGHT - days * DAY).date() for days in (1, 2))
    assert found == [
        _of(later, "a/m", "fake", 5),
        _of(later, "author/slug", "another", 4),
        _of(later, "author/slug", "fake", 3),
        Activity(earlier, "author/slug", "fake", 2, 1 + 2, 20, 40, 10),
    ]


def _of(day: date, model: str, provider: str, cost_nusd: int) -> Activity:
    return Activity(day, model, provider, 1, cost_nusd, 10, 20, 5)
