"""`make test`: linters, TypeScript tests of each package, then Python with the architecture and the browsers.

Everything runs even when something fails. The last line is the sum, `N passed, N failed, N skipped`.
"""

import os
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree  # the reports are our own

from prerequisites import missing
from steps import LINTERS, PACKAGES, REPORTS, Step, python, run

EXCUSED = "../shared/"  # recordings and facts about others: they lie beside the repository where it is developed, and nowhere else
TWO_AT_ONCE = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder")


def main(pytest_arguments: list[str]) -> int:
    """Run everything, print what failed and the sum."""
    strict = os.environ.get("CI") == "true"
    lacking = missing()
    failed = [f"{thing.name} is missing" for thing in lacking] if strict else []
    sums = Counter(failed=len(failed))
    for step in LINTERS:
        tell(step.name, run(step), sums, failed)
    for step, report in (*map(vitest, PACKAGES), pytest(pytest_arguments)):
        report.unlink(missing_ok=True)
        ended_well = run(step)
        counts = counted(report)
        sums += counts
        unexcused = counts["skipped"] - counts["excused"]
        if strict and unexcused:
            tell(f"{step.name} skipped {unexcused}, and CI skips nothing but {EXCUSED}", False, sums, failed)
        if not ended_well or not counts["passed"]:
            failed.append(step.name)
            sums["failed"] += 0 if counts["failed"] else 1
    for name in failed:
        print(f"── FAILED: {name}")
    print(f"{sums['passed']} passed, {sums['failed']} failed, {sums['skipped']} skipped", flush=True)
    return 1 if failed else 0


def tell(name: str, passed: bool, sums: Counter[str], failed: list[str]) -> None:
    """Count a step that is no test runner as one test."""
    sums["passed" if passed else "failed"] += 1
    if not passed:
        failed.append(name)


def vitest(package: str) -> tuple[Step, Path]:
    """Return the step for a package's TypeScript tests and where its report will lie."""
    report = (REPORTS / f"{package.replace('/', '-')}.xml").absolute()
    reporters = ("--reporter=dot", "--reporter=junit", f"--outputFile.junit={report}")
    return Step(f"vitest {package}", ("node_modules/.bin/vitest", "run", *reporters), package), report


def pytest(arguments: list[str]) -> tuple[Step, Path]:
    """Return the step for all Python tests and where its report will lie. What may run at once: `tests/conftest.py`."""
    report = (REPORTS / "pytest.xml").absolute()
    return python("pytest", "pytest", f"--junitxml={report}", "--durations=15", *TWO_AT_ONCE, *arguments), report


def counted(report: Path) -> Counter[str]:
    """Sum a JUnit report up; a report that was not written counts nothing."""
    counts: Counter[str] = Counter()
    if not report.exists():
        return counts
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314 - our own report
        found = {child.tag for child in case}
        counts["failed" if found & {"failure", "error"} else "skipped" if "skipped" in found else "passed"] += 1
        counts["excused"] += any(EXCUSED in child.get("message", "") for child in case if child.tag == "skipped")
    return counts


if __name__ == "__main__":
    REPORTS.mkdir(parents=True, exist_ok=True)
    sys.exit(main(sys.argv[1:]))
