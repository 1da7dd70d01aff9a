"""Deeds that are cut off (-9) in the middle, each in a process forked for it."""

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

Deed = Callable[[], Coroutine[Any, Any, None]]


class Cutting:
    """Counts the Python functions that a deed calls, and kills its own process at one of them."""

    def __init__(self) -> None:
        self._calls = itertools.count()
        self._last = -1

    def whole(self, deed: Deed) -> int:
        """Do it; return how many functions were called."""
        self._calls = itertools.count()
        sys.setprofile(self._called)
        asyncio.run(deed())
        sys.setprofile(None)
        return next(self._calls)

    def forked(self, deed: Deed, last: int) -> str:
        """Do it in a process forked from this one, until the call of this number, which is never made; say how that ended."""
        pid = os.fork()
        if pid == 0:
            self._last = last
            self.whole(deed)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        return "killed" if os.WIFSIGNALED(status) else "ended"

    def _called(self, _: object, event: str, __: object) -> None:
        if event == "call" and next(self._calls) == self._last:
            os.kill(os.getpid(), signal.SIGKILL)
