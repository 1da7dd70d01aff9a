"""Migrations form one line, whoever lands first: two that follow the same one would leave a database half made."""

import re

from .tree import ROOT

SQL = ROOT / "backend" / "satchel" / "stores" / "sql"


def test_each_migration_follows_the_one_before_it_and_the_tables_are_the_last_ones() -> None:
    scripts = sorted((SQL / "migrations" / "versions").glob("[0-9]*.py"))
    found = [
        (script.name[:4], *re.findall(r'^(?:down_)?revision = "?(\w+)"?$', script.read_text(encoding="utf-8"), re.MULTILINE))
        for script in scripts
    ]
    numbers = [f"{number:04}" for number in range(1, len(scripts) + 1)]
    assert found == list(zip(numbers, numbers, ["None", *numbers], strict=False))
    assert f'\nREVISION = "{numbers[-1]}"\n' in (SQL / "tables.py").read_text(encoding="utf-8")
