"""What holds for every kind of custody, and moving from one kind to another."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from satchel.custody.aws_identity import AwsIdentity
from satchel.custody.aws_kms import AwsKmsCustody
from satchel.custody.local import LocalCustody
from satchel.custody.pkcs11 import Pkcs11Custody
from satchel.custody.pkcs11_address import TokenAddress
from satchel.custody.succession import Succession
from satchel.custody.transit import TransitCustody
from satchel.domain.accounts import Account
from satchel.domain.errors import VaultLocked
from satchel.domain.keys import Secret, Wrap
from satchel.kit.clock import SystemClock
from satchel.kit.ids import Ids
from satchel.ports.custody import Custody
from satchel.services.vault import Vault
from satchel.services.vault.keks import Keks
from satchel.stores.memory.database import MemoryDatabase

from .key_service import ENVIRONMENT, KeyService
from .soft_token import PIN, SoftToken
from .transit_engine import TOKEN, transit_engine

KEK = bytes((37 * n + 11) ** 2 % 251 for n in range(32))
DEK, CONTEXT = bytes(range(200, 232)), ("acct_a", "dek_1", "1", "managed")
Make = Callable[[str], Custody]
"""Returns custody for a deployment; all that one makes have the same KEK."""


@asynccontextmanager
async def local(request: pytest.FixtureRequest) -> AsyncGenerator[Make, None]:
    yield lambda deployment_id: LocalCustody([KEK], deployment_id)


@asynccontextmanager
async def transit(request: pytest.FixtureRequest) -> AsyncGenerator[Make, None]:
    async with transit_engine() as engine:
        yield lambda deployment_id: TransitCustody.from_url(engine.url, TOKEN, deployment_id)


@asynccontextmanager
async def aws_kms(request: pytest.FixtureRequest) -> AsyncGenerator[Make, None]:
    async with KeyService().running() as service:
        clock = SystemClock()
        yield lambda deployment_id: AwsKmsCustody.from_url(service.url(), AwsIdentity(ENVIRONMENT, clock), deployment_id, clock)


@asynccontextmanager
async def pkcs11(request: pytest.FixtureRequest) -> AsyncGenerator[Make, None]:
    token: SoftToken = request.getfixturevalue("token")
    label = f"kek-{uuid4().hex}"
    token.make_key(label)
    yield lambda deployment_id: Pkcs11Custody(TokenAddress.parse(token.url(label)), PIN, deployment_id)


KINDS = {"local": local, "transit": transit, "aws_kms": aws_kms, "pkcs11": pkcs11}


@pytest.fixture(params=KINDS)
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    """Yield what makes custodies of each kind."""
    async with KINDS[request.param](request) as making:
        yield making


async def test_what_is_wrapped_unwraps_in_the_same_context_only(make: Make) -> None:
    custody, other = make("dep_1"), make("dep_2")
    wrap = await custody.wrap(DEK, CONTEXT)
    clear = await custody.unwrap(wrap, CONTEXT)
    assert isinstance(clear, bytearray)
    assert clear == DEK
    assert await custody.known() == [wrap.kek_id]
    assert (await custody.wrap(DEK, CONTEXT)).blob != wrap.blob
    for index in range(len(CONTEXT)):
        with pytest.raises(VaultLocked):
            await custody.unwrap(wrap, (*CONTEXT[:index], "other", *CONTEXT[index + 1 :]))
    for keeper, wrong in [
        (other, wrap),
        (custody, replace(wrap, kek_id="kek_unknown")),
        (custody, replace(wrap, kek_id="")),
        (custody, Wrap(wrap.kek_id, b"")),
        (custody, Wrap(wrap.kek_id, b"\x01" + bytes(176))),
        (custody, Wrap(wrap.kek_id, wrap.blob[:-9] + b"AAAAAAAA=")),
    ]:
        with pytest.raises(VaultLocked):
            await keeper.unwrap(wrong, CONTEXT)
    await custody.aclose()
    await custody.aclose()
    await other.aclose()


async def test_a_canary_and_what_a_person_wrapped_before_fit_too(make: Make) -> None:
    custody = make("dep_1")
    for data, context in ((DEK, ("", "canary", "1", "canary")), (bytes(300), ("acct_a", "dek_1", "2", "passphrase", "wrap_1"))):
        assert await custody.unwrap(await custody.wrap(data, context), context) == data
    await custody.aclose()


@pytest.mark.parametrize(("before", "after"), [(one, other) for one in KINDS for other in KINDS if one != other])
async def test_a_deployment_moves_from_one_kind_to_another(request: pytest.FixtureRequest, before: str, after: str) -> None:
    async with KINDS[before](request) as make_old, KINDS[after](request) as make_new:
        old, new = make_old("dep_1"), make_new("dep_1")
        database, clock, ids = MemoryDatabase(), SystemClock(), Ids()
        await _add_account(database)
        vault = Vault(database, old, clock, ids, deployment_id="dep_1", enrol=Keks(database, old, clock, ids).enrol)
        key = await vault.add("acct_a", "openai", "https://api.example.org/v1", Secret("sk-not-a-real-key-0123"))
        vault.close()

        moving = Keks(database, Succession(new, old), clock, ids)
        await moving.check()
        assert (await moving.rewrap(1)).count == 1
        assert [(each.wraps, each.in_custody) for each in await moving.status()] == [(1, True), (0, True)]
        assert await moving.broken() == []

        moved = Keks(database, new, clock, ids)
        await moved.check()
        assert await moved.broken() == []
        vault = Vault(database, new, clock, ids, deployment_id="dep_1", enrol=moved.enrol)
        assert (await vault.open("acct_a", key.id)).last4() == "0123"
        vault.close()
        for custody in (old, new):
            await custody.aclose()


async def test_a_succession_names_all_and_lets_the_first_renew(tmp_path: Path) -> None:
    first, last = LocalCustody.from_keyring(tmp_path / "ring" / "kek", "dep_1"), LocalCustody([KEK], "dep_1")
    both = Succession(first, last)
    assert await both.known() == [*await first.known(), *await last.known()]
    assert await both.unwrap(await last.wrap(DEK, CONTEXT), CONTEXT) == DEK
    before = await both.wrap(DEK, CONTEXT)
    assert before.kek_id == (await first.known())[0]
    await both.renew()
    assert (await both.wrap(DEK, CONTEXT)).kek_id not in (before.kek_id, *await last.known())
    assert await both.unwrap(before, CONTEXT) == DEK
    with pytest.raises(VaultLocked):
        await both.unwrap(Wrap("kek_unknown", before.blob), CONTEXT)
    await both.aclose()


async def _add_account(database: MemoryDatabase) -> None:
    async with database.unit_of_work() as work:
        await work.accounts.add(Account("acct_a", "a@example.org", SystemClock().now()))
