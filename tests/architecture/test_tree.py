"""What lies where, what it may be called, and what must never be written down."""

import json
import re
from pathlib import PurePath

import pytest

from .tree import ROOT, code, files, read

TOP_LEVEL = {"pyproject.toml", "README.md", "Makefile", "LICENSE", "backend", "extension", "sdk-js", "tests", "docs"}
PACKAGES = ("sdk-js", "extension", "backend/portal")
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "managers"}
# Written in halves, so that this file does not find itself.
MACHINE_PATHS = re.compile(r"(?<![\w./-])/(?:wo" + r"rk|ro" + r"ot|Users|home/\w+)/")
REQUIREMENTS = sorted((ROOT / "backend").glob("requirements*.txt"))


def test_the_top_level_holds_nothing_else() -> None:
    found = {path.parts[0] for path in files()}
    assert {name for name in found - TOP_LEVEL if not name.startswith(".")} == set()
    assert TOP_LEVEL - found == set()


def test_no_file_or_folder_has_a_shapeless_name() -> None:
    named = {part for path in code(".py", ".ts", ".tsx", ".mjs", ".css") for part in path.parts}
    words = {name: set(re.split(r"[._-]", name.lower())) for name in named}
    assert {name for name, found in words.items() if found & SHAPELESS} == set()


def test_no_file_names_a_place_on_one_machine() -> None:
    found = [str(path) for path in files() if MACHINE_PATHS.search(read(path))]
    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_each_npm_package_has_its_lock_file(package: str) -> None:
    assert (ROOT / package / "package-lock.json").is_file()


def test_npm_locks_hold_no_address() -> None:
    for path in (path for path in files() if path.name == "package-lock.json"):
        entries = json.loads(read(path))["packages"]
        fetched = [name for name, entry in entries.items() if "resolved" in entry and not entry.get("link")]
        assert fetched == [], path
        unchecked = [name for name, entry in entries.items() if is_fetched(name, entry) and "integrity" not in entry]
        assert unchecked == [], path


def is_fetched(name: str, entry: dict[str, object]) -> bool:
    """Tell packages from a registry from the package itself, links and what is bundled."""
    return PurePath(name).parts[:1] == ("node_modules",) and not (entry.get("link") or entry.get("inBundle"))


@pytest.mark.parametrize("lock", REQUIREMENTS, ids=lambda path: path.name)
def test_python_locks_hold_hashes_and_no_address(lock: PurePath) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?:index-url|extra-index-url|find-links|trusted-host)", text, re.MULTILINE)
    pinned = re.findall(r"^[a-z0-9][\w.-]*==\S+.*$", text, re.MULTILINE)
    assert pinned
    assert [line for line in pinned if not line.endswith("\\")] == []


def test_no_npm_configuration_names_a_registry() -> None:
    assert [str(path) for path in files() if path.name == ".npmrc" and "://" in read(path)] == []
