"""The system's clock. Tests pass their own; the Protocol is `ports/clock.py`."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Tell the time of this machine."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards; only differences mean anything."""
        return time.monotonic()
