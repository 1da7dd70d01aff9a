"""The key-encryption keys of this deployment: checked at the start, rotated while everything runs. The keys themselves are in custody.

What wraps is what custody says: its first KEK is the primary, in the database too. A canary, a data key of nobody's, is kept wrapped by
each KEK, so that a wrong one is noticed before anything is sealed with it. Data keys are wrapped anew in batches, each a transaction of its
own: a process killed at any moment leaves data keys under the old KEK and under the new one, and both open.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from satchel.domain.errors import VaultLocked
from satchel.domain.keys import DEK_BYTES, Kek, WrappedDek
from satchel.domain.totp import Totp
from satchel.domain.vault import SEALED_DEK_BYTES, UserWrap
from satchel.kit.aead import wipe
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.custody import Custody, KekRefused
from satchel.ports.stores import Database, Stores

Sealed = WrappedDek | UserWrap | Totp
"""What a KEK seals: a data key, a wrap of one that the person has to open further, or the seed of one-time codes."""

BATCH = 500
CANARY = ("", "canary", "1", "canary")
"""What a canary is bound to."""


class _SealedStore(Protocol):
    """What the stores of all kinds have in common."""

    async def page(self, after_id: str, limit: int, but_under: str | None = None) -> Sequence[Any]: ...

    async def rewrap(self, before: Any, after: Any) -> bool: ...


_STORES: tuple[Callable[[Stores], _SealedStore], ...] = (
    lambda stores: stores.deks,
    lambda stores: stores.dek_wraps,
    lambda stores: stores.totps,
)


@dataclass(frozen=True, slots=True)
class KekStatus:
    """One KEK, and how things stand with it. `kek` None: it wraps data keys and is not written down."""

    id: str
    kek: Kek | None
    wraps: int
    in_custody: bool


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What wrapping anew did: how many data keys, and which do not open and were left as they are."""

    count: int
    broken: Sequence[Sealed]


