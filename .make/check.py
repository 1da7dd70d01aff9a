"""`make check`: every linter and type checker, all of them even when one fails."""

import sys

from steps import ARCHITECTURE, LINTERS, run


def main() -> int:
    """Run all checks and name those that failed."""
    failed = [step.name for step in (*LINTERS, ARCHITECTURE) if not run(step)]
    print(f"── failed: {', '.join(failed)}" if failed else "── all checks pass")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
