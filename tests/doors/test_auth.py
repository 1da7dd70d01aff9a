"""Reading bearer tokens: who calls, from cache or store, and how fast a revocation counts."""

import asyncio
import time
from typing import Any

import pytest
from tests.doors.portal.house import Clock, shared_secrets
from tests.yardstick import awaited_cost_us

from satchel.coordination.memory import MemoryBus
from satchel.domain.errors import MalformedRequest, NotReady, TokenExpired, TokenInvalid, TokenMissing, TokenRevoked
from satchel.domain.tokens import ACCOUNT_TOKEN_SCOPES, Token, TokenKind, secret_hash, token_text
from satchel.doors.auth import FRESH_S, STALE_S, Authenticator
from satchel.kit.clock import SystemClock
from satchel.ports.coordination import TOKENS_TOPIC
from satchel.services.oauth.issuer import Issuer
from satchel.services.oauth.key_proofs import KeyProofs
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.used_proofs import MemoryUsedProofs

TEXT = token_text(b"t" * 32)
OTHER = token_text(b"o" * 32)


class Counted:
    """A database that counts units of work, can be slow, and can be away."""

    def __init__(self, inner: MemoryDatabase) -> None:
        self.inner, self.reads, self.away = inner, 0, False
        self.gate: asyncio.Event | None = None

    def unit_of_work(self) -> Any:
        self.reads += 1
        return _Gated(self.inner.unit_of_work(), self)


class _Gated:
    def __init__(self, inner: Any, database: Counted) -> None:
        self.inner, self.database = inner, database

    async def __aenter__(self) -> Any:
        if self.database.away:
            raise NotReady("the database does not answer")
        return await self.inner.__aenter__()

    async def __aexit__(self, *error: Any) -> None:
        await self.inner.__aexit__(*error)
        if self.database.gate is not None:
            await self.database.gate.wait()


class Desk:
    def __init__(self) -> None:
        self.clock, self.bus = Clock(), MemoryBus()
        self.database = Counted(MemoryDatabase(self.clock))
        proofs = KeyProofs(MemoryUsedProofs(self.database.inner), self.clock, shared_secrets)
        self.authenticator = Authenticator(self.database, self.bus, self.clock, proofs, Issuer())  # type: ignore[arg-type]

    async def issue(self, text: str = TEXT, **changes: Any) -> Token:
        fields: dict[str, Any] = {"id": "tok_1", "account_id": "acct_1", "kind": TokenKind.ACCOUNT, "scopes": ACCOUNT_TOKEN_SCOPES}
        token = Token(**(fields | {"secret_hash": secret_hash(text), "created_at": self.clock.now(), "name": "laptop"} | changes))
        async with self.database.inner.unit_of_work() as stores:
            await stores.tokens.add(token)
        return token

    async def revoke(self) -> None:
        async with self.database.inner.unit_of_work() as stores:
            await stores.tokens.revoke("acct_1", "tok_1", self.clock.now())


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    "headers",
    [
        [(b"authorization", f"Bearer {TEXT}".encode())],
        [(b"authorization", f"bearer  {TEXT}".encode())],
        [(b"x-api-key", TEXT.encode())],
        [(b"x-api-key", TEXT.encode()), (b"authorization", f"Bearer {TEXT}".encode())],
    ],
)
async def test_a_token_is_read_from_either_header(desk: Desk, headers: list[tuple[bytes, bytes]]) -> None:
    await desk.issue()
    principal = await desk.authenticator.principal(headers)
    assert (principal.account_id, principal.token_id, principal.label) == ("acct_1", "tok_1", "laptop")
    assert await desk.authenticator.principal(TEXT) == principal


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ([], TokenMissing),
        ([(b"cookie", f"satchel_sid={TEXT}".encode())], TokenMissing),
        ([(b"authorization", b"Bearer ")], TokenMissing),
        ([(b"authorization", b"Basic abc")], TokenInvalid),
        ([(b"authorization", b"Basic abc"), (b"x-api-key", TEXT.encode())], TokenInvalid),
        ([(b"authorization", b"Bearer sk-openai")], TokenInvalid),
        ([(b"authorization", f"Bearer {TEXT[:-1]}x".encode())], TokenInvalid),
        ([(b"authorization", b"Bearer \xff\xfe")], TokenInvalid),
        ([(b"authorization", b"Bearer ' OR 1=1 --")], TokenInvalid),
        ([(b"authorization", b"Bearer " + b"x" * 100_000)], TokenInvalid),
        ([(b"authorization", f"Bearer {OTHER}".encode())], TokenInvalid),
        ([(b"authorization", f"Bearer {TEXT}".encode()), (b"x-api-key", OTHER.encode())], MalformedRequest),
        ([(b"authorization", f"Bearer {TEXT}".encode()), (b"x-api-key", b"")], MalformedRequest),
        ([(b"authorization", f"Bearer {TEXT}".encode()), (b"authorization", f"Bearer {OTHER}".encode())], MalformedRequest),
    ],
)
async def test_anything_else_is_refused_by_its_own_name(desk: Desk, headers: list[tuple[bytes, bytes]], error: type[Exception]) -> None:
    await desk.issue()
    with pytest.raises(error):
        await desk.authenticator.principal(headers)


