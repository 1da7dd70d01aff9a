"""Two transactions at once, in an order that the test says: one is held open until the other waits for it. On SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.contracts.values import DAY, NOW, SetClock, code, refresh, token
from tests.databases import Databases

from satchel.domain.accounts import Account, SetupLink
from satchel.domain.keys import Kek
from satchel.domain.pairings import Pairing
from satchel.domain.passkeys import Ceremony, Passkey
from satchel.domain.tokens import TokenKind
from satchel.domain.totp import Totp
from satchel.ports.oauth import OAuthRecords
from satchel.ports.stores import Stores
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.oauth import SqlOAuthRecords, SqlOAuthStore

SITE = "https://a.example"
_PATIENCE_S = 30.0
_WAITERS = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")

Act = Callable[["House"], Coroutine[Any, Any, object]]
Change = Callable[[Stores], Awaitable[object]]


class House:
    """A database of one kind, with the account `acct_a`."""

    def __init__(self, kind: str, url: str) -> None:
        self.kind = kind
        self.database = SqlDatabase(url, SetClock())
        self.oauth = SqlOAuthStore(self.database)

    async def both(self, first: Change, second: Change) -> None:
        """Do one unit of work while another, which did its part, is yet to be committed."""
        async with self.database.unit_of_work() as stores:
            await first(stores)
            other = asyncio.create_task(self._alone(second))
            await self.waits(other)
        await other

    async def _alone(self, change: Change) -> None:
        async with self.database.unit_of_work() as stores:
            await change(stores)

    @asynccontextmanager
    async def half_done(self, work: Callable[[OAuthRecords], object]) -> AsyncIterator[None]:
        """Do `work` in a transaction that is committed when the block ends."""
        async with self.database.transaction() as transaction:
            await transaction.begin()
            await transaction.connection.run_sync(lambda connection: work(SqlOAuthRecords(connection)))
            yield

    async def waits(self, task: asyncio.Task[Any]) -> None:
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


async def test_a_device_that_comes_while_its_site_is_taken_back_gets_nothing(house: House) -> None:
    pairing = Pairing(
        "hash of the device", "hash of the words", "app", frozenset({"generate"}), NOW, NOW + DAY, "fam_1", "127.0.0.1", origin=SITE
    )
    await house.oauth.run(lambda records: records.pairings.add(pairing))
    assert await house.oauth.run(lambda records: records.pairings.decide(pairing.user_hash, "acct_a", NOW, allowed=True))
    async with house.database.unit_of_work() as work:
        await work.tokens.revoke_origin("acct_a", SITE, NOW)
        claiming = asyncio.create_task(house.oauth.run(lambda records: records.pairings.claim(pairing.device_hash)))
        await house.waits(claiming)
    assert not await claiming


async def test_of_two_who_make_recovery_codes_the_later_ones_count(house: House) -> None:
    await house.both(
        lambda stores: stores.recovery_codes.put("acct_a", [f"first {number}" for number in range(3)]),
        lambda stores: stores.recovery_codes.put("acct_a", [f"second {number}" for number in range(2)]),
    )
    async with house.database.unit_of_work() as work:
        assert await work.recovery_codes.count("acct_a") == 2
        assert await work.recovery_codes.take("acct_a", "second 1")


async def test_of_two_ceremonies_of_a_holder_the_later_one_counts(house: House) -> None:
    first, second = (Ceremony("proof/a", challenge, NOW + DAY, "acct_a") for challenge in (b"first", b"second"))
    await house.both(lambda stores: stores.ceremonies.put(first, NOW), lambda stores: stores.ceremonies.put(second, NOW))
    async with house.database.unit_of_work() as work:
        assert await work.ceremonies.get("proof/a", NOW) == second


async def test_of_two_seeds_that_nobody_confirmed_the_later_one_counts(house: House) -> None:
    kept: list[bool] = []

    def draft(totp_id: str) -> Change:
        async def put(stores: Stores) -> None:
            kept.append(await stores.totps.put(Totp(totp_id, "acct_a", "kek_1", b"wrapped", NOW)))

        return put

    await house.both(draft("totp_1"), draft("totp_2"))
    async with house.database.unit_of_work() as work:
        found = await work.totps.get("acct_a")
    assert kept == [True, True]
    assert found is not None
    assert found.id == "totp_2"


async def test_servers_that_start_together_each_print_a_link_and_one_person_becomes_the_owner(house: House) -> None:
    first, second = SetupLink("first", NOW, NOW + DAY), SetupLink("second", NOW, NOW + DAY)
    await house.both(lambda stores: stores.sign_ins.put_link(first), lambda stores: stores.sign_ins.put_link(second))
    made: list[str] = []

    def owner(name: str, link: str | None) -> Change:
        async def make(stores: Stores) -> None:
            if await stores.accounts.await_owner() is None and (link is None or await stores.sign_ins.take_link(link, NOW)):
                await stores.accounts.add(Account(f"acct_{name}", f"{name}@example.org", NOW, is_owner=True))
                made.append(name)

        return make

    await house.both(owner("mira", "first"), owner("operator", None))
    assert made == ["mira"]


async def test_one_kek_is_the_primary_of_two_that_become_it_at_once(house: House) -> None:
    one, other = Kek("kek_1", "primary", NOW, b"canary"), Kek("kek_2", "primary", NOW, b"canary")
    await house.both(lambda stores: stores.keks.put_primary(one), lambda stores: stores.keks.put_primary(other))
    async with house.database.unit_of_work() as work:
        assert {kek.id: kek.state for kek in await work.keks.list()} == {"kek_1": "decrypt_only", "kek_2": "primary"}


async def test_two_ways_in_are_not_removed_at_once_when_they_are_the_last(house: House) -> None:
    removed: list[str] = []

    def unless_last(passkey_id: str) -> Change:
        async def remove(stores: Stores) -> None:
            await stores.accounts.take_turn("acct_a")
            if len(await stores.passkeys.list("acct_a")) > 1 and await stores.passkeys.remove("acct_a", passkey_id):
                removed.append(passkey_id)

        return remove

    async with house.database.unit_of_work() as work:
        for number in (1, 2):
            key = Passkey(f"pass_{number}", "acct_a", bytes([number]), b"cose", "Laptop", NOW, 0, False, False, (), None)
            await work.passkeys.add(key)
    await house.both(unless_last("pass_1"), unless_last("pass_2"))
    assert removed == ["pass_1"]
