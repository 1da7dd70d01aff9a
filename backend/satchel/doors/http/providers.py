"""`GET /v1/providers`: every provider that a key can be for, in the shape that OpenRouter's clients validate."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from pydantic import BaseModel

from satchel.domain.catalog import ProviderRow
from satchel.doors.http.callers import Callers


class ProviderFacts(BaseModel):
    """What somebody needs to know who adds a key: `base_url` null means that the person gives it, as `example_url` shows."""

    base_url: str | None
    example_url: str
    needs_key: bool
    local: bool
    key_page: str | None
    billing_page: str | None


class ProviderSchema(BaseModel):
    """One provider. Its policies are its own pages, which nobody here has read: null."""

    name: str
    slug: str
    privacy_policy_url: None = None
    terms_of_service_url: None = None
    status_page_url: None = None
    headquarters: None = None
    datacenters: None = None
    satchel: ProviderFacts


class ProviderList(BaseModel):
    """All of them."""

    data: list[ProviderSchema]


def providers_router(callers: Callers, rows: Mapping[str, ProviderRow]) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/providers", tags=["models"])

    @router.get("")
    async def list_providers(request: Request) -> ProviderList:
        """List the providers that this server can ask."""
        await callers.principal(request, "models")
        return ProviderList(data=[ProviderSchema(name=row.name, slug=row.id, satchel=_facts(row)) for row in rows.values()])

    return router


def _facts(row: ProviderRow) -> ProviderFacts:
    return ProviderFacts(
        base_url=row.base_url,
        example_url=row.example_url,
        needs_key=row.needs_key,
        local=row.local,
        key_page=row.key_page,
        billing_page=row.billing_page,
    )
