"""Units of work over memory: one at a time, undone as a whole when it raises."""

from types import TracebackType

from satchel.domain.errors import NotReady
from satchel.kit.clock import SystemClock
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.stores import UnitOfWork
from satchel.stores.memory.accounts import MemoryAccounts
from satchel.stores.memory.audit import MemoryAudit
from satchel.stores.memory.budgets import MemoryBudgets
from satchel.stores.memory.ceremonies import MemoryCeremonies
from satchel.stores.memory.dek_wraps import MemoryDekWraps
from satchel.stores.memory.deks import MemoryDeks
from satchel.stores.memory.generations import MemoryGenerations
from satchel.stores.memory.grants import MemoryGrants
from satchel.stores.memory.invitations import MemoryInvitations
from satchel.stores.memory.keks import MemoryKeks
from satchel.stores.memory.keys import MemoryKeys
from satchel.stores.memory.passkeys import MemoryPasskeys
from satchel.stores.memory.sign_ins import MemorySignIns
from satchel.stores.memory.state import State, Tables
from satchel.stores.memory.ties import MemoryTies
from satchel.stores.memory.tokens import MemoryTokens
from satchel.stores.memory.totps import MemoryRecoveryCodes, MemoryTotps


class MemoryDatabase:
    """`Database` without a database."""

    def __init__(self, clock: Clock | None = None, ids: Ids | None = None) -> None:
        self._clock = clock or SystemClock()
        self.state = State((ids or Ids()).new("dep"))

    def unit_of_work(self) -> UnitOfWork:
        """Return a new unit of work, not yet begun. One inside another of the same task waits for ever."""
        return MemoryUnitOfWork(self.state, self._clock)

    async def check(self) -> None:
        """Raise `NotReady` once the database is closed."""
        if self.state.closed:
            raise NotReady("the database is closed")

    async def scrub(self) -> None:
        """Do nothing: memory keeps nothing of what was removed."""

    async def deployment_id(self) -> str:
        """Return the id of this deployment, which seals are bound to."""
        return self.state.deployment_id

    async def aclose(self) -> None:
        """Close the database; what it holds stays readable."""
        self.state.closed = True


class MemoryUnitOfWork:
    """`UnitOfWork` over memory."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._before = Tables()

    async def __aenter__(self) -> "MemoryStores":
        """Begin, once all earlier ones have ended."""
        await self._state.lock.acquire()
        self._before = self._state.tables.copy()
        return MemoryStores(self._state.tables, self._clock)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Keep the changes, or undo them after an exception."""
        if kind is not None:
            self._state.tables.restore(self._before)
        self._state.lock.release()


class MemoryStores:
    """`Stores` over memory."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self.accounts = MemoryAccounts(tables)
        self.sign_ins = MemorySignIns(tables)
        self.invitations = MemoryInvitations(tables)
        self.passkeys = MemoryPasskeys(tables)
        self.ceremonies = MemoryCeremonies(tables)
        self.totps = MemoryTotps(tables)
        self.recovery_codes = MemoryRecoveryCodes(tables)
        self.tokens = MemoryTokens(tables, clock)
        self.grants = MemoryGrants(tables)
        self.budgets = MemoryBudgets(tables)
        self.keys = MemoryKeys(tables)
        self.deks = MemoryDeks(tables)
        self.dek_wraps = MemoryDekWraps(tables)
        self.keks = MemoryKeks(tables)
        self.generations = MemoryGenerations(tables)
        self.audit = MemoryAudit(tables)
        self.ties = MemoryTies(tables)
