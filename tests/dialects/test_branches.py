"""The dialects have no branch that no test of this folder takes. Nothing need be recorded for that, and nothing beside the dialects."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What measures time or throws chance at a decoder takes branches that nobody asserts, and long.
LEFT_OUT = ("test_branches.py", "test_any_split.py", "test_delta_costs.py", "test_fuzzing.py", "test_odd_answers.py")


@pytest.mark.timeout(600)
def test_every_branch_of_the_dialects_is_taken(tmp_path: Path) -> None:
    data = f"--data-file={tmp_path / 'coverage'}"
    left_out = (f"--ignore=tests/dialects/{name}" for name in LEFT_OUT)
    tests = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "-k", "not microseconds", "tests/dialects", *left_out)
    ran = coverage("run", data, *tests)
    assert ran.returncode == 0, ran.stdout[-4_000:] + ran.stderr[-4_000:]
    report = coverage("report", data, "--show-missing", "--skip-covered", "--fail-under=100")
    assert report.returncode == 0, report.stdout


def coverage(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((sys.executable, "-m", "coverage", *arguments), cwd=ROOT, capture_output=True, text=True, check=False)
