"""Seeds of one-time codes, and recovery codes, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from satchel.domain.totp import Totp
from satchel.stores.memory.state import Tables


class MemoryTotps:
    """`TotpStore` over a dictionary by account."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def get(self, account_id: str) -> Totp | None:
        """Return the account's seed, or None."""
        return self._tables.totps.get(account_id)

    async def put(self, totp: Totp) -> bool:
        """Keep a seed in place of one that was never confirmed; False if the account has a confirmed one, which stays."""
        kept = self._tables.totps.get(totp.account_id)
        if kept is not None and kept.confirmed_at is not None:
            return False
        self._tables.totps[totp.account_id] = totp
        return True

    async def use_step(self, totp_id: str, step: int, now: datetime) -> bool:
        """Use up the code of a step, and all before."""
        kept = next((totp for totp in self._tables.totps.values() if totp.id == totp_id), None)
        if kept is None or kept.last_step >= step:
            return False
        self._tables.totps[kept.account_id] = replace(kept, last_step=step, confirmed_at=kept.confirmed_at or now)
        return True

    async def remove(self, account_id: str) -> bool:
        """Remove the account's seed; False if there is none."""
        return self._tables.totps.pop(account_id, None) is not None

    async def page(self, after_id: str, limit: int, but_under: str | None = None) -> Sequence[Totp]:
        """Return seeds of all accounts in the order of their ids."""
        found = [totp for totp in self._tables.totps.values() if totp.id > after_id and totp.kek_id != but_under]
        return sorted(found, key=lambda totp: totp.id)[:limit]

    async def rewrap(self, before: Totp, after: Totp) -> bool:
        """Replace how a seed is wrapped, unless somebody was faster."""
        kept = self._tables.totps.get(before.account_id)
        if kept is None or (kept.id, kept.wrap) != (before.id, before.wrap):
            return False
        self._tables.totps[before.account_id] = replace(kept, kek_id=after.kek_id, blob=after.blob)
        return True


class MemoryRecoveryCodes:
    """`RecoveryCodeStore` over a dictionary of tuples."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def put(self, account_id: str, hashes: Sequence[str]) -> None:
        """Keep codes in place of all earlier ones of the account."""
        self._tables.recovery_codes[account_id] = tuple(hashes)

    async def take(self, account_id: str, code_hash: str) -> bool:
        """Use a code up."""
        kept = self._tables.recovery_codes.get(account_id, ())
        self._tables.recovery_codes[account_id] = tuple(each for each in kept if each != code_hash)
        return code_hash in kept

    async def count(self, account_id: str) -> int:
        """Return how many codes the account has left."""
        return len(self._tables.recovery_codes.get(account_id, ()))
