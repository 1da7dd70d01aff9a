"""What the doors' tests share."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from .served import Served, served


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[Served, None]:
    """Serve a house for one test."""
    async with served(tmp_path / "home", idle_timeout_s=1.3) as running:
        yield running
