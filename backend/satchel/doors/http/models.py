"""`GET /v1/models`: what this account can use, in the shape of OpenAI's list."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from pydantic import BaseModel

from satchel.domain.catalog import Endpoint
from satchel.domain.usage import Price
from satchel.doors.http.callers import Callers
from satchel.services.catalog import Catalog
from satchel.services.policy import Policy


class PriceSchema(BaseModel):
    """US dollars per million tokens, as decimal texts."""

    input_usd_per_mtok: str
    output_usd_per_mtok: str
    as_of: str


class DataPolicySchema(BaseModel):
    """Whether the provider trains on what it is sent, and where it says so; it is the person's plan that counts."""

    training: str
    source: str | None


class EndpointFacts(BaseModel):
    """What OpenAI's shape has no place for."""

    provider: str
    provider_name: str
    key_label: str | None
    local: bool
    available: bool
    reason: str | None
    capabilities: list[str]
    price: PriceSchema | None
    data_policy: DataPolicySchema
    preferred: bool


class ModelSchema(BaseModel):
    """One model at one provider. `id` is what a request names."""

    id: str
    object: str = "model"
    created: int
    owned_by: str
    name: str
    description: str | None
    context_length: int | None
    satchel: EndpointFacts


class Links(BaseModel):
    """Where the list goes on; it never does."""

    next: str | None = None


class ModelList(BaseModel):
    """All models of the account, in one page."""

    object: str = "list"
    data: list[ModelSchema]
    total_count: int
    links: Links


def models_router(callers: Callers, catalog: Catalog, policy: Policy) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/models", tags=["models"])

    @router.get("")
    async def list_models(request: Request) -> ModelList:
        """List what this account can use."""
        principal = await callers.principal(request, "models")
        preferred = await catalog.preferred(principal.account_id)
        found = model_schemas(await policy.visible(principal, await catalog.endpoints(principal.account_id)), preferred)
        return ModelList(data=found, total_count=len(found), links=Links())

    return router


def model_schemas(endpoints: Sequence[Endpoint], preferred: str) -> list[ModelSchema]:
    """Return one entry per id; a model with several endpoints shows the first, and the others under the endpoints' own ids."""
    seen: set[str] = set()
    models = []
    for endpoint in endpoints:
        name = endpoint.model_id if endpoint.model_id not in seen else endpoint.id
        if name not in seen:
            seen.add(name)
            models.append(_schema(endpoint, name, preferred in (name, endpoint.id)))
    return models


def _schema(endpoint: Endpoint, model: str, is_preferred: bool) -> ModelSchema:
    facts = EndpointFacts(
        provider=endpoint.provider,
        provider_name=endpoint.provider_name,
        key_label=endpoint.key_label,
        local=endpoint.local,
        available=endpoint.unavailable is None,
        reason=endpoint.unavailable,
        capabilities=sorted(endpoint.capabilities),
        price=_price(endpoint.price) if endpoint.price is not None else None,
        data_policy=DataPolicySchema(training=endpoint.training, source=endpoint.policy_page),
        preferred=is_preferred,
    )
    return ModelSchema(
        id=model,
        created=endpoint.created,
        owned_by=endpoint.provider,
        name=endpoint.name,
        description=endpoint.description,
        context_length=endpoint.context_tokens,
        satchel=facts,
    )


def _price(price: Price) -> PriceSchema:
    return PriceSchema(input_usd_per_mtok=str(price.input_usd), output_usd_per_mtok=str(price.output_usd), as_of=price.as_of.isoformat())
