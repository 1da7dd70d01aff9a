"""What a site may be allowed to do at all, and what a request needs of it. How far it may go is in `grants.Caveats`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

from satchel.domain.audio import SpeechRequest, TranscriptionRequest
from satchel.domain.calls import Request
from satchel.domain.chat import ChatRequest
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import CapabilityNotGranted
from satchel.domain.grants import Grant
from satchel.domain.images import ImageRequest

SiteCapability = Literal[
    "model:prompt", "model:tools", "model:list", "model:embed", "model:image", "model:speak", "model:transcribe", "model:choose"
]
"""There is none for a key."""

SITE_CAPABILITIES: tuple[SiteCapability, ...] = get_args(SiteCapability)
LISTS: SiteCapability = "model:list"


def needed_for(request: Request) -> Sequence[SiteCapability]:
    """Return what a site must have been allowed to make this request."""
    if isinstance(request, EmbeddingRequest):
        return ("model:embed",)
    if isinstance(request, ImageRequest):
        return ("model:image",)
    if isinstance(request, SpeechRequest):
        return ("model:speak",)
    if isinstance(request, TranscriptionRequest):
        return ("model:transcribe",)
    tools: Sequence[SiteCapability] = ("model:tools",) if request.tools else ()
    pictures: Sequence[SiteCapability] = ("model:image",) if request.draws else ()
    return ("model:prompt", *tools, *pictures)


def missing(grant: Grant, request: Request) -> CapabilityNotGranted | None:
    """Return the refusal where the request needs what the site was not allowed, None where all is there."""
    allowed = grant.caveats.capabilities
    lacks = [] if allowed is None else [each for each in needed_for(request) if each not in allowed]
    if not lacks:
        return None
    message = f"{grant.origin} was not allowed {', '.join(lacks)}; it may ask for that"
    return CapabilityNotGranted(message, details={"origin": grant.origin, "missing": list(lacks)})


def held(grant: Grant | None, request: Request) -> Request:
    """Return a request that asks for no longer an answer than the site may have, all answers of the request taken together."""
    most = grant.caveats.max_tokens if grant is not None else None
    if most is None or not isinstance(request, ChatRequest):
        return request
    each = max(1, most // request.n)
    return (
        request if request.max_output_tokens is not None and request.max_output_tokens <= each else replace(request, max_output_tokens=each)
    )
