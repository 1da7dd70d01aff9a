"""Every store three times: in memory, on SQLite, and on a real PostgreSQL."""

import itertools
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from satchel.domain.accounts import Account
from satchel.ports.oauth import OAuthStore
from satchel.ports.stores import Database, Journal
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.journal import MemoryJournal
from satchel.stores.memory.oauth import MemoryOAuthStore
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.journal import SqlJournal
from satchel.stores.sql.migrate import migrate
from satchel.stores.sql.oauth import SqlOAuthStore

from .values import NOW, SetClock

KINDS = ("memory", "sqlite", "postgres")
NUMBERS = itertools.count()


@dataclass
class House:
    """One set of stores over the same data."""

    kind: str
    database: Database
    journal: Journal
    oauth: OAuthStore
    clock: SetClock
    url: str | None = None


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the migrated file that each SQLite test copies is made."""
    return tmp_path_factory.mktemp("template") / "satchel.db"


@pytest.fixture(params=KINDS)
async def house(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> AsyncIterator[House]:
    """Yield empty stores of each kind, with two accounts, `acct_a` and `acct_b`."""
    clock = SetClock()
    if request.param == "memory":
        memory = MemoryDatabase(clock)
        stores = House("memory", memory, MemoryJournal(memory), MemoryOAuthStore(memory), clock)
    else:
        postgres = request.getfixturevalue("postgres") if request.param == "postgres" else None
        url = await postgres_copy(postgres) if postgres else await sqlite_copy(sqlite_template, tmp_path)
        database = SqlDatabase(url, clock)
        stores = House(request.param, database, SqlJournal(url), SqlOAuthStore(database), clock, url)
    async with stores.database.unit_of_work() as work:
        for name in "ab":
            await work.accounts.add(Account(f"acct_{name}", f"{name}@example.org", NOW))
    yield stores
    await stores.journal.aclose()
    await stores.database.aclose()


async def sqlite_copy(template: Path, folder: Path) -> str:
    """Return the address of a fresh SQLite database."""
    if not template.exists():
        await migrate(f"sqlite:///{template}")
    shutil.copy(template, folder / "satchel.db")
    return f"sqlite:///{folder}/satchel.db"


async def postgres_copy(postgres) -> str:  # type: ignore[no-untyped-def]
    """Return the address of a fresh PostgreSQL database, copied from one that was migrated once."""
    if not hasattr(postgres, "has_template"):
        postgres.sql("CREATE DATABASE template_satchel")
        await migrate(postgres.url("template_satchel"))
        postgres.has_template = True
    name = f"test_{next(NUMBERS)}"
    postgres.sql(f"CREATE DATABASE {name} TEMPLATE template_satchel")
    return str(postgres.url(name))
