"""Who holds the key-encryption key."""

from typing import Protocol


class Custody(Protocol):
    """Wrap and unwrap data keys with a KEK that stays where it is."""

    @property
    def kek_id(self) -> str:
        """Return the id of the primary KEK, stored beside what it wraps."""
        ...

    async def wrap(self, dek: bytes, context: tuple[str, ...]) -> bytes:
        """Return `dek` (32 bytes) wrapped under the primary KEK and bound to `context`."""
        ...

    async def unwrap(self, kek_id: str, blob: bytes, context: tuple[str, ...]) -> bytearray:
        """Return the data key, to be wiped by the caller.

        Raises:
            VaultLocked: the KEK is unknown here, or the blob does not open; nothing says which.
        """
        ...
