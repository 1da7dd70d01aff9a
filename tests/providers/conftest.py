from collections.abc import AsyncIterator

import pytest

from satchel.transport import Transport


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    subject = Transport(allow_loopback=True)
    yield subject
    await subject.aclose()
