"""Waiting for what happens elsewhere, in another process."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

WAIT_S = 20.0
_LOOK_EVERY_S = 0.05


def until(found: Callable[[], T | None], what: str, seconds: float = WAIT_S) -> T:
    """Return the first truthy answer of `found`, which nobody tells us of: it is asked twenty times a second."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        if time.monotonic() >= deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(_LOOK_EVERY_S)
    return answer
