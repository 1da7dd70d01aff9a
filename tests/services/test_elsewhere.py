"""Asking the database what other processes did: in batches, each told at once, and no word about a database that is away."""

from collections.abc import Sequence

import pytest

from satchel.domain.errors import NotReady
from satchel.ports.elsewhere import hear
from satchel.ports.stores import Stores

from .conftest import House

IDS = [f"tok_{number}" for number in range(1_001)]


@pytest.mark.parametrize(("away", "told"), [(None, [500, 500, 1]), (NotReady("away"), [500]), (OSError(), [500]), (TimeoutError(), [500])])
async def test_each_batch_is_told_until_the_database_is_away(house: House, away: Exception | None, told: list[int]) -> None:
    asked: list[str] = []
    heard: list[int] = []

    async def ask(stores: Stores, ids: Sequence[str]) -> Sequence[str]:
        if asked and away is not None:
            raise away
        asked.extend(ids)
        return await stores.tokens.gone(ids)

    await hear(house.database, IDS, ask, lambda ids, gone: heard.append(len(gone)))
    assert heard == told
    assert asked == IDS[: sum(told)]


async def test_nobody_is_asked_about_nothing(house: House) -> None:
    async def ask(stores: Stores, ids: Sequence[str]) -> None:
        raise AssertionError(ids)

    await hear(house.database, [], ask, lambda ids, answer: None)
