"""`GET /v1/activity`: what was asked by day, model and provider, as OpenRouter's clients read it.

Source: @openrouter/sdk 1.3.19, checked 2026-11-29.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from satchel.domain.activity import Activity
from satchel.domain.catalog import ProviderRow
from satchel.domain.errors import MalformedRequest
from satchel.domain.tokens import MANAGE_TOKENS
from satchel.doors.http.callers import Callers
from satchel.kit.money import usd_from_nusd
from satchel.services.ledger import Ledger
from satchel.services.oauth.tokens import Tokens

Day = Annotated[str | None, Query(alias="date", pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
TokenHash = Annotated[str | None, Query(max_length=200)]


class ActivityItem(BaseModel):
    """A day of one model at one provider, in UTC. `usage` is what the person's own keys were billed, in US dollars.

    `endpoint_id` is made of provider and model: the ledger knows no more of who answered.
    """

    date: date
    model: str
    model_permaslug: str
    endpoint_id: str
    provider_name: str
    usage: float
    byok_usage_inference: float = 0
    requests: int
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int


class ActivityReply(BaseModel):
    """`GET /v1/activity`: the newest day first."""

    data: list[ActivityItem]


def activity_router(callers: Callers, ledger: Ledger, tokens: Tokens, rows: Mapping[str, ProviderRow]) -> APIRouter:
    """Return the door of this resource."""
    router = APIRouter(prefix="/activity", tags=["account"])

    @router.get("")
    async def get_activity(request: Request, day: Day = None, api_key_hash: TokenHash = None) -> ActivityReply:
        """Sum up the last 30 completed UTC days, or one of them, of all tokens or one."""
        account_id = (await callers.principal(request, MANAGE_TOKENS)).account_id
        token = None if api_key_hash is None else (await tokens.get(account_id, api_key_hash))[0]
        found = await ledger.activity(account_id, _day(day), token.id if token is not None else None)
        return ActivityReply(data=[_item(each, rows) for each in found])

    return router


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise MalformedRequest(f"{text!r} is no day, such as 2026-11-28", details={"param": "date"}) from None


def _item(activity: Activity, rows: Mapping[str, ProviderRow]) -> ActivityItem:
    row = rows.get(activity.provider)
    return ActivityItem(
        date=activity.day,
        model=activity.model,
        model_permaslug=activity.model,
        endpoint_id=f"{activity.provider}:{activity.model}",
        provider_name=row.name if row is not None else activity.provider,
        usage=usd_from_nusd(activity.cost_nusd),
        requests=activity.requests,
        prompt_tokens=activity.input_tokens,
        completion_tokens=activity.output_tokens,
        reasoning_tokens=activity.reasoning_tokens,
    )
