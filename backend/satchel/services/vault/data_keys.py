"""New data keys for accounts in managed mode, while everything runs: for whoever fears that old ones were seen.

Each account is a transaction of its own. A process killed at any moment leaves accounts with their old data key and accounts with a
new one; all of them open, and running it again begins anew. A person's own data key, in locked mode, is theirs to change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import NotReady, VaultLocked
from satchel.domain.keys import DEK_BYTES, WrappedDek
from satchel.kit.aead import wipe
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.stores import Database
from satchel.services.vault import Vault
from satchel.services.vault.keks import BATCH
from satchel.services.vault.moves import Moves

_BY = "the operator"


@dataclass(frozen=True, slots=True)
class Renewed:
    """What renewing did: how many accounts have a new data key, and which data keys, or a provider key of theirs, do not open.

    Those were left as they are.
    """

    count: int
    broken: Sequence[WrappedDek]


class DataKeys:
    """Renews the data keys of accounts."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._vault = vault
        self._moves = Moves(database, vault)
        self._clock = clock
        self._ids = ids

    async def renew(self, batch: int = BATCH) -> Renewed:
        """Give every account in managed mode a new data key. Safe to kill, to repeat, and to run twice at once."""
        last, made, broken = "", set[str](), list[WrappedDek]()
        while True:
            async with self._database.unit_of_work() as stores:
                page = await stores.deks.page(last, batch)
            if not page:
                await self._database.scrub()
                return Renewed(len(made), broken)
            last = page[-1].id
            for before in page:
                if before.id in made:
                    continue
                try:
                    made.add(await self._renew(before))
                except VaultLocked:
                    broken.append(before)
                except NotReady:
                    continue  # it was changed meanwhile: what it has now is new

    async def _renew(self, before: WrappedDek) -> str:
        """Return the id of the new data key. Raises `VaultLocked` if a key of the account does not open, which would be lost for good."""
        for key in await self._vault.list(before.account_id):
            await self._vault.open(before.account_id, key.id)
        clear = bytearray(self._ids.secret_bytes(DEK_BYTES))
        try:
            after = await self._vault.managed_dek(before.account_id, before.version + 1, clear)
            record = AuditRecord(before.account_id, self._clock.now(), Act.VAULT_DATA_KEY_RENEWED, after.id, _BY)
            await self._moves.move(before, after, clear, record)
        finally:
            wipe(clear)
        return after.id
