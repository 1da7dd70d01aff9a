"""Every row of the original's feature table has a test that bears its id: `test_a16_…`, or `it("A16: …")`."""

import re
from pathlib import Path

import pytest

from .tree import ROOT, code, read

TABLE = ROOT / ".." / "shared" / "reference" / "window-ai.md"
MISSING = "no shared reference beside the repository (../shared/reference)"

_ROW = re.compile(r"^\| ([A-F]\d{1,2}) \|", re.MULTILINE)
_PYTHON = re.compile(r"def test_(\w+)\(")
_TYPESCRIPT = re.compile(r"\b(?:it|test|describe)(?:\.\w+(?:\([^()]*\))?)?\(\s*([\"'`])(.*?)\1", re.DOTALL)


def names(path: Path) -> list[str]:
    """Return the names of the tests of a file."""
    if path.suffix == ".py":
        return [name.upper().replace("_", " ") for name in _PYTHON.findall(read(path))]
    return [title for _, title in _TYPESCRIPT.findall(read(path))]


def test_every_row_of_the_feature_table_is_in_the_name_of_a_test() -> None:
    if not TABLE.is_file():
        pytest.skip(MISSING)
    rows = set(_ROW.findall(TABLE.read_text(encoding="utf-8")))
    assert len(rows) > 30
    tests = [path for path in code(".py", ".ts", ".tsx") if "tests" in path.parts]
    tested = {row for path in tests for name in names(path) for row in re.findall(r"\b[A-F]\d{1,2}\b", name)}
    assert sorted(rows - tested) == []
