"""What a deed costs in CPU time, measured in turn with a yardstick: a slow or busy machine is slow at both, so that bars hold anywhere."""

import time
from collections.abc import Awaitable, Callable

import orjson

YARDSTICK_US = 6.3
"""What `yardstick` takes where the bars were set.

A pass-through of uvicorn and aiohttp costs 123 µs a request there; it costs 190 µs, and the yardstick 9.7, on two cores of a virtual
machine with CPython 3.11.7 (2026-11-28).
"""

_CHUNK = orjson.dumps({"id": "gen_1", "choices": [{"index": 0, "delta": {"content": "a word"}, "finish_reason": None}], "usage": None})


def cost_us(deed: Callable[[], object], *, times: int = 200, rounds: int = 20) -> float:
    """Return the microseconds of CPU that `deed` takes at its best, on the machine where the bars were set."""
    best_us = yard_us = float("inf")
    for _ in range(rounds):
        yard_us = min(yard_us, _timed_us(yardstick, times))
        best_us = min(best_us, _timed_us(deed, times))
    return best_us / yard_us * YARDSTICK_US


async def awaited_cost_us(deed: Callable[[], Awaitable[object]], *, times: int = 100, rounds: int = 20) -> float:
    """Return what `cost_us` does, for a deed to await."""
    best_us = yard_us = float("inf")
    for _ in range(rounds):
        yard_us = min(yard_us, _timed_us(yardstick, times))
        begun_ns = time.thread_time_ns()
        for _ in range(times):
            await deed()
        best_us = min(best_us, (time.thread_time_ns() - begun_ns) / times / 1000)
    return best_us / yard_us * YARDSTICK_US


def yardstick() -> None:
    """Do some of what our code does: read JSON, look things up, put text together."""
    for _ in range(3):
        choice = orjson.loads(_CHUNK)["choices"][0]
        facts = {name: value for name, value in choice.items() if value is not None}
        orjson.dumps({"text": "".join((facts["delta"]["content"], str(facts["index"])))})


def _timed_us(deed: Callable[[], object], times: int) -> float:
    begun_ns = time.thread_time_ns()
    for _ in range(times):
        deed()
    return (time.thread_time_ns() - begun_ns) / times / 1000
