"""Which models an account can use: the built-in one, servers on this machine, and what the person's keys open.

Look-ups come from memory. What is kept may be a little old: it is read anew in the background, at once when the Bus says that it
changed, and when a model is asked for that is not there. A provider that is away keeps the models it had.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from satchel.domain.catalog import FIRST_ABLE, OWN_SERVER, PREFERRED, Capability, Endpoint, ProviderRow
from satchel.domain.endpoints import endpoint_of
from satchel.domain.errors import NotReady, SatchelError, UnknownModel
from satchel.domain.keys import NO_SECRET, UNCHECKED, Key, KeyCheck, Secret, failed_check
from satchel.domain.price_list import ModelIndex
from satchel.ports.clock import Clock
from satchel.ports.coordination import Bus, Message, Unsubscribe, account_topic
from satchel.ports.provider import LocalSource, ModelSource
from satchel.ports.stores import Database

OpenKey = Callable[[str, str, str], Awaitable[Secret]]
"""Open a key of an account: `(account_id, key_id)`. Raises `KeyProblem`."""

_READ_AGAIN_S = 5.0
_MISS_READS_AGAIN_S = 0.5
_PROBE_AGAIN_S = 15.0
_LIST_AGAIN_S = 600.0
_FAILED_LIST_AGAIN_S = 30.0
_LIST_PATIENCE_S = 2.0
_CHECK_PATIENCE_S = 10.0
_MAX_ACCOUNTS = 1_000
_MAX_MADE = 200


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What one account can use, ready to look up. `named` has every endpoint under its id and its model's id."""

    choice: str | None
    keys: tuple[Key, ...]
    endpoints: tuple[Endpoint, ...]
    named: dict[str, tuple[Endpoint, ...]]
    read_at_s: float


@dataclass(slots=True)
class _KeyList:
    """What one key opened when it was last asked."""

    endpoints: tuple[Endpoint, ...] = ()
    due_at_s: float = 0.0
    check: KeyCheck = UNCHECKED
    asking: "asyncio.Task[None] | None" = field(default=None, repr=False)


