"""`/v1/grant`: what the site of the token that asks was allowed. It may be told, narrowed and given back; only the person allows more."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from satchel.domain.accounts import Principal
from satchel.domain.errors import ConsentRequired, OriginBlocked, Refused
from satchel.domain.grants import Grant, GrantState, is_over
from satchel.doors.http.callers import Callers
from satchel.doors.http.grants import GrantSchema, Narrowing, being_changed, caveats_of, grant_schema
from satchel.ports.clock import Clock
from satchel.ports.stores import Database
from satchel.services.policy import Policy

_SCOPE = "generate"
_TRIES = 3


class OwnGrant(BaseModel):
    """The site that a token speaks for, and its grant. Without an `origin` the token is the account's own, and nothing narrows it."""

    origin: str | None
    data: GrantSchema | None


def own_grant_router(callers: Callers, policy: Policy, database: Database, clock: Clock) -> APIRouter:
    """Return the doors of this resource."""
    door = _Door(callers, policy, database, clock)
    router = APIRouter(prefix="/grant", tags=["grants"])
    router.add_api_route("", door.tell, methods=["GET"])
    router.add_api_route("", door.narrow, methods=["PATCH"])
    router.add_api_route("", door.give_back, methods=["DELETE"], status_code=204)
    return router


class _Door:
    def __init__(self, callers: Callers, policy: Policy, database: Database, clock: Clock) -> None:
        self._callers = callers
        self._policy = policy
        self._database = database
        self._clock = clock

    async def tell(self, request: Request) -> OwnGrant:
        """Tell a token what its site was allowed; any scope will do. A grant that has expired is none."""
        principal = await self._callers.principal(request, None)
        grant = await self._find(principal.account_id, principal.origin) if principal.origin is not None else None
        return OwnGrant(origin=principal.origin, data=await self._schema(grant) if grant is not None else None)

    async def narrow(self, request: Request, narrowing: Narrowing) -> OwnGrant:
        """Narrow what the site was allowed, at its own wish."""
        principal, origin = await self._site(request)
        wish = caveats_of(narrowing.caveats, self._clock.now())
        for _ in range(_TRIES):
            kept = await self._policy.narrow(await self._allowed(principal, origin), wish)
            if kept is not None:
                return OwnGrant(origin=origin, data=await self._schema(kept))
        raise being_changed()

    async def give_back(self, request: Request) -> None:
        """Give it back. The site must ask again, and its tokens end; what the person blocked stays blocked."""
        principal, origin = await self._site(request)
        for _ in range(_TRIES):
            if await self._policy.give_back(await self._allowed(principal, origin)):
                return
        raise being_changed()

    async def _site(self, request: Request) -> tuple[Principal, str]:
        principal = await self._callers.principal(request, _SCOPE)
        if principal.origin is None:
            raise Refused("this token is the account's own and speaks for no site; its owner narrows or ends it under Tokens in the portal")
        return principal, principal.origin

    async def _find(self, account_id: str, origin: str) -> Grant | None:
        async with self._database.unit_of_work() as stores:
            grant = await stores.grants.find(account_id, origin, None)
        return None if grant is None or (grant.state is not GrantState.BLOCKED and is_over(grant, self._clock.now())) else grant

    async def _allowed(self, principal: Principal, origin: str) -> Grant:
        grant = await self._find(principal.account_id, origin)
        if grant is None:
            raise ConsentRequired(f"{origin} has not been allowed to use a model", details={"origin": origin})
        if grant.state is GrantState.BLOCKED:
            raise OriginBlocked(f"{origin} is blocked", details={"origin": origin})
        return grant

    async def _schema(self, grant: Grant) -> GrantSchema:
        async with self._database.unit_of_work() as stores:
            budget = await stores.budgets.get(grant.id)
        return grant_schema(grant, budget, self._clock.now())
