"""Run a step of the set-up only when something it depends on has changed.

    once.py NAME [--in PATH …] [--out PATH …] -- COMMAND …

The step runs again when the content of a file under ``--in`` changed, when the command changed or when an ``--out`` is
missing. What it ran on is kept as a hash in ``.cache/stamps/NAME``; a failed step leaves none. Knows nothing of what
the steps do, and nothing beyond the standard library: it runs before anything is installed.
"""

import argparse
import hashlib
import subprocess
import sys
import time
from pathlib import Path

STAMPS = Path(".cache/stamps")


def main(arguments: list[str]) -> int:
    """Run the command of a step if it is due, and remember that it ran."""
    step, command = parse(arguments)
    stamp = STAMPS / step.name
    due = fingerprint(step.inputs, command)
    if stamp.exists() and stamp.read_text() == due and all(Path(out).exists() for out in step.outputs):
        return 0
    print(f"── {step.title or step.name}", flush=True)
    started_at = time.monotonic()
    stamp.unlink(missing_ok=True)
    code = subprocess.run(command, check=False).returncode
    missing = [out for out in step.outputs if not Path(out).exists()]
    if code == 0 and missing:
        print(f"── {step.name} ended well but made no {', '.join(missing)}", file=sys.stderr)
        return 1
    if code == 0:
        STAMPS.mkdir(parents=True, exist_ok=True)
        stamp.write_text(due)
        print(f"── {step.name}: done in {time.monotonic() - started_at:.1f} s", flush=True)
    else:
        print(f"── {step.name} failed: {' '.join(command)}", file=sys.stderr)
    return code


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the step's options and its command: what stands before and behind the first ``--``."""
    border = arguments.index("--")
    parser = argparse.ArgumentParser(prog="once.py")
    parser.add_argument("name")
    parser.add_argument("--title")
    parser.add_argument("--in", dest="inputs", nargs="+", default=[])
    parser.add_argument("--out", dest="outputs", nargs="+", default=[])
    return parser.parse_args(arguments[:border]), arguments[border + 1 :]


def fingerprint(inputs: list[str], command: list[str]) -> str:
    """Hash the command with the path and content of every file under the inputs, whatever git ignores left out."""
    digest = hashlib.sha256("\0".join([sys.version, *command]).encode())
    for path in listed(inputs):
        if path.is_file():
            digest.update(f"\0{path}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def listed(inputs: list[str]) -> list[Path]:
    """Return the files under the inputs in a fixed order; without git, all of them."""
    if not inputs:
        return []
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *inputs]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        return sorted({Path(name) for name in answer.stdout.split("\0") if name})
    found = (file for entry in map(Path, inputs) for file in ([entry] if entry.is_file() else entry.rglob("*")))
    built = {"node_modules", "dist", ".output", ".wxt", "static"}
    return sorted(file for file in found if not built & set(file.parts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
