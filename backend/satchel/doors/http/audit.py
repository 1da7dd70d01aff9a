"""`/v1/audit`: what was done to the account, for the person whose account it is.

Whoever may only ask models and read what they were asked is told nothing of sign-ins, network addresses and other tokens.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from satchel.domain.audit import Act
from satchel.doors.http.callers import Callers
from satchel.ports.stores import Database

_SCOPE = "settings"
_MOST = 100


class AuditSchema(BaseModel):
    """One act."""

    number: int
    at: datetime
    act: Act
    subject: str
    about: str | None


class AuditList(BaseModel):
    """Acts, newest first; `next_before` continues where this page ends, null at the end."""

    data: list[AuditSchema]
    next_before: int | None


def audit_router(callers: Callers, database: Database) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/audit", tags=["audit"])

    @router.get("")
    async def list_acts(
        request: Request, limit: Annotated[int, Query(ge=1, le=_MOST)] = 50, before: Annotated[int | None, Query(ge=1, le=2**53)] = None
    ) -> AuditList:
        """List what was done to sign-ins, consents, keys and tokens. A token that speaks for a site sees none of it."""
        principal = await callers.principal(request, _SCOPE)
        if principal.origin is not None:
            return AuditList(data=[], next_before=None)
        async with database.unit_of_work() as stores:
            found = await stores.audit.list(principal.account_id, limit + 1, before)
        page = [AuditSchema(number=one.number, at=one.at, act=one.act, subject=one.subject, about=one.about) for one in found[:limit]]
        return AuditList(data=page, next_before=page[-1].number if len(found) > limit else None)

    return router
