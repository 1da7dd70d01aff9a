"""Every public name of the backend says what it is."""

import subprocess
import sys

from .tree import ROOT


def test_every_public_name_in_the_backend_has_a_docstring() -> None:
    asked = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--select",
        "D1",
        "--ignore",
        "D105,D107",
        "--output-format",
        "concise",
        "backend/satchel",
    ]
    ended = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
