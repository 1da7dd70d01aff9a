"""One screen: its name, how to come there, and the sizes that people see it at."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from playwright.sync_api import Page
from tests.e2e.axe import PAGE, Size
from tests.e2e.screens.stage import Stage


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen in one of its states. Coming there may change the stage, as a person's way does: the order of the list is theirs."""

    name: str
    way: Callable[[Stage], Iterator[Page]]
    sizes: tuple[Size, ...] = PAGE

    def shown(self, stage: Stage) -> AbstractContextManager[Page]:
        """Go there; what the screen leads to is done when it is left."""
        return contextmanager(self.way)(stage)
