"""`/v1/generations`: what was asked of models, what is being asked now, and stopping it. Prompts and answers are not kept."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from satchel.domain.accounts import Principal
from satchel.domain.attempts import FailedAttempt
from satchel.domain.calls import Call
from satchel.domain.errors import GenerationNotFound, MalformedRequest
from satchel.domain.ledger import Entry, Kind, Status
from satchel.domain.searches import Search
from satchel.domain.usage import Cost, Usage
from satchel.doors.http.callers import Callers
from satchel.doors.http.live import LiveCalls
from satchel.doors.http.searching import MAX_CHARACTERS, Searching
from satchel.ports.clock import Clock
from satchel.services.apps import Apps
from satchel.services.ledger import Ledger
from satchel.services.streams import Streams

_Status = Literal["finished", "cancelled", "failed", "live"]
_ACTIVITY, _GENERATE, _SETTINGS = "activity", "generate", "settings"


class UsageSchema(BaseModel):
    """Token counts, and what is counted beside them: pictures, seconds of sound heard, characters said."""

    input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    image_tokens: int
    audio_tokens: int
    images: int
    seconds: int
    characters: int
    estimated: bool


class CostSchema(BaseModel):
    """Nano-US-dollars; `known` false where there is no price."""

    nusd: int
    known: bool


class FailedAttemptSchema(BaseModel):
    """An endpoint that was tried, and why it did not answer."""

    provider: str
    endpoint: str
    code: str
    duration_ms: int


class GenerationSchema(BaseModel):
    """One generation, ended or live."""

    id: str
    kind: Kind
    origin: str | None
    app: str | None
    model: str
    requested_model: str
    provider: str
    status: _Status
    reason: str | None
    error_code: str | None
    dropped: list[str]
    attempts: int
    failed_attempts: list[FailedAttemptSchema]
    usage: UsageSchema
    cost: CostSchema
    started_at: datetime
    first_event_ms: int | None
    duration_ms: int


class GenerationList(BaseModel):
    """A page of generations, newest first."""

    data: list[GenerationSchema]
    next_cursor: str | None


class Forgotten(BaseModel):
    """How many generations are not listed any more."""

    forgotten: int


class Cancelling(BaseModel):
    """The cancel is on its way; the generation ends by itself."""

    id: str
    status: Literal["cancelling"] = "cancelling"


class Running:
    """The calls of an account that run now, whichever door they came in by."""

    def __init__(self, streams: Streams, calls: LiveCalls) -> None:
        self._streams = streams
        self._calls = calls

    def of(self, account_id: str) -> Sequence[Call]:
        """Return them, newest first."""
        calls = [run.call for run in self._streams.live(account_id)] + list(self._calls.of(account_id))
        return sorted(calls, key=lambda call: call.started_at, reverse=True)

    def cancel(self, who: Principal, generation_id: str) -> bool:
        """Cancel one; False if none of this id runs that is open to the caller."""
        if not any(call.id == generation_id and call.is_open_to(who) for call in self.of(who.account_id)):
            return False
        if self._calls.cancel(who.account_id, generation_id):
            return True
        run = self._streams.find(who.account_id, generation_id)
        return run is not None and run.cancel()


def generations_router(callers: Callers, ledger: Ledger, running: Running, *, searching: Searching, apps: Apps, clock: Clock) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/generations", tags=["generations"])
    _listing(router, callers, ledger, running, searching=searching, apps=apps, clock=clock)

    @router.get("/{generation_id}")
    async def get_generation(request: Request, generation_id: str) -> GenerationSchema:
        """Return one generation."""
        principal = await callers.principal(request, _ACTIVITY)
        entry = await ledger.get(principal.account_id, generation_id)
        if entry is not None and _may_see(principal, entry.origin):
            return _schema(entry, apps)
        for call in running.of(principal.account_id):
            if call.id == generation_id and _may_see(principal, call.origin):
                return _live_schema(call, apps, clock.now())
        raise _unknown(generation_id)

    @router.post("/{generation_id}/cancel", status_code=202)
    async def cancel_generation(request: Request, generation_id: str) -> Cancelling:
        """Stop a running generation; it ends with the usage so far."""
        principal = await callers.principal(request, _GENERATE)
        if not running.cancel(principal, generation_id):
            raise _unknown(generation_id)
        return Cancelling(id=generation_id)

    _forgetting(router, callers, ledger)
    return router


def _listing(
    router: APIRouter, callers: Callers, ledger: Ledger, running: Running, *, searching: Searching, apps: Apps, clock: Clock
) -> None:
    @router.get("")
    async def list_generations(
        request: Request,
        *,
        limit: Annotated[int, Query(ge=1, le=200)] = 20,
        origin: str | None = None,
        cursor: str | None = None,
        q: Annotated[str, Query(max_length=MAX_CHARACTERS)] = "",
        status: _Status | None = None,
    ) -> GenerationList:
        """List generations that have all words of `q` and the rest; live ones come first, on the first page."""
        principal = await callers.principal(request, _ACTIVITY)
        account_id, before = principal.account_id, _read_cursor(cursor) if cursor else None
        ending = Status(status) if status not in (None, "live") else None
        search = await searching.read(account_id, q, principal.origin or origin, ending)
        entries = await ledger.recent(account_id, limit + 1, search, before) if status != "live" else []
        live = [call for call in running.of(account_id) if _is_meant(call, search)] if cursor is None and status in (None, "live") else []
        ended = {entry.generation_id for entry in entries}
        data = [_live_schema(call, apps, clock.now()) for call in live if call.id not in ended]
        data += [_schema(entry, apps) for entry in entries[:limit]]
        return GenerationList(data=data, next_cursor=_cursor(entries[limit - 1]) if len(entries) > limit else None)


def _forgetting(router: APIRouter, callers: Callers, ledger: Ledger) -> None:
    @router.delete("")
    async def forget_generations(request: Request, origin: str | None = None) -> Forgotten:
        """Forget all generations that have ended, or those of an origin. What they cost stays counted."""
        principal = await callers.principal(request, _SETTINGS)
        return Forgotten(forgotten=await ledger.forget(principal.account_id, origin=principal.origin or origin))

    @router.delete("/{generation_id}", status_code=204)
    async def forget_generation(request: Request, generation_id: str) -> None:
        """Forget one generation that has ended. What it cost stays counted."""
        principal = await callers.principal(request, _SETTINGS)
        if not await ledger.forget(principal.account_id, generation_id, principal.origin):
            raise _unknown(generation_id)


def _may_see(principal: Principal, origin: str | None) -> bool:
    """Tell whether a generation of `origin` is the caller's business: a token that speaks for a site sees that site's only."""
    return principal.origin is None or principal.origin == origin


def _is_meant(call: Call, search: Search) -> bool:
    """Tell whether a call that runs is looked for, whatever end is: it has none."""
    client_id = call.principal.client_id
    facts = (call.origin, client_id, call.request.model, call.id)
    return search.origin in (None, call.origin) and all(word.is_in(facts, (call.request.model,), client_id) for word in search.words)


def _unknown(generation_id: str) -> GenerationNotFound:
    return GenerationNotFound(f"there is no generation {generation_id!r} of this account, or it has ended")


def _cursor(entry: Entry) -> str:
    return base64.urlsafe_b64encode(f"{entry.started_at.isoformat()} {entry.generation_id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        moment, _, generation_id = base64.urlsafe_b64decode(cursor).decode().partition(" ")
        started_at = datetime.fromisoformat(moment)
    except (binascii.Error, ValueError):
        started_at = None
        generation_id = ""
    if started_at is None or started_at.tzinfo is None:
        raise MalformedRequest("cursor is not one of ours; begin without it", details={"param": "cursor"})
    return started_at, generation_id


def _schema(entry: Entry, apps: Apps) -> GenerationSchema:
    return GenerationSchema(
        id=entry.generation_id,
        kind=entry.kind,
        origin=entry.origin,
        app=_app_name(apps, entry.client_id),
        model=entry.model,
        requested_model=entry.requested_model,
        provider=entry.provider,
        status=entry.status.value,
        reason=entry.reason,
        error_code=entry.error_code,
        dropped=list(entry.dropped),
        attempts=entry.attempts,
        failed_attempts=[_failed(attempt) for attempt in entry.failed_attempts],
        usage=_usage(entry.usage),
        cost=CostSchema(nusd=entry.cost.nusd, known=entry.cost.known),
        started_at=entry.started_at,
        first_event_ms=entry.first_event_ms,
        duration_ms=entry.duration_ms,
    )


def _live_schema(call: Call, apps: Apps, now: datetime) -> GenerationSchema:
    return GenerationSchema(
        id=call.id,
        kind=call.kind,
        origin=call.origin,
        app=_app_name(apps, call.principal.client_id),
        model=call.request.model,
        requested_model=call.request.model,
        provider="",
        status="live",
        reason=None,
        error_code=None,
        dropped=[],
        attempts=1,
        failed_attempts=[],
        usage=_usage(Usage()),
        cost=CostSchema(nusd=Cost().nusd, known=False),
        started_at=call.started_at,
        first_event_ms=None,
        duration_ms=int((now - call.started_at).total_seconds() * 1000),
    )


def _failed(attempt: FailedAttempt) -> FailedAttemptSchema:
    return FailedAttemptSchema(provider=attempt.provider, endpoint=attempt.endpoint, code=attempt.code, duration_ms=attempt.duration_ms)


def _usage(usage: Usage) -> UsageSchema:
    return UsageSchema(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        cached_tokens=usage.cached_tokens,
        image_tokens=usage.image_tokens,
        audio_tokens=usage.audio_tokens,
        images=usage.images,
        seconds=usage.seconds,
        characters=usage.characters,
        estimated=usage.estimated,
    )


def _app_name(apps: Apps, client_id: str | None) -> str | None:
    app = apps.find(client_id) if client_id is not None else None
    return app.name if app is not None else client_id