class Catalog:
    """Resolve model names to endpoints, per account."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        clock: Clock,
        *,
        rows: Mapping[str, ProviderRow],
        sources: Mapping[str, ModelSource],
        local: Sequence[LocalSource],
        open_key: OpenKey,
        models: ModelIndex | None = None,
        retired: Mapping[str, Sequence[str]] | None = None,
        near: bool = False,
    ) -> None:
        """Build it. `retired` says what stands in for ids of old, best first; `models` what is known of models that no list has.

        `near` says that this machine is the person's own computer.
        """
        self._database = database
        self._bus = bus
        self._clock = clock
        self._rows = rows
        self._sources = sources
        self._local_sources = local
        self._open_key = open_key
        self._models = models
        self._retired = retired or {}
        self._near = near
        self._shelves: dict[str, _Shelf] = {}
        self._stale: set[str] = set()
        self._lists: dict[str, _KeyList] = {}
        self._local: tuple[Endpoint, ...] = ()
        self._probe_due_at_s = float("-inf")
        self._probing: asyncio.Task[None] | None = None
        self._reading: dict[str, asyncio.Task[_Shelf]] = {}
        self._listening: dict[str, Unsubscribe] = {}

    async def endpoints(self, account_id: str, ability: Capability | None = "chat") -> Sequence[Endpoint]:
        """Return what the account can use for a purpose: the built-in model, local servers, then keys in the order they were added.

        None is any purpose.
        """
        found = (await self._shelf(account_id)).endpoints
        return found if ability is None else [endpoint for endpoint in found if ability in endpoint.capabilities]

    async def resolve(self, account_id: str, model: str) -> Sequence[Endpoint]:
        """Return the endpoints that `model` names: `satchel/preferred`, a model's or an endpoint's id, or `<provider or label>:<model>`.

        `satchel/embeddings` and its kin (`FIRST_ABLE`) name the first model that can do that, `satchel/local:<model>` one at an own server.

        The last is taken at its word even where no list has it. An id of old leads to what stands in for it, at worst to the preferred
        model. Empty if nothing of that name can be.
        """
        shelf = await self._shelf(account_id)
        found = shelf.named.get(_choice(shelf) if model == PREFERRED else model)
        if found is not None:
            return found
        if self._clock.monotonic_s() - shelf.read_at_s > _MISS_READS_AGAIN_S:
            shelf = await self._read_once(account_id)
        name = _choice(shelf) if model == PREFERRED else model
        return shelf.named.get(name) or _first_able(shelf, name) or self._at_its_word(shelf, name) or self._standing_in(shelf, name)

    async def preferred(self, account_id: str) -> str:
        """Return the model that `satchel/preferred` means now: the person's choice, else the first there is, the built-in one first.

        `satchel/preferred` itself where there is none at all.
        """
        return _choice(await self._shelf(account_id))

    async def set_preferred(self, account_id: str, model: str) -> None:
        """Keep the person's choice and tell their connections; `satchel/preferred` takes it back. Raises `UnknownModel`."""
        if model != PREFERRED and not await self.resolve(account_id, model):
            raise UnknownModel(f"no model {model!r} here", details={"param": "preferred_model", "model": model})
        choice = None if model == PREFERRED else model
        async with self._database.unit_of_work() as stores:
            await stores.accounts.prefer(account_id, choice)
        shelf = self._shelves.get(account_id)
        if shelf is not None:
            self._shelves[account_id] = replace(shelf, choice=choice)
        self._tell(account_id, "model_changed", {"model": await self.preferred(account_id)})

    async def refresh(self, account_id: str) -> None:
        """Ask everything anew, now: the person wants to see what has just been started or installed."""
        self._probe_due_at_s = float("-inf")
        shelf = self._shelves.get(account_id)
        for key in shelf.keys if shelf else ():
            if (listed := self._lists.get(key.id)) is not None:
                listed.due_at_s = float("-inf")
        await self._read_anew(account_id)

    async def check_key(self, account_id: str, key_id: str) -> KeyCheck:
        """Ask the provider of a key now, and return what it says; a slow one is unreachable after some seconds."""
        if (known := self._lists.get(key_id)) is not None:
            known.due_at_s = float("-inf")
        await self._read_anew(account_id)
        listed = self._lists.get(key_id)
        if listed is None:
            return UNCHECKED
        if listed.asking is not None:
            await asyncio.wait({listed.asking}, timeout=_CHECK_PATIENCE_S)
        return listed.check if listed.asking is None else KeyCheck("unreachable", "the provider has not answered yet")

    def last_check(self, key_id: str) -> KeyCheck:
        """Return what the provider said when it was last asked with a key."""
        listed = self._lists.get(key_id)
        return listed.check if listed else UNCHECKED

    async def run(self) -> None:
        """Probe this machine again and again for the accounts that are looked up, until cancelled."""
        while True:
            await asyncio.sleep(_PROBE_AGAIN_S)
            for account_id in list(self._shelves):
                with suppress(SatchelError):
                    await self._read_once(account_id)

    async def aclose(self) -> None:
        """Stop what runs in the background. Safe to call twice."""
        asking = [listed.asking for listed in self._lists.values() if listed.asking is not None]
        tasks: list[asyncio.Task[None] | asyncio.Task[_Shelf]] = [*self._reading.values(), *asking]
        tasks += [self._probing] if self._probing is not None else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for unsubscribe in self._listening.values():
            unsubscribe()
        self._listening.clear()

    async def _shelf(self, account_id: str) -> _Shelf:
        shelf = self._shelves.get(account_id)
        if shelf is None:
            return await self._read_once(account_id)
        if account_id in self._stale:
            return await self._read_anew(account_id)
        if self._clock.monotonic_s() - shelf.read_at_s > _READ_AGAIN_S:
            self._read_soon(account_id)
        return shelf

    async def _read_once(self, account_id: str) -> _Shelf:
        """Read the account's shelf anew, once for however many ask at a time; the old one stands in if the database is away."""
        return await asyncio.shield(self._read_soon(account_id))

    async def _read_anew(self, account_id: str) -> _Shelf:
        """Read after now: one that is under way may have begun before what changed."""
        under_way = self._reading.get(account_id)
        if under_way is not None:
            await asyncio.wait({under_way})
        return await self._read_once(account_id)

    def _read_soon(self, account_id: str) -> "asyncio.Task[_Shelf]":
        task = self._reading.get(account_id)
        if task is None:
            task = self._reading[account_id] = asyncio.create_task(self._read(account_id))
            task.add_done_callback(lambda done: self._read_ended(account_id, done))
        return task

    def _read_ended(self, account_id: str, task: "asyncio.Task[_Shelf]") -> None:
        self._reading.pop(account_id, None)
        if not task.cancelled():
            task.exception()

    async def _read(self, account_id: str) -> _Shelf:
        self._listen(account_id)
        before = self._shelves.get(account_id)
        self._stale.discard(account_id)
        try:
            async with self._database.unit_of_work() as stores:
                account = await stores.accounts.get(account_id)
                keys = tuple(await stores.keys.list(account_id))
        except NotReady:
            if before is None:
                raise
            self._shelves[account_id] = replace(before, read_at_s=self._clock.monotonic_s())
            return before
        await asyncio.gather(self._probe(), self._ask_keys(account_id, keys))
        choice = account.preferred_model if account else None
        return self._put(account_id, choice, keys)

    def _put(self, account_id: str, choice: str | None, keys: tuple[Key, ...]) -> _Shelf:
        before = self._shelves.pop(account_id, None)
        listed = [endpoint for key in keys if key.id in self._lists for endpoint in self._lists[key.id].endpoints]
        endpoints = (*self._local, *listed)
        same = before is not None and before.endpoints == endpoints
        named = before.named if before and same and before.keys == keys else _named(endpoints)
        shelf = _Shelf(choice, keys, endpoints, named, self._clock.monotonic_s())
        self._shelves[account_id] = shelf
        if before is not None and not same:
            self._tell(account_id, "models_changed", {})
        while len(self._shelves) > _MAX_ACCOUNTS:
            self._forget(next(iter(self._shelves)))
        return shelf

    def _forget(self, account_id: str) -> None:
        self._shelves.pop(account_id)
        self._stale.discard(account_id)
        if (unsubscribe := self._listening.pop(account_id, None)) is not None:
            unsubscribe()

    async def _probe(self) -> None:
        """Ask the local sources anew if it is time. All accounts share them, and a probe under way."""
        if self._probing is None:
            if self._clock.monotonic_s() < self._probe_due_at_s:
                return
            self._probing = asyncio.create_task(self._probe_now())
        await asyncio.shield(self._probing)

    async def _probe_now(self) -> None:
        try:
            found = await asyncio.gather(*(source.endpoints() for source in self._local_sources))
            self._local = self._placed(endpoint for endpoints in found for endpoint in endpoints)
        finally:
            self._probe_due_at_s = self._clock.monotonic_s() + _PROBE_AGAIN_S
            self._probing = None

    async def _ask_keys(self, account_id: str, keys: Sequence[Key]) -> None:
        """Ask the lists that are due, all at once. A slow one is not waited for: it is put on the shelf when it comes."""
        now_s = self._clock.monotonic_s()
        for key in keys:
            listed = self._lists.setdefault(key.id, _KeyList())
            if listed.asking is None and now_s >= listed.due_at_s:
                listed.asking = asyncio.create_task(self._ask_key(account_id, key, listed))
        asking = {task for key in keys if (task := self._lists[key.id].asking) is not None}
        if asking:
            _, late = await asyncio.wait(asking, timeout=_LIST_PATIENCE_S)
            for task in late:
                task.add_done_callback(lambda _: self._stale.add(account_id))

    async def _ask_key(self, account_id: str, key: Key, listed: _KeyList) -> None:
        row = self._rows.get(key.provider)
        source = self._sources.get(row.dialect) if row else None
        wait_s = _LIST_AGAIN_S
        try:
            if row is not None and source is not None:
                secret = NO_SECRET if key.sealed is None else await self._open_key(account_id, key.id, key.base_url)
                listed.endpoints = self._placed(await source.endpoints(row, key, secret))
                listed.check = KeyCheck("accepted", models=len(listed.endpoints)) if row.lists_models else UNCHECKED
        except SatchelError as error:
            listed.check = failed_check(error)
            wait_s = _FAILED_LIST_AGAIN_S
        finally:
            listed.due_at_s = self._clock.monotonic_s() + wait_s
            listed.asking = None

    def _at_own_server(self, shelf: _Shelf, native: str) -> tuple[Endpoint, ...]:
        """Return a model at the person's own server: one that is listed by that name, else at its word at the first, keys' before found.

        Nothing for what is known by this name: it is somewhere else, and that is what was meant.
        """
        if not native or native in shelf.named:
            return ()
        own = [one for one in shelf.endpoints if one.own]
        if listed := next((one.id for one in own if one.native_model == native), None):
            return shelf.named[listed]
        keys = [key for key in shelf.keys if key.provider in self._rows and self._made(key, native).own]
        servers = [key.label or key.provider for key in keys] + [one.provider for one in own if one.key_id is None]
        at_word = (self._at_its_word(shelf, f"{server}:{native}") for server in dict.fromkeys(servers))
        return next((tuple(one for one in made if one.own) for made in at_word if made), ())

    def _at_its_word(self, shelf: _Shelf, name: str) -> tuple[Endpoint, ...]:
        """Make the endpoints that `<provider or label>:<model>` names; an unknown prefix names none."""
        if name.startswith(OWN_SERVER):
            return self._at_own_server(shelf, name.removeprefix(OWN_SERVER))
        prefix, colon, native = name.partition(":")
        if not (colon and native):
            return ()
        keys = [key for key in shelf.keys if key.label == prefix] or [key for key in shelf.keys if key.provider == prefix]
        made = [replace(self._made(key, native), id=name) for key in keys if key.provider in self._rows]
        row = self._rows.get(prefix)
        if not made and row is not None and row.base_url is not None:
            made = [endpoint_of(row, native, row.base_url, models=self._models)]
        placed = self._placed(made)
        if placed and len(shelf.named) < 2 * len(shelf.endpoints) + _MAX_MADE:
            shelf.named[name] = placed
        return placed

    def _placed(self, endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
        """Say of those on this machine whether that is the person's own computer."""
        return tuple(replace(one, place="computer") if self._near and one.place == "server" else one for one in endpoints)

    def _standing_in(self, shelf: _Shelf, name: str) -> tuple[Endpoint, ...]:
        """Return what the person can use in place of an id of old."""
        if name not in self._retired:
            return ()
        for living in self._retired[name]:
            prefix = living.partition(":")[0]
            if any(key.provider == prefix for key in shelf.keys):
                return self._at_its_word(shelf, living)
        choice = _choice(shelf)
        return shelf.named.get(choice) or self._at_its_word(shelf, choice)

    def _made(self, key: Key, native: str) -> Endpoint:
        listed = self._lists.get(key.id)
        others = listed.endpoints if listed else ()
        known = next((endpoint for endpoint in others if endpoint.native_model == native), None)
        if known is not None:
            return known
        made = endpoint_of(self._rows[key.provider], native, key.base_url, key=key, models=self._models)
        if not others or others[0].dialect == made.dialect:
            return made
        return replace(made, dialect=others[0].dialect, capabilities=others[0].capabilities, assumed=False)  # what it speaks was found out

    def _listen(self, account_id: str) -> None:
        if account_id not in self._listening:
            self._listening[account_id] = self._bus.subscribe(account_topic(account_id), lambda message: self._heard(account_id, message))

    def _heard(self, account_id: str, message: Message) -> None:
        event = message.get("event")
        if event in ("keys_changed", "model_changed", "vault_changed"):
            self._stale.add(account_id)
        shelf = self._shelves.get(account_id)
        if event == "vault_changed" and shelf is not None:
            for listed in (self._lists[key.id] for key in shelf.keys if key.id in self._lists):
                if listed.check.status == "unchecked":
                    listed.due_at_s = self._clock.monotonic_s()

    def _tell(self, account_id: str, event: str, data: Mapping[str, object]) -> None:
        self._bus.publish(account_topic(account_id), {"event": event, "data": data})


def _choice(shelf: _Shelf) -> str:
    if shelf.choice is not None:
        return shelf.choice
    able = (endpoint for endpoint in shelf.endpoints if endpoint.unavailable is None and "chat" in endpoint.capabilities)
    return next((endpoint.model_id for endpoint in able), PREFERRED)


def _first_able(shelf: _Shelf, name: str) -> tuple[Endpoint, ...]:
    ability = FIRST_ABLE.get(name)
    able = (one for one in shelf.endpoints if one.unavailable is None and ability in one.capabilities)
    return next((shelf.named[one.model_id] for one in able), ())


def _named(endpoints: Iterable[Endpoint]) -> dict[str, tuple[Endpoint, ...]]:
    named: dict[str, tuple[Endpoint, ...]] = {}
    for endpoint in endpoints:
        for name in dict.fromkeys((endpoint.model_id, endpoint.id)):
            named[name] = (*named.get(name, ()), endpoint)
    return named
