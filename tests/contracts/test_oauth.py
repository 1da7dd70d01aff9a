"""What Authlib reads and writes: codes and refresh tokens work once, whoever comes at the same time."""

import asyncio
from dataclasses import replace

import pytest

from satchel.domain.pairings import Pairing, PairingState
from satchel.ports.oauth import OAuthRecords

from .conftest import House
from .values import DAY, NOW, budget, code, refresh, token


async def test_a_code_works_once_among_eight_at_the_same_time(house: House) -> None:
    await house.oauth.run(lambda records: records.add_code(code()))
    claims = await asyncio.gather(*[house.oauth.run(lambda records: records.claim_code("hash of the code", "app")) for _ in range(8)])
    assert sorted(won for _, won in claims) == [False] * 7 + [True]
    assert {found for found, _ in claims} == {code(used=True)}


async def test_a_code_is_for_its_client_only(house: House) -> None:
    await house.oauth.run(lambda records: records.add_code(code()))
    assert await house.oauth.run(lambda records: records.claim_code("hash of the code", "another app")) == (None, False)
    assert await house.oauth.run(lambda records: records.claim_code("another hash", "app")) == (None, False)
    assert await house.oauth.run(lambda records: records.claim_code("hash of the code", "app")) == (code(used=True), True)


async def test_a_code_of_a_site_that_was_taken_back_is_used_up(house: House) -> None:
    site = "https://a.example"
    codes = [code(origin=site), code(secret_hash="of another site", origin="https://b.example")]
    codes.append(code(secret_hash="of another account", origin=site, account_id="acct_b"))
    for one in codes:
        await house.oauth.run(lambda records, one=one: records.add_code(one))
    async with house.database.unit_of_work() as work:
        await work.tokens.revoke_origin("acct_a", site, NOW)
    hashes = [one.secret_hash for one in codes]
    claims = [await house.oauth.run(lambda records, it=it: records.claim_code(it, "app")) for it in hashes]
    assert [won for _, won in claims] == [False, True, True]


@pytest.mark.parametrize(("origin", "withheld"), [("https://a.example", ["a"]), (None, ["a", "b", "none"])])
async def test_what_was_allowed_and_not_fetched_is_withheld(house: House, origin: str | None, withheld: list[str]) -> None:
    origins = {"a": "https://a.example", "b": "https://b.example", "none": None, "another account's": "https://a.example"}

    def add(records: OAuthRecords) -> None:
        for name, site in origins.items():
            account_id = "acct_b" if name == "another account's" else "acct_a"
            records.add_code(code(secret_hash=f"code {name}", origin=site, account_id=account_id))
            for state in ("allowed", "pending"):
                hashes = (f"{state} {name}", f"user {state} {name}")
                records.pairings.add(
                    Pairing(*hashes, "app", frozenset({"models"}), NOW, NOW + DAY, f"fam_{name}", "127.0.0.1", origin=site)
                )
            assert records.pairings.decide(f"user allowed {name}", account_id, NOW, allowed=True)

    await house.oauth.run(add)
    async with house.database.unit_of_work() as work:
        await work.tokens.withhold("acct_a", origin)

    def look(records: OAuthRecords) -> list[str]:
        denied = [name for name in origins if not records.pairings.claim(f"allowed {name}")]
        states = [kept.state for name in denied if (kept := records.pairings.by_device_code(f"allowed {name}", "app"))]
        assert states == [PairingState.DENIED] * len(withheld)
        assert all(records.pairings.decide(f"user pending {name}", "acct_a", NOW, allowed=True) for name in origins), (
            "nobody had allowed it"
        )
        assert [name for name in origins if not records.claim_code(f"code {name}", "app")[1]] == denied
        return denied

    assert await house.oauth.run(look) == withheld


