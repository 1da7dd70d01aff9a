"""How long a file and a function may be. The rule in words: docs/contributing.md, "Sizes"."""

import ast
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .tree import ROOT, code, read

FILE_LINES = 400
FUNCTION_LINES = 40
NODE = ROOT / ".cache" / "node" / "bin" / "node"
MEASURE = ROOT / ".make" / "node" / "function-lengths.mjs"


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: len(read(path).splitlines()) for path in code(".py", ".ts", ".tsx", ".mjs", ".css")}
    assert {str(path): length for path, length in lengths.items() if length > FILE_LINES} == {}


def test_no_python_function_is_longer_than_40_lines() -> None:
    too_long = [name for path in code(".py") for name, length in functions(path) if length > FUNCTION_LINES]
    assert too_long == []


def test_no_typescript_function_is_longer_than_40_lines() -> None:
    sources = [str(path) for path in code(".ts", ".tsx", ".mjs")]
    if not (MEASURE.parent / "node_modules").exists():
        assert os.environ.get("CI") != "true", "the parser is missing: `make tools`"
        pytest.skip("the TypeScript parser is not installed: `make tools`")
    ended = subprocess.run([node(), MEASURE, *sources], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    measured = [json.loads(line) for line in ended.stdout.splitlines()]
    assert measured or not sources
    too_long = [f"{f['file']}:{f['line']} {f['name']}: {f['lines']}" for f in measured if f["lines"] > FUNCTION_LINES]
    assert too_long == []


def node() -> str:
    """Return the Node that the set-up brought, or the machine's."""
    found = str(NODE) if NODE.exists() else shutil.which("node")
    assert found, "Node is missing: `make setup`"
    return found


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a Python file with its lines from `def` to its end, its docstring not counted."""
    for node in ast.walk(ast.parse(read(path), filename=str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node)
            yield f"{path}:{node.lineno} {node.name}: {length}", length


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function's docstring."""
    match node.body[0]:
        case ast.Expr(value=ast.Constant(value=str())) as first:
            return (first.end_lineno or first.lineno) - first.lineno + 1
    return 0
