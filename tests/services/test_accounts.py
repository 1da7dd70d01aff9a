"""Accounts and sign-ins, without doors."""

import asyncio
import time
from statistics import median

import pytest
from tests.doors.portal.house import EMAIL, PASSWORD, Clock

from satchel.coordination.memory import MemoryBus, MemoryLimiter
from satchel.domain.audit import Act
from satchel.domain.errors import MalformedRequest, RateLimited, TokenInvalid
from satchel.kit.ids import Ids
from satchel.ports.coordination import TOKENS_TOPIC, Message
from satchel.services.accounts import Accounts
from satchel.stores.memory.database import MemoryDatabase


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def accounts(clock: Clock, bus: MemoryBus) -> Accounts:
    return Accounts(MemoryDatabase(clock), MemoryLimiter(clock), bus, clock, Ids())


async def test_an_account_keeps_a_hash_and_finds_its_email_in_any_case(accounts: Accounts) -> None:
    made = await accounts.create("  Mira@Holt.Example ", PASSWORD)
    assert made.email == EMAIL
    assert made.password_hash
    assert made.password_hash.startswith("$argon2id$")
    assert "m=47104,t=1,p=1" in made.password_hash
    assert await accounts.by_email("MIRA@holt.example") == made
    assert PASSWORD not in repr(made)


@pytest.mark.parametrize(
    "email", ["", "mira", "@holt.example", "mira@", "a b@holt.example", "a@b@c", "a@.x", "a@x..y", "a\n@b", "x" * 300 + "@b"]
)
async def test_an_email_that_is_none_is_refused(accounts: Accounts, email: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        await accounts.create(email, PASSWORD)
    assert caught.value.details["param"] == "email"


@pytest.mark.parametrize("password", ["", "9 letters", "x" * 1025])
async def test_a_password_too_short_or_far_too_long_is_refused_without_repeating_it(accounts: Accounts, password: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        await accounts.create(EMAIL, password)
    assert caught.value.details["param"] == "password"
    assert not password or password not in caught.value.message


async def stopped(accounts: Accounts, clock: Clock, email: str, tries: int) -> None:
    """Try too many passwords, from one address."""
    for number in range(tries):
        with pytest.raises((TokenInvalid, RateLimited)):
            await accounts.identify(email, f"guess {number}", "10.0.0.1")
    await accounts.alarms.aclose()


async def test_too_many_passwords_are_in_the_log_once_with_where_they_came_from(clock: Clock) -> None:
    database = MemoryDatabase(clock)
    accounts = Accounts(database, MemoryLimiter(clock), MemoryBus(), clock, Ids())
    account = await accounts.create(EMAIL, PASSWORD)

    async def alarms() -> list[str | None]:
        async with database.unit_of_work() as stores:
            return [each.about for each in await stores.audit.list(account.id, 50) if each.act is Act.TRIES_STOPPED]

    await stopped(accounts, clock, EMAIL, 10)
    assert await alarms() == [], "so many are taken"
    await stopped(accounts, clock, EMAIL.upper(), 3)
    assert await alarms() == ["password, from 10.0.0.1"]
    await stopped(accounts, clock, "nobody@holt.example", 12)
    clock.pass_by(minutes=5)
    await stopped(accounts, clock, EMAIL, 12)
    assert len(await alarms()) == 2


async def test_an_email_is_taken_once(accounts: Accounts) -> None:
    await accounts.create(EMAIL, PASSWORD)
    with pytest.raises(MalformedRequest):
        await accounts.create(EMAIL.upper(), PASSWORD)


async def test_the_same_password_typed_in_another_unicode_form_is_the_same(accounts: Accounts) -> None:
    await accounts.create(EMAIL, "pa\u0308sswort lang")
    await accounts.identify(EMAIL, "p\u00e4sswort lang", "127.0.0.1")


async def test_an_unknown_account_takes_as_long_as_a_wrong_password(accounts: Accounts, clock: Clock) -> None:
    await accounts.create(EMAIL, PASSWORD)
    taken: dict[str, list[float]] = {EMAIL: [], "nobody@holt.example": []}
    for _ in range(8):
        for email, times in taken.items():
            started = time.perf_counter()
            with pytest.raises(TokenInvalid) as caught:
                await accounts.identify(email, "wrong password", "127.0.0.1")
            times.append(time.perf_counter() - started)
            assert caught.value.message == "that email and password do not belong together"
        clock.pass_by(minutes=6)
    known, unknown = (median(times[1:]) for times in taken.values())
    assert 0.5 < known / unknown < 2


async def test_many_accounts_tried_from_one_address_are_throttled_before_any_hashing(accounts: Accounts) -> None:
    tries = 0
    with pytest.raises(RateLimited) as caught:
        for number in range(40):
            tries = number
            with pytest.raises(TokenInvalid):
                await accounts.identify(f"a{number}@holt.example", "wrong password", "10.0.0.9")
    assert tries == 30
    assert caught.value.retry_after_s


async def test_a_stranger_s_wrong_passwords_lock_out_the_stranger_and_not_the_owner(accounts: Accounts) -> None:
    account = await accounts.create(EMAIL, PASSWORD)
    sign_in, _ = await accounts.enter(account.id, "Firefox")
    for _ in range(10):
        with pytest.raises(TokenInvalid):
            await accounts.identify(EMAIL, "wrong password", "10.0.0.9")
    with pytest.raises(RateLimited):
        await accounts.identify(EMAIL, PASSWORD, "10.0.0.9")
    assert await accounts.identify(EMAIL, PASSWORD, "127.0.0.1") == account
    for number in range(60):
        with pytest.raises((TokenInvalid, RateLimited)):
            await accounts.identify(EMAIL, "wrong password", f"10.0.1.{number // 5}")
    with pytest.raises(RateLimited):  # many strangers at once are held off, whoever is caught in it
        await accounts.identify(EMAIL, PASSWORD, "127.0.0.1")
    await accounts.confirm(sign_in, PASSWORD)


async def test_a_signed_in_browser_has_ten_tries_to_prove_it(accounts: Accounts) -> None:
    account = await accounts.create(EMAIL, PASSWORD)
    sign_in, _ = await accounts.enter(account.id, "Firefox")
    for _ in range(10):
        with pytest.raises(TokenInvalid):
            await accounts.confirm(sign_in, "wrong password")
    with pytest.raises(RateLimited):
        await accounts.confirm(sign_in, PASSWORD)


async def test_signing_out_tells_every_door(accounts: Accounts, bus: MemoryBus) -> None:
    told: list[Message] = []
    bus.subscribe(TOKENS_TOPIC, told.append)
    await accounts.create(EMAIL, PASSWORD)
    sign_in, secret = await accounts.enter((await accounts.identify(EMAIL, PASSWORD, "127.0.0.1")).id, "Firefox")
    assert secret not in repr(sign_in)
    await accounts.sign_out(secret)
    await accounts.sign_out("unknown")
    await asyncio.sleep(0)
    assert told == [{"token_id": sign_in.id}]
