"""`kill -9` in the middle of a batch loses nothing that was acknowledged, and leaves the money right."""

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contracts.values import budget

from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """Return the address of a database with one budget that never runs out."""
    address = f"sqlite:///{tmp_path}/satchel.db"
    await migrate(address)
    database = SqlDatabase(address)
    async with database.unit_of_work() as work:
        await work.budgets.put(budget(cap_nusd=10**15))
    await database.aclose()
    return address


def test_a_killed_process_loses_no_acknowledged_hold_or_settlement(url: str) -> None:
    chance = random.Random(7)
    acknowledged: set[tuple[str, str]] = set()
    for number in range(ROUNDS):
        acknowledged |= set(said_before_killed(url, f"round{number}", chance.uniform(0.05, 0.4)))
        held, settled, money = kept(url.removeprefix("sqlite:///"))
        assert {name for verb, name in acknowledged if verb == "settled"} - settled == set()
        assert {name for verb, name in acknowledged if verb == "held"} - settled - held == set()
        assert held & settled == set()
        assert money == (4 * len(settled), 10 * len(held))
    assert len(acknowledged) > 100 * ROUNDS


def said_before_killed(url: str, name: str, life_s: float) -> Iterator[tuple[str, str]]:
    """Yield what the child said it had written before it was killed."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "backend")])
    command = [sys.executable, str(Path(__file__).with_name("writing_child.py")), url, name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        assert first.endswith("\n"), "the child wrote nothing"
        killer = threading.Thread(target=kill_later, args=(child, life_s))
        killer.start()
        said = [first, *child.stdout]
        killer.join()
    assert child.returncode == -9
    for line in said:
        if line.endswith("\n"):
            verb, _, generation_id = line.strip().partition(" ")
            yield verb, generation_id


def kill_later(child: "subprocess.Popen[str]", after_s: float) -> None:
    time.sleep(after_s)
    child.kill()


def kept(path: str) -> tuple[set[str], set[str], tuple[int, int]]:
    """Return what the file holds: holds, settled generations, and the budget's spent and held."""
    connection = sqlite3.connect(path)
    try:
        held = {row[0] for row in connection.execute("SELECT generation_id FROM holds")}
        settled = {row[0] for row in connection.execute("SELECT generation_id FROM generations")}
        money = connection.execute("SELECT spent_nusd, held_nusd FROM budgets").fetchone()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        connection.close()
    return held, settled, money
