"""`kill -9` at any moment of a move between custodies, from the environment to a file to Vault and back, loses no key."""

import asyncio
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.custody.moves import IN_FILE, moves
from tests.custody.sealed_house import SealedHouse
from tests.custody.transit_engine import transit_engine

from satchel.bootstrap.custodies import custody_of
from satchel.kit.clock import SystemClock
from satchel.ports.custody import Custody
from satchel.settings import Settings
from satchel.stores.sql.database import SqlDatabase

KILLS = 50


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder in memory where there is one: a killed process is no power cut, and nobody need wait for a disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        (Path(folder) / "kek").write_text(IN_FILE)
        (Path(folder) / "kek").chmod(0o600)
        yield Path(folder)


async def test_killed_moves_lose_no_key(folder: Path) -> None:
    house = SealedHouse(f"sqlite:///{folder}/satchel.db")
    chance = random.Random(11)
    killed = halfway = number = 0
    made = set[int]()
    async with transit_engine() as engine:
        steps = moves(folder, engine.url, folder / "home")
        await house.fill(lambda deployment_id: _custody(steps[-1], deployment_id))
        database = SqlDatabase(house.url)
        with house.forking("moving_child.py", str(folder), engine.url) as parent:
            assert parent.stdin
            assert parent.stdout
            calls = [int(each) for each in (await asyncio.to_thread(parent.stdout.readline)).split()]
            while killed < KILLS:
                print(number, chance.randrange(calls[number]), file=parent.stdin, flush=True)
                killed += await asyncio.to_thread(parent.stdout.readline) == "killed\n"
                wraps = await _starts(house, database, steps[number])
                halfway += len(wraps) > 1
                if wraps.keys() == {(await _known(steps[number], house.deployment_id))}:  # all of it has moved: on to the next custody
                    made.add(number)
                    number = (number + 1) % len(steps)
        custody = _custody(steps[number], house.deployment_id)
        await house.finish(database, custody)
        assert len(await house.starts(database, custody)) == 1
        await custody.aclose()
        await database.aclose()
    assert made == {0, 1, 2, 3}, "not every move was cut off"
    assert halfway > 0, "no process was killed between two batches: the test proves nothing"


def _custody(settings: Settings, deployment_id: str) -> Custody:
    return custody_of(settings, deployment_id, SystemClock(), is_first=False)


async def _starts(house: SealedHouse, database: SqlDatabase, settings: Settings) -> dict[str, int]:
    custody = _custody(settings, house.deployment_id)
    wraps = await house.starts(database, custody)
    await custody.aclose()
    return wraps


async def _known(settings: Settings, deployment_id: str) -> str:
    custody = _custody(settings, deployment_id)
    (primary, *_) = await custody.known()
    await custody.aclose()
    return primary
