"""What some tests of the HTTP doors share."""

from collections.abc import AsyncGenerator

import pytest

from .two_accounts import Two, two_accounts


@pytest.fixture
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Two, None]:
    """Serve two accounts."""
    async with two_accounts(tmp_path_factory.mktemp("two")) as both:
        yield both
