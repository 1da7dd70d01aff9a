"""The hot path with everything on: memory stores below, a scripted provider at its end, and a trace of what happened in which order."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from satchel.coordination.memory import MemoryBus, MemoryLimiter, MemoryStreamLog
from satchel.domain.accounts import Principal
from satchel.domain.budgets import Period
from satchel.domain.calls import Call
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import ChatRequest, Message, TextPart
from satchel.domain.errors import SatchelError
from satchel.domain.events import Event, Finished, FinishReason, Started, TextDelta
from satchel.domain.grants import BudgetCaveat, Caveats, Grant, GrantState
from satchel.domain.keys import Secret
from satchel.domain.ledger import Entry, HoldRecord, Settlement
from satchel.domain.usage import Price, Usage
from satchel.kit.ids import Ids
from satchel.ports.plugin import Plugin
from satchel.services.budget import Budgets
from satchel.services.generation import Generation
from satchel.services.policy import Policy
from satchel.services.routing import Routing
from satchel.services.streams import StreamLimits, Streams
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.journal import MemoryJournal

ACCOUNT = "acct_1"
ORIGIN = "https://a.example"
SECRET = "sk-a-very-secret-key"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ONE_DOLLAR_A_TOKEN = Price(Decimal(0), Decimal(1_000_000), date(2026, 11, 1))
NUSD = 1_000_000_000
DONE = Finished(FinishReason.STOP, "stop", Usage(3, 2))
HELLO: tuple[Event, ...] = (Started("m"), TextDelta("Hel"), TextDelta("lo"), DONE)


@dataclass
class FixedClock:
    """A clock that only moves when told."""

    moment: datetime = NOW
    seconds: float = 1_000.0

    def now(self) -> datetime:
        return self.moment

    def monotonic_s(self) -> float:
        return self.seconds

    def pass_time(self, seconds: float) -> None:
        self.seconds += seconds
        self.moment += timedelta(seconds=seconds)


class Wait:
    """A step of a script: the upstream says nothing until `go` is set; `reached` tells that it got there."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.go = asyncio.Event()


Step = Event | Exception | Wait | float
"""A number: the clock moves on by that many seconds."""


class ScriptedProvider:
    """Play a script per endpoint and note what happens to the connection."""

    ids = frozenset({"p"})

    def __init__(self, trace: list[str], clock: FixedClock) -> None:
        self.clock = clock
        self.scripts: dict[str, Sequence[Step]] = {}
        self.asked: list[tuple[ChatRequest, Endpoint, str]] = []
        self.sent = 0
        self._trace = trace

    def dropped(self, request: ChatRequest, endpoint: Endpoint) -> tuple[str, ...]:
        return ("top_k",) if request.tuning.top_k is not None else ()

    async def stream(self, request: ChatRequest, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
        self._trace.append("sent")
        self.asked.append((request, endpoint, secret.reveal()))
        try:
            for step in self.scripts.get(endpoint.id, HELLO):
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, Wait):
                    step.reached.set()
                    await step.go.wait()
                elif isinstance(step, float):
                    self.clock.pass_time(step)
                else:
                    await asyncio.sleep(0)
                    self.sent += 1
                    yield step
        finally:
            try:
                await asyncio.sleep(0)  # closing a connection takes a moment
            finally:
                self._trace.append("upstream closed")

    async def aclose(self) -> None:
        pass


class TracedJournal:
    """A memory journal that notes when holds and settlements begin and end; `gate` holds durability back."""

    def __init__(self, inner: MemoryJournal, trace: list[str]) -> None:
        self.inner = inner
        self.gate: asyncio.Event | None = None
        self.settlements: list[Settlement] = []
        self.refuse_hold: SatchelError | None = None
        self.failing_settlements = 0
        self.settling_takes_s = 0.0
        self._trace = trace

    def hold(self, record: HoldRecord) -> Awaitable[None]:
        self._trace.append("hold begun")
        return self._hold(record)

    async def _hold(self, record: HoldRecord) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.refuse_hold is not None:
            raise self.refuse_hold
        await self.inner.hold(record)
        self._trace.append("hold durable")

    def settle(self, settlement: Settlement) -> Awaitable[None]:
        self._trace.append("settled")
        self.settlements.append(settlement)
        return self._settle(settlement)

    async def _settle(self, settlement: Settlement) -> None:
        if self.failing_settlements:
            self.failing_settlements -= 1
            raise ConnectionError("the database is away")
        if self.settling_takes_s:
            await asyncio.sleep(self.settling_takes_s)
        await self.inner.settle(settlement)

    async def orphans(self, worker_id: str, before: datetime) -> Sequence[HoldRecord]:
        return await self.inner.orphans(worker_id, before)

    async def aclose(self) -> None:
        await self.inner.aclose()


