"""A process that forks others, each of which begins to move data keys to another custody and is killed (-9) by itself in the middle.

It makes each of the moves once, and says on stdout how many Python functions each calls. For each pair on stdin, the number of a move
and that of a call, it forks a process that moves, and kills itself at that call; then it says how that ended.
"""

import sys
from pathlib import Path

from tests.custody.cutting import Cutting, Deed
from tests.custody.moves import moves

from satchel.bootstrap.custodies import custody_of
from satchel.kit.clock import SystemClock
from satchel.kit.ids import Ids
from satchel.services.vault.keks import Keks
from satchel.settings import Settings
from satchel.stores.sql.database import SqlDatabase

BATCH = 1


def main(url: str, deployment_id: str, folder: str, engine_url: str) -> None:
    """Fork as often as we are asked to."""
    clock = SystemClock()

    def deed(settings: Settings) -> Deed:
        async def move() -> None:
            database, custody = SqlDatabase(url), custody_of(settings, deployment_id, clock, is_first=False)
            await Keks(database, custody, clock, Ids()).rewrap(BATCH)
            await custody.aclose()
            await database.aclose()

        return move

    cutting = Cutting()
    deeds = [deed(settings) for settings in moves(Path(folder), engine_url, Path(folder) / "home")]
    print(*[cutting.whole(move) for move in deeds], flush=True)
    for line in sys.stdin:
        number, last = line.split()
        print(cutting.forked(deeds[int(number)], int(last)), flush=True)


main(*sys.argv[1:])
