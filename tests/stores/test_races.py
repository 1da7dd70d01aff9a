"""Two transactions at once, in an order that the test says: one is held open until the other waits for it. On SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.contracts.values import DAY, NOW, SetClock, code, refresh, token
from tests.databases import Databases

from satchel.domain.accounts import Account
from satchel.domain.pairings import Pairing
from satchel.domain.tokens import TokenKind
from satchel.ports.oauth import OAuthRecords
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.oauth import SqlOAuthRecords, SqlOAuthStore

SITE = "https://a.example"
_PATIENCE_S = 30.0
_WAITERS = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")

Act = Callable[["House"], Awaitable[object]]


class House:
    """A database of one kind, with the account `acct_a`."""

    def __init__(self, kind: str, url: str) -> None:
        self.kind = kind
        self.database = SqlDatabase(url, SetClock())
        self.oauth = SqlOAuthStore(self.database)

    @asynccontextmanager
    async def half_done(self, work: Callable[[OAuthRecords], object]) -> AsyncIterator[None]:
        """Do `work` in a transaction that is committed when the block ends."""
        async with self.database.transaction() as transaction:
            await transaction.begin()
            await transaction.connection.run_sync(lambda connection: work(SqlOAuthRecords(connection)))
            yield

    async def waits(self, task: "asyncio.Task[object]") -> None:
        """Return once `task` waits for a lock, or has ended; at once on SQLite, where whoever writes waits in line."""
        await asyncio.sleep(0)
        async with asyncio.timeout(_PATIENCE_S):
            while self.kind == "postgres" and not task.done():
                async with self.database.transaction() as transaction:
                    waiters = await transaction.row(_WAITERS)
                if waiters is not None and waiters[0]:
                    return
                await asyncio.sleep(0.01)


@pytest.fixture(params=["sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[House]:
    built = House(request.param, await databases.fresh(request.param, tmp_path))
    async with built.database.unit_of_work() as work:
        await work.accounts.add(Account("acct_a", "a@example.org", NOW))
    yield built
    await built.database.aclose()


def refreshing(records: OAuthRecords) -> None:
    """Use `tok_2` up for `tok_3`."""
    assert records.claim_refresh("hash of tok_2", "app", NOW)[1]
    records.add_token(refresh("tok_3", origin=SITE))


async def reuse(house: House) -> None:
    """Come with `tok_1`, which was used before."""

    def work(records: OAuthRecords) -> None:
        found, won = records.claim_refresh("hash of tok_1", "app", NOW)
        assert found is not None
        assert not won
        records.revoke_family("acct_a", "fam_1", NOW)

    await house.oauth.run(work)


async def revoke(house: House) -> None:
    await house.oauth.run(lambda records: records.revoke_family("acct_a", "fam_1", NOW))


async def disconnect(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.tokens.revoke_family("acct_a", "fam_1", NOW)


async def take_the_site_back(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.tokens.revoke_origin("acct_a", SITE, NOW)


@pytest.mark.parametrize("end", [reuse, revoke, disconnect, take_the_site_back])
async def test_who_ends_a_family_ends_what_a_refresh_is_just_adding_too(house: House, end: Act) -> None:
    async with house.database.unit_of_work() as work:
        await work.tokens.add(refresh("tok_1", used_at=NOW, origin=SITE))
        await work.tokens.add(refresh("tok_2", origin=SITE))
    async with house.half_done(refreshing):
        ending = asyncio.create_task(end(house))
        await house.waits(ending)
    await ending
    async with house.database.unit_of_work() as work:
        heir = await work.tokens.by_hash("hash of tok_3")
    assert heir is not None
    assert heir.revoked_at == NOW


def redeeming(records: OAuthRecords) -> None:
    """Use a code up for `tok_1`."""
    assert records.claim_code("hash of the code", "app")[1]
    records.add_token(token("tok_1", kind=TokenKind.ACCESS, family_id="fam_1", origin=SITE))


def fetching(records: OAuthRecords) -> None:
    """Use a pairing up for `tok_1`."""
    assert records.pairings.claim("hash of the device")
    records.add_token(token("tok_1", kind=TokenKind.ACCESS, family_id="fam_1", origin=SITE))


@pytest.mark.parametrize("getting", [redeeming, fetching])
async def test_who_takes_a_site_back_ends_what_it_is_just_getting_too(house: House, getting: Callable[[OAuthRecords], None]) -> None:
    def add(records: OAuthRecords) -> None:
        records.add_code(code(origin=SITE))
        ends = NOW + DAY
        pairing = Pairing("hash of the device", "hash of the words", "app", frozenset({"generate"}), NOW, ends, "fam_1", "127.0.0.1")
        records.pairings.add(pairing)
        assert records.pairings.decide(pairing.user_hash, "acct_a", NOW, allowed=True)

    await house.oauth.run(add)
    async with house.half_done(getting):
        ending = asyncio.create_task(take_the_site_back(house))
        await house.waits(ending)
    await ending
    async with house.database.unit_of_work() as work:
        got = await work.tokens.by_hash("hash of tok_1")
    assert got is not None
    assert got.revoked_at == NOW
