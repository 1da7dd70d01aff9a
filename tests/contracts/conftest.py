"""Every store three times: in memory, on SQLite, and on a real PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.databases import KINDS, MEMORY, Databases

from satchel.domain.accounts import Account
from satchel.ports.oauth import OAuthStore
from satchel.ports.stores import Database, Journal
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.journal import MemoryJournal
from satchel.stores.memory.oauth import MemoryOAuthStore
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.journal import SqlJournal
from satchel.stores.sql.oauth import SqlOAuthStore

from .values import NOW, SetClock


@dataclass
class House:
    """One set of stores over the same data."""

    kind: str
    database: Database
    journal: Journal
    oauth: OAuthStore
    clock: SetClock
    url: str | None = None


@pytest.fixture(params=KINDS)
async def house(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[House]:
    """Yield empty stores of each kind, with two accounts, `acct_a` and `acct_b`."""
    clock = SetClock()
    url = await databases.fresh(request.param, tmp_path)
    if url == MEMORY:
        memory = MemoryDatabase(clock)
        stores = House("memory", memory, MemoryJournal(memory), MemoryOAuthStore(memory), clock)
    else:
        database = SqlDatabase(url, clock)
        stores = House(request.param, database, SqlJournal(url), SqlOAuthStore(database), clock, url)
    async with stores.database.unit_of_work() as work:
        for name in "ab":
            await work.accounts.add(Account(f"acct_{name}", f"{name}@example.org", NOW))
    yield stores
    await stores.journal.aclose()
    await stores.database.aclose()
