"""A process that forks others, each of which begins to rotate the KEK, then the data keys, and is killed (-9) by itself in the middle.

It says on stdout how many Python functions a whole rotation calls. For each number on stdin it forks a process that rotates, and kills
itself at the call of that number; then it says how that ended.
"""

import sys
from pathlib import Path

from tests.custody.cutting import Cutting

from satchel.custody.local import LocalCustody
from satchel.kit.clock import SystemClock
from satchel.kit.ids import Ids
from satchel.services.vault import Vault
from satchel.services.vault.data_keys import DataKeys
from satchel.services.vault.keks import Keks
from satchel.stores.sql.database import SqlDatabase

BATCH = 1


def main(url: str, deployment_id: str, keyring: str) -> None:
    """Fork as often as we are asked to."""
    database = SqlDatabase(url)
    custody = LocalCustody.from_keyring(Path(keyring), deployment_id, is_first=False)

    async def rotate() -> None:
        clock, ids = SystemClock(), Ids()
        keks = Keks(database, custody, clock, ids)
        await keks.rotate(BATCH)
        vault = Vault(database, custody, clock, ids, deployment_id=deployment_id, enrol=keks.enrol)
        await DataKeys(database, vault, clock, ids).renew(BATCH)
        vault.close()
        await database.aclose()

    cutting = Cutting()
    print(cutting.whole(rotate), flush=True)
    for line in sys.stdin:
        print(cutting.forked(rotate, int(line)), flush=True)


main(*sys.argv[1:])