async def test_a_text_that_cannot_be_a_token_never_reaches_the_store(desk: Desk) -> None:
    with pytest.raises(TokenInvalid):
        await desk.authenticator.principal("sat_" + "a" * 49)
    assert desk.database.reads == 0


async def test_a_refresh_token_opens_nothing(desk: Desk) -> None:
    await desk.issue(kind=TokenKind.REFRESH)
    with pytest.raises(TokenInvalid):
        await desk.authenticator.principal(TEXT)


async def test_a_token_expires_in_the_cache_too(desk: Desk) -> None:
    await desk.issue(expires_at=desk.clock.now().replace(hour=9, minute=0, second=10))
    await desk.authenticator.principal(TEXT)
    desk.clock.pass_by(seconds=10)
    with pytest.raises(TokenExpired):
        await desk.authenticator.principal(TEXT)


async def test_a_read_token_is_known_for_thirty_seconds_and_read_again_after(desk: Desk) -> None:
    await desk.issue()
    for _ in range(3):
        await desk.authenticator.principal(TEXT)
    assert desk.database.reads == 1
    await desk.revoke()  # by another process: nobody tells this one
    desk.clock.pass_by(seconds=FRESH_S + 0.1)
    with pytest.raises(TokenRevoked):
        await desk.authenticator.principal(TEXT)


@pytest.mark.parametrize("message", [{"token_id": "tok_1"}, {"account_id": "acct_1"}], ids=str)
async def test_a_revocation_counts_within_a_second(desk: Desk, message: dict[str, str]) -> None:
    await desk.issue()
    await desk.authenticator.principal(TEXT)
    await desk.revoke()
    told_at = time.monotonic()
    desk.bus.publish(TOKENS_TOPIC, message)
    while True:
        try:
            await desk.authenticator.principal(TEXT)
        except TokenRevoked:
            break
        assert time.monotonic() - told_at < 1
        await asyncio.sleep(0.001)


async def test_a_revocation_told_while_the_token_is_being_read_counts_too(desk: Desk) -> None:
    await desk.issue()
    desk.database.gate = asyncio.Event()
    reading = asyncio.create_task(desk.authenticator.principal(TEXT))
    await asyncio.sleep(0.01)
    await desk.revoke()
    desk.bus.publish(TOKENS_TOPIC, {"token_id": "tok_1"})
    await asyncio.sleep(0)
    desk.database.gate.set()
    with pytest.raises(TokenRevoked):
        await reading


async def test_many_callers_at_once_share_one_read_and_one_hanging_up_stops_none(desk: Desk) -> None:
    await desk.issue()
    desk.database.gate = asyncio.Event()
    callers = [asyncio.create_task(desk.authenticator.principal(TEXT)) for _ in range(50)]
    await asyncio.sleep(0.01)
    callers[0].cancel()
    desk.database.gate.set()
    ended = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(ended[0], asyncio.CancelledError)
    assert {type(one).__name__ for one in ended[1:]} == {"Principal"}
    assert desk.database.reads == 1


async def test_a_database_that_is_away_is_never_a_wrong_token(desk: Desk) -> None:
    await desk.issue()
    await desk.authenticator.principal(TEXT)
    desk.database.away = True
    desk.clock.pass_by(seconds=FRESH_S + 1)
    assert (await desk.authenticator.principal(TEXT)).account_id == "acct_1"
    with pytest.raises(NotReady):
        await desk.authenticator.principal(OTHER)
    desk.clock.pass_by(seconds=STALE_S)
    with pytest.raises(NotReady):
        await desk.authenticator.principal(TEXT)


async def test_a_warm_read_costs_microseconds() -> None:
    desk = Desk()
    await desk.issue()
    proofs = KeyProofs(MemoryUsedProofs(desk.database.inner), SystemClock(), shared_secrets)
    authenticator = Authenticator(desk.database, desk.bus, SystemClock(), proofs, Issuer())  # type: ignore[arg-type]
    headers = [(b"host", b"x"), (b"accept", b"*/*"), (b"authorization", f"Bearer {TEXT}".encode())]
    await authenticator.principal(headers)
    assert await awaited_cost_us(lambda: authenticator.principal(headers)) < 20
