"""Leaving: a copy of everything that is kept of an account, and its deletion, after which its keys open for nobody."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from satchel.domain.account_copies import AccountCopy, vault_copy
from satchel.domain.accounts import Account
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.budgets import Budget
from satchel.domain.errors import NotFound
from satchel.domain.ledger import Entry
from satchel.ports.clock import Clock
from satchel.ports.coordination import TOKENS_TOPIC, Bus
from satchel.ports.stores import Database, Stores

_log = logging.getLogger(__name__)

_PAGE = 500
_STOPPED_WITHIN_S = 10.0
_LOOK_EVERY_S = 0.05


class Departures:
    """Copy and delete accounts."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, *, flush: Callable[[], Awaitable[None]], forget: Callable[[str], object]
    ) -> None:
        """Build it.

        Args:
            database: where accounts lie.
            bus: where it is told that everything of an account has ended.
            clock: says when a copy was made.
            flush: waits for the settlements under way.
            forget: wipes an account's data key from memory.
        """
        self._database = database
        self._bus = bus
        self._clock = clock
        self._flush = flush
        self._forget = forget

    async def copy(self, account_id: str) -> AccountCopy:
        """Return everything that is kept of an account, without secrets. Raises `NotFound` if there is none."""
        await self._flush()
        async with self._database.unit_of_work() as stores:
            account = await stores.accounts.get(account_id)
            if account is None:
                raise NotFound(f"there is no account {account_id!r}")
            tokens, grants = await stores.tokens.list(account_id), await stores.grants.list(account_id)
            families = {token.family_id for token in tokens if token.family_id is not None and token.caveats is not None}
            owners = [account_id, *(token.id for token in tokens), *sorted(families), *(grant.id for grant in grants)]
            totp, dek = await stores.totps.get(account_id), await stores.deks.get(account_id)
            wraps = await stores.dek_wraps.list(account_id, dek.id) if dek is not None else ()
            budgets = [await stores.budgets.get(owner_id) for owner_id in owners]
            return AccountCopy(
                exported_at=self._clock.now(),
                account=account,
                passkeys=await stores.passkeys.list(account_id),
                authorities=await stores.ties.list(account_id),
                sign_ins=await stores.sign_ins.list(account_id),
                invitations=[each for each in await stores.invitations.list() if each.account_id == account_id],
                tokens=tokens,
                codes_since=totp.confirmed_at if totp is not None else None,
                vault=vault_copy(wraps, is_locked=dek is not None and dek.is_locked),
                keys=await stores.keys.list(account_id),
                grants=grants,
                budgets=[budget for budget in budgets if isinstance(budget, Budget)],
                generations=await _generations(stores, account_id),
                audit=await _audit(stores, account_id),
            )

    async def delete(self, account_id: str, heir: Account | None = None) -> bool:
        """Delete an account and everything of it; False if there is none.

        What wraps its data key goes first, and for good: whatever happens after that, its keys open no more. Then the rest goes, and what
        the database kept of it in passing. Backups that were made before keep it until they are thrown away. The e-mail is the heir's, if
        there is one, before anybody else can have it.
        """
        async with self._database.unit_of_work() as stores:
            if await stores.accounts.get(account_id) is None:
                return False
        self._bus.publish(TOKENS_TOPIC, {"account_id": account_id})
        self._forget(account_id)
        await self._stopped(account_id)
        async with self._database.unit_of_work() as stores:
            await stores.accounts.remove_wraps(account_id)
        async with self._database.unit_of_work() as stores:
            removed = await stores.accounts.remove(account_id)
            if removed and heir is not None:
                await stores.accounts.add(heir)
                await stores.audit.add(AuditRecord(heir.id, heir.created_at, Act.ACCOUNT_REPLACED, account_id))
                await stores.audit.add(AuditRecord(heir.id, heir.created_at, Act.ACCOUNT_CREATED, heir.id))
        await self._database.scrub()
        self._bus.publish(TOKENS_TOPIC, {"account_id": account_id})  # again: somebody may have read a token meanwhile
        return removed

    async def _stopped(self, account_id: str) -> None:
        """Wait until what ran for the account is settled: a settlement that came later would be a row of nobody's."""
        try:
            async with asyncio.timeout(_STOPPED_WITHIN_S):
                while True:
                    await self._flush()
                    async with self._database.unit_of_work() as stores:
                        if not await stores.generations.is_running(account_id):
                            return
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            _log.warning("%s is deleted while a generation of it still runs; its record may stay", account_id)


async def _generations(stores: Stores, account_id: str) -> Sequence[Entry]:
    found: list[Entry] = []
    while page := await stores.generations.list(
        account_id, _PAGE, before=(found[-1].started_at, found[-1].generation_id) if found else None
    ):
        found += page
    return found


async def _audit(stores: Stores, account_id: str) -> Sequence[AuditRecord]:
    found: list[AuditRecord] = []
    while page := await stores.audit.list(account_id, _PAGE, found[-1].number if found else None):
        found += page
    return found
