"""Consent: may this call be made at all? The rule is `domain/grants.decide`; here grants are fetched, counted against and used up."""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Protocol

from satchel.domain.accounts import Principal
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.authorized import Authorized
from satchel.domain.calls import Call
from satchel.domain.capabilities import LISTS, missing
from satchel.domain.catalog import Endpoint
from satchel.domain.errors import ConsentRequired, KeyGone, RateLimited, RequestInvalid, SatchelError
from satchel.domain.grants import Caveats, Grant, GrantState, decide, narrowed, new_budget
from satchel.domain.routes import rank, worst_case
from satchel.kit.single_flight import SingleFlight
from satchel.ports.clock import Clock
from satchel.ports.coordination import GRANTS_TOPIC, TOKENS_TOPIC, Bus, Limit, Limiter, Message, Unsubscribe, account_topic
from satchel.ports.elsewhere import hear
from satchel.ports.stores import Database, Stores

_CACHED_S = 30.0
_MAX_ACCOUNTS = 1_000
_MAX_GRANTS_PER_ACCOUNT = 500
_WINDOW_S = 60.0
_SCOPE = "generate"

Key = tuple[str, str, str | None]


class Catalog(Protocol):
    """What policy asks the catalog."""

    async def resolve(self, account_id: str, model: str) -> Sequence[Endpoint]:
        """Return the endpoints that `model` names for this account; none if it is unknown."""
        ...


