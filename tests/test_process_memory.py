"""A server's memory stays its own, as far as that can be asked for."""

import subprocess
import sys

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
