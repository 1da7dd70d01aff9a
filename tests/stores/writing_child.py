"""A process that holds and settles as fast as it can, says on stdout what was acknowledged, and waits to be killed."""

import asyncio
import sys

from tests.contracts.values import hold, settlement

from satchel.stores.sql.journal import SqlJournal


async def main(url: str, name: str) -> None:
    """Write for ever."""
    journal = SqlJournal(url)
    await asyncio.gather(*[caller(journal, f"{name}_{number}") for number in range(16)])


async def caller(journal: SqlJournal, name: str) -> None:
    """Hold, say so; settle every other one, say so."""
    number = 0
    while True:
        record = hold(f"gen_{name}_{number}", 10, ("grant_1",), worker_id=name)
        await journal.hold(record)
        sys.stdout.write(f"held {record.generation_id}\n")
        if number % 2:
            await journal.settle(settlement(record, 4))
            sys.stdout.write(f"settled {record.generation_id}\n")
        sys.stdout.flush()
        number += 1


asyncio.run(main(sys.argv[1], sys.argv[2]))
