"""A house to knock at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.databases import KINDS, Databases
from tests.doors.portal.house import House, house


@pytest.fixture(params=KINDS)
async def home(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[House]:
    """Return a house over each kind of store."""
    async with house(await databases.fresh(request.param, tmp_path), tmp_path) as built:
        yield built


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[House]:
    """Return a house over memory, for what no store has a part in."""
    async with house("memory", tmp_path) as built:
        yield built
