"""Secrets that all processes of a deployment share: the same in each, another for each purpose, and none without the KEK."""

from pathlib import Path

import pytest
from tests.doors.portal.house import Clock

from satchel.custody.local import LocalCustody
from satchel.domain.errors import NotReady
from satchel.kit.ids import Ids
from satchel.services.oauth.key_proofs import KeyProofs
from satchel.services.vault.keks import Keks
from satchel.services.vault.shared_secrets import LOOK_AGAIN_S, SharedSecrets
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.used_proofs import MemoryUsedProofs


class Process:
    """One process of a deployment."""

    def __init__(self, database: MemoryDatabase, keyring: Path, clock: Clock, purpose: str = "test") -> None:
        custody = LocalCustody.from_keyring(keyring, "dep_1")
        self.keks = Keks(database, custody, clock, Ids())
        self.secrets = SharedSecrets(database, custody, self.keks.enrol, clock, purpose)
        self.proofs = KeyProofs(MemoryUsedProofs(database), clock, self.secrets.all)


class Deployment:
    def __init__(self, folder: Path) -> None:
        self.clock, self.database, self.keyring = Clock(), MemoryDatabase(), folder / "keyring" / "kek"

    def process(self, purpose: str = "test") -> Process:
        return Process(self.database, self.keyring, self.clock, purpose)


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path)


async def test_every_process_derives_the_same_secret_and_another_for_each_purpose(deployment: Deployment) -> None:
    one = await deployment.process().secrets.all()
    assert await deployment.process().secrets.all() == one
    assert len(one) == 1
    assert len(one[0]) == 32
    assert await deployment.process("another").secrets.all() != one


async def test_a_nonce_of_one_process_is_taken_by_another_before_and_after_a_rotation(deployment: Deployment) -> None:
    old, other = deployment.process(), deployment.process()
    nonce = await old.proofs.nonce()
    assert await other.proofs.nonce() == nonce
    await deployment.process().keks.rotate()
    young = deployment.process()
    secrets = await young.secrets.all()
    assert len(secrets) == 2, "the old one counts until everybody knows the new one"
    assert secrets[1:] == await old.secrets.all()
    assert await young.proofs.nonce() != nonce
    deployment.clock.pass_by(seconds=LOOK_AGAIN_S + 1)
    assert await old.secrets.all() == secrets


async def test_without_the_kek_there_is_no_secret_and_nobody_is_called_wrong(deployment: Deployment, tmp_path: Path) -> None:
    await deployment.process().secrets.all()
    deployment.keyring = tmp_path / "another" / "kek"
    stranger = deployment.process()
    async with deployment.database.unit_of_work() as stores:
        kept = await stores.keks.list()
    known = await stranger.keks._custody.known()
    async with deployment.database.unit_of_work() as stores:
        await stores.keks.put_primary(type(kept[0])(known[0], "primary", deployment.clock.now(), b"x" * 100))
    with pytest.raises(NotReady):
        await stranger.secrets.all()
