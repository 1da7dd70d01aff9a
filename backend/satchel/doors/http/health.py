"""`/healthz` and `/readyz`: for whoever watches the process."""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from satchel.domain.errors import NotReady
from satchel.ports.stores import Database

_OK, _AWAY = "ok", "away"
_WELL = frozenset({_OK, "ready", "starting", "idle", "off"})


class Health(BaseModel):
    """The process lives."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether to send it work, and how its parts are."""

    status: Literal["ready", "draining", "degraded"]
    checks: dict[str, str]


def health_router(database: Database, builtin_model: Callable[[], str], is_draining: Callable[[], bool]) -> APIRouter:
    """Return the doors of this resource.

    Args:
        database: the part without which nothing works.
        builtin_model: tells how the built-in model is: `idle` (not asked yet), `ready`, `starting`, `off` or `failed`.
        is_draining: tells whether the server is going down.
    """
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> Health:
        """Say that the process lives."""
        return Health()

    @router.get("/readyz")
    async def readyz(response: Response) -> Readiness:
        """Say whether the server takes work: 503 while it drains, and without its database."""
        states = {"database": await _state_of(database), "builtin_model": builtin_model()}
        status: Literal["ready", "draining", "degraded"] = "ready"
        if is_draining():
            status = "draining"
        elif any(state not in _WELL for state in states.values()):
            status = "degraded"
        if status == "draining" or states["database"] != _OK:
            response.status_code = 503
        return Readiness(status=status, checks=states)

    return router


async def _state_of(database: Database) -> str:
    try:
        await database.check()
    except NotReady:
        return _AWAY
    return _OK
