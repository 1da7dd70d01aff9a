"""Reading runs in tests."""

from contextlib import aclosing

from satchel.domain.errors import SatchelError
from satchel.domain.events import Event, Finished, Started, TextDelta
from satchel.services.streams import Run

from .house import DONE, Step


async def read(run: Run, after: int = 0, at_most: int | None = None) -> list[tuple[int, Event | SatchelError]]:
    """Read a run, up to its end or until `at_most` things came; then leave."""
    seen: list[tuple[int, Event | SatchelError]] = []
    async with aclosing(run.events(after)) as events:
        async for item in events:
            seen.append(item)
            if len(seen) == at_most:
                break
    return seen


def ends_of(seen: list[tuple[int, Event | SatchelError]]) -> list[Event | SatchelError]:
    return [item for _, item in seen if isinstance(item, Finished | SatchelError)]


def numbered(count: int) -> list[Step]:
    return [Started("m"), *(TextDelta(f"{number} ") for number in range(count)), DONE]