class Policy:
    """Authorize calls. Grants are cached here for moments; a change of any (`grants_changed` on the account's topic) ends that at once."""

    def __init__(self, database: Database, catalog: Catalog, limiter: Limiter, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._catalog = catalog
        self._limiter = limiter
        self._bus = bus
        self._clock = clock
        self._grants = _GrantCache(bus)
        self._flights = SingleFlight[Grant | None]()
        self._lately: dict[Key, Grant] = {}
        self._watched: dict[Key, Grant] = {}

    async def authorize(self, call: Call) -> Authorized:
        """Return leave to make the call; a `once` grant is used up by it.

        Raises:
            ScopeMissing: the credential may not generate.
            ConsentRequired: the origin must be allowed first; `details` says what to ask.
            OriginBlocked, ModelNotGranted: the person's decision about a site, or about a device as it was let in.
            KeyGone: what the person allowed by name is nowhere any more; nothing is counted or used up.
            RateLimited: the grant's rate; `retry_after_s` says when it opens.
        """
        call.principal.require(_SCOPE)
        now = self._clock.now()
        if call.origin is None and call.principal.caveats is None:
            return Authorized(None, None, None, now, call.principal)
        endpoints = await self._catalog.resolve(call.principal.account_id, call.request.model)
        if call.origin is None:
            names, local = _called(call, endpoints)
            if (refusal := call.principal.outside(names, local=local)) is not None:
                raise refusal
            return Authorized(None, endpoints[0] if endpoints else None, None, now, call.principal)
        grant = await self._decide(call, call.origin, endpoints, now)
        if not endpoints and call.request.model in (grant.caveats.models or ()):
            raise _gone(call.origin, call.request.model)
        if grant.state is GrantState.ALLOWED:
            self._lately[grant.account_id, grant.origin, grant.embedder] = grant
        rate = grant.caveats.rate_per_minute
        if rate is not None:
            await self._count(grant, rate)
        if grant.state is GrantState.ONCE:
            await self._use_up(call, call.origin, endpoints, grant)
        return Authorized(grant, endpoints[0] if endpoints else None, call.origin, now, call.principal)

    async def visible(self, principal: Principal, endpoints: Sequence[Endpoint]) -> Sequence[Endpoint]:
        """Return those endpoints that the caller may know of: all, or what its site or device was allowed; without a site's grant, none."""
        if principal.origin is None:
            if principal.caveats is None:
                return endpoints
            return [one for one in endpoints if principal.outside((one.model_id, one.id), local=one.local) is None]
        grant, now = await self._find(principal.account_id, principal.origin, None), self._clock.now()
        if grant is not None and LISTS not in (grant.caveats.capabilities or (LISTS,)):
            return []
        return [one for one in endpoints if decide(grant, principal.origin, (one.model_id, one.id), now, local=one.local) is None]

    async def given(self, account_id: str, origin: str) -> Grant | None:
        """Return the grant of a site that is nobody's frame, as it is kept now; None if there is none."""
        return await self._load((account_id, origin, None))

    async def put(self, grant: Grant) -> Grant:
        """Create or replace a grant, with the budget that its caveat asks for; return it as kept. Effective at once, everywhere.

        A no ends what the site runs as well.
        """
        async with self._database.unit_of_work() as stores:
            kept = await stores.grants.put(grant)
            await self._keep_budget(stores, kept)
            await stores.audit.add(
                AuditRecord(kept.account_id, self._clock.now(), Act.SITE_DECIDED, kept.id, f"{kept.origin} {kept.state}")
            )
        self._changed(kept.account_id, kept.origin)
        if kept.state is GrantState.BLOCKED:
            self._end(kept)
        return kept

    async def remove(self, account_id: str, grant_id: str) -> bool:
        """Take a grant back, so that the site must ask again; False if there is none. Effective at once, everywhere.

        The site's own tokens end with it, and so do the connections that they opened and the generations that run.
        """
        async with self._database.unit_of_work() as stores:
            await stores.accounts.take_turn(account_id)
            grant = await stores.grants.get(account_id, grant_id)
            if grant is None or not await stores.grants.remove(account_id, grant_id):
                return False
            ended = await self._forget(stores, grant)
        self._forgotten(grant, ended)
        return True

    async def narrow(self, grant: Grant, wish: Caveats) -> Grant | None:
        """Narrow a grant at the site's own wish, and return it as kept; None where the person has changed it meanwhile: look again."""
        after = replace(grant, caveats=narrowed(grant.caveats, wish))
        async with self._database.unit_of_work() as stores:
            if not await stores.grants.swap(grant, after):
                return None
            await self._keep_budget(stores, after)
            await stores.audit.add(AuditRecord(after.account_id, self._clock.now(), Act.SITE_NARROWED, after.id, after.origin))
        self._changed(after.account_id, after.origin)
        return after

    async def give_back(self, grant: Grant) -> bool:
        """Take a grant back at the site's own wish, as `remove`; False where the person has changed it meanwhile: look again."""
        async with self._database.unit_of_work() as stores:
            await stores.accounts.take_turn(grant.account_id)
            if not await stores.grants.swap(grant, grant):  # holds it: a block that comes now must not be removed
                return False
            await stores.grants.remove(grant.account_id, grant.id)
            ended = await self._forget(stores, grant)
        self._forgotten(grant, ended)
        return True

    async def _keep_budget(self, stores: Stores, grant: Grant) -> None:
        """Give a grant the budget that its caveat asks for; what is spent stays, unless the period changed."""
        caveat = grant.caveats.budget
        if caveat is None:
            await stores.budgets.remove(grant.id)
            return
        await stores.budgets.put(new_budget(grant.id, grant.account_id, caveat, self._clock.now()))

    async def _forget(self, stores: Stores, grant: Grant) -> Sequence[str]:
        """Write down that a grant is gone, and end the tokens that its site signed in for; return their ids."""
        now, account_id = self._clock.now(), grant.account_id
        await stores.audit.add(AuditRecord(account_id, now, Act.SITE_FORGOTTEN, grant.id, grant.origin))
        if grant.embedder is not None:
            return ()
        ended = await stores.tokens.revoke_origin(account_id, grant.origin, now)
        for token_id in ended:
            await stores.audit.add(AuditRecord(account_id, now, Act.TOKEN_REVOKED, token_id, grant.origin))
        return ended

    def _forgotten(self, grant: Grant, ended: Sequence[str]) -> None:
        for token_id in ended:
            self._bus.publish(TOKENS_TOPIC, {"token_id": token_id})
        self._changed(grant.account_id, grant.origin)
        self._end(grant)

    async def hear_of_others(self, running: Collection[Key]) -> None:
        """Take up what another process changed of the grants that are cached, or that something runs by here.

        What runs by a grant that is gone, or a no by now, ends. Nothing happens while the database is away.

        Args:
            running: account, origin and embedder of the sites that something runs for.
        """
        still = {key: grant for key, grant in self._watched.items() if key in running}
        self._watched = {**still, **self._lately, **self._grants.standing(self._clock.monotonic_s())}
        self._lately = {}
        by_id = {grant.id: grant for grant in self._watched.values()}

        def heard(asked: Sequence[str], found: Sequence[Grant]) -> None:
            kept = {grant.id: grant for grant in found}
            for grant_id in asked:
                self._compare(by_id[grant_id], kept.get(grant_id))

        await hear(self._database, sorted(by_id), _those, heard)

    def aclose(self) -> None:
        """Stop listening for changes."""
        self._grants.clear()

    async def _decide(self, call: Call, origin: str, endpoints: Sequence[Endpoint], now: datetime) -> Grant:
        grant = await self._find(call.principal.account_id, origin, call.embedder)
        names, local = _called(call, endpoints)
        refusal = await self._blocked(call, origin) or decide(grant, origin, names, now, local=local)
        if refusal is None and grant is not None:
            refusal = missing(grant, call.request)
        if refusal is not None:
            raise self._worded(refusal, call, endpoints)
        assert grant is not None  # noqa: S101 - decide refuses without one
        return grant

    async def _blocked(self, call: Call, origin: str) -> SatchelError | None:
        """Return the refusal for an origin that is blocked wherever it stands: a no to a site is a no inside other pages too."""
        if call.embedder is None:
            return None
        alone = await self._find(call.principal.account_id, origin, None)
        return decide(alone, origin, (), call.started_at) if alone is not None and alone.state is GrantState.BLOCKED else None

    async def _find(self, account_id: str, origin: str, embedder: str | None) -> Grant | None:
        key = (account_id, origin, embedder)
        now_s = self._clock.monotonic_s()
        grant = self._grants.get(key, now_s)
        if grant is not None:
            return grant
        version = self._grants.version(key[0])
        grant = await self._flights.run((key, version), lambda: self._load(key))
        if grant is not None:  # "none" is not kept: the person may be answering the consent window right now
            self._grants.put(key, grant, version, now_s + _CACHED_S)
        return grant

    async def _load(self, key: Key) -> Grant | None:
        async with self._database.unit_of_work() as stores:
            return await stores.grants.find(*key)

    async def _count(self, grant: Grant, rate: int) -> None:
        decision = await self._limiter.take(f"grant:{grant.id}", 1, Limit(rate, _WINDOW_S))
        if not decision.allowed:
            message = f"{grant.origin} may ask {rate} times a minute; try again in {decision.retry_after_s:.0f} s"
            raise RateLimited(message, retry_after_s=decision.retry_after_s, details={"origin": grant.origin, "rate_per_minute": rate})

    async def _use_up(self, call: Call, origin: str, endpoints: Sequence[Endpoint], grant: Grant) -> None:
        account_id = call.principal.account_id
        async with self._database.unit_of_work() as stores:
            consumed = await stores.grants.consume(account_id, grant.id)
        self._changed(account_id, origin)
        if not consumed:
            refusal = ConsentRequired(f"what {origin} was allowed once has been used", details={"origin": origin})
            raise self._worded(refusal, call, endpoints)

    def _changed(self, account_id: str, origin: str) -> None:
        self._grants.forget(account_id)
        self._bus.publish(account_topic(account_id), {"event": "grants_changed", "data": {"origin": origin}})

    def _compare(self, before: Grant, after: Grant | None) -> None:
        key = (before.account_id, before.origin, before.embedder)
        if after is not None and replace(after, last_used_at=before.last_used_at) == before:
            return
        if after is None:
            del self._watched[key]
        else:
            self._watched[key] = after
        self._changed(before.account_id, before.origin)
        if after is None or after.state is GrantState.BLOCKED:
            self._end(after or before)

    def _end(self, grant: Grant) -> None:
        """Stop what the site runs now. A no to a site is a no inside other pages too."""
        is_everywhere = grant.state is GrantState.BLOCKED and grant.embedder is None
        place = {} if is_everywhere else {"embedder": grant.embedder}
        self._bus.publish(GRANTS_TOPIC, {"account_id": grant.account_id, "origin": grant.origin, **place})

    @staticmethod
    def _worded(refusal: SatchelError, call: Call, endpoints: Sequence[Endpoint]) -> SatchelError:
        if not isinstance(refusal, ConsentRequired):
            return refusal
        return ConsentRequired(refusal.message, details={**refusal.details, **_question(call, endpoints)})


async def _those(stores: Stores, grant_ids: Sequence[str]) -> Sequence[Grant]:
    return await stores.grants.those(grant_ids)


def _called(call: Call, endpoints: Sequence[Endpoint]) -> tuple[Sequence[str], bool]:
    """Return by what names a call's model is judged, and whether it is one of the person's own machine.

    An unknown model is judged by its name: whoever may not use it must not learn which models a person has.
    """
    names = (endpoints[0].model_id, endpoints[0].id) if endpoints else (call.request.model,)
    return names, not endpoints or any(endpoint.local for endpoint in endpoints)


def _gone(origin: str, model: str) -> KeyGone:
    """Return what a site is told that was allowed a model which has gone with its key."""
    remedy = "add a key for it (in the extension: Keys), or allow the site another model (Sites)"
    return KeyGone(f"no key of yours has {model} any more, which {origin} may use; {remedy}", details={"origin": origin, "model": model})


def _question(call: Call, endpoints: Sequence[Endpoint]) -> dict[str, object]:
    """Return what a consent window shows; None where it is not known. `at_most_nusd` None is an unknown price, not a free call."""
    with suppress(RequestInvalid):
        endpoints = rank(endpoints, call.request)
    asked: dict[str, object] = {"origin": call.origin, "embedder": call.embedder, "requested_model": call.request.model}
    if not endpoints:
        unknown = dict.fromkeys(("model_name", "provider", "provider_name", "local", "price", "at_most_nusd"))
        return {**asked, "model": call.request.model, **unknown}
    first = endpoints[0]
    return {
        **asked,
        "model": first.model_id,
        "model_name": first.name,
        "provider": first.provider,
        "provider_name": first.provider_name,
        "local": first.local,
        "price": _price(first),
        "at_most_nusd": worst_case(call.request, endpoints),
    }


def _price(endpoint: Endpoint) -> Mapping[str, str] | None:
    price = endpoint.price
    if price is None:
        return None
    return {
        "input_usd_per_mtok": str(price.input_usd),
        "output_usd_per_mtok": str(price.output_usd),
        "as_of": price.as_of.isoformat(),
    }


class _Shelf:
    """The cached grants of one account. Each change brings a new `version`, so that a look-up begun before it is not kept after it."""

    __slots__ = ("_versions", "grants", "unsubscribe", "version")

    def __init__(self, versions: Iterator[int]) -> None:
        self._versions = versions
        self.grants: dict[Key, tuple[Grant, float]] = {}
        self.version = next(versions)
        self.unsubscribe: Unsubscribe = lambda: None

    def heard(self, message: Message) -> None:
        if message.get("event") == "grants_changed":
            self.empty()

    def empty(self) -> None:
        self.grants.clear()
        self.version = next(self._versions)


class _GrantCache:
    """Grants by account, for a short time and in a bounded number; listens for changes of every account it holds."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._versions = count()
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()

    def get(self, key: Key, now_s: float) -> Grant | None:
        shelf = self._shelves.get(key[0])
        cached = shelf.grants.get(key) if shelf else None
        return cached[0] if cached and cached[1] > now_s else None

    def version(self, account_id: str) -> int:
        """Return which state of the account's grants a look-up that begins now will see; from here on changes are heard."""
        shelf = self._shelves.get(account_id)
        if shelf is None:
            shelf = self._shelves[account_id] = _Shelf(self._versions)
            shelf.unsubscribe = self._bus.subscribe(account_topic(account_id), shelf.heard)
            if len(self._shelves) > _MAX_ACCOUNTS:
                self._shelves.popitem(last=False)[1].unsubscribe()
        self._shelves.move_to_end(account_id)
        return shelf.version

    def standing(self, now_s: float) -> Mapping[Key, Grant]:
        """Return the grants that count now, but those good for once: another process may use them up, and that ends nothing."""
        shelves = [shelf.grants.items() for shelf in self._shelves.values()]
        fresh = [(key, grant) for shelf in shelves for key, (grant, until_s) in shelf if until_s > now_s]
        return {key: grant for key, grant in fresh if grant.state is not GrantState.ONCE}

    def put(self, key: Key, grant: Grant, version: int, until_s: float) -> None:
        shelf = self._shelves.get(key[0])
        if shelf is None or shelf.version != version:
            return
        if len(shelf.grants) >= _MAX_GRANTS_PER_ACCOUNT:
            shelf.grants.clear()
        shelf.grants[key] = (grant, until_s)

    def forget(self, account_id: str) -> None:
        shelf = self._shelves.get(account_id)
        if shelf is not None:
            shelf.empty()

    def clear(self) -> None:
        while self._shelves:
            self._shelves.popitem()[1].unsubscribe()
