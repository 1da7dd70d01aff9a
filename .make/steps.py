"""What `make check` and `make test` run: the steps, one line each, and how a step is run and told about."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("sdk-js", "extension", "backend/portal")
REPORTS = Path(".cache/reports")
BIOME = ".make/node/node_modules/.bin/biome"
PYTHON_SOURCES = ("backend", "tests", ".make")


@dataclass(frozen=True, slots=True)
class Step:
    """One command with a name to tell about it, run in a folder of the repository."""

    name: str
    command: tuple[str, ...]
    folder: str = "."


def python(name: str, *command: str) -> Step:
    """Return a step that runs a tool of the virtual environment."""
    return Step(name, (sys.executable, "-m", *command))


LINTERS = (
    python("ruff", "ruff", "check", *PYTHON_SOURCES),
    python("ruff format", "ruff", "format", "--check", *PYTHON_SOURCES),
    python("mypy", "mypy"),
    Step("biome", (BIOME, "check", "--error-on-warnings", *PACKAGES)),
    *(Step(f"tsc {package}", ("node_modules/.bin/tsc", "--noEmit"), package) for package in PACKAGES),
)
ARCHITECTURE = python("architecture", "pytest", "-q", "tests/architecture")


def run(step: Step) -> bool:
    """Run a step, its output straight to the terminal, and tell whether it ended well."""
    print(f"── {step.name}", flush=True)
    started_at = time.monotonic()
    # An unactivated environment's tools must find each other: mypy its plugins, tests the `satchel` command.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    try:
        code = subprocess.run(step.command, cwd=step.folder, env={**os.environ, "PATH": path}, check=False).returncode
    except FileNotFoundError as missing:
        print(f"   cannot run: {missing.filename} is not there", file=sys.stderr)
        code = 1
    print(f"── {step.name}: {'ok' if code == 0 else 'FAILED'} in {time.monotonic() - started_at:.1f} s", flush=True)
    return code == 0
