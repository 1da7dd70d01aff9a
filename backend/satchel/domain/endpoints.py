"""How an endpoint comes to be: a provider's row, what the catalog knows of the model, what the server lists, and the key that opens it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from satchel.domain.catalog import Capability, Endpoint, Place, ProviderRow
from satchel.domain.keys import Key
from satchel.domain.price_list import ModelIndex
from satchel.domain.usage import Price
from satchel.kit.addresses import is_loopback

# A list that says nothing about abilities must not close doors: the provider refuses what it cannot do.
ASSUMED: frozenset[Capability] = frozenset({"chat", "tools", "images", "json_schema"})
_BY_NAME: Mapping[Capability, tuple[str, ...]] = {
    "transcription": ("whisper", "transcribe"),
    "speech": ("tts", "-speech", "orpheus", "kokoro"),
    "embeddings": ("embed", "bge-", "gte-", "e5-", "minilm", "m2-bert-80m-"),
    "image_output": (
        "dall-e",
        "gpt-image",
        "chatgpt-image",
        "imagen-",
        "imagine-image",
        "grok-2-image",
        "flux",
        "stable-diffusion",
        "sdxl",
    ),
}
FREE = Price(Decimal(0), Decimal(0), date(2026, 11, 23))


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model as a server lists it; None is what the server does not say."""

    native_model: str
    name: str | None = None
    description: str | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    price: Price | None = None
    created: int = 0
    owned_by: str | None = None
    capabilities: frozenset[Capability] = field(default=ASSUMED)


def abilities_of(native_model: str) -> frozenset[Capability]:
    """Return what a model can do by its name, where nobody says it; `ASSUMED` itself where the name tells nothing."""
    name = native_model.lower()
    found = next((ability for ability, words in _BY_NAME.items() if any(word in name for word in words)), None)
    return ASSUMED if found is None else frozenset({found})


def endpoint_of(
    row: ProviderRow,
    native_model: str,
    base_url: str,
    *,
    key: Key | None = None,
    models: ModelIndex | None = None,
    listed: ListedModel | None = None,
) -> Endpoint:
    """Return the endpoint of one model at one server, from what the catalog knows and else from what the server lists.

    Its place is told from here: whether this very machine is the person's own, the catalog knows.
    """
    seen = listed or ListedModel(native_model, capabilities=abilities_of(native_model))
    facts = models.get((row.id, native_model)) if models is not None else None
    capabilities = (facts.capabilities if facts else None) or seen.capabilities
    place = _place(row, base_url)
    own = place != "elsewhere"
    endpoint_id = f"{(key.label if key else None) or row.id}:{native_model}"
    return Endpoint(
        id=endpoint_id,
        model_id=(facts.model_id if facts else None) or endpoint_id,
        provider=row.id,
        native_model=native_model,
        base_url=_with_path(row, base_url.rstrip("/")),
        name=facts.name if facts else seen.name or native_model,
        provider_name=row.name,
        dialect=row.dialect,
        key_id=key.id if key else None,
        key_label=key.label if key else None,
        price=FREE if own else _with_pictures(seen.price or (facts.price if facts else None), capabilities),
        context_tokens=(facts.context_tokens if facts else None) or seen.context_tokens,
        max_output_tokens=(facts.max_output_tokens if facts else None) or seen.max_output_tokens,
        capabilities=capabilities,
        assumed=capabilities is ASSUMED,
        place=place,
        description=facts.description if facts else seen.description,
        created=facts.created if facts else seen.created,
        quirks=row.quirks,
        cancel=row.cancel,
        training="no" if own else row.training,
        policy_page=None if own else row.policy_page,
    )


def _with_pictures(price: Price | None, capabilities: frozenset[Capability]) -> Price | None:
    """Return the price of a model that makes nothing but pictures: what comes out of it are their tokens."""
    if price is None or capabilities != {"image_output"} or not price.output_usd or price.image_usd is not None:
        return price
    return replace(price, image_usd=price.output_usd)


def _with_path(row: ProviderRow, base_url: str) -> str:
    bare = bool(row.quirks.bare_path) and not urlsplit(base_url).path
    return base_url + row.quirks.bare_path if bare else base_url


def _place(row: ProviderRow, base_url: str) -> Place:
    """Tell where a server is: on this machine if it needs no key, in our network if it is of a local kind without https.

    The operator must allow the latter. One that needs a key and is reached by way of this machine is elsewhere, and costs what it costs.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if not row.needs_key and (host == "localhost" or is_loopback(host)):
        return "server"
    return "network" if row.local and parts.scheme == "http" else "elsewhere"
