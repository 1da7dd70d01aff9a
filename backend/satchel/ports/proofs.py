"""What is kept of proofs of possession (DPoP) that were used: their hashes, for as long as they would be good."""

from datetime import datetime
from typing import Protocol


class UsedProofs(Protocol):
    """Outlives the process, and is one for all processes of a deployment. Raises `NotReady` where it does not answer."""

    async def add(self, proof_hash: str, ends_at: datetime) -> bool:
        """Note that a proof is used: True for exactly one of any number of callers, in whichever process."""
        ...

    async def remove_ended(self, now: datetime) -> None:
        """Forget proofs whose time is over."""
        ...
