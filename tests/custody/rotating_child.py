"""A process that forks others, each of which begins to rotate the KEK and is killed (-9) by itself in the middle.

It says on stdout how many Python functions a whole rotation calls. For each number on stdin it forks a process that rotates, and kills
itself at the call of that number; then it says how that ended.
"""

import asyncio
import itertools
import os
import signal
import sys
from pathlib import Path

from satchel.custody.local import LocalCustody
from satchel.kit.clock import SystemClock
from satchel.kit.ids import Ids
from satchel.services.vault.keks import Keks
from satchel.stores.sql.database import SqlDatabase

BATCH = 1


class Rotations:
    """Rotates over one database."""

    def __init__(self, url: str, keyring: str, deployment_id: str) -> None:
        self._database = SqlDatabase(url)
        self._custody = LocalCustody.from_keyring(Path(keyring), deployment_id, is_first=False)
        self._calls = itertools.count()
        self._last = -1

    def whole(self) -> int:
        """Rotate; return how many functions were called."""
        self._rotate()
        return next(self._calls)

    def cut_off(self, last: int) -> None:
        """Rotate until the call of this number, which is never made."""
        self._last = last
        self._calls = itertools.count()
        self._rotate()

    def _rotate(self) -> None:
        sys.setprofile(self._called)
        asyncio.run(self._rotated())
        sys.setprofile(None)

    async def _rotated(self) -> None:
        await Keks(self._database, self._custody, SystemClock(), Ids()).rotate(BATCH)
        await self._database.aclose()

    def _called(self, _: object, event: str, __: object) -> None:
        if event == "call" and next(self._calls) == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, keyring: str, deployment_id: str) -> None:
    """Fork as often as we are asked to."""
    rotations = Rotations(url, keyring, deployment_id)
    print(rotations.whole(), flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            rotations.cut_off(int(line))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        print("killed" if os.WIFSIGNALED(status) else "ended", flush=True)


main(*sys.argv[1:])
