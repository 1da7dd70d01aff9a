"""What the architecture tests read: the files of the repository, as git knows them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is or would be committed, relative to the root."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(path for name in set(listed.split("\0")) if name and (ROOT / (path := Path(name))).is_file()))


def code(*suffixes: str) -> list[Path]:
    """Return the files with these suffixes that a person wrote: no generated code, no migrations."""
    return [path for path in files() if path.suffix in suffixes and not written_by_a_tool(path)]


def written_by_a_tool(path: Path) -> bool:
    """Tell generated sources and migration scripts from those that a person keeps in order."""
    return path.name.endswith(".gen.ts") or "migrations/versions" in path.as_posix()


def read(path: Path) -> str:
    """Return a file's text; what is no text reads as nothing."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def reference() -> str:
    """Return all reference pages in one text."""
    return "\n".join(page.read_text(encoding="utf-8") for page in sorted(REFERENCE.rglob("*.md")))
