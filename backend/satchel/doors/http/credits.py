"""`GET /v1/credits`: what the account has spent and may spend, as OpenRouter's clients read a balance. We hold nobody's money.

Source: @openrouter/sdk 1.3.19, checked 2026-11-28.
"""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from satchel.domain.budgets import current
from satchel.domain.errors import ScopeMissing
from satchel.doors.http.callers import Callers
from satchel.kit.money import usd_from_nusd
from satchel.ports.clock import Clock
from satchel.ports.stores import Database
from satchel.services.ledger import Ledger

_SCOPE = "activity"


class Credits(BaseModel):
    """US dollars. The difference is what the account's budget leaves now; without a budget there is none."""

    total_credits: float
    total_usage: float


class CreditsReply(BaseModel):
    """`GET /v1/credits`."""

    data: Credits


def credits_router(callers: Callers, ledger: Ledger, database: Database, clock: Clock) -> APIRouter:
    """Return the door of this resource."""
    router = APIRouter(prefix="/credits", tags=["account"])

    @router.get("")
    async def get_credits(request: Request) -> CreditsReply:
        """Say what was spent, and what the account's budget leaves."""
        principal = await callers.principal(request, _SCOPE)
        if principal.origin is not None:
            raise ScopeMissing(
                "what the account spends is not a site's business; GET /api/v1/key tells of this token", details={"scope": "*"}
            )
        spent_nusd = await ledger.spent(principal.account_id)
        async with database.unit_of_work() as stores:
            budget = await stores.budgets.get(principal.account_id)
        left_nusd = max(0, current(budget, clock.now()).left_nusd) if budget is not None else 0
        return CreditsReply(data=Credits(total_credits=usd_from_nusd(spent_nusd + left_nusd), total_usage=usd_from_nusd(spent_nusd)))

    return router
