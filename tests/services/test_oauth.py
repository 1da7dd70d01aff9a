"""What our own address is, and what Authlib may log. The flows are tested through the doors."""

import logging

import pytest
from tests.doors.portal.house import Clock, shared_secrets

from satchel.coordination.memory import MemoryBus
from satchel.domain.apps import App
from satchel.domain.errors import MalformedRequest, NotFound
from satchel.kit.ids import Ids
from satchel.services.apps import Apps
from satchel.services.oauth.documents import ClientDocuments
from satchel.services.oauth.issuer import Issuer
from satchel.services.oauth.key_proofs import KeyProofs
from satchel.services.oauth.service import OAuth
from satchel.services.vault.envelopes import Envelopes
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.oauth import MemoryOAuthStore
from satchel.stores.memory.used_proofs import MemoryUsedProofs


async def nothing(address: str) -> bytes:
    raise NotFound(address)


async def known(client_id: str) -> App | None:
    return Apps().find(client_id)


def test_authlib_stays_quiet_where_it_would_log_tokens() -> None:
    logging.getLogger("authlib").setLevel(logging.DEBUG)
    documents = ClientDocuments(nothing, Clock())
    proofs = KeyProofs(MemoryUsedProofs(MemoryDatabase()), Clock(), shared_secrets)
    pushes = Envelopes("dep_1", "pushed-request", Ids())
    OAuth(MemoryOAuthStore(MemoryDatabase()), known, documents, proofs, envelopes=pushes, bus=MemoryBus(), clock=Clock(), ids=Ids())
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
