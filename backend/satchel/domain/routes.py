"""Which endpoints serve a call, and in which order. Pure: values in, values out."""

from collections.abc import Sequence
from dataclasses import replace

from satchel.domain.audio import SpeechRequest, TranscriptionRequest
from satchel.domain.calls import Request
from satchel.domain.catalog import FIRST_ABLE, Capability, Endpoint
from satchel.domain.chat import ChatRequest, ImagePart, characters_in
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import ContextTooLong, UnknownModel, UnsupportedFeature
from satchel.domain.images import ImageRequest
from satchel.domain.prompt_size import other_output_bound, usage_bound
from satchel.domain.usage import Usage, worst_case_nusd

_DEFAULT_OUTPUT_TOKENS = 4_096


def output_tokens_bound(request: Request, endpoint: Endpoint) -> int:
    """Return the most tokens `endpoint` may write for this request."""
    if not isinstance(request, ChatRequest):
        return other_output_bound(request)
    limits = [n for n in (request.max_output_tokens, endpoint.max_output_tokens, endpoint.context_tokens) if n is not None]
    return (min(limits) if limits else _DEFAULT_OUTPUT_TOKENS) * request.n


def worst_case(request: Request, routes: Sequence[Endpoint]) -> int | None:
    """Return the most the call can cost over `routes` in nano-US-dollars; None where any route's price is unknown."""
    prices = [(endpoint, endpoint.price) for endpoint in routes if endpoint.price is not None]
    if len(prices) < len(routes):
        return None
    dear = [(endpoint, price) for endpoint, price in prices if not price.is_free]
    if not dear:
        return 0
    bound = usage_bound(request)
    costs = [worst_case_nusd(price, _most(bound, request, endpoint)) for endpoint, price in dear]
    known = [cost for cost in costs if cost is not None]
    return max(known) if len(known) == len(costs) else None


def _most(bound: Usage, request: Request, endpoint: Endpoint) -> Usage:
    """Return the most that may be used at one endpoint: one that draws may do so unasked."""
    images = request.n if isinstance(request, ChatRequest) and "image_output" in endpoint.capabilities else bound.images
    return replace(bound, output_tokens=output_tokens_bound(request, endpoint), images=images)


def rank(endpoints: Sequence[Endpoint], request: Request) -> list[Endpoint]:
    """Return the endpoints that can serve `request`, best first: available before unavailable, one's own before others', cheap before dear.

    Raises:
        UnknownModel: `endpoints` is empty.
        UnsupportedFeature: all lack something the request needs; the message names it.
        ContextTooLong: the prompt cannot fit the largest context.
    """
    if not endpoints:
        wanted = FIRST_ABLE.get(request.model)
        message = (
            f"none of your models does that ({wanted}); add a key of a provider that has one"
            if wanted
            else f"no model {request.model!r} here; GET /v1/models lists what this account can use"
        )
        raise UnknownModel(message, details={"param": "model", "model": request.model})
    able = [endpoint for endpoint in endpoints if not _lacks(endpoint, request)]
    if not able:
        lacks = _lacks(endpoints[0], request)
        raise UnsupportedFeature(
            f"{endpoints[0].name} at {endpoints[0].provider_name} has no {lacks}; choose a model that has",
            details={"feature": lacks, "model": request.model},
        )
    if isinstance(request, ChatRequest):
        _check_context(able, request)
    return sorted(able, key=_preference) if len(able) > 1 else able


def ability_for(request: Request) -> Capability:
    """Return what a model must be able to do, to be asked at all."""
    match request:
        case ChatRequest():
            return "chat"
        case EmbeddingRequest():
            return "embeddings"
        case ImageRequest():
            return "image_output"
        case SpeechRequest():
            return "speech"
        case TranscriptionRequest():
            return "transcription"


def _preference(endpoint: Endpoint) -> tuple[bool, bool, float]:
    dearness = float(endpoint.price.input_usd + endpoint.price.output_usd) if endpoint.price else float("inf")
    return (endpoint.unavailable is not None, not endpoint.own, dearness)


def _lacks(endpoint: Endpoint, request: Request) -> str | None:
    has = endpoint.capabilities
    if not isinstance(request, ChatRequest):
        wanted = ability_for(request)
        return None if wanted in has or endpoint.assumed else wanted
    if "chat" not in has:
        return "chat"
    if (request.draws or _drew(request)) and not ("image_output" in has or endpoint.assumed):
        return "image_output"
    if request.tools and "tools" not in has:
        return "tools"
    if "images" not in has and any(isinstance(part, ImagePart) for message in request.messages for part in message.parts):
        return "images"
    if request.output_format and request.output_format.kind == "json_schema" and "json_schema" not in has:
        return "json_schema"
    return None


def _drew(request: ChatRequest) -> bool:
    """Tell whether a picture that an assistant drew is given back: only models that draw take one."""
    return any(isinstance(part, ImagePart) for message in request.messages if message.role == "assistant" for part in message.parts)


def _check_context(endpoints: Sequence[Endpoint], request: ChatRequest) -> None:
    """Refuse only what surely cannot fit: a token is rarely over eight characters. The provider decides the rest, exactly."""
    contexts = [endpoint.context_tokens for endpoint in endpoints if endpoint.context_tokens is not None]
    if len(contexts) < len(endpoints):
        return
    largest = max(contexts)
    least = characters_in(request.messages) // 8
    if least > largest:
        raise ContextTooLong(
            f"the prompt has at least {least:,} tokens; {endpoints[0].name} takes {largest:,}",
            details={"at_least_tokens": least, "context_tokens": largest, "model": request.model},
        )