class Keks:
    """Check and rotate the KEKs."""

    def __init__(self, database: Database, custody: Custody, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._custody = custody
        self._clock = clock
        self._ids = ids

    async def check(self) -> None:
        """Look at the start whether everything that is sealed can be opened. Nothing is changed, but which KEK is called primary.

        Raises:
            KekRefused: a KEK that is needed is missing, or is another than the one that sealed; says what to do.
        """
        found = await self.status()
        if not found:
            return  # nothing is sealed yet; the first data key brings the first KEK
        for each in found:
            needed = each.wraps > 0 or (each.kek is not None and each.kek.state == "primary")
            if needed and not each.in_custody:
                raise KekRefused(
                    f"{each.id}, which the provider keys of this database are sealed with, is not among the key-encryption keys given;"
                    " put it back where SATCHEL_KEK_URL says. Nothing was changed"
                )
        for each in found:
            if each.kek is not None and each.in_custody:
                await self._open_canary(each.kek)
        await self.enrol()

    async def enrol(self) -> None:
        """Write down what custody's primary KEK is, with a canary, unless it is known as that. Idempotent; call it before wrapping."""
        async with self._database.unit_of_work() as stores:
            kept = {kek.id: kek for kek in await stores.keks.list()}
        primary = kept.get((await self._custody.known())[0])
        if primary is not None and primary.state == "primary":
            return
        if primary is None:
            primary = await self._new_kek()
        async with self._database.unit_of_work() as stores:
            await stores.keks.put_primary(replace(primary, state="primary"))

    async def rotate(self, batch: int = BATCH) -> Rewrapped:
        """Finish a rotation that was broken off; if there was none, make a new KEK and wrap every data key with it.

        Raises:
            KekRefused: custody does not make KEKs; says who does.
        """
        unfinished = await self.rewrap(batch)
        if unfinished.count:
            return unfinished
        before = await self._custody.known()
        await self._custody.renew()
        if before == await self._custody.known():
            raise KekRefused("the key-encryption key was renewed and cannot be read; see the log. Nothing was changed")
        return await self.rewrap(batch)

    async def rewrap(self, batch: int = BATCH) -> Rewrapped:
        """Wrap every data key with the primary KEK that is not. Safe to repeat, to kill, and to run twice at once."""
        await self.enrol()
        primary = (await self._custody.known())[0]
        count, broken = 0, list[Sealed]()
        for store_of in _STORES:
            last = ""
            while True:
                async with self._database.unit_of_work() as stores:
                    page = await store_of(stores).page(last, batch, but_under=primary)
                if not page:
                    break
                last = page[-1].id
                pairs = [(each, await self._wrapped_anew(each)) for each in page]
                broken += [before for before, after in pairs if after is None]
                async with self._database.unit_of_work() as stores:
                    count += sum([await store_of(stores).rewrap(before, after) for before, after in pairs if after is not None])
        await self._retire()
        await self._database.scrub()
        return Rewrapped(count, broken)

    async def status(self) -> Sequence[KekStatus]:
        """Return every KEK that is written down or wraps something, newest first; empty while nothing was ever sealed."""
        async with self._database.unit_of_work() as stores:
            kept, counts = await stores.keks.list(), await stores.keks.counts()
        return _statuses(kept, counts, await self._custody.known() if kept or counts else ())

    async def broken(self, batch: int = BATCH) -> Sequence[Sealed]:
        """Return the data keys, and the person's own wraps of them, that the KEK does not open. Changes nothing."""
        found = list[Sealed]()
        for store_of in _STORES:
            last = ""
            while True:
                async with self._database.unit_of_work() as stores:
                    page = await store_of(stores).page(last, batch)
                if not page:
                    break
                last = page[-1].id
                found += [each for each in page if not await self._opens(each)]
        return found

    async def _new_kek(self) -> Kek:
        wrap = await self._custody.wrap(self._ids.secret_bytes(DEK_BYTES), CANARY)
        return Kek(wrap.kek_id, "primary", self._clock.now(), wrap.blob)

    async def _open_canary(self, kek: Kek) -> None:
        try:
            await self._custody.unwrap(kek.wrap, CANARY)
        except VaultLocked as error:
            raise KekRefused(
                f"{kek.id} does not open its canary: the database was changed, or belongs to another deployment. Nothing was changed"
            ) from error

    async def _wrapped_anew(self, sealed: Sealed) -> Sealed | None:
        try:
            clear = await self._custody.unwrap(sealed.wrap, sealed.context)
        except VaultLocked:
            return None
        try:
            wrap = await self._custody.wrap(bytes(clear), sealed.context)
        finally:
            wipe(clear)
        return replace(sealed, kek_id=wrap.kek_id, blob=wrap.blob)

    async def _opens(self, sealed: Sealed) -> bool:
        try:
            clear = await self._custody.unwrap(sealed.wrap, sealed.context)
        except VaultLocked:
            return False
        wipe(clear)
        return len(clear) == (SEALED_DEK_BYTES if isinstance(sealed, UserWrap) else DEK_BYTES)

    async def _retire(self) -> None:
        """Call those destroyed that the operator took out of custody and that have nothing left to unwrap."""
        for each in await self.status():
            if not each.in_custody and each.kek is not None and each.kek.state == "decrypt_only":
                async with self._database.unit_of_work() as stores:
                    await stores.keks.retire(each.id)


def _statuses(kept: Sequence[Kek], counts: Mapping[str, int], known: Sequence[str]) -> Sequence[KekStatus]:
    unknown = sorted(counts.keys() - {kek.id for kek in kept})
    found = [KekStatus(kek.id, kek, counts.get(kek.id, 0), kek.id in known) for kek in kept]
    return [*found, *(KekStatus(kek_id, None, counts[kek_id], kek_id in known) for kek_id in unknown)]
