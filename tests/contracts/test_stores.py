"""Accounts, sign-ins, tokens, budgets, keys and the ledger, read back as they were written, on every kind of store."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from satchel.domain.accounts import Account, SetupLink, SignIn
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.budgets import Period
from satchel.domain.errors import MalformedRequest
from satchel.domain.keys import Key
from satchel.domain.ledger import Status
from satchel.domain.searches import Search, Word
from satchel.domain.tokens import TokenKind
from satchel.domain.usage import UNPRICED

from .conftest import House
from .values import DAY, NOW, budget, entry, grant, hold, refresh, settlement, token

SIGN_IN = SignIn("sign_1", "acct_a", "hash of the cookie", NOW, NOW, NOW + DAY, "Firefox")
KEY = Key(
    "key_1", "acct_a", "openai", "https://api.example.org/v1", "https://api.example.org:443", NOW, "work", "6789", b"\0\xff", "dek_1", 3
)


# ── units of work ──────────────────────────
async def test_what_raises_leaves_nothing_behind(house: House) -> None:
    with pytest.raises(RuntimeError, match="on purpose"):
        async with house.database.unit_of_work() as work:
            await work.grants.put(grant())
            await work.tokens.add(token())
            raise RuntimeError("on purpose")
    async with house.database.unit_of_work() as work:
        assert await work.grants.list("acct_a") == []
        assert await work.tokens.list("acct_a") == []


async def test_a_cancelled_unit_of_work_leaves_nothing_behind_and_holds_nobody_up(house: House) -> None:
    begun = asyncio.Event()

    async def stopped() -> None:
        async with house.database.unit_of_work() as work:
            await work.grants.put(grant())
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(stopped())
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])
    async with asyncio.timeout(3), house.database.unit_of_work() as work:
        assert await work.grants.list("acct_a") == []
        await work.grants.put(grant())


async def test_the_database_answers(house: House) -> None:
    await house.database.check()


# ── accounts ──────────────────────────
async def test_an_account_is_found_by_id_and_by_e_mail_in_any_case(house: House) -> None:
    account = Account("acct_c", "Someone@Example.org", NOW, "author/slug", "$argon2$")
    async with house.database.unit_of_work() as work:
        await work.accounts.add(account)
        assert await work.accounts.get("acct_c") == account
        assert await work.accounts.by_email("someone@EXAMPLE.org") == account
        assert await work.accounts.get("acct_d") is None
        assert await work.accounts.by_email("nobody@example.org") is None
        assert await work.accounts.owner() is None


async def test_the_owners_account_is_found_and_when_it_goes_nobody_is_the_owner(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.accounts.add(Account("acct_c", "someone@example.org", NOW, is_owner=True))
        assert await work.accounts.owner() == Account("acct_c", "someone@example.org", NOW, is_owner=True)
    async with house.database.unit_of_work() as work:
        assert await work.accounts.remove("acct_c")
        assert await work.accounts.get("acct_a") is not None
        assert await work.accounts.owner() is None


async def test_an_e_mail_is_taken_in_any_case(house: House) -> None:
    with pytest.raises(MalformedRequest):
        async with house.database.unit_of_work() as work:
            await work.accounts.add(Account("acct_c", "A@EXAMPLE.ORG", NOW))


async def test_times_come_back_in_utc_to_the_microsecond(house: House) -> None:
    elsewhere = datetime(2026, 11, 25, 14, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2)))
    async with house.database.unit_of_work() as work:
        await work.sign_ins.add(replace(SIGN_IN, created_at=elsewhere))
        found = await work.sign_ins.by_hash(SIGN_IN.secret_hash)
    assert found is not None
    assert found.created_at == NOW
    assert house.kind == "memory" or found.created_at.tzinfo is UTC


# ── sign-ins ──────────────────────────
async def test_a_sign_in_is_found_touched_and_removed(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.sign_ins.add(SIGN_IN)
        assert await work.sign_ins.by_hash("hash of the cookie") == SIGN_IN
        await work.sign_ins.touch("sign_1", NOW + DAY)
        assert await work.sign_ins.by_hash("hash of the cookie") == replace(SIGN_IN, last_used_at=NOW + DAY)
        await work.sign_ins.remove("acct_b", "sign_1")
        assert await work.sign_ins.by_hash("hash of the cookie")
        await work.sign_ins.remove("acct_a", "sign_1")
        assert await work.sign_ins.by_hash("hash of the cookie") is None


async def test_set_up_links_of_the_same_minute_work_and_one_once_for_all(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.sign_ins.put_link(SetupLink("earlier", NOW - timedelta(minutes=1), NOW + DAY))
        await work.sign_ins.put_link(SetupLink("first", NOW - timedelta(seconds=59), NOW + DAY))
        await work.sign_ins.put_link(SetupLink("second", NOW, NOW + DAY))
    async with house.database.unit_of_work() as work:
        assert not await work.sign_ins.take_link("earlier", NOW)
        assert not await work.sign_ins.take_link("second", NOW + DAY)
    taken = await asyncio.gather(*[take_link(house, "first") for _ in range(8)])
    assert sorted(taken) == [False] * 7 + [True]
    assert not await take_link(house, "second")


async def take_link(house: House, secret_hash: str) -> bool:
    async with house.database.unit_of_work() as work:
        return await work.sign_ins.take_link(secret_hash, NOW)


# ── tokens ──────────────────────────
async def test_a_token_is_found_by_its_hash_as_it_was_kept(house: House) -> None:
    full = refresh(name="Firefox", revoked_at=NOW, used_at=NOW, family_ends_at=NOW + 90 * DAY, scopes=frozenset())
    async with house.database.unit_of_work() as work:
        await work.tokens.add(token())
        await work.tokens.add(full)
        assert await work.tokens.by_hash("hash of tok_1") == token()
        assert await work.tokens.by_hash("hash of tok_r") == full
        assert await work.tokens.by_hash("another") is None


async def test_name_and_switch_of_a_token_change_and_nothing_else(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.tokens.add(token())
        assert await work.tokens.change("acct_b", "tok_1", NOW, disabled=True) is None
        off = await work.tokens.change("acct_a", "tok_1", NOW, disabled=True)
        assert off == token(disabled=True, updated_at=NOW)
        renamed = await work.tokens.change("acct_a", "tok_1", NOW + DAY, name="desk")
        assert renamed == token(name="desk", disabled=True, updated_at=NOW + DAY) == await work.tokens.by_hash("hash of tok_1")
        assert await work.tokens.change("acct_a", "tok_1", NOW, disabled=False) == token(name="desk", updated_at=NOW)
        await work.tokens.revoke("acct_a", "tok_1", NOW)
        assert await work.tokens.change("acct_a", "tok_1", NOW, name="again") is None


async def test_it_is_known_which_tokens_open_nothing_any_more(house: House) -> None:
    async with house.database.unit_of_work() as work:
        for one in (token("tok_1"), token("tok_old", expires_at=NOW), token("tok_off", disabled=True), token("tok_no", revoked_at=NOW)):
            await work.tokens.add(one)
        assert await work.tokens.gone(["tok_no", "tok_1", "tok_gone", "tok_old", "tok_off"]) == ["tok_no", "tok_gone", "tok_off"]
        assert await work.tokens.gone([]) == []


async def test_only_live_tokens_are_listed_newest_first(house: House) -> None:
    kept = [
        token("tok_1"),
        token("tok_2", created_at=NOW + DAY),
        token("tok_revoked", revoked_at=NOW),
        token("tok_expired", kind=TokenKind.ACCESS, expires_at=NOW),
        refresh("tok_used", used_at=NOW),
        refresh("tok_r", created_at=NOW - DAY),
        token("tok_b", account_id="acct_b"),
    ]
    async with house.database.unit_of_work() as work:
        for one in kept:
            await work.tokens.add(one)
        assert [one.id for one in await work.tokens.list("acct_a")] == ["tok_2", "tok_1", "tok_r"]
        house.clock.moment = NOW + 31 * DAY
        assert [one.id for one in await work.tokens.list("acct_a")] == ["tok_2", "tok_1"]


async def test_a_token_is_revoked_once_and_by_its_account_only(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.tokens.add(token())
        assert not await work.tokens.revoke("acct_b", "tok_1", NOW)
        assert await work.tokens.revoke("acct_a", "tok_1", NOW)
        assert not await work.tokens.revoke("acct_a", "tok_1", NOW + DAY)
        assert await work.tokens.by_hash("hash of tok_1") == token(revoked_at=NOW)


async def test_revoking_a_family_names_those_that_were_live(house: House) -> None:
    async with house.database.unit_of_work() as work:
        for one in (
            refresh("tok_1"),
            refresh("tok_2"),
            refresh("tok_3", revoked_at=NOW),
            refresh("tok_4", family_id="fam_2"),
            token("tok_5"),
        ):
            await work.tokens.add(one)
        assert sorted(await work.tokens.revoke_family("acct_a", "fam_1", NOW + DAY)) == ["tok_1", "tok_2"]
        assert await work.tokens.revoke_family("acct_a", "fam_1", NOW + DAY) == []
        assert await work.tokens.by_hash("hash of tok_3") == refresh("tok_3", revoked_at=NOW)


# ── budgets ──────────────────────────
async def test_a_new_cap_keeps_what_is_spent_and_held(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.budgets.put(budget(spent_nusd=5, held_nusd=7))
        await work.budgets.put(budget(cap_nusd=9, period_start=NOW + DAY))
        assert await work.budgets.get("grant_1") == budget(cap_nusd=9, spent_nusd=5, held_nusd=7)


async def test_a_new_period_starts_anew_but_keeps_what_is_held(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.budgets.put(budget(spent_nusd=5, held_nusd=7))
        await work.budgets.put(budget(period=Period.MONTH))
        assert await work.budgets.get("grant_1") == budget(period=Period.MONTH, held_nusd=7)
        await work.budgets.remove("grant_1")
        await work.budgets.remove("grant_1")
        assert await work.budgets.get("grant_1") is None


# ── keys ──────────────────────────
async def test_a_key_is_read_back_as_it_was_kept(house: House) -> None:
    keyless = Key("key_2", "acct_a", "custom", "http://127.0.0.1:8080", "http://127.0.0.1:8080", NOW + DAY)
    async with house.database.unit_of_work() as work:
        await work.keys.add(keyless)
        await work.keys.add(KEY)
        assert await work.keys.get("acct_a", "key_1") == KEY
        assert await work.keys.list("acct_a") == [KEY, keyless]
        assert await work.keys.get("acct_b", "key_1") is None
        assert not await work.keys.remove("acct_b", "key_1")
        assert await work.keys.remove("acct_a", "key_1")
        assert await work.keys.list("acct_a") == [keyless]


async def test_a_label_is_taken_once_an_account(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.keys.add(KEY)
        await work.keys.add(replace(KEY, id="key_2", account_id="acct_b"))
        await work.keys.add(replace(KEY, id="key_3", label=None))
        await work.keys.add(replace(KEY, id="key_4", label=None))
    with pytest.raises(MalformedRequest, match="'work'"):
        async with house.database.unit_of_work() as work:
            await work.keys.add(replace(KEY, id="key_5"))


# ── the ledger, read ──────────────────────────
async def settle(house: House, **ledger: tuple[datetime, int]) -> None:
    records = [(hold(name, 0, (), started_at=moment), cost) for name, (moment, cost) in ledger.items()]
    await asyncio.gather(*[house.journal.settle(settlement(record, cost)) for record, cost in records])


async def ids(house: House, limit: int, **where: object) -> Sequence[str]:
    async with house.database.unit_of_work() as work:
        return [one.generation_id for one in await work.generations.list("acct_a", limit, **where)]  # type: ignore[arg-type]


async def test_the_ledger_is_paged_newest_first_without_gaps_or_repeats(house: House) -> None:
    moments = [NOW, NOW, NOW - DAY, NOW + DAY, NOW]
    await settle(house, **{f"gen_{number}": (moment, 1) for number, moment in enumerate(moments)})
    everything = await ids(house, 10)
    assert everything == ["gen_3", "gen_4", "gen_1", "gen_0", "gen_2"]
    paged: list[str] = []
    before = None
    while page := await ids(house, 2, before=before):
        paged += page
        before = (moments[int(page[-1][-1])], page[-1])
    assert paged == everything


async def test_the_ledger_is_read_by_origin_and_by_account(house: House) -> None:
    await house.journal.settle(settlement(hold("gen_1", 0, ()), 5, origin="https://b.example"))
    await house.journal.settle(settlement(hold("gen_2", 0, ()), 5, cost=UNPRICED, origin=None, first_event_ms=None, reason=None))
    await house.journal.settle(settlement(hold("gen_3", 0, (), account_id="acct_b"), 5))
    assert await ids(house, 10, search=Search("https://b.example")) == ["gen_1"]
    assert sorted(await ids(house, 10)) == ["gen_1", "gen_2"]
    async with house.database.unit_of_work() as work:
        wanted = entry("gen_2", cost=UNPRICED, origin=None, first_event_ms=None, reason=None)
        assert await work.generations.get("acct_a", "gen_2") == wanted
        assert await work.generations.get("acct_b", "gen_2") is None


async def test_the_ledger_is_searched_by_words_in_any_order_by_names_and_by_how_it_ended(house: House) -> None:
    claude = {"model": "anthropic/claude-sonnet-4.5", "requested_model": "satchel/preferred", "provider": "anthropic", "origin": None}
    await house.journal.settle(settlement(hold("gen_1", 0, ()), 5, **claude, client_id="app"))
    failed = {"status": Status.FAILED, "error_code": "key_rejected", "client_id": None}
    mine = {"model": "lab:100%_mine", "requested_model": "lab:100%_mine"}
    await house.journal.settle(settlement(hold("gen_2", 0, ()), 5, **failed, **mine, origin="https://quiz.example"))
    await house.journal.settle(settlement(hold("gen_3", 0, (), account_id="acct_b"), 5, **claude))
    wanted: dict[tuple[Word, ...], list[str]] = {
        (Word("sonnet"), Word("anthropic")): ["gen_1"],
        (Word("sonnet"), Word("quiz")): [],
        (Word("key_rejected"),): ["gen_2"],
        (Word("100%_mine"),): ["gen_2"],
        (Word("100%_m%"),): [],
        (Word("quiz"),): ["gen_2"],
        (Word("gen_1"),): ["gen_1"],
        (Word("nick", models=frozenset({"lab:100%_mine"})),): ["gen_2"],
        (Word("nick", models=frozenset({"satchel/preferred"})),): ["gen_1"],
        (Word("ours", apps=frozenset({"app"})),): ["gen_1"],
        (Word("ours"),): [],
    }
    assert {words: await ids(house, 10, search=Search(words=words)) for words in wanted} == wanted
    assert await ids(house, 10, search=Search(status=Status.FAILED)) == ["gen_2"]
    assert await ids(house, 10, search=Search("https://quiz.example", Status.FINISHED)) == []


async def test_cost_and_number_are_summed_since_a_moment(house: House) -> None:
    await settle(house, gen_1=(NOW - DAY, 1_000), gen_2=(NOW, 3 * 10**18), gen_3=(NOW + DAY, 4 * 10**18))
    async with house.database.unit_of_work() as work:
        assert await work.generations.since("acct_a", NOW) == (7 * 10**18, 2)
        assert await work.generations.since("acct_a", NOW + 2 * DAY) == (0, 0)
        assert await work.generations.since("acct_b", NOW) == (0, 0)


async def test_what_each_token_spent_is_summed_since_each_moment(house: House) -> None:
    for number, (token_id, started_at) in enumerate([("tok_1", NOW), ("tok_1", NOW - DAY), ("tok_2", NOW - DAY), (None, NOW)]):
        record = hold(f"gen_{number}", 0, (), token_id=token_id, started_at=started_at)
        await house.journal.settle(settlement(record, 10 + number, token_id=token_id))
    await house.journal.settle(settlement(hold("gen_b", 0, (), account_id="acct_b"), 7))
    async with house.database.unit_of_work() as work:
        spent = await work.generations.by_token("acct_a", [NOW - 9 * DAY, NOW])
        assert {token_id: list(sums) for token_id, sums in spent.items()} == {"tok_1": [21, 10], "tok_2": [12, 0]}


async def test_acts_are_numbered_as_they_come_and_listed_newest_first(house: House) -> None:
    async with house.database.unit_of_work() as work:
        for subject in ("tok_1", "tok_2"):
            await work.audit.add(AuditRecord("acct_a", NOW, Act.TOKEN_CREATED, subject, "laptop"))
        await work.audit.add(AuditRecord("acct_b", NOW, Act.SIGNED_IN, "sign_b"))
    await house.oauth.run(lambda records: records.add_audit(AuditRecord("acct_a", NOW, Act.APP_ALLOWED, "app")))
    async with house.database.unit_of_work() as work:
        found = await work.audit.list("acct_a", 10)
        assert [(one.act, one.subject, one.about) for one in found] == [
            (Act.APP_ALLOWED, "app", None),
            (Act.TOKEN_CREATED, "tok_2", "laptop"),
            (Act.TOKEN_CREATED, "tok_1", "laptop"),
        ]
        assert [one.subject for one in await work.audit.list("acct_a", 1, found[0].number)] == ["tok_2"]
        assert await work.audit.list("acct_a", 10, found[-1].number) == []


async def test_all_tokens_of_one_site_are_revoked_and_no_others(house: House) -> None:
    site = "https://a.example"
    async with house.database.unit_of_work() as work:
        await work.tokens.add(token("tok_1", origin=site))
        await work.tokens.add(refresh("tok_2", origin=site))
        await work.tokens.add(token("tok_3", origin=site, revoked_at=NOW))
        await work.tokens.add(token("tok_4", origin="https://b.example"))
        await work.tokens.add(token("tok_5"))
        await work.tokens.add(token("tok_6", origin=site, account_id="acct_b"))
        assert sorted(await work.tokens.revoke_origin("acct_a", site, NOW)) == ["tok_1", "tok_2"]
    async with house.database.unit_of_work() as work:
        assert {one.id for one in await work.tokens.list("acct_a")} == {"tok_4", "tok_5"}
        assert {one.id for one in await work.tokens.list("acct_b")} == {"tok_6"}
