"""`GET /v1/generation?id=`: one ended generation as OpenRouter's clients read it. `/v1/generations/{id}` tells the same in our own words.

Their validators want every key, null where nothing is known or kept. Source: @openrouter/sdk 1.3.19, checked 2026-11-28.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from satchel.domain.accounts import Principal
from satchel.domain.catalog import ProviderRow
from satchel.domain.errors import GenerationNotFound
from satchel.domain.ledger import Entry, Kind, Status
from satchel.doors.http.callers import Callers
from satchel.kit.money import usd_from_nusd
from satchel.services.ledger import Ledger

_ALL, _OWN = "activity", "generate"
_API_TYPES: Mapping[Kind, str] = {
    "chat": "completions",
    "embedding": "embeddings",
    "image": "image",
    "speech": "tts",
    "transcription": "stt",
}


class ProviderResponse(BaseModel):
    """An endpoint that was tried and failed. `status` would be its HTTP status, which is not kept; `error_code` is ours."""

    endpoint_id: str
    provider_name: str
    status: None = None
    latency: int
    is_byok: bool = True
    error_code: str


class GenerationRecord(BaseModel):
    """One generation. What it cost is what the person's own key was billed, and 0 where no price is known."""

    id: str
    upstream_id: None = None
    total_cost: float
    cache_discount: None = None
    upstream_inference_cost: float | None
    created_at: datetime
    model: str
    app_id: None = None
    streamed: None = None
    cancelled: bool
    provider_name: str
    latency: int | None
    moderation_latency: None = None
    generation_time: int
    finish_reason: str | None
    native_finish_reason: str | None
    tokens_prompt: int
    tokens_completion: int
    native_tokens_prompt: int
    native_tokens_completion: int
    native_tokens_completion_images: int | None
    native_tokens_reasoning: int
    native_tokens_cached: int
    num_media_prompt: None = None
    num_input_audio_prompt: int | None
    num_media_completion: int | None
    num_search_results: None = None
    num_fetches: None = None
    origin: str
    usage: float
    is_byok: bool = True
    external_user: None = None
    api_type: str | None
    router: None = None
    provider_responses: list[ProviderResponse] | None
    http_referer: None = None
    user_agent: None = None
    web_search_engine: None = None
    service_tier: None = None
    data_region: str = "global"
    preset_id: None = None
    workspace_id: None = None


class GenerationRecordReply(BaseModel):
    """`GET /v1/generation?id=`."""

    data: GenerationRecord


def generation_record_router(callers: Callers, ledger: Ledger, rows: Mapping[str, ProviderRow]) -> APIRouter:
    """Return the door of this resource."""
    router = APIRouter(prefix="/generation", tags=["generations"])

    @router.get("")
    async def get_generation_record(request: Request, generation_id: Annotated[str, Query(alias="id")]) -> GenerationRecordReply:
        """Return an ended generation in the shape of OpenRouter's."""
        principal = await callers.principal(request, None)
        principal.require(_ALL if _ALL in principal.scopes else _OWN)
        entry = await ledger.get(principal.account_id, generation_id)
        if entry is None or not _may_see(principal, entry):
            raise GenerationNotFound(f"there is no generation {generation_id!r} of this account, or it still runs", details={"param": "id"})
        return GenerationRecordReply(data=_record(entry, rows))

    return router


def _may_see(principal: Principal, entry: Entry) -> bool:
    """Tell whether a generation is the caller's business: a site's own only; without the scope for all, that of the very token."""
    if principal.origin is not None and principal.origin != entry.origin:
        return False
    return _ALL in principal.scopes or principal.token_id == entry.token_id


def _name(provider: str, rows: Mapping[str, ProviderRow]) -> str:
    row = rows.get(provider)
    return row.name if row is not None else provider


def _responses(entry: Entry, rows: Mapping[str, ProviderRow]) -> list[ProviderResponse] | None:
    responses = [
        ProviderResponse(
            endpoint_id=attempt.endpoint, provider_name=_name(attempt.provider, rows), latency=attempt.duration_ms, error_code=attempt.code
        )
        for attempt in entry.failed_attempts
    ]
    return responses or None


def _record(entry: Entry, rows: Mapping[str, ProviderRow]) -> GenerationRecord:
    cost_usd, used = usd_from_nusd(entry.cost.nusd), entry.usage
    is_cancelled = entry.status is Status.CANCELLED
    return GenerationRecord(
        id=entry.generation_id,
        total_cost=cost_usd,
        upstream_inference_cost=cost_usd if entry.cost.known else None,
        created_at=entry.started_at,
        model=entry.model,
        cancelled=is_cancelled,
        provider_name=_name(entry.provider, rows),
        latency=entry.first_event_ms,
        generation_time=entry.duration_ms - (entry.first_event_ms or 0),
        finish_reason="error" if entry.status is Status.FAILED else None if is_cancelled else entry.reason,
        native_finish_reason=entry.native_reason,
        tokens_prompt=used.input_tokens,
        tokens_completion=used.output_tokens,
        native_tokens_prompt=used.input_tokens,
        native_tokens_completion=used.output_tokens,
        native_tokens_completion_images=used.image_tokens or None,
        native_tokens_reasoning=used.reasoning_tokens,
        native_tokens_cached=used.cached_tokens,
        num_input_audio_prompt=1 if entry.kind == "transcription" else None,
        num_media_completion=used.images or None,
        api_type=_API_TYPES[entry.kind],
        origin=entry.origin or "",
        provider_responses=_responses(entry, rows),
        usage=cost_usd,
    )
