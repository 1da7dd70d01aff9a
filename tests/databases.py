"""Empty databases for the tests, of each kind there is: copies of ones that were migrated once a session."""

import itertools
import shutil
from pathlib import Path

import pytest
from tests.postgres import Postgres

from satchel.stores.sql.migrate import migrate

KINDS = ("memory", "sqlite", "postgres")
MEMORY = "memory"
"""What stands for an address where there is no database."""
TEMPLATE = "template_satchel"


class Databases:
    """Makes them. PostgreSQL is started when the first one on it is wanted."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest) -> None:
        self._template = folder / "satchel.db"
        self._request = request
        self._numbers = itertools.count()
        self._is_postgres_ready = False

    async def fresh(self, kind: str, folder: Path) -> str:
        """Return the address of an empty database; a SQLite file lies in `folder`."""
        match kind:
            case "sqlite":
                return await self._on_sqlite(folder)
            case "postgres":
                return await self._on_postgres(self._request.getfixturevalue("postgres"))
            case _:
                return MEMORY

    async def _on_sqlite(self, folder: Path) -> str:
        if not self._template.exists():
            await migrate(f"sqlite:///{self._template}")
        shutil.copy(self._template, folder / "satchel.db")
        return f"sqlite:///{folder}/satchel.db"

    async def _on_postgres(self, postgres: Postgres) -> str:
        if not self._is_postgres_ready:
            postgres.sql(f"CREATE DATABASE {TEMPLATE}")
            await migrate(postgres.url(TEMPLATE))
            self._is_postgres_ready = True
        name = f"test_{next(self._numbers)}"
        postgres.sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return postgres.url(name)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Databases:
    """Return what makes databases for this session."""
    return Databases(tmp_path_factory.mktemp("template"), request)
