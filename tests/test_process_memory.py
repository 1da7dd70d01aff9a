"""A server's memory stays its own, as far as that can be asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASK = """
import ctypes, resource
from satchel.cli.memory import keep_memory_private
keep_memory_private()
print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux by its own call")
def test_no_core_is_written_and_nobody_looks_in() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["0", "0"]


START = """
import asyncio, sys
from pathlib import Path
from satchel.bootstrap.doors import Doors
from satchel.bootstrap.house import open_house
from satchel.settings import Settings

async def main():
    async with open_house(Settings(home=Path(sys.argv[1]), builtin_model="off")) as house:
        async with Doors(house).serving(others_may_live=False):
            print(*sorted(set(sys.argv[2:]) & sys.modules.keys()))

asyncio.run(main())
"""
HEAVY = (
    "sqlalchemy.orm",
    "sqlalchemy.dialects.postgresql",
    "asyncpg",
    "alembic",
    "cryptography.hazmat.bindings._rust",
    "jinja2",
    "webauthn",
    "pyotp",
    "segno",
    "xllamacpp",
)


def test_a_server_at_rest_has_not_loaded_what_it_does_not_need(tmp_path: Path) -> None:
    """It is the difference between 92 and 125 MB; each is loaded when somebody first needs it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SATCHEL_")}
    migrated = [sys.executable, "-m", "satchel", "migrate"]
    subprocess.run(migrated, env=environment | {"SATCHEL_HOME": str(tmp_path)}, timeout=60, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path), *HEAVY], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
