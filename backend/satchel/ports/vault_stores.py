"""What the vault keeps, one small store per noun, inside a unit of work (`ports/stores.py`). Nothing of it is in clear."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from satchel.domain.keys import Kek, Key, WrappedDek
from satchel.domain.vault import UserWrap


class KeyStore(Protocol):
    """Provider keys, sealed."""

    async def add(self, key: Key) -> None:
        """Keep a new key. Raises `MalformedRequest` if the account has its label already."""
        ...

    async def get(self, account_id: str, key_id: str) -> Key | None:
        """Return the key, or None."""
        ...

    async def list(self, account_id: str) -> Sequence[Key]:
        """Return the account's keys, oldest first."""
        ...

    async def remove(self, account_id: str, key_id: str) -> bool:
        """Remove the key; False if there is none."""
        ...

    async def page(self, after_id: str, limit: int) -> Sequence[Key]:
        """Return sealed keys of all accounts in the order of their ids, for the operator's commands only. `after_id` '' begins."""
        ...

    async def reseal(self, before: Key, after: Key) -> bool:
        """Replace seal, data key and fingerprint of a key; False if it was removed, or is sealed with another data key by now."""
        ...


class DekStore(Protocol):
    """The wrapped data key of each account."""

    async def get(self, account_id: str) -> WrappedDek | None:
        """Return the account's newest wrapped data key, or None."""
        ...

    async def put(self, dek: WrappedDek) -> WrappedDek:
        """Keep `dek` unless the account has one of this version; return the one that is kept."""
        ...

    async def page(self, after_id: str, limit: int, but_under: str | None = None) -> Sequence[WrappedDek]:
        """Return data keys of all accounts in the order of their ids, without locked ones, for the operator's commands only.

        Args:
            after_id: where to go on; '' begins.
            limit: how many at most.
            but_under: leave out those that this KEK wraps.
        """
        ...

    async def rewrap(self, before: WrappedDek, after: WrappedDek) -> bool:
        """Replace how a data key is wrapped; False if it is no longer wrapped as `before` says, and nothing changes then."""
        ...

    async def pin(self, dek_id: str) -> bool:
        """Keep others from removing a data key until this unit of work ends; False if it is gone already."""
        ...

    async def mark_by_hand(self, dek_id: str, locked: bool) -> None:
        """Note that a person has locked a data key by hand, which counts as a lock, or unlocked it so."""
        ...

    async def count_lock(self, account_id: str) -> None:
        """Note that whatever of the account is open must close, in every process. Nothing happens where it has no data key."""
        ...

    async def count_locked(self) -> int:
        """Return how many accounts are in locked mode."""
        ...

    async def current(self, account_ids: Collection[str]) -> Mapping[str, tuple[str, int]]:
        """Return, for each of the accounts that has one, its newest data key's id and how often that was locked."""
        ...

    async def remove(self, dek_id: str) -> bool:
        """Remove a data key; False if it is gone already. What is sealed with it does not open any more."""
        ...


class DekWrapStore(Protocol):
    """The person's own wraps of data keys, in locked mode."""

    async def add(self, wrap: UserWrap) -> None:
        """Keep a new wrap."""
        ...

    async def list(self, account_id: str, dek_id: str) -> Sequence[UserWrap]:
        """Return the wraps of one data key, oldest first."""
        ...

    async def remove(self, account_id: str, wrap_id: str) -> bool:
        """Remove a wrap; False if there is none."""
        ...

    async def remove_all(self, account_id: str) -> None:
        """Remove every wrap of an account."""
        ...

    async def page(self, after_id: str, limit: int, but_under: str | None = None) -> Sequence[UserWrap]:
        """Return wraps of all accounts in the order of their ids, as `DekStore.page` does."""
        ...

    async def rewrap(self, before: UserWrap, after: UserWrap) -> bool:
        """Replace the KEK's seal of a wrap; False if it is no longer sealed as `before` says, and nothing changes then."""
        ...


class KekStore(Protocol):
    """What is known of the key-encryption keys; never the keys."""

    async def list(self) -> Sequence[Kek]:
        """Return all, newest first."""
        ...

    async def put_primary(self, kek: Kek) -> None:
        """Make this one the primary, kept before or not; the one that was primary only unwraps from now on."""
        ...

    async def retire(self, kek_id: str) -> bool:
        """Call one destroyed; False if it wraps a data key still, or is primary, and nothing changes then."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """Return how many wraps of data keys each KEK seals; those that seal none may be missing."""
        ...
