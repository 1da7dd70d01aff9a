"""A database with sealed keys, and processes over it that are killed and start anew."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from satchel.domain.accounts import Account
from satchel.domain.keys import Key, Secret
from satchel.kit.clock import SystemClock
from satchel.kit.ids import Ids
from satchel.ports.custody import Custody
from satchel.services.vault import Vault
from satchel.services.vault.keks import Keks
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = 3


class SealedHouse:
    """A key for each of some accounts, under whichever custody it is asked with."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.deployment_id = ""
        self.keys: list[tuple[Key, Secret]] = []

    async def fill(self, custody_of: Callable[[str], Custody]) -> None:
        """Seal the keys; `custody_of` is given the deployment's id."""
        await migrate(self.url)
        database = SqlDatabase(self.url)
        self.deployment_id = await database.deployment_id()
        custody = custody_of(self.deployment_id)
        vault = self._vault(database, custody)
        for number in range(ACCOUNTS):
            account = Account(f"acct_{number}", f"{number}@example.org", SystemClock().now())
            async with database.unit_of_work() as work:
                await work.accounts.add(account)
            secret = Secret(f"sk-not-a-real-key-{number:04}")
            self.keys.append((await vault.add(account.id, "openai", "https://api.example.org/v1", secret), secret))
        vault.close()
        await custody.aclose()
        await database.aclose()

    async def starts(self, database: SqlDatabase, custody: Custody) -> dict[str, int]:
        """Start as a server does and open every data key; return how many of them each KEK wraps."""
        keks = Keks(database, custody, SystemClock(), Ids())
        await keks.check()
        assert await keks.broken() == []
        wraps = {each.id: each.wraps for each in await keks.status() if each.wraps}
        assert sum(wraps.values()) == ACCOUNTS
        return wraps

    async def versions(self, database: SqlDatabase) -> list[int]:
        """Return how often each account was given a data key."""
        async with database.unit_of_work() as work:
            return [dek.version for dek in await work.deks.page("", ACCOUNTS)]

    async def finish(self, database: SqlDatabase, custody: Custody) -> None:
        """Finish what was cut off, and open every provider key."""
        await Keks(database, custody, SystemClock(), Ids()).rewrap()
        vault = self._vault(database, custody)
        for key, secret in self.keys:
            assert await vault.open(key.account_id, key.id) == secret
        vault.close()

    def _vault(self, database: SqlDatabase, custody: Custody) -> Vault:
        enrol = Keks(database, custody, SystemClock(), Ids()).enrol
        return Vault(database, custody, SystemClock(), Ids(), deployment_id=self.deployment_id, enrol=enrol)

    @contextmanager
    def forking(self, script: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """Run the process that forks those to be killed."""
        path = os.pathsep.join([str(ROOT), str(ROOT / "backend")])
        command = [sys.executable, str(Path(__file__).with_name(script)), self.url, self.deployment_id, *arguments]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
        ) as parent:
            yield parent
            assert parent.stdin
            parent.stdin.close()
            assert parent.wait(30) == 0
