"""The ties between accounts and the authorities that vouch for people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from satchel.domain.authorities import Tie


class TieStore(Protocol):
    """Ties, one for each person of an authority."""

    async def add(self, tie: Tie) -> bool:
        """Keep a tie; False, and nothing is changed, if that person of that authority is tied already, to whatever account."""
        ...

    async def of_subject(self, issuer: str, subject: str) -> Tie | None:
        """Return the tie of a person of an authority, or None."""
        ...

    async def touch(self, tie_id: str, now: datetime) -> None:
        """Note when somebody last signed in by it."""
        ...

    async def list(self, account_id: str) -> Sequence[Tie]:
        """Return the account's ties, the oldest first."""
        ...

    async def remove(self, account_id: str, tie_id: str) -> bool:
        """Untie; False if there is none."""
        ...
