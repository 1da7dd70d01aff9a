"""A vault, its locked mode and a client of it, for tests."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.vault_client import letter, raw, text, unwrap, wrap

from satchel.coordination.memory import MemoryBus, MemoryLimiter
from satchel.custody.local import LocalCustody
from satchel.domain.accounts import Principal
from satchel.domain.keys import Key, Secret
from satchel.domain.vault import Challenge, VaultState, WrapDraft
from satchel.kit.ids import Ids
from satchel.services.vault import Vault
from satchel.services.vault.keks import Keks
from satchel.services.vault.locked import LockedMode
from satchel.stores.memory.database import MemoryDatabase

KEKS = [bytes((n * step + 7) % 251 for n in range(32)) for step in (37, 41)]
URL = "https://api.example.org/v1"
SECRET = Secret("sk-not-a-real-key-0123456789")
WAYS = (("passphrase", "correct horse"), ("recovery", "0123-4567"))
ME = Principal("acct_a", "tok_1", frozenset({"settings"}), label="Portal", family_id="fam_1")
OTHER_CLIENT = replace(ME, token_id="tok_2", family_id="fam_2")


class SetClock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return datetime(2026, 11, 25, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic_s(self) -> float:
        return self.seconds


class House:
    """A vault, its locked mode, and a client."""

    def __init__(self, database: MemoryDatabase | None = None, custody: LocalCustody | None = None, bus: MemoryBus | None = None) -> None:
        self.database = database or MemoryDatabase()
        self.custody = custody or LocalCustody(KEKS[:1], "dep_1")
        self.clock, self.bus, ids = SetClock(), bus or MemoryBus(), Ids()
        self.keks = Keks(self.database, self.custody, self.clock, ids)
        self.vault = Vault(self.database, self.custody, self.clock, ids, deployment_id="dep_1", enrol=self.keks.enrol)
        limiter = MemoryLimiter(self.clock)
        self.locked_mode = LockedMode(self.database, self.custody, self.vault, limiter=limiter, bus=self.bus, clock=self.clock, ids=ids)

    async def add(self, who: Principal = ME, secret: Secret = SECRET, label: str | None = None) -> Key:
        return await self.vault.add(who.account_id, "openai", URL, secret, label, client=who.client)

    async def open(self, key: Key, who: Principal = ME) -> str:
        return (await self.vault.open(key.account_id, key.id, URL, who.client)).reveal()

    async def switch_on(self, who: Principal = ME, dek: bytes | None = None, ways: tuple[tuple[str, str], ...] = WAYS) -> bytes:
        dek = dek or secrets.token_bytes(32)
        challenge = wire(await self.locked_mode.begin_switch(who))
        drafts = [draft(wrap(challenge, kind, words, dek)) for kind, words in ways]
        await self.locked_mode.switch_on(who, challenge["unlock_id"], raw(letter(challenge, dek)), drafts)
        return dek

    async def unlock(
        self, who: Principal = ME, kind: str = "passphrase", words: str = "correct horse", *, everywhere: bool = False, idle_s: int = 900
    ) -> VaultState:
        challenge = wire(await self.locked_mode.begin_unlock(who))
        dek = unwrap(challenge, kind, words)
        return await self.locked_mode.unlock(who, challenge["unlock_id"], raw(letter(challenge, dek)), everywhere=everywhere, idle_s=idle_s)


def wire(challenge: Challenge) -> dict[str, Any]:
    """Return a challenge as the door sends it."""
    fields = asdict(challenge)
    wraps = [{**each, "blob": text(each["blob"])} for each in fields["wraps"]]
    return {**fields, "node_key": text(challenge.node_key), "wraps": wraps}


def draft(sent: Mapping[str, Any]) -> WrapDraft:
    """Return a wrap as the door passes it on."""
    return WrapDraft(sent["kind"], sent["params"], raw(sent["blob"]), sent["label"])
