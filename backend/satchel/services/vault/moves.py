"""Another data key for an account: every provider key is sealed with it anew, all or nothing, and the one before is forgotten."""

from collections.abc import Sequence

from satchel.domain.audit import AuditRecord
from satchel.domain.errors import VaultLocked
from satchel.domain.keys import WrappedDek
from satchel.domain.vault import UserWrap
from satchel.kit.aead import wipe
from satchel.ports.stores import Database, Stores
from satchel.services.vault import Vault
from satchel.services.vault.opened import vault_was_changed

_DekInHand = tuple[bytearray, str]


class Moves:
    """Moves accounts from one data key to the next."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def move(
        self, before: WrappedDek | None, after: WrappedDek, clear: bytearray, record: AuditRecord, wraps: Sequence[UserWrap] = ()
    ) -> None:
        """Put the data key `after` with its wraps in the place of `before`, in one transaction; the caller scrubs the database then.

        Args:
            before: the account's data key, which is open; None if it has none.
            after: the next one, wrapped.
            clear: the same in clear.
            record: what to write down of it.
            wraps: how the person opens it.

        Raises:
            NotReady: somebody else gave the account another data key meanwhile.
            VaultLocked: `before` does not open.
        """
        old = await self._copy(before) if before else bytearray()
        try:
            async with self._database.unit_of_work() as stores:
                if before is not None and not await stores.deks.remove(before.id):
                    raise vault_was_changed()
                if (await stores.deks.put(after)).id != after.id:
                    raise vault_was_changed()
                if before is not None:
                    await self._reseal(stores, after.account_id, (old, before.id), (clear, after.id))
                await stores.dek_wraps.remove_all(after.account_id)
                for wrap in wraps:
                    await stores.dek_wraps.add(wrap)
                await stores.audit.add(record)
        finally:
            wipe(old)
        self._vault.forget(after.account_id)

    async def _copy(self, dek: WrappedDek) -> bytearray:
        """Return the open data key in a copy of our own, which nobody wipes before we are done."""
        opened = await self._vault.open_dek(dek.account_id)
        if opened.dek is None or opened.dek_id != dek.id:
            raise vault_was_changed()
        return bytearray(opened.dek)

    async def _reseal(self, stores: Stores, account_id: str, before: _DekInHand, after: _DekInHand) -> None:
        """Seal with the data key `after` what `before` opens. What it does not open did not open anyway, and stays as it is."""
        for key in await stores.keys.list(account_id):
            if key.dek_id == before[1]:
                try:
                    moved = self._vault.seals.move(key, before, after)
                except VaultLocked:
                    continue
                await stores.keys.reseal(key, moved)
