"""`/v1/models`: what this account can use, in the shape of OpenAI's list with the keys that OpenRouter's clients want besides."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from pydantic import BaseModel

from satchel.domain.catalog import Endpoint
from satchel.domain.errors import NotFound
from satchel.domain.usage import Price
from satchel.doors.http.callers import Callers
from satchel.doors.http.model_facts import (
    Architecture,
    ModelEndpointsReply,
    ModelLinks,
    Pricing,
    TopProvider,
    architecture,
    model_endpoints,
    pricing,
    supported_parameters,
)
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
    canonical_slug: str
    hugging_face_id: None = None
    architecture: Architecture
    pricing: Pricing
    top_provider: TopProvider
    per_request_limits: None = None
    supported_parameters: list[str]
    default_parameters: None = None
    supported_voices: None = None
    links: ModelLinks
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


class Count(BaseModel):
    """How many there are."""

    count: int


class CountReply(BaseModel):
    """`GET /v1/models/count`."""

    data: Count


def models_router(callers: Callers, catalog: Catalog, policy: Policy) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/models", tags=["models"])

    async def listed(request: Request) -> list[ModelSchema]:
        principal = await callers.principal(request, "models")
        preferred = await catalog.preferred(principal.account_id)
        return model_schemas(await policy.visible(principal, await catalog.endpoints(principal.account_id)), preferred)

    @router.get("")
    @router.get("/user")
    async def list_models(request: Request) -> ModelList:
        """List what this account can use."""
        found = await listed(request)
        return ModelList(data=found, total_count=len(found), links=Links())

    @router.get("/count")
    async def count_models(request: Request) -> CountReply:
        """Count what this account can use."""
        return CountReply(data=Count(count=len(await listed(request))))

    @router.get("/{model:path}/endpoints")
    async def list_endpoints(request: Request, model: str) -> ModelEndpointsReply:
        """Say who serves a model, the first in line first."""
        principal = await callers.principal(request, "models")
        found = await policy.visible(principal, await catalog.resolve(principal.account_id, model))
        if not found:
            raise NotFound(f"no model {model!r} here; GET /v1/models lists what this account can use", details={"model": model})
        return ModelEndpointsReply(data=model_endpoints(model, found))

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
        canonical_slug=endpoint.model_id,
        architecture=architecture(endpoint),
        pricing=pricing(endpoint.price),
        top_provider=TopProvider(context_length=endpoint.context_tokens, max_completion_tokens=endpoint.max_output_tokens),
        supported_parameters=supported_parameters(endpoint),
        links=ModelLinks(details=f"/api/v1/models/{model}/endpoints"),
        satchel=facts,
    )


def _price(price: Price) -> PriceSchema:
    return PriceSchema(input_usd_per_mtok=str(price.input_usd), output_usd_per_mtok=str(price.output_usd), as_of=price.as_of.isoformat())
