"""The nine import contracts."""

import subprocess
import sys
import tomllib
from pathlib import Path

from .tree import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


def test_all_nine_contracts_are_kept() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    ended = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "9 kept, 0 broken" in ended.stdout


def test_no_contract_ignores_an_import() -> None:
    assert len(CONTRACTS) == 9
    assert [contract["name"] for contract in CONTRACTS if contract.get("ignore_imports")] == []
