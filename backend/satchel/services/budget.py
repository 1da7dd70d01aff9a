"""Money: hold the worst case before anything is sent, settle by what was used. Decided in memory, made durable by the journal."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, assert_never

from satchel.domain.attempts import FailedAttempt
from satchel.domain.budgets import Budget, over_budget, period_start, price_unknown
from satchel.domain.calls import Call
from satchel.domain.catalog import Endpoint
from satchel.domain.errors import SatchelError
from satchel.domain.events import (
    Embedding,
    Event,
    Finished,
    FinishReason,
    Image,
    ReasoningDelta,
    Sound,
    Started,
    TextDelta,
    ToolCallDelta,
    Transcript,
)
from satchel.domain.grants import BudgetCaveat, Grant
from satchel.domain.ledger import Entry, HoldRecord, Settlement, entry_of, orphan_entry, outcome
from satchel.domain.prompt_size import usage_estimate
from satchel.domain.purses import Purse, first_short, owners_of
from satchel.domain.routes import worst_case
from satchel.domain.usage import FREE, Cost, Usage, cost, with_images
from satchel.kit.single_flight import SingleFlight
from satchel.ports.clock import Clock
from satchel.ports.stores import Database, Journal

_log = logging.getLogger(__name__)

_TRUSTED_S = 30.0
"""How long what was read of a budget is believed without looking again: other workers may spend from it, people may change it."""
_REFUSES_S = 1.0
"""How long it is believed when it would refuse a call."""
_FLUSH_TIMEOUT_S = 1.0
_MILLISECOND = timedelta(milliseconds=1)
_CHARACTERS_PER_TOKEN = 4
_MAX_PURSES = 20_000
_RETRY_S = (0.1, 0.4, 1.6, 5.0)
_REAP_EVERY_S = 60.0
ORPHAN_GRACE_S = 900.0
"""How old another worker's hold must be before it counts as orphaned, where other workers may be alive."""


