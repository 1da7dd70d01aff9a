"""What is written down and told of tokens, word by word: mutations of it survived the tests of what they open."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.budgets import Budget, Period, period_start
from satchel.domain.errors import MalformedRequest, NotFound
from satchel.domain.grants import BudgetCaveat
from satchel.domain.tokens import ACCOUNT_TOKEN_SCOPES, Token, TokenKind, hint_of, is_well_formed, secret_hash, token_text
from satchel.services.oauth.tokens import MAX_NAME_CHARACTERS, TokenChange, limit_of

from .test_tokens import LIMIT, Desk


async def kept(desk: Desk, **facts: object) -> tuple[Token, str]:
    """Keep a token with these facts."""
    text = token_text(bytes(32))
    known = {"kind": TokenKind.ACCESS, "scopes": frozenset({"models", "generate"}), "created_at": desk.clock.now()} | facts
    token = Token("tok_1", "acct_1", secret_hash=secret_hash(text), **known)  # type: ignore[arg-type]
    async with desk.database.unit_of_work() as stores:
        await stores.tokens.add(token)
    return token, text


async def test_a_new_token_is_written_down_with_its_limit() -> None:
    desk = Desk()
    ends_at = desk.clock.now() + timedelta(days=1)
    token, text = await desk.tokens.create("acct_1", "laptop", frozenset({"models"}), expires_at=ends_at, limit=LIMIT)
    assert token == Token(
        id=token.id,
        account_id="acct_1",
        kind=TokenKind.ACCOUNT,
        secret_hash=secret_hash(text),
        scopes=frozenset({"models"}),
        created_at=desk.clock.now(),
        name="laptop",
        expires_at=ends_at,
        hint=hint_of(text),
    )
    assert (token.id[:4], len(token.id)) == ("tok_", 23)
    ((listed, budget),) = await desk.tokens.list("acct_1")
    start = period_start(Period.MONTH, desk.clock.now())
    assert (listed, budget) == (token, Budget(token.id, "acct_1", LIMIT.cap_nusd, Period.MONTH, start))
    assert await desk.tokens.get("acct_1", secret_hash(text)) == (token, budget)
    (record,) = desk.database.state.tables.audit.values()
    assert replace(record, number=0) == AuditRecord("acct_1", desk.clock.now(), Act.TOKEN_CREATED, token.id, "laptop")


async def test_a_change_is_written_down_and_what_is_not_named_stays() -> None:
    desk = Desk()
    token, text = await desk.tokens.create("acct_1", "laptop", limit=LIMIT)
    hashed = secret_hash(text)
    desk.clock.pass_by(minutes=1)
    same, budget = await desk.tokens.change("acct_1", hashed, TokenChange())
    assert same == replace(token, updated_at=desk.clock.now())
    assert budget
    renamed, budget = await desk.tokens.change("acct_1", hashed, TokenChange(name=" desk ", disabled=True))
    assert renamed == replace(token, name="desk", disabled=True, updated_at=desk.clock.now())
    assert budget
    again, budget = await desk.tokens.change("acct_1", hashed, TokenChange(disabled=False, limit=lambda _: None))
    assert (again.disabled, again.name, budget) == (False, "desk", None)
    _, budget = await desk.tokens.change("acct_1", hashed, TokenChange(limit=lambda _: BudgetCaveat(7, Period.DAY)))
    assert budget == Budget(token.id, "acct_1", 7, Period.DAY, period_start(Period.DAY, desk.clock.now()))
    await asyncio.sleep(0)
    assert desk.told == [{"token_id": token.id}]
    assert desk.changed_budgets == [token.id] * 4
    records = [replace(record, number=0) for record in desk.database.state.tables.audit.values()][1:]
    names = ["laptop", "desk", "desk", "desk"]
    assert records == [AuditRecord("acct_1", desk.clock.now(), Act.TOKEN_CHANGED, token.id, name) for name in names]


async def test_revoking_is_written_down() -> None:
    desk = Desk()
    token, text = await desk.tokens.create("acct_1", "laptop")
    desk.clock.pass_by(minutes=1)
    assert await desk.tokens.revoke("acct_1", token.id)
    async with desk.database.unit_of_work() as stores:
        found = await stores.tokens.by_hash(secret_hash(text))
    assert found
    assert found.revoked_at == desk.clock.now()
    record = list(desk.database.state.tables.audit.values())[-1]
    assert replace(record, number=0) == AuditRecord("acct_1", desk.clock.now(), Act.TOKEN_REVOKED, token.id)
    for deed in (desk.tokens.get("acct_1", secret_hash(text)), desk.tokens.change("acct_1", secret_hash(text), TokenChange())):
        with pytest.raises(NotFound, match="there is no such token"):
            await deed


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, {"token_type": "Bearer"}),
        ({"kind": TokenKind.REFRESH}, {"token_type": "refresh_token"}),
        ({"key_hash": "thumb"}, {"token_type": "DPoP", "cnf": {"jkt": "thumb"}}),
        ({"client_id": "app"}, {"token_type": "Bearer", "client_id": "app"}),
    ],
    ids=["bearer", "refresh", "bound", "app"],
)
async def test_a_live_token_is_described(facts: dict[str, object], said: dict[str, object]) -> None:
    desk = Desk()
    ends_at = desk.clock.now() + timedelta(hours=1)
    token, text = await kept(desk, expires_at=ends_at, **facts)
    described = dict(await desk.tokens.introspect("acct_1", text))
    began = int(desk.clock.now().timestamp())
    fixed = {"active": True, "scope": "generate models", "sub": "acct_1", "jti": token.id, "iat": began, "exp": began + 3600}
    assert described == fixed | said
    assert await desk.tokens.introspect("acct_2", text) == {"active": False}
    assert await desk.tokens.introspect("acct_1", "sat_nobody") == {"active": False}
    desk.clock.pass_by(hours=1)
    assert await desk.tokens.introspect("acct_1", text) == {"active": False}


def test_a_token_lives_until_it_is_ended_in_one_of_four_ways() -> None:
    now = Desk().clock.now()
    token = Token("tok_1", "acct_1", TokenKind.ACCESS, "hash", frozenset(), now)
    assert token.is_live(now)
    assert replace(token, expires_at=now + timedelta(seconds=1)).is_live(now)
    for end in ({"revoked_at": now}, {"used_at": now}, {"disabled": True}, {"expires_at": now}):
        assert not replace(token, **end).is_live(now)  # type: ignore[arg-type]


def test_texts_and_hashes_are_what_they_were() -> None:
    """They are in people's files and databases: another spelling would end every token there is."""
    text = token_text(bytes(range(32)))
    assert text == "sat_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh856voy2"
    assert secret_hash(text) == hashlib.sha256(text.encode()).hexdigest()
    assert secret_hash("\ud800")
    assert (is_well_formed(text), hint_of(text)) == (True, "sat_AAEC…")
    for other in (text[:-1], text + "a", "tas" + text[3:], text.swapcase(), "", "sat_", text[:-1] + "0", text[:9] + "ä" + text[10:]):
        assert not is_well_formed(other), other


async def test_a_refusal_names_its_field() -> None:
    desk = Desk()
    for deed, param in (
        (desk.tokens.create("acct_1", "x" * (MAX_NAME_CHARACTERS + 1)), "name"),
        (desk.tokens.create("acct_1", "x", frozenset({"root"})), "scopes"),
        (desk.tokens.create("acct_1", "x", expires_at=desk.clock.now()), "expires_at"),
    ):
        with pytest.raises(MalformedRequest) as refused:
            await deed
        assert refused.value.details == {"param": param}
    assert (await desk.tokens.create("acct_1", "x" * MAX_NAME_CHARACTERS, ACCOUNT_TOKEN_SCOPES))[0].scopes == ACCOUNT_TOKEN_SCOPES
    assert (limit_of(5, None), limit_of(5, Period.DAY)) == (BudgetCaveat(5, Period.TOTAL), BudgetCaveat(5, Period.DAY))
