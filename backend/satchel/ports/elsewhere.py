"""Hearing of what other processes did: the bus does not reach from one to another, so the database is asked about what is in use here."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from satchel.domain.errors import NotReady
from satchel.ports.stores import Database, Stores

T = TypeVar("T")

_BATCH = 500


async def hear(
    database: Database, ids: Sequence[str], ask: Callable[[Stores, Sequence[str]], Awaitable[T]], heard: Callable[[Sequence[str], T], None]
) -> None:
    """Ask about ids, a few hundred in each unit of work, and tell at once what came of it. Nothing happens while the database is away."""
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        try:
            async with database.unit_of_work() as stores:
                answer = await ask(stores, batch)
        except (NotReady, OSError, TimeoutError):
            return
        heard(batch, answer)