class Budgets:
    """Hold and settle. Exact within this process; between processes the journal's conditional UPDATE has the last word."""

    def __init__(self, database: Database, journal: Journal, clock: Clock, worker_id: str, *, is_shared: bool = False) -> None:
        """Build it. `is_shared` says that other processes may spend from the same budgets: then no provider is asked before they know."""
        self.is_shared = is_shared
        self._database = database
        self._journal = journal
        self.clock = clock
        self._worker_id = worker_id
        self._purses: dict[str, Purse] = {}
        self._reads = SingleFlight[None]()
        self._unwritten: set[asyncio.Future[None]] = set()

    def hold(self, call: Call, routes: Sequence[Endpoint], grant: Grant | None) -> AbstractAsyncContextManager["Hold"]:
        """Reserve the worst case of `call` on every budget it falls under, and settle exactly once on exit, whatever happened.

        Raises (on entry):
            BudgetExceeded: too little is left, or a budget meets a price that is not known (`details.reason` `price_unknown`).
            NotReady: the database does not answer: no budget, no call.
        """
        return Hold(self, call, routes, grant)

    async def budget(self, account_id: str, owner_id: str, caveat: BudgetCaveat | None = None) -> Budget | None:
        """Return a budget as it stands now, what runs included; None if the owner has none."""
        purse = self._purses.get(owner_id) or self._purses.setdefault(owner_id, Purse(owner_id))
        await self._read(account_id, {owner_id: caveat}, self.clock.now())
        return purse.budget

    def look_again(self, owner_id: str) -> None:
        """Believe nothing more of what was read of a budget: it was just changed."""
        if owner_id in self._purses:
            self._purses[owner_id].read_at_s = float("-inf")

    async def settle_orphans(self, grace_s: float = ORPHAN_GRACE_S) -> int:
        """Settle what dead workers left: holds of others, older than `grace_s`, as failed with no known usage. Return how many.

        Use 0 only where no other worker can be alive. Settling twice, or late, changes nothing: settlements are idempotent.
        """
        now = self.clock.now()
        orphans = await self._journal.orphans(self._worker_id, now - timedelta(seconds=grace_s))
        for record in orphans:
            self._write(Settlement(orphan_entry(record, now), record))
            for owner_id in record.budget_ids:
                self.look_again(owner_id)
        await self.flush()
        return len(orphans)

    async def reap(self, grace_s: float = ORPHAN_GRACE_S) -> None:
        """Settle orphans every minute until cancelled; a database that is away is tried again a minute later."""
        while True:
            await asyncio.sleep(_REAP_EVERY_S)
            try:
                await self.settle_orphans(grace_s)
            except SatchelError as error:
                _log.warning("orphaned holds could not be settled: %s", error.code)

    async def aclose(self) -> None:
        """Wait until every settlement is written or given up."""
        while self._unwritten:
            await self.flush()

    async def decide(self, call: Call, routes: Sequence[Endpoint], grant: Grant | None) -> tuple[int, list[Purse]]:
        """Return what was reserved, and where. Between the last look at the budgets and the reservation nothing else runs."""
        needed_nusd = worst_case(call.request, routes)
        if needed_nusd == 0:
            return 0, []
        owners = owners_of(call, grant)
        purses = await self._budgeted(call, owners, _TRUSTED_S)
        if needed_nusd is None:
            if purses:
                unpriced = next(route for route in routes if route.price is None)
                raise price_unknown(purses[0].owner_id, unpriced.model_id, unpriced.provider_name)
            return 0, []
        short = first_short(purses, needed_nusd, call.started_at)
        if short is not None:
            purses = await self._budgeted(call, owners, _REFUSES_S)
            if short := first_short(purses, needed_nusd, call.started_at):
                raise over_budget(short, needed_nusd)
        for purse in purses:
            purse.take(needed_nusd)
        return needed_nusd, purses

    async def _budgeted(self, call: Call, owners: dict[str, BudgetCaveat | None], trusted_s: float) -> list[Purse]:
        """Return the purses of those owners that have a budget, read again where they were read too long ago."""
        since_s = self.clock.monotonic_s() - trusted_s
        purses = [self._purses.get(owner_id) or self._add(owner_id) for owner_id in owners]
        stale = {
            purse.owner_id: owners[purse.owner_id]
            for purse in purses
            if purse.read_at_s <= since_s or purse.differs(owners[purse.owner_id])
        }
        if stale:
            await self._reads.run(tuple(stale.items()), lambda: self._read(call.principal.account_id, stale, call.started_at))
        return [purse for purse in purses if purse.budget is not None]

    def _add(self, owner_id: str) -> Purse:
        if len(self._purses) >= _MAX_PURSES:
            long_ago_s = self.clock.monotonic_s() - 2 * _TRUSTED_S
            idle = [purse.owner_id for purse in self._purses.values() if not purse.held_here_nusd and purse.read_at_s < long_ago_s]
            for other_id in idle:
                del self._purses[other_id]
        purse = self._purses[owner_id] = Purse(owner_id)
        return purse

    async def _read(self, account_id: str, owners: dict[str, BudgetCaveat | None], moment: datetime) -> None:
        purses = [self._purses.get(owner_id) or self._add(owner_id) for owner_id in owners]
        held_nusd = [purse.held_here_nusd for purse in purses]
        await self.flush()
        async with self._database.unit_of_work() as stores:
            rows = []
            for owner_id, caveat in owners.items():
                row = await stores.budgets.get(owner_id)
                if caveat is not None and (row is None or (row.cap_nusd, row.period) != (caveat.cap_nusd, caveat.period)):
                    start = period_start(caveat.period, moment)
                    await stores.budgets.put(Budget(owner_id, account_id, caveat.cap_nusd, caveat.period, start))
                    row = await stores.budgets.get(owner_id)
                rows.append(row)
        for purse, row, before_nusd in zip(purses, rows, held_nusd, strict=True):
            purse.refresh(row, before_nusd, moment, self.clock.monotonic_s())

    async def flush(self) -> None:
        """Wait, for a second at most, until what has been settled so far can be read."""
        if self._unwritten:
            await asyncio.wait(tuple(self._unwritten), timeout=_FLUSH_TIMEOUT_S)

    def begin(self, hold: "Hold", amount_nusd: int, purses: Sequence[Purse]) -> "tuple[HoldRecord, asyncio.Future[None]]":
        """Start to make a hold durable; return it as it is written, and what ends when it is."""
        call, first = hold.call, hold.routes[0]
        record = HoldRecord(
            generation_id=call.id,
            account_id=call.principal.account_id,
            amount_nusd=amount_nusd,
            budget_ids=tuple(purse.owner_id for purse in purses),
            started_at=call.started_at,
            worker_id=self._worker_id,
            requested_model=call.request.model,
            model=first.model_id,
            provider=first.provider,
            origin=call.origin,
            client_id=call.principal.client_id,
            token_id=call.principal.token_id,
            grant_id=hold.grant.id if hold.grant else None,
            kind=call.kind,
        )
        written = asyncio.ensure_future(self._journal.hold(record))
        written.add_done_callback(_seen)
        return record, written

    def settle(self, entry: Entry, record: HoldRecord, purses: Sequence[Purse], refused: bool) -> None:
        """Settle in memory at once, and start to write it; never fails, never waits. After a refused hold budgets are read again."""
        for purse in purses:
            purse.settle(record.amount_nusd, entry.cost.nusd, record.started_at)
            purse.read_at_s = float("-inf") if refused else purse.read_at_s
        self._write(Settlement(entry, record))

    def _write(self, settlement: Settlement) -> None:
        written = asyncio.ensure_future(self._journal.settle(settlement))
        self._unwritten.add(written)
        written.add_done_callback(lambda done: self._written(settlement, done))

    def _written(self, settlement: Settlement, done: "asyncio.Future[None]") -> None:
        self._unwritten.discard(done)
        if done.cancelled() or done.exception() is not None:
            retrying = asyncio.ensure_future(self._write_again(settlement))
            self._unwritten.add(retrying)
            retrying.add_done_callback(self._unwritten.discard)

    async def _write_again(self, settlement: Settlement) -> None:
        generation_id = settlement.entry.generation_id
        for wait_s in _RETRY_S:
            _log.warning("%s: the settlement was not written; again in %.1f s", generation_id, wait_s)
            await asyncio.sleep(wait_s)
            try:
                await self._journal.settle(settlement)
            except SatchelError as error:
                _log.warning("%s: %s", generation_id, error.code)
            else:
                return
        _log.error("%s: the settlement was given up; the hold stays until a reaper settles it", generation_id)


