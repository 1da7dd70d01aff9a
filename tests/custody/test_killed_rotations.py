"""`kill -9` at any moment of a rotation, of the KEK or of the data keys, loses no key, on SQLite and on PostgreSQL."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.custody.sealed_house import SealedHouse
from tests.postgres import Postgres

from satchel.custody.local import LocalCustody
from satchel.stores.sql.database import SqlDatabase

KILLS = {"sqlite": 50, "postgresql": 20}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder in memory where there is one: a killed process is no power cut, and nobody need wait for a disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the address of a database on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{folder}/satchel.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    postgres.sql("CREATE DATABASE killed_rotations")
    return postgres.url("killed_rotations")


async def test_killed_rotations_lose_no_key(url: str, folder: Path) -> None:
    keyring = folder / "keyring" / "kek"
    house = SealedHouse(url)
    await house.fill(lambda deployment_id: LocalCustody.from_keyring(keyring, deployment_id, is_first=True))

    def custody() -> LocalCustody:
        return LocalCustody.from_keyring(keyring, house.deployment_id, is_first=False)

    chance = random.Random(11)
    killed = halfway = renewed_halfway = 0
    database = SqlDatabase(house.url)
    with house.forking("rotating_child.py", str(keyring)) as parent:
        assert parent.stdin
        assert parent.stdout
        calls = int(parent.stdout.readline())
        while killed < KILLS[house.url.partition(":")[0]]:
            print(chance.randrange(calls), file=parent.stdin, flush=True)
            killed += parent.stdout.readline() == "killed\n"
            halfway += len(await house.starts(database, custody())) > 1
            renewed_halfway += len({*await house.versions(database)}) > 1
    await house.finish(database, custody())
    assert len(await house.starts(database, custody())) == 1
    await database.aclose()
    assert halfway > 0, "no process was killed between two batches: the test proves nothing"
    assert renewed_halfway > 0, "no process was killed between two accounts' data keys: the test proves nothing"
