"""Houses for tests, which are empty and quiet at the end."""

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from .house import House

Build = Callable[..., House]


@pytest.fixture
async def build() -> AsyncGenerator[Build, None]:
    built: list[House] = []

    def built_house(**how: object) -> House:
        built.append(House(**how))  # type: ignore[arg-type]
        return built[-1]

    yield built_house
    for house in built:
        await house.close()
    for house in built:
        await house.journal.aclose()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == [], "a task was left behind"


@pytest.fixture
def house(build: Build) -> House:
    return build()
