"""What the program offers is in the reference pages: settings, error codes, frames, providers, commands."""

import dataclasses
import re
import tomllib

import pytest

from satchel.domain import errors

from .tree import REFERENCE, ROOT, reference

PROVIDERS = ROOT / "backend" / "satchel" / "data" / "providers.toml"


def headings(page: str) -> set[str]:
    """Return the names in code style that head a section or a table row of a reference page."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return set(re.findall(r"^(?:#+ |\| )`([^`]+)`", text, re.MULTILINE))


def leaves(error: type[errors.SatchelError]) -> list[type[errors.SatchelError]]:
    """Return the errors of the tree that nothing is derived from."""
    below = [leaf for child in error.__subclasses__() for leaf in leaves(child)]
    return below or [error]


def test_every_error_code_has_a_heading() -> None:
    ours = [leaf for leaf in leaves(errors.SatchelError) if leaf.__module__ == errors.__name__]
    assert len(ours) > 20
    assert {leaf.code for leaf in ours} - headings("errors.md") == set()


def test_every_setting_is_described() -> None:
    settings = pytest.importorskip("satchel.settings", reason="there are no settings yet").Settings
    model = getattr(settings, "model_fields", None)
    names = set(model) if model else {field.name for field in dataclasses.fields(settings)}
    assert {f"SATCHEL_{name.upper()}" for name in names} - headings("settings.md") == set()


def test_every_frame_type_has_a_heading() -> None:
    pytest.importorskip("satchel.doors.socket.frames", reason="there are no frames yet")
    source = (ROOT / "backend/satchel/doors/socket/frames.py").read_text(encoding="utf-8")
    types = set(re.findall(r"\btype: Literal\[\"(\w+)\"\]", source))
    assert len(types) >= 12
    assert types - headings("socket-protocol.md") == set()


def test_every_provider_row_is_listed() -> None:
    if not PROVIDERS.exists():
        pytest.skip("there are no provider rows yet")
    rows = tomllib.loads(PROVIDERS.read_text(encoding="utf-8"))["providers"]
    ids = {row["id"] for row in rows} if isinstance(rows, list) else set(rows)
    assert ids - headings("providers.md") == set()


def test_every_command_is_described() -> None:
    command = pytest.importorskip("satchel.cli", reason="there is no command line yet").main
    assert {name for name in paths(command) if f"`satchel {name}" not in reference()} == set()


def paths(command: object, above: str = "") -> list[str]:
    """Return the full names of the commands under a group."""
    commands = getattr(command, "commands", None)
    if not commands:
        return [above.strip()]
    return [path for name, child in commands.items() for path in paths(child, f"{above} {name}")]
