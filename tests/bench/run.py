"""Measure Satchel beside a direct call to the same fake upstream, interleaved in one run, and print a Markdown table.

`make bench`, or `.venv/bin/python -m tests.bench.run` with its options (`--help`). Everything is on: authentication, policy, routing, hold,
ledger, metering; the socket streams also have an origin with a grant.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uvloop
from tests.bench import memory, pages
from tests.bench.figures import cpu_s, median, memory_mb, percentile, table
from tests.bench.load import StreamResult, Target, cancel_delays, closed_loop, socket_client, streams
from tests.bench.pieces import pieces
from tests.extension_sign_in import extension_token
from tests.stage import EMAIL, PASSWORD, Satchel, running

ORIGIN = "https://bench.example"
EMAILS = [EMAIL, *(f"{number}@satchel.example" for number in range(2, 5))]

Rows = list[tuple[str, str, str]]


@dataclass
class Bench:
    """One run: Satchel, a bare pass-through and no gateway at all, for the same upstream."""

    direct: Target
    through: Target
    passed: Target
    passed_pid: int
    satchel: Satchel
    pid: int
    upstream_port: int
    rounds: int
    quick: bool
    rows: Rows = field(default_factory=list)

    def row(self, metric: str, value: str, bar: str = "–") -> None:
        """Add a row and show it."""
        self.rows.append((metric, value, bar))
        print(f"{metric:<58} {value:<44} {bar}", flush=True)


async def latency(bench: Bench, callers: int, requests: int, bar: str) -> None:
    """Added latency of JSON answers: gateway's percentile minus direct's, median over interleaved rounds."""
    added50, added99, ratio = [], [], []
    for _ in range(bench.rounds):
        direct, _ = await closed_loop(bench.direct, callers, requests)
        through, _ = await closed_loop(bench.through, callers, requests)
        added50.append(percentile(through, 50) - percentile(direct, 50))
        added99.append(percentile(through, 99) - percentile(direct, 99))
        ratio.append(percentile(through, 50) / percentile(direct, 50))
    value = f"+{median(added50):.2f} / +{median(added99):.2f} ms ({median(ratio):.1f} × direct)"
    bench.row(f"added latency p50 / p99, {callers} caller{'s' * (callers > 1)}", value, bar)


async def throughput(bench: Bench, requests: int) -> None:
    """Requests a second and CPU per request of one worker at 64 callers."""
    rates, cpus, direct_rates, passed_rates, passed_cpus = [], [], [], [], []
    for _ in range(bench.rounds):
        latencies, seconds = await closed_loop(bench.direct, 64, requests)
        direct_rates.append(len(latencies) / seconds)
        for target, pid, its_rates, its_cpus in (
            (bench.passed, bench.passed_pid, passed_rates, passed_cpus),
            (bench.through, bench.pid, rates, cpus),
        ):
            before = cpu_s(pid)
            latencies, seconds = await closed_loop(target, 64, requests)
            its_rates.append(len(latencies) / seconds)
            its_cpus.append((cpu_s(pid) - before) / len(latencies) * 1e6)
    others = f"direct {median(direct_rates):,.0f}, pass-through {median(passed_rates):,.0f}"
    ratio = f"{median(cpus) / median(passed_cpus):.1f} × the pass-through's {median(passed_cpus):,.0f} µs"
    bench.row("requests/s, 64 callers", f"{median(rates):,.0f} ({others})", "≥ 2,000")
    bench.row("CPU per request, 64 callers", f"{median(cpus):,.0f} µs ({ratio})", "≤ 500 µs, 4.1 ×")


async def first_token(bench: Bench, count: int) -> None:
    """Added time to the first token, streams one after another on fresh connections; no pace, since timers would hide some."""
    added = []
    for _ in range(bench.rounds):
        firsts: list[list[float]] = []
        for target in (bench.direct, bench.through):
            result = StreamResult()
            for _ in range(count):
                result.first += (await streams(target, 1, "f-4-0")).first
            firsts.append(result.first)
        added.append(median(firsts[1]) - median(firsts[0]))
    bench.row("added time to first token, p50", f"{median(added):+.2f} ms", "≤ 1.5 ms")


async def deltas(bench: Bench, name: str, run: Callable[[], Awaitable[StreamResult]]) -> None:
    """Deltas a second and CPU per delta, unpaced streams."""
    rates, cpus = [], []
    for _ in range(bench.rounds):
        before = cpu_s(bench.pid)
        result = await run()
        if not result.deltas:
            raise RuntimeError(f"{name}: no delta arrived")
        cpus.append((cpu_s(bench.pid) - before) / result.deltas * 1e6)
        rates.append(result.deltas / result.seconds)
    bench.row(f"{name} deltas/s", f"{median(rates):,.0f}")
    bench.row(f"{name} CPU per delta", f"{median(cpus):.0f} µs", "≤ 70 µs")


async def lateness(bench: Bench, name: str, run: Callable[[], Awaitable[StreamResult]], bar: str) -> None:
    """How old deltas are when they arrive: 200 streams at 50 a second each."""
    result = await run()
    share = result.ended / 200
    bench.row(f"lateness p99, 200 streams × 50/s, {name}", f"{percentile(result.ages, 99):.1f} ms ({share:.0%} whole)", bar)


async def cancels(bench: Bench) -> None:
    """How long after a caller left the upstream sees it, in three phases."""
    for phase in ("streaming", "before first", "json"):
        delays = await cancel_delays(bench.through, bench.upstream_port, phase, 10 if bench.quick else 40)
        value = f"p50 {median(delays):.1f} ms, p99 {percentile(delays, 99):.1f} ms"
        bench.row(f"cancel seen upstream, {phase}", value, "p99 ≤ 10 ms")


def extension_targets(bench: Bench) -> list[Target]:
    """Return targets whose tokens may speak for a page, with a grant for it: four accounts, since one may run 64 generations at once."""
    targets = []
    for email in EMAILS:
        token = extension_token(bench.satchel.url, email, PASSWORD)
        grant = {"origin": ORIGIN, "state": "allowed", "caveats": {"rate_per_minute": 100_000}}
        bench.satchel.call(token, "PUT", "/v1/grants", grant)
        targets.append(Target(bench.satchel.port, token, "bench:"))
    return targets


async def measure(bench: Bench) -> None:
    """Run everything in order, warm first."""
    idle_mb = memory_mb(bench.pid)
    scale = 1 if not bench.quick else 4
    for target in (bench.through, bench.passed):
        await closed_loop(target, 8, 400)
    await latency(bench, 1, 800 // scale, "≤ 1.0 / 2.0 ms")
    await latency(bench, 16, 4000 // scale, "–")
    await latency(bench, 64, 6000 // scale, "–")
    await throughput(bench, 8000 // scale)
    await first_token(bench, 40 // scale)
    sockets = extension_targets(bench)
    await deltas(bench, "SSE", lambda: streams(bench.through, 8, f"f-{2000 // scale}-0"))
    await deltas(bench, "websocket", lambda: streams(bench.through, 8, "", socket_client(sockets, f"f-{2000 // scale}-0", ORIGIN)))
    eight_calls = socket_client(sockets, "f-250-20", ORIGIN, calls=8)  # an account may have eight sockets
    for ramp_s, begun in ((0.0, "begun at once"), (1.0, "begun over 1 s")):
        await lateness(bench, f"{begun}, direct", partial(streams, bench.direct, 200, "f-250-20", ramp_s=ramp_s), "–")
        await lateness(bench, f"{begun}, SSE", partial(streams, bench.through, 200, "f-250-20", ramp_s=ramp_s), "≤ 8 ms")
        await lateness(bench, f"{begun}, websocket", partial(streams, bench.through, 25, "", eight_calls, ramp_s=ramp_s), "≤ 8 ms")
    await cancels(bench)
    bench.row("memory idle / loaded", f"{idle_mb:.0f} / {memory_mb(bench.pid):.0f} MB", "≤ 100 / 150 MB")
    bench.row("start-up to ready", f"{bench.satchel.ready_after_s:.2f} s", "≤ 1.5 s")


@contextmanager
def helper(name: str, *arguments: str) -> Iterator[tuple[int, int]]:
    """Run a server of this folder; give the port that it prints, and its process id."""
    command = [sys.executable, str(Path(__file__).with_name(name)), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline()), process.pid
    finally:
        process.terminate()
        process.wait(10)


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a quarter of the load, for a first look")
    parser.add_argument("--pages-only", action="store_true", help="only what a page in Chromium notices")
    parser.add_argument("--generations", type=int, default=500, help="how many the browser's memory is watched over; five a second")
    options = parser.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores shared with the load generator\n")
    with (
        tempfile.TemporaryDirectory() as home,
        helper("upstream.py") as (port, _),
        helper("pass_through.py", str(port)) as (passed_port, passed_pid),
        running(Path(home), SATCHEL_BUILTIN_MODEL="off") as satchel,
    ):
        assert satchel.process is not None
        for email in EMAILS[1:]:
            satchel.add_owner(email)
        for email in EMAILS:
            satchel.add_server(f"http://127.0.0.1:{port}/v1", "bench", email=email)
        token = satchel.add_token()
        through = Target(satchel.port, token, "bench:")
        passed = Target(passed_port)
        bench = Bench(Target(port), through, passed, passed_pid, satchel, satchel.process.pid, port, options.rounds, options.quick)
        if not options.pages_only:
            uvloop.run(measure(bench))
        if pages.measure(satchel, bench.row, options.rounds):
            memory.measure(satchel, bench.row, options.generations)
    if not options.pages_only:
        for row in uvloop.run(pieces()):
            bench.row(*row)
    print("\n" + table(bench.rows))


if __name__ == "__main__":
    main()
