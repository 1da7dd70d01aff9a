"""`/healthz` and `/readyz`: for whoever watches the process."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

Check = Callable[[], Awaitable[str]]
"""Return how one part is; `ok`, `ready`, `starting` and `off` are well, anything else is not."""

_WELL = frozenset({"ok", "ready", "starting", "off"})


class Health(BaseModel):
    """The process lives."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether to send it work, and how its parts are."""

    status: Literal["ready", "draining", "degraded"]
    checks: dict[str, str]


def health_router(checks: Mapping[str, Check], is_draining: Callable[[], bool]) -> APIRouter:
    """Return the doors of this resource. `database` is the check without which nothing works."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> Health:
        """Say that the process lives."""
        return Health()

    @router.get("/readyz")
    async def readyz(response: Response) -> Readiness:
        """Say whether the server takes work: 503 while it drains, and without its database."""
        states = {name: await check() for name, check in checks.items()}
        status: Literal["ready", "draining", "degraded"] = "ready"
        if is_draining():
            status = "draining"
        elif any(state not in _WELL for state in states.values()):
            status = "degraded"
        if status == "draining" or states.get("database", "ok") != "ok":
            response.status_code = 503
        return Readiness(status=status, checks=states)

    return router
