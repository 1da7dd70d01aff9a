"""Tokens that people make by hand: what is kept, what is refused, and that every change counts at once."""

import asyncio
from datetime import timedelta

import pytest
from tests.doors.portal.house import Clock

from satchel.coordination.memory import MemoryBus
from satchel.domain.budgets import Budget, Period
from satchel.domain.errors import MalformedRequest, NotFound
from satchel.domain.grants import BudgetCaveat
from satchel.domain.tokens import DEFAULT_TOKEN_SCOPES, is_well_formed, secret_hash
from satchel.kit.ids import Ids
from satchel.ports.coordination import TOKENS_TOPIC, Message
from satchel.services.oauth.tokens import TokenChange, Tokens
from satchel.stores.memory.database import MemoryDatabase

LIMIT = BudgetCaveat(5_000_000_000, Period.MONTH)


class Desk:
    def __init__(self) -> None:
        self.clock, self.bus = Clock(), MemoryBus()
        self.database = MemoryDatabase(self.clock)
        self.changed_budgets: list[str] = []
        self.tokens = Tokens(self.database, self.changed_budgets.append, bus=self.bus, clock=self.clock, ids=Ids())
        self.told: list[Message] = []
        self.bus.subscribe(TOKENS_TOPIC, self.told.append)


async def test_a_token_is_told_once_and_kept_as_a_hash() -> None:
    desk = Desk()
    token, text = await desk.tokens.create("acct_1", " laptop ")
    assert is_well_formed(text)
    assert (token.name, token.scopes, token.secret_hash) == ("laptop", DEFAULT_TOKEN_SCOPES, secret_hash(text))
    assert text not in repr(token)
    assert token.hint == text[:8] + "…"
    async with desk.database.unit_of_work() as stores:
        assert await stores.tokens.by_hash(secret_hash(text)) == token


async def test_revoking_tells_every_door_once() -> None:
    desk = Desk()
    token, _ = await desk.tokens.create("acct_1", "laptop")
    assert not await desk.tokens.revoke("acct_2", token.id)
    assert await desk.tokens.revoke("acct_1", token.id)
    assert not await desk.tokens.revoke("acct_1", token.id)
    await asyncio.sleep(0)
    assert desk.told == [{"token_id": token.id}]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb"])
async def test_a_token_needs_a_name(name: str) -> None:
    with pytest.raises(MalformedRequest):
        await Desk().tokens.create("acct_1", name)


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({"ext:attest-origin"}), frozenset({"generate", "root"})])
async def test_a_token_made_by_hand_never_attests_origins(scopes: frozenset[str]) -> None:
    with pytest.raises(MalformedRequest):
        await Desk().tokens.create("acct_1", "laptop", scopes)


async def test_a_token_does_not_start_expired() -> None:
    desk = Desk()
    with pytest.raises(MalformedRequest):
        await desk.tokens.create("acct_1", "laptop", expires_at=desk.clock.now())
    token, _ = await desk.tokens.create("acct_1", "laptop", expires_at=desk.clock.now() + timedelta(days=1))
    assert token.expires_at


async def test_a_limit_is_kept_as_the_budget_of_the_token_and_changed_at_once() -> None:
    desk = Desk()
    token, _ = await desk.tokens.create("acct_1", "laptop", limit=LIMIT)
    ((_, budget),) = await desk.tokens.list("acct_1")
    assert budget
    assert (budget.owner_id, budget.cap_nusd, budget.period) == (token.id, 5_000_000_000, Period.MONTH)
    lower = BudgetCaveat(1, Period.MONTH)
    _, changed = await desk.tokens.change("acct_1", token.secret_hash, TokenChange(limit=lambda _: lower))
    assert changed
    assert changed.cap_nusd == 1
    assert (await desk.tokens.change("acct_1", token.secret_hash, TokenChange(limit=lambda _: None)))[1] is None
    assert desk.changed_budgets == [token.id, token.id]


async def test_switching_a_token_off_tells_every_door_and_switching_it_on_does_not() -> None:
    desk = Desk()
    token, _ = await desk.tokens.create("acct_1", "laptop")
    await desk.tokens.change("acct_1", token.secret_hash, TokenChange(disabled=True))
    await desk.tokens.change("acct_1", token.secret_hash, TokenChange(name="desk", disabled=False))
    await asyncio.sleep(0)
    assert desk.told == [{"token_id": token.id}]
    assert (await desk.tokens.get("acct_1", token.secret_hash))[0].name == "desk"


async def test_a_new_limit_is_made_from_the_one_that_is_kept_when_it_is_written_and_what_it_raises_undoes_all() -> None:
    desk = Desk()
    token, _ = await desk.tokens.create("acct_1", "laptop", limit=LIMIT)
    seen: list[int | None] = []

    def refuse(kept: Budget | None) -> BudgetCaveat | None:
        seen.append(kept.cap_nusd if kept else None)
        raise MalformedRequest("no")

    with pytest.raises(MalformedRequest):
        await desk.tokens.change("acct_1", token.secret_hash, TokenChange(name="desk", disabled=True, limit=refuse))
    assert seen == [LIMIT.cap_nusd]
    kept, budget = await desk.tokens.get("acct_1", token.secret_hash)
    assert kept == token
    assert budget
    assert budget.cap_nusd == LIMIT.cap_nusd


async def test_another_account_finds_nothing() -> None:
    desk = Desk()
    token, _ = await desk.tokens.create("acct_1", "laptop")
    for hashed in (token.secret_hash, secret_hash("another")):
        with pytest.raises(NotFound):
            await desk.tokens.get("acct_2", hashed)
        with pytest.raises(NotFound):
            await desk.tokens.change("acct_2", hashed, TokenChange(disabled=True))
    assert await desk.tokens.list("acct_2") == []


async def test_a_revoked_token_is_found_no_more() -> None:
    desk = Desk()
    token, _ = await desk.tokens.create("acct_1", "laptop")
    await desk.tokens.revoke("acct_1", token.id)
    with pytest.raises(NotFound):
        await desk.tokens.get("acct_1", token.secret_hash)
    assert await desk.tokens.list("acct_1") == []