@dataclass
class ListedCatalog:
    """A catalog that is a list; `gate` makes it slow."""

    endpoints: list[Endpoint] = field(default_factory=list)
    gate: Wait | None = None

    async def resolve(self, account_id: str, model: str) -> Sequence[Endpoint]:
        if self.gate is not None:
            self.gate.reached.set()
            await self.gate.go.wait()
        return [endpoint for endpoint in self.endpoints if model in (endpoint.id, endpoint.model_id)]


class House:
    """Everything between a call and a provider."""

    def __init__(self, plugins: Sequence[Plugin] = (), limits: StreamLimits | None = None, beside: "House | None" = None) -> None:
        """Build one; `beside` another it is a second worker on the same database."""
        self.trace: list[str] = []
        self.worker_id = "worker_2" if beside else "worker_1"
        self.clock = beside.clock if beside else FixedClock()
        self.bus = MemoryBus()
        self.database = beside.database if beside else MemoryDatabase()
        self.journal = TracedJournal(beside.journal.inner if beside else MemoryJournal(self.database), self.trace)
        self.provider = ScriptedProvider(self.trace, self.clock)
        self.catalog = ListedCatalog([endpoint()])
        self.opened: list[tuple[str, str]] = []
        self.key_error: SatchelError | None = None
        self.budgets = Budgets(self.database, self.journal, self.clock, self.worker_id)
        self.policy = Policy(self.database, self.catalog, MemoryLimiter(self.clock), self.bus, self.clock)
        self.routing = Routing(self.catalog, {"p": self.provider}, self._open_key, waits_s=(0.001, 0.002), drain_s=0.3)
        self.generation = Generation(self.policy, self.budgets, self.routing, plugins)
        self.log = MemoryStreamLog()
        self.streams = Streams(self.generation.generate, self.log, self.bus, Ids(), limits)
        self._count = 0

    async def close(self) -> None:
        """End everything; nothing may be left unsettled, or be settled that never was held."""
        await self.streams.aclose()
        self.policy.aclose()
        await self.budgets.aclose()
        tables = self.database.state.tables
        own = [record for record in tables.holds.values() if record.worker_id == self.worker_id]
        assert own == [], "a hold was never settled"
        assert {settled.entry.generation_id for settled in self.journal.settlements} <= set(tables.generations)

    async def _open_key(self, account_id: str, key_id: str, base_url: str, client: str) -> Secret:
        self.opened.append((account_id, key_id))
        if self.key_error is not None:
            raise self.key_error
        return Secret(SECRET)

    def script(self, *steps: Step, of: str = "p:m") -> None:
        self.provider.scripts[of] = steps

    def call(self, origin: str | None = ORIGIN, model: str = "a/m", tokens: int | None = 10, **changes: object) -> Call:
        self._count += 1
        request = ChatRequest(model, (Message("user", (TextPart("Hi there, friend"),)),), max_output_tokens=tokens)
        scopes = frozenset({"generate", "ext:attest-origin"})
        principal = Principal(ACCOUNT, str(changes.pop("token_id", "tok_1")), scopes, "satchel-extension")
        return Call(f"gen_{self.worker_id[-1]}{self._count}", principal, request, self.clock.now(), origin=origin, **changes)  # type: ignore[arg-type]

    async def allow(
        self, state: GrantState = GrantState.ALLOWED, cap_nusd: int | None = None, origin: str = ORIGIN, **caveats: object
    ) -> Grant:
        budget = BudgetCaveat(cap_nusd, Period.DAY) if cap_nusd is not None else None
        narrowed = Caveats(budget=budget, **caveats)  # type: ignore[arg-type]
        return await self.policy.put(Grant(f"grant_{origin}", ACCOUNT, origin, state, self.clock.now(), caveats=narrowed))

    async def collect(self, call: Call) -> list[Event]:
        return [event async for event in self.generation.generate(call)]

    async def entries(self) -> list[Entry]:
        """Return the ledger, once everything is written, oldest first."""
        await self.budgets.aclose()
        return list(self.database.state.tables.generations.values())

    def budget_row(self, owner_id: str) -> tuple[int, int]:
        """Return what the database says is spent and held."""
        row = self.database.state.tables.budgets[owner_id]
        return row.spent_nusd, row.held_nusd


def endpoint(name: str = "m", price: Price | None = ONE_DOLLAR_A_TOKEN, **changes: object) -> Endpoint:
    """Return an endpoint `p:<name>` of model `a/m`."""
    known = {"model_id": "a/m", "key_id": "key_1"} | changes
    return Endpoint(
        id=f"p:{name}",
        provider="p",
        native_model=name,
        base_url="https://p.example/v1",
        name="M",
        provider_name="P",
        price=price,
        **known,  # type: ignore[arg-type]
    )


async def until(condition: Callable[[], bool], seconds: float = 2.0) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0)


def text_of(events: Sequence[object]) -> str:
    """Return the text of all text deltas."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))
