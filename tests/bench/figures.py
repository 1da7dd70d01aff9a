"""Percentiles, CPU and memory of a process tree, and the printed table."""

from collections.abc import Sequence
from typing import Protocol

import psutil


class Row(Protocol):
    """Adds a row to the table and shows it."""

    def __call__(self, metric: str, value: str, bar: str = "–") -> None:
        """Add it."""


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` percent lie; NaN for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else float("nan")


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return percentile(values, 50)


def cpu_s(pid: int) -> float:
    """Return user and system seconds of a process and its children."""
    total = 0.0
    process = psutil.Process(pid)
    for member in [process, *process.children(recursive=True)]:
        times = member.cpu_times()
        total += times.user + times.system
    return total


def memory_mb(pid: int) -> float:
    """Return resident memory of one process in megabytes."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def table(rows: Sequence[tuple[str, str, str]]) -> str:
    """Return a Markdown table of metric, measured value and bar."""
    lines = ["| metric | measured | first bar |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {metric} | {value} | {bar} |" for metric, value, bar in rows)])
