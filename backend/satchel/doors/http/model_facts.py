"""What OpenRouter's clients read about a model and about each endpoint of it; `models.py` adds it to OpenAI's shape.

Their validators want every key, null where nothing is known. Prices are texts, US dollars per token; a price that nobody knows is `-1`,
because null breaks them and `0` means free.
Source: clients measured 2026-11-23.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from satchel.domain.catalog import Capability, Endpoint
from satchel.domain.usage import Price

_UNKNOWN_PRICE = "-1"
_ALWAYS = ("max_tokens", "stop", "temperature", "top_p")
_WITH: dict[str, tuple[str, ...]] = {
    "tools": ("tools", "tool_choice"),
    "json_schema": ("response_format", "structured_outputs"),
    "reasoning": ("reasoning", "include_reasoning"),
}
OUTPUTS: dict[Capability, str] = {
    "chat": "text",
    "embeddings": "embeddings",
    "image_output": "image",
    "speech": "audio",
    "transcription": "transcription",
}
"""What comes out of a model by what it can do, in the words of `output_modalities`."""
_INPUTS = {"images": "image", "files": "file", "audio": "audio"}


class Architecture(BaseModel):
    """What goes in and what comes out."""

    modality: str
    input_modalities: list[str]
    output_modalities: list[str]
    tokenizer: str = "Other"
    instruct_type: None = None


class Pricing(BaseModel):
    """US dollars per token, as decimal texts; `-1` is not known."""

    prompt: str
    completion: str


class TopProvider(BaseModel):
    """Limits at the endpoint that comes first."""

    is_moderated: Literal[False] = False
    context_length: int | None
    max_completion_tokens: int | None


class ModelLinks(BaseModel):
    """Where to read on."""

    details: str


class ToolChoices(BaseModel):
    """Which values of `tool_choice` are taken."""

    auto: bool
    none: bool
    required: bool
    function: bool


class EndpointSchema(BaseModel):
    """One endpoint of a model. We measure nobody's uptime: what is null was not measured."""

    name: str
    model_id: str
    model_name: str
    provider_name: str
    tag: str
    context_length: int | None
    max_completion_tokens: int | None
    max_prompt_tokens: None = None
    quantization: str = "unknown"
    pricing: Pricing
    supported_parameters: list[str]
    supports_implicit_caching: bool
    supports_tool_choice: ToolChoices
    status: int
    uptime_last_30m: None = None
    uptime_last_5m: None = None
    uptime_last_1d: None = None
    latency_last_30m: None = None
    throughput_last_30m: None = None


class ModelEndpoints(BaseModel):
    """A model and who serves it."""

    id: str
    name: str
    created: int
    description: str
    architecture: Architecture
    endpoints: list[EndpointSchema]


class ModelEndpointsReply(BaseModel):
    """`GET /v1/models/{model}/endpoints`."""

    data: ModelEndpoints


def architecture(endpoint: Endpoint) -> Architecture:
    """Return what the endpoint takes and gives."""
    inputs = ["text", *(name for capability, name in _INPUTS.items() if capability in endpoint.capabilities)]
    outputs = [name for ability, name in OUTPUTS.items() if ability in endpoint.capabilities]
    return Architecture(modality=f"{'+'.join(inputs)}->{'+'.join(outputs)}", input_modalities=inputs, output_modalities=outputs)


def pricing(price: Price | None) -> Pricing:
    """Return a price per token."""
    if price is None:
        return Pricing(prompt=_UNKNOWN_PRICE, completion=_UNKNOWN_PRICE)
    return Pricing(prompt=_per_token(price.input_usd), completion=_per_token(price.output_usd))


def supported_parameters(endpoint: Endpoint) -> list[str]:
    """Return the parameters that are worth sending to the endpoint."""
    found = {*_ALWAYS, *(name for capability, names in _WITH.items() if capability in endpoint.capabilities for name in names)}
    return sorted(found - endpoint.quirks.unsupported)


def model_endpoints(model: str, endpoints: Sequence[Endpoint]) -> ModelEndpoints:
    """Return a model with its endpoints, of which there is at least one."""
    first = endpoints[0]
    return ModelEndpoints(
        id=model,
        name=first.name,
        created=first.created,
        description=first.description or "",
        architecture=architecture(first),
        endpoints=[_endpoint(endpoint) for endpoint in endpoints],
    )


def _endpoint(endpoint: Endpoint) -> EndpointSchema:
    calls = "tools" in endpoint.capabilities
    return EndpointSchema(
        name=f"{endpoint.provider_name} | {endpoint.id}",
        model_id=endpoint.model_id,
        model_name=endpoint.name,
        provider_name=endpoint.provider_name,
        tag=endpoint.key_label or endpoint.provider,
        context_length=endpoint.context_tokens,
        max_completion_tokens=endpoint.max_output_tokens,
        pricing=pricing(endpoint.price),
        supported_parameters=supported_parameters(endpoint),
        supports_implicit_caching=endpoint.price is not None and endpoint.price.cached_usd is not None,
        supports_tool_choice=ToolChoices(auto=calls, none=calls, required=calls, function=calls),
        status=0 if endpoint.unavailable is None else -1,
    )


def _per_token(usd_per_mtok: Decimal) -> str:
    text = format(usd_per_mtok / 1_000_000, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
