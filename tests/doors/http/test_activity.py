"""`/api/v1/activity`: completed days only, of the account only, in the shape that OpenRouter's client validates."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.contracts.values import hold, settlement

from satchel.domain.budgets import Period, period_start
from satchel.domain.usage import Usage

from ..served import Served

DAY = timedelta(days=1)
KEYS = {
    *("date", "model", "model_permaslug", "endpoint_id", "provider_name", "usage", "byok_usage_inference", "requests"),
    *("prompt_tokens", "completion_tokens", "reasoning_tokens"),
}


def midnight(house: Served) -> datetime:
    return period_start(Period.DAY, house.house.clock.now())


async def ended(house: Served, name: str, at: datetime, **said: Any) -> None:
    """Settle a generation that began at a moment: 10 tokens in, 20 out, 5 of them thoughts, for a cent."""
    record = hold(name, 0, (), account_id=said.pop("account_id", house.account.id), started_at=at, kind="chat")
    await house.house.journal.settle(settlement(record, 10_000_000, usage=Usage(10, 20, 5), **{"provider": "openai", **said}))


async def told(house: Served, query: str = "", token: str | None = None) -> Any:
    if token is None:
        _, token = await house.new_token(frozenset({"tokens"}))
    status, body = await house.call("GET", f"/api/v1/activity{query}", token=token)
    assert status == 200, body
    return body["data"]


def refusal(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["metadata"]["satchel_code"]


async def test_a_day_of_a_model_is_one_row_with_every_key_a_strict_client_wants(house: Served) -> None:
    assert await told(house) == []
    start = midnight(house)
    for number in range(3):
        await ended(house, f"gen_{number}", start - DAY, model="openai/gpt-5")
    await ended(house, "gen_old", start - 30 * DAY, provider="gone")
    await ended(house, "gen_too_old", start - 30 * DAY - timedelta(microseconds=1))
    await ended(house, "gen_today", start)
    (row, old) = await told(house)
    assert set(row) == KEYS
    assert row == {
        "date": (start - DAY).date().isoformat(),
        "model": "openai/gpt-5",
        "model_permaslug": "openai/gpt-5",
        "endpoint_id": "openai:openai/gpt-5",
        "provider_name": "OpenAI",
        "usage": 0.03,
        "byok_usage_inference": 0,
        "requests": 3,
        "prompt_tokens": 30,
        "completion_tokens": 60,
        "reasoning_tokens": 15,
    }
    assert (old["date"], old["provider_name"]) == ((start - 30 * DAY).date().isoformat(), "gone")


async def test_one_day_and_one_token_may_be_asked_for(house: Served) -> None:
    start = midnight(house)
    _, made = await house.visit("POST", "/v1/tokens", {"name": "laptop"})
    token = await house.house.tokens.get(house.account.id, made["data"]["hash"])
    await ended(house, "gen_1", start - DAY, token_id=token[0].id)
    await ended(house, "gen_2", start - DAY, token_id="another")
    await ended(house, "gen_3", start - 2 * DAY, token_id=token[0].id)
    yesterday = (start - DAY).date().isoformat()
    hashed = f"api_key_hash={made['data']['hash']}"
    assert [row["requests"] for row in await told(house)] == [2, 1]
    assert [(row["date"], row["requests"]) for row in await told(house, f"?date={yesterday}")] == [(yesterday, 2)]
    assert [row["requests"] for row in await told(house, f"?{hashed}")] == [1, 1]
    assert [row["requests"] for row in await told(house, f"?date={yesterday}&{hashed}")] == [1]
    _, manager = await house.new_token(frozenset({"tokens"}))
    assert refusal(await house.call("GET", f"/v1/activity?api_key_hash={'0' * 64}", token=manager)) == (404, "not_found")


@pytest.mark.parametrize("days", [0, 31, -1])
async def test_only_the_last_thirty_completed_days_are_told(days: int, house: Served) -> None:
    _, manager = await house.new_token(frozenset({"tokens"}))
    day = (midnight(house) - days * DAY).date().isoformat()
    assert refusal(await house.call("GET", f"/v1/activity?date={day}", token=manager)) == (400, "malformed_request")


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "20261101", "2026-W48-1", ""])
async def test_what_is_no_day_is_refused(day: str, house: Served) -> None:
    _, manager = await house.new_token(frozenset({"tokens"}))
    assert refusal(await house.call("GET", f"/v1/activity?date={day}", token=manager)) == (400, "malformed_request")


async def test_nobody_else_learns_of_it(house: Served) -> None:
    await ended(house, "gen_1", midnight(house) - DAY)
    other = await house.house.accounts.create("other@satchel.example", "a long enough password")
    _, stranger = await house.new_token(frozenset({"tokens"}), other.id)
    assert await told(house, token=stranger) == []
    _, site = await house.new_token(frozenset({"generate", "models", "activity"}), origin="https://site.example")
    assert refusal(await house.call("GET", "/v1/activity", token=site)) == (403, "scope_missing")
