"""What is kept of pushed authorization requests, inside one synchronous transaction."""

from datetime import datetime
from typing import Protocol

from satchel.domain.pushes import Push


class PushRecords(Protocol):
    """Pushed requests: only inside `OAuthStore.run`."""

    def add(self, push: Push, now: datetime) -> None:
        """Keep a pushed request, and forget those that are over."""
        ...

    def get(self, reference_hash: str) -> Push | None:
        """Return a pushed request, or None; one that is over too."""
        ...

    def take(self, reference_hash: str) -> bool:
        """Use a pushed request up: True for exactly one caller."""
        ...
