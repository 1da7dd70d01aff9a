"""Time, passed in."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tell the time; tests have their own."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards."""
        ...