class Hold:
    """The money side of one generation: reserved on entry, metered meanwhile, settled on exit."""

    def __init__(self, budgets: Budgets, call: Call, routes: Sequence[Endpoint], grant: Grant | None) -> None:
        self._budgets = budgets
        self.call = call
        self.routes = routes
        self.grant = grant
        self.contacted = False
        self.dropped: tuple[str, ...] = ()
        self.text_characters = 0
        self.reasoning_characters = 0
        self.images = 0
        self._overheard: Usage | None = None
        self._attempts = self._tried_ms = 0
        self._failed_attempts: tuple[FailedAttempt, ...] = ()
        self._endpoint = routes[0]
        self.first_event_ms: int | None = None
        self._finished: Finished | None = None
        self._purses: Sequence[Purse] = ()

    @property
    def must_be_kept_first(self) -> bool:
        """Tell whether the hold must be durable before a provider is asked: another process may be spending the same money."""
        return self._budgets.is_shared and bool(self._purses)

    @property
    def milliseconds(self) -> int:
        """Return how long the call has been running."""
        return max(0, (self._budgets.clock.now() - self.call.started_at) // _MILLISECOND)

    async def __aenter__(self) -> Self:
        """Reserve, and start to make it durable; `durable` waits for that."""
        amount_nusd, self._purses = await self._budgets.decide(self.call, self.routes, self.grant)
        self._record, self._written = self._budgets.begin(self, amount_nusd, self._purses)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Settle. Nothing is awaited here, so nothing can cut it short."""
        usage, price = self.so_far()
        if isinstance(error, SatchelError) and self.contacted:
            error.usage, error.cost = usage, price
        refused = self._written.done() and (self._written.cancelled() or self._written.exception() is not None)
        self._budgets.settle(self._entry(usage, price, error), self._record, self._purses, refused)

    def trying(self, endpoint: Endpoint) -> None:
        """Note the endpoint that is tried now; it has not been contacted yet."""
        self._tried_ms = self.milliseconds if self._attempts else 0
        self._endpoint = endpoint
        self._attempts += 1
        self.contacted = False
        self.dropped = ()

    def failed(self, error: SatchelError) -> None:
        """Note why the endpoint tried did not answer, or not to its end."""
        took_ms = self.milliseconds - self._tried_ms
        self._failed_attempts += (FailedAttempt(self._endpoint.provider, self._endpoint.id, error.code, took_ms),)

    async def durable(self) -> None:
        """Return when the hold is on disk.

        Raises:
            BudgetExceeded: another worker spent the money meanwhile.
            NotReady: the database does not answer.
        """
        if not self._written.done():
            await asyncio.shield(self._written)
        self._written.result()

    def begin(self, event: Started) -> Started:
        """Return the provider's first word with the model and the provider as the catalog names them."""
        return Started(self._endpoint.model_id, event.upstream_id, self._endpoint.provider)

    def finish(self, event: Finished) -> Finished:
        """Return the provider's end with usage, cost, and who served; it is what the bill says."""
        usage = with_images(event.usage or self._estimate(), self.images)
        price = cost(usage, self._endpoint.price) if self.contacted else FREE
        served = self._endpoint
        self._finished = Finished(event.reason, event.native_reason, usage, price, served.model_id, served.provider, event.choices)
        return self._finished

    def overheard(self, event: Event) -> None:
        """Count an event that nobody waits for any more, and which is billed all the same."""
        match event:
            case TextDelta(text=text) | ToolCallDelta(arguments=text) | Transcript(text=text):
                self.text_characters += len(text)
            case ReasoningDelta(text=text):
                self.reasoning_characters += len(text)
            case Finished(usage=usage):
                self._overheard = usage
            case _:
                pass

    def cancelled(self) -> Finished:
        """Return the end of a generation that was cancelled outside its attempt, as it was settled."""
        return self._finished or self.finish(Finished(FinishReason.CANCELLED, native_reason="cancelled"))

    def so_far(self) -> tuple[Usage, Cost]:
        """Return what was used up to now, and what that costs."""
        if self._finished is not None and self._finished.usage is not None and self._finished.cost is not None:
            return self._finished.usage, self._finished.cost
        usage = self._estimate()
        return usage, cost(usage, self._endpoint.price) if self.contacted else FREE

    def _estimate(self) -> Usage:
        if not self.contacted:
            return Usage()
        if self._overheard is not None:
            return self._overheard
        reasoning_tokens = -(-self.reasoning_characters // _CHARACTERS_PER_TOKEN)
        written = -(-self.text_characters // _CHARACTERS_PER_TOKEN) + reasoning_tokens
        return usage_estimate(self.call.request, written, reasoning_tokens, self.images)

    def _entry(self, usage: Usage, price: Cost, error: BaseException | None) -> Entry:
        status, code = outcome(self._finished, error)
        return entry_of(
            self._record,
            status=status,
            usage=usage,
            cost=price,
            duration_ms=self.milliseconds,
            served_by=(self._endpoint.model_id, self._endpoint.provider),
            first_event_ms=self.first_event_ms,
            finished=self._finished,
            error_code=code,
            attempts=max(1, self._attempts),
            dropped=self.dropped,
            failed_attempts=self._failed_attempts,
        )


async def metered(events: AsyncGenerator[Event, None], hold: Hold) -> AsyncGenerator[Event, None]:
    """Count what the provider really sent, before any plugin can change it; fill in what its end lacks."""
    async for event in events:
        if hold.first_event_ms is None and type(event) is not Finished:
            hold.first_event_ms = hold.milliseconds
        match event:
            case TextDelta(text=text):
                hold.text_characters += len(text)
            case ReasoningDelta(text=text):
                hold.reasoning_characters += len(text)
            case ToolCallDelta(arguments=text, name=name):
                hold.text_characters += len(text) + len(name or "")
            case Image():
                hold.images += 1
            case Transcript(text=text):
                hold.text_characters += len(text)
            case Sound() | Embedding():
                pass
            case Started():
                yield hold.begin(event)
                continue
            case Finished():
                yield hold.finish(event)
                continue
            case _:
                assert_never(event)
        yield event


def _seen(done: "asyncio.Future[None]") -> None:
    """Take note of an exception that nobody may wait for any more."""
    if not done.cancelled():
        done.exception()
