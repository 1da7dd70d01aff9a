"""Who holds the key-encryption keys (KEKs)."""

from collections.abc import Sequence
from typing import Protocol

from satchel.domain.keys import Wrap


class KekRefused(ValueError):
    """A KEK is missing, malformed, guessable or readable by others; the server must not start. The message never shows the key."""


class Custody(Protocol):
    """Wrap and unwrap data keys with KEKs that stay where they are. One of them is primary: it wraps."""

    async def known(self) -> Sequence[str]:
        """Return the ids of all KEKs that can unwrap, the primary one first."""
        ...

    async def wrap(self, dek: bytes, context: tuple[str, ...]) -> Wrap:
        """Return `dek` (32 bytes) wrapped under the primary KEK and bound to `context`."""
        ...

    async def unwrap(self, wrap: Wrap, context: tuple[str, ...]) -> bytearray:
        """Return the data key, to be wiped by the caller.

        Raises:
            VaultLocked: the KEK is unknown here, or the blob does not open; nothing says which.
        """
        ...

    async def renew(self) -> None:
        """Make a new primary KEK; the others still unwrap. When this returns it is where it will be found after a crash.

        Raises:
            KekRefused: the KEK is not ours to make; says who makes one, and how.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections, where there are some. Safe to call twice."""
        ...