async def test_what_ended_long_ago_is_removed_and_nothing_else(house: House) -> None:
    long_ago, lately = NOW - 40 * DAY, NOW - DAY
    kept = [
        token("tok_forever"),
        token("tok_lately", expires_at=lately),
        refresh("tok_used", expires_at=long_ago, used_at=long_ago, family_ends_at=NOW + DAY, family_id="fam_lasts"),
    ]
    ended = [token(f"tok_{number}", expires_at=long_ago) for number in range(3)]
    ended.append(refresh("tok_over", expires_at=long_ago, family_ends_at=long_ago, family_id="fam_over"))
    ended.append(token("tok_shared", expires_at=long_ago, family_id="fam_lasts"))
    async with house.database.unit_of_work() as work:
        for one in [*kept, *ended]:
            await work.tokens.add(one)
        for owner_id in ("tok_1", "fam_over", "fam_lasts"):
            await work.budgets.put(budget(owner_id))
    await house.oauth.run(lambda records: records.add_code(code(expires_at=long_ago)))
    async with house.database.unit_of_work() as work:
        assert [await work.tokens.remove_ended(NOW - 30 * DAY, 3) for _ in range(3)] == [3, 2, 0]
    async with house.database.unit_of_work() as work:
        assert [one for one in ended if await work.tokens.by_hash(one.secret_hash)] == []
        assert [await work.tokens.by_hash(one.secret_hash) for one in kept] == kept
        left = [owner_id for owner_id in ("tok_1", "fam_over", "fam_lasts") if await work.budgets.get(owner_id) is not None]
        assert left == ["fam_lasts"], "the last token of a family takes its budget along"
    assert await house.oauth.run(lambda records: records.claim_code("hash of the code", "app")) == (None, False)


async def test_a_refresh_token_works_once_among_eight_at_the_same_time(house: House) -> None:
    await house.oauth.run(lambda records: records.add_token(refresh()))
    claims = await asyncio.gather(*[house.oauth.run(lambda records: records.claim_refresh("hash of tok_r", "app", NOW)) for _ in range(8)])
    assert sorted(won for _, won in claims) == [False] * 7 + [True]
    assert {found for found, _ in claims} == {refresh(used_at=NOW)}


async def test_only_a_refresh_token_of_the_client_is_claimed(house: House) -> None:
    def add(records: OAuthRecords) -> None:
        records.add_token(refresh())
        records.add_token(token("tok_1", client_id="app"))
        records.add_token(refresh("tok_revoked", revoked_at=NOW))

    await house.oauth.run(add)
    assert await house.oauth.run(lambda records: records.claim_refresh("hash of tok_r", "another app", NOW)) == (None, False)
    assert await house.oauth.run(lambda records: records.claim_refresh("hash of tok_1", "app", NOW)) == (None, False)
    claimed = await house.oauth.run(lambda records: records.claim_refresh("hash of tok_revoked", "app", NOW))
    assert claimed == (refresh("tok_revoked", revoked_at=NOW), False)


async def test_reuse_can_revoke_the_family_in_the_transaction_that_refuses(house: House) -> None:
    def reuse(records: OAuthRecords) -> list[str]:
        found, won = records.claim_refresh("hash of tok_r", "app", NOW)
        assert found is not None
        return [] if won else sorted(records.revoke_family("acct_a", str(found.family_id), NOW))

    def rotate(records: OAuthRecords) -> None:
        records.claim_refresh("hash of tok_r", "app", NOW)
        records.add_token(refresh("tok_next", family_ends_at=NOW + DAY))

    await house.oauth.run(lambda records: records.add_token(refresh()))
    await house.oauth.run(rotate)
    assert await house.oauth.run(reuse) == ["tok_next", "tok_r"]
    found = await house.oauth.run(lambda records: records.token_by_hash("hash of tok_next"))
    assert found == refresh("tok_next", family_ends_at=NOW + DAY, revoked_at=NOW)
    async with house.database.unit_of_work() as work:
        assert await work.tokens.list("acct_a") == []


async def test_work_that_raises_is_undone(house: House) -> None:
    def fail(records: OAuthRecords) -> None:
        records.add_code(code())
        records.claim_refresh("hash of tok_r", "app", NOW)
        raise RuntimeError("on purpose")

    await house.oauth.run(lambda records: records.add_token(refresh()))
    with pytest.raises(RuntimeError, match="on purpose"):
        await house.oauth.run(fail)
    assert await house.oauth.run(lambda records: records.token_by_hash("hash of tok_r")) == refresh()
    assert await house.oauth.run(lambda records: records.claim_code("hash of the code", "app")) == (None, False)


async def test_both_stores_see_the_same_tokens(house: House) -> None:
    await house.oauth.run(lambda records: records.add_token(refresh()))
    async with house.database.unit_of_work() as work:
        assert await work.tokens.by_hash("hash of tok_r") == refresh()
        await work.tokens.revoke("acct_a", "tok_r", NOW)
    found = await house.oauth.run(lambda records: records.token_by_hash("hash of tok_r"))
    assert found == replace(refresh(), revoked_at=NOW)
