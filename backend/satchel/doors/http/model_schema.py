"""A model as `/v1/models` shows it: OpenAI's shape, the keys that OpenRouter's and Anthropic's clients want, and ours under `satchel`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import BaseModel

from satchel.domain.catalog import Endpoint, Place
from satchel.domain.usage import Price
from satchel.doors.http.model_facts import Architecture, ModelLinks, Pricing, TopProvider, architecture, pricing, supported_parameters

_FAR: Sequence[Place] = ("computer", "server", "network", "elsewhere")


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
    """What OpenAI's shape has no room for. `local`: what is sent there stays on the person's own computer."""

    provider: str
    provider_name: str
    key_label: str | None
    local: bool
    place: Place
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
    type: str = "model"
    created: int
    created_at: datetime
    owned_by: str
    name: str
    display_name: str
    description: str
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


def model_schemas(endpoints: Sequence[Endpoint], preferred: str) -> list[ModelSchema]:
    """Return one entry per id; a model with several endpoints shows the first, and the others under the endpoints' own ids.

    What a model can do is what any of its endpoints can: a request that needs it goes to one of those. It is as far away as the farthest:
    that one answers when the others do not.
    """
    of_model: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        of_model.setdefault(endpoint.model_id, []).append(endpoint)
    seen: set[str] = set()
    models = []
    for endpoint in endpoints:
        name = endpoint.model_id if endpoint.model_id not in seen else endpoint.id
        if name not in seen:
            seen.add(name)
            models.append(model_schema(of_model.get(name, [endpoint]), name, preferred in (name, endpoint.id)))
    return models


def model_schema(endpoints: Sequence[Endpoint], model: str, is_preferred: bool) -> ModelSchema:
    """Return the entry of a model from its endpoints, of which there is at least one."""
    first = endpoints[0]
    able = first.capabilities.union(*(one.capabilities for one in endpoints))
    farthest = max((one.place for one in endpoints), key=_FAR.index)
    endpoint = replace(first, capabilities=able, place=farthest)
    facts = EndpointFacts(
        provider=endpoint.provider,
        provider_name=endpoint.provider_name,
        key_label=endpoint.key_label,
        local=endpoint.local,
        place=endpoint.place,
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
        created_at=datetime.fromtimestamp(endpoint.created, UTC),
        owned_by=endpoint.provider,
        name=endpoint.name,
        display_name=endpoint.name,
        description=endpoint.description or "",
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
