"""The tools that hold the rules: a step of the set-up, and the ruler for TypeScript functions."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .test_sizes import MEASURE, node
from .tree import ROOT

ONCE = ROOT / ".make" / "once.py"


def once(folder: Path, *command: str) -> int:
    """Run a step in a folder of its own."""
    asked = [sys.executable, ONCE, "step", "--in", "in.txt", "--out", "out.txt", "--", *command]
    return subprocess.run(asked, cwd=folder, capture_output=True, check=False).returncode


APPEND = ("sh", "-c", "echo ran >> out.txt")


def test_a_step_runs_again_only_when_its_input_changed_or_its_output_is_gone(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    (tmp_path / "in.txt").write_text("one")
    assert [once(tmp_path, *APPEND), once(tmp_path, *APPEND)] == [0, 0]
    assert out.read_text() == "ran\n"
    (tmp_path / "in.txt").write_text("two")
    once(tmp_path, *APPEND)
    assert out.read_text() == "ran\nran\n"
    out.unlink()
    once(tmp_path, *APPEND)
    assert out.read_text() == "ran\n"


def test_a_failed_step_is_tried_again_and_one_without_its_output_has_failed(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("one")
    assert once(tmp_path, "false") == 1
    assert once(tmp_path, "true") == 1
    assert once(tmp_path, *APPEND) == 0


COMPONENT = """
describe("a suite", () => {
  it("has a test", () => {
    expect(1).toBe(1);
  });
});
export function Card(props: { name: string }) {
  const title = props.name;
  return (
    <section>
      <h2>{title}</h2>
      <button onClick={() => {
        props.name;
      }} />
    </section>
  );
}
"""


@pytest.mark.skipif(not (MEASURE.parent / "node_modules").exists(), reason="no TypeScript parser: `make tools`")
def test_markup_and_suites_do_not_count_as_lines_of_a_function(tmp_path: Path) -> None:
    source = tmp_path / "Card.tsx"
    source.write_text(COMPONENT)
    ended = subprocess.run([node(), MEASURE, source], capture_output=True, text=True, check=True)
    lines = {found["name"]: found["lines"] for found in map(json.loads, ended.stdout.splitlines())}
    assert lines == {"it": 3, "Card": 6, "(anonymous)": 3}
