"""Tokens that people make by hand, and what our own address is. The flows are tested through the doors."""

import asyncio
import logging
from datetime import timedelta

import pytest
from tests.doors.portal.house import Clock

from satchel.coordination.memory import MemoryBus
from satchel.domain.errors import MalformedRequest
from satchel.domain.tokens import ACCOUNT_TOKEN_SCOPES, is_well_formed, secret_hash
from satchel.kit.ids import Ids
from satchel.ports.coordination import TOKENS_TOPIC, Message
from satchel.services.apps import Apps
from satchel.services.oauth.issuer import Issuer
from satchel.services.oauth.service import OAuth
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.oauth import MemoryOAuthStore


class Desk:
    def __init__(self) -> None:
        self.clock, self.bus = Clock(), MemoryBus()
        self.database = MemoryDatabase(self.clock)
        self.oauth = OAuth(MemoryOAuthStore(self.database), self.database, Apps().find, bus=self.bus, clock=self.clock, ids=Ids())


async def test_a_token_is_told_once_and_kept_as_a_hash() -> None:
    desk = Desk()
    token, text = await desk.oauth.create_token("acct_1", " laptop ")
    assert is_well_formed(text)
    assert (token.name, token.scopes, token.secret_hash) == ("laptop", ACCOUNT_TOKEN_SCOPES, secret_hash(text))
    assert text not in repr(token)
    async with desk.database.unit_of_work() as stores:
        assert await stores.tokens.by_hash(secret_hash(text)) == token


async def test_revoking_tells_every_door_once() -> None:
    desk = Desk()
    told: list[Message] = []
    desk.bus.subscribe(TOKENS_TOPIC, told.append)
    token, _ = await desk.oauth.create_token("acct_1", "laptop")
    assert not await desk.oauth.revoke_token("acct_2", token.id)
    assert await desk.oauth.revoke_token("acct_1", token.id)
    assert not await desk.oauth.revoke_token("acct_1", token.id)
    await asyncio.sleep(0)
    assert told == [{"token_id": token.id}]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb"])
async def test_a_token_needs_a_name(name: str) -> None:
    with pytest.raises(MalformedRequest):
        await Desk().oauth.create_token("acct_1", name)


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({"ext:attest-origin"}), frozenset({"generate", "root"})])
async def test_a_token_made_by_hand_never_attests_origins(scopes: frozenset[str]) -> None:
    with pytest.raises(MalformedRequest):
        await Desk().oauth.create_token("acct_1", "laptop", scopes)


async def test_a_token_does_not_start_expired() -> None:
    desk = Desk()
    with pytest.raises(MalformedRequest):
        await desk.oauth.create_token("acct_1", "laptop", expires_at=desk.clock.now())
    token, _ = await desk.oauth.create_token("acct_1", "laptop", expires_at=desk.clock.now() + timedelta(days=1))
    assert token.expires_at


def test_authlib_stays_quiet_where_it_would_log_tokens() -> None:
    logging.getLogger("authlib").setLevel(logging.DEBUG)
    Desk()
    assert logging.getLogger("authlib").level == logging.INFO


@pytest.mark.parametrize("host", ["127.0.0.1:8787", "localhost", "localhost:1", "[::1]:8787"])
def test_without_a_setting_loopback_names_are_ours(host: str) -> None:
    assert Issuer().of(host) == f"http://{host}"


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1:8787@evil.example", "192.168.0.2"]
)
def test_without_a_setting_no_other_name_is(host: str) -> None:
    with pytest.raises(MalformedRequest):
        Issuer().of(host)


def test_the_setting_wins_whatever_the_request_says() -> None:
    assert Issuer("https://satchel.example/").of("evil.example") == "https://satchel.example"
