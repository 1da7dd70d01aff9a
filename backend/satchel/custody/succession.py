"""Several custodies, one after another: how a deployment moves from one kind to another while it runs."""

from collections.abc import Sequence

from satchel.domain.errors import VaultLocked
from satchel.domain.keys import Wrap
from satchel.ports.custody import Custody


class Succession:
    """`Custody` by several: the first one wraps, each unwraps what it wrapped. None is asked for what another kind has wrapped."""

    def __init__(self, first: Custody, *others: Custody) -> None:
        self._first = first
        self._all = (first, *others)

    async def known(self) -> Sequence[str]:
        """Return the ids of all KEKs, the primary one first."""
        return [kek_id for custody in self._all for kek_id in await custody.known()]

    async def wrap(self, dek: bytes, context: tuple[str, ...]) -> Wrap:
        """Return `dek` wrapped by the first custody."""
        return await self._first.wrap(dek, context)

    async def unwrap(self, wrap: Wrap, context: tuple[str, ...]) -> bytearray:
        """Return the data key, by whoever opens it."""
        for custody in self._all[:-1]:
            try:
                return await custody.unwrap(wrap, context)
            except VaultLocked:
                continue  # not its own, and it says so without asking anybody
        return await self._all[-1].unwrap(wrap, context)

    async def renew(self) -> None:
        """Let the first custody make a new KEK."""
        await self._first.renew()

    async def aclose(self) -> None:
        """Close all."""
        for custody in self._all:
            await custody.aclose()
