"""`kill -9` at any moment of a rotation loses no key, on SQLite and on PostgreSQL."""

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.postgres import Postgres

from satchel.custody.local import LocalCustody
from satchel.domain.accounts import Account
from satchel.domain.keys import Key, Secret
from satchel.kit.clock import SystemClock
from satchel.kit.ids import Ids
from satchel.services.vault import Vault
from satchel.services.vault.keks import Keks
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
KILLS = {"sqlite": 50, "postgresql": 20}
ACCOUNTS = 3


class House:
    """A database with sealed keys, and processes over it that have just started."""

    def __init__(self, url: str, keyring: Path) -> None:
        self.url = url
        self.keyring = keyring
        self.deployment_id = ""
        self.keys: list[tuple[Key, Secret]] = []

    async def fill(self) -> None:
        """Seal a key for each of some accounts."""
        await migrate(self.url)
        database = SqlDatabase(self.url)
        self.deployment_id = await database.deployment_id()
        vault = self._vault(database, is_first=True)
        for number in range(ACCOUNTS):
            account = Account(f"acct_{number}", f"{number}@example.org", SystemClock().now())
            async with database.unit_of_work() as work:
                await work.accounts.add(account)
            secret = Secret(f"sk-not-a-real-key-{number:04}")
            self.keys.append((await vault.add(account.id, "openai", "https://api.example.org/v1", secret), secret))
        vault.close()
        await database.aclose()

    async def starts(self, database: SqlDatabase) -> int:
        """Start as a server does and open every data key; return under how many KEKs they are."""
        keks = Keks(database, LocalCustody.from_keyring(self.keyring, self.deployment_id, is_first=False), SystemClock(), Ids())
        await keks.check()
        assert await keks.broken() == []
        wraps = [each.wraps for each in await keks.status() if each.wraps]
        assert sum(wraps) == ACCOUNTS
        return len(wraps)

    async def finish(self, database: SqlDatabase) -> None:
        """Finish what was cut off, and open every provider key."""
        keks = Keks(database, LocalCustody.from_keyring(self.keyring, self.deployment_id, is_first=False), SystemClock(), Ids())
        await keks.rewrap()
        vault = self._vault(database, is_first=False)
        for key, secret in self.keys:
            assert await vault.open(key.account_id, key.id) == secret
        vault.close()

    def _vault(self, database: SqlDatabase, *, is_first: bool) -> Vault:
        custody = LocalCustody.from_keyring(self.keyring, self.deployment_id, is_first=is_first)
        enrol = Keks(database, custody, SystemClock(), Ids()).enrol
        return Vault(database, custody, SystemClock(), Ids(), deployment_id=self.deployment_id, enrol=enrol)

    @contextmanager
    def forking(self) -> Iterator["subprocess.Popen[str]"]:
        """Run the process that forks those to be killed."""
        path = os.pathsep.join([str(ROOT), str(ROOT / "backend")])
        command = [sys.executable, str(Path(__file__).with_name("rotating_child.py")), self.url, str(self.keyring), self.deployment_id]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
        ) as parent:
            yield parent
            assert parent.stdin
            parent.stdin.close()
            assert parent.wait(30) == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder in memory where there is one: a killed process is no power cut, and nobody need wait for a disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(params=["sqlite", "postgres"])
async def house(request: pytest.FixtureRequest, folder: Path) -> House:
    """Return a house with sealed keys on each engine."""
    url = f"sqlite:///{folder}/satchel.db"
    if request.param == "postgres":
        postgres: Postgres = request.getfixturevalue("postgres")
        postgres.sql("CREATE DATABASE killed_rotations")
        url = postgres.url("killed_rotations")
    house = House(url, folder / "keyring" / "kek")
    await house.fill()
    return house


async def test_killed_rotations_lose_no_key(house: House) -> None:
    chance = random.Random(11)
    killed = halfway = 0
    database = SqlDatabase(house.url)
    with house.forking() as parent:
        assert parent.stdin
        assert parent.stdout
        calls = int(parent.stdout.readline())
        while killed < KILLS[house.url.partition(":")[0]]:
            print(chance.randrange(calls), file=parent.stdin, flush=True)
            killed += parent.stdout.readline() == "killed\n"
            halfway += await house.starts(database) > 1
    await house.finish(database)
    assert await house.starts(database) == 1
    await database.aclose()
    assert halfway > 0, "no process was killed between two batches: the test proves nothing"
