"""200 whole calls at once on a budget for a few: what they cost fits it, and the provider sees nothing of those that were refused."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
from tests.databases import Databases

from satchel.domain.budgets import Budget, Period
from satchel.domain.grants import BudgetCaveat
from satchel.domain.keys import Secret
from satchel.doors.http.keys import KeyDesk

from ..served import ASK, Served, Standing, served, standing

PRICES = """
[[models]]
native_model = "late-0.05"
model_id = "here/late"
name = "Late"
context_tokens = 8192
capabilities = ["chat"]
price = { input_usd = "1", output_usd = "1" }
checked = 2026-11-29
"""
CALLS = 200
COST_NUSD = 10 * 1_000
"""What one answer of the scripted provider costs: ten tokens, each a millionth of a dollar."""
CAP_NUSD = 45 * COST_NUSD - 1
"""Of 200 answers 44 fit; those under way need room for their worst case, so fewer are given at once."""

T = TypeVar("T", Served, Standing)


@dataclass
class Outcome:
    """How one call ended."""

    status: int
    body: Any


@asynccontextmanager
async def priced(folder: Path, url: str) -> AsyncGenerator[Served, None]:
    """Serve a house whose model has a price: its provider wants a key, so it costs what it costs although it is here."""
    (folder / "catalog").mkdir()
    (folder / "catalog" / "groq.toml").write_text(PRICES)
    async with served(folder, database_url=url, others_may_live=url.startswith("postgresql")) as house:
        parts = house.house
        await KeyDesk(parts.vault, parts.rows, parts.bus).add(
            house.account.id, "groq", house.upstream.url, Secret("gsk_0123456789"), "dear"
        )
        yield hurried(house)


def hurried(server: T) -> T:
    """Let an account run all its calls at once."""
    streams = server.house.streams
    streams.limits = replace(streams.limits, per_account=CALLS)
    return server


@pytest.fixture(params=["sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncGenerator[Served, None]:
    """Serve it on each engine."""
    async with priced(tmp_path, await databases.fresh(request.param, tmp_path)) as one:
        yield one


async def ask(http: aiohttp.ClientSession, url: str, token: str, number: int) -> Outcome:
    """Make one whole call; every other one streams."""
    body = {"model": "dear:late-0.05", "messages": ASK, "max_tokens": 10, "stream": number % 2 == 0}
    async with http.post(f"{url}/v1/chat/completions", json=body, headers={"authorization": f"Bearer {token}"}) as reply:
        if reply.content_type != "text/event-stream":
            return Outcome(reply.status, await reply.json())
        text = await reply.text()
    told = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith('data: {"')]
    failed = next((each for each in told if "error" in each), None)  # where the answer had to begin before it was decided
    return Outcome(reply.status, text) if failed is None else Outcome(failed["error"]["code"], failed)


async def budget_of(house: Served, owner_id: str) -> Budget:
    async with house.house.database.unit_of_work() as stores:
        budget = await stores.budgets.get(owner_id)
    assert budget is not None
    return budget


async def quiet(house: Served, owner_id: str) -> Budget:
    """Return the budget once nothing is on hold any more."""
    async with asyncio.timeout(20):
        while (budget := await budget_of(house, owner_id)).held_nusd:
            await asyncio.sleep(0.01)
    return budget


async def watch(house: Served, owner_id: str, seen: list[int]) -> None:
    """Note again and again what is spent or on hold."""
    while True:
        budget = await budget_of(house, owner_id)
        seen.append(budget.spent_nusd + budget.held_nusd)
        await asyncio.sleep(0.01)


def refused_in_words(outcome: Outcome, owner_id: str) -> bool:
    """Tell whether a refusal says which budget it was, what was needed and what is left."""
    error = outcome.body["error"]
    told = error["metadata"]["satchel_code"], error["metadata"]["details"]["owner"]
    worded = re.fullmatch(r"this call could cost \$0\.\d{4}, and \$0\.\d{2,4} is left of \$0\.0004", error["message"])
    return outcome.status == 402 and told == ("budget_exceeded", owner_id) and worded is not None


async def never_overspent(house: Served, token: str, owner_id: str, *urls: str) -> None:
    """Ask 200 times at once, in turn at each address, and prove what became of the money; then once more, for what is left."""
    seen: list[int] = []
    watching = asyncio.create_task(watch(house, owner_id, seen))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        outcomes = await asyncio.gather(*(ask(http, urls[number % len(urls)], token, number) for number in range(CALLS)))
    watching.cancel()
    given = [outcome for outcome in outcomes if outcome.status == 200]
    assert given
    assert all("Hello!" in str(outcome.body) or '"Hel"' in outcome.body for outcome in given)
    assert [outcome for outcome in outcomes if outcome not in given and not refused_in_words(outcome, owner_id)] == []
    assert len(house.upstream.asked) == len(given), "the provider saw nothing of the refused ones"
    left = await quiet(house, owner_id)
    _, ledger = await house.call("GET", f"/v1/generations?limit={CALLS}")
    assert sum(entry["cost"]["nusd"] for entry in ledger["data"]) == left.spent_nusd == len(given) * COST_NUSD
    assert max(left.spent_nusd, *seen) <= CAP_NUSD
    async with asyncio.timeout(20):  # another server may think for a second that nothing is left
        while (await ask(house.http, house.url, token, 0)).status != 200:
            await asyncio.sleep(0.1)


async def limited(house: Served) -> tuple[str, str]:
    """Return the id and the text of a token that may spend little."""
    token, text = await house.house.tokens.create(house.account.id, "small", limit=BudgetCaveat(CAP_NUSD, Period.DAY))
    return token.id, text


async def test_200_calls_at_once_on_a_token_s_limit_never_overspend(house: Served) -> None:
    token_id, text = await limited(house)
    await never_overspent(house, text, token_id, house.url)


async def test_200_calls_at_once_on_a_site_s_budget_never_overspend(house: Served) -> None:
    caveats = {"budget": {"cap_nusd": CAP_NUSD, "period": "day"}}
    status, grant = await house.call("PUT", "/v1/grants", {"origin": "https://a.example", "state": "allowed", "caveats": caveats})
    assert status == 200
    _, text = await house.new_token(origin="https://a.example")
    await never_overspent(house, text, grant["id"], house.url)


async def test_200_calls_at_once_at_two_servers_never_overspend(tmp_path: Path, databases: Databases) -> None:
    url = await databases.fresh("postgres", tmp_path)
    async with priced(tmp_path, url) as first, standing(tmp_path, database_url=url, others_may_live=True) as second:
        token_id, text = await limited(first)
        await never_overspent(first, text, token_id, first.url, hurried(second).url)
