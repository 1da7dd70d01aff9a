"""Models and the endpoints that serve them. A model is abstract (`author/slug`); an endpoint is one model at one provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from satchel.domain.usage import Price

PREFERRED = "satchel/preferred"
OWN_SERVER = "satchel/local:"
"""Begins a name that nobody knows, and that is meant for the person's own model server: `satchel/local:<what it is to be called there>`."""

Capability = Literal[
    "chat", "tools", "images", "audio", "files", "reasoning", "json_schema", "embeddings", "image_output", "speech", "transcription"
]
CancelRule = Literal["stops", "bills_full", "unknown"]
FIRST_ABLE: Mapping[str, Capability] = {
    "satchel/embeddings": "embeddings",
    "satchel/images": "image_output",
    "satchel/speech": "speech",
    "satchel/transcription": "transcription",
}
"""Names for the first model of a person's that can do a thing. `PREFERRED` is a person's choice among those that chat."""
Place = Literal["computer", "server", "network", "elsewhere"]
"""Where a model runs: on the person's own computer, on that of a Satchel elsewhere, in that one's network, or at a provider's."""
Training = Literal["no", "by_plan", "unknown"]
"""Whether a provider trains models on what it is sent: never by default, depending on the plan, or not known to us."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """How an OpenAI-compatible host differs; the words of `data/providers.toml` (see `providers.md` §4.2)."""

    usage_opt_in: bool = True
    ends_with: Literal["done", "eof"] = "done"
    reasoning_tokens: Literal["inside", "outside"] = "inside"
    reasoning_replay: Literal["none", "reasoning_content", "reasoning", "reasoning_details"] = "none"
    max_tokens_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    seed_key: Literal["seed", "random_seed"] = "seed"
    dimensions_key: Literal["dimensions", "output_dimension"] = "dimensions"
    """How the length of an embedding is called."""
    image_format: Literal["", "b64_json", "base64"] = ""
    """What is said so that pictures come as data; nothing where they do by themselves."""
    image_sides: bool = False
    """Whether the size of a picture is said as width and height."""
    images_path: str = "/images/generations"
    images_dialect: Literal["openai", "fireworks"] = "openai"
    tool_choice_required: Literal["required", "any"] = "required"
    tool_ids: Literal["any", "nine_alphanumerics"] = "any"
    developer_role: bool = False
    bare_path: str = ""
    """What a base URL without a path leads to."""
    bare_dialect: Literal["openai_chat", "ollama"] = "openai_chat"
    """What is spoken at a base URL without a path."""
    responses_only: tuple[str, ...] = ()
    """Patterns of models that know no chat completions."""
    unsupported: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one provider, reachable for one account.

    `id` is `<provider or label>:<native model>`; `model_id` is the catalog's `author/slug`, or the same as `id` for a model the
    catalog does not know. `base_url` has no trailing slash. `key_id` names the vault entry to open, None for keyless endpoints.
    `price` None means unknown, which is not free. `assumed` says that nobody told us the capabilities: it may be asked for more, and its
    provider refuses what it cannot do.
    """

    id: str
    model_id: str
    provider: str
    native_model: str
    base_url: str
    name: str
    provider_name: str
    dialect: str = "openai_chat"
    key_id: str | None = None
    key_label: str | None = None
    price: Price | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    capabilities: frozenset[Capability] = frozenset({"chat"})
    assumed: bool = False
    place: Place = "elsewhere"
    description: str | None = None
    created: int = 0
    unavailable: str | None = None
    quirks: Quirks = field(default_factory=Quirks)
    cancel: CancelRule = "unknown"
    training: Training = "unknown"
    policy_page: str | None = None

    @property
    def local(self) -> bool:
        """Tell whether what is sent there stays on the person's own computer."""
        return self.place == "computer"

    @property
    def own(self) -> bool:
        """Tell whether it is a server of one's own, which costs nothing."""
        return self.place != "elsewhere"


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider as data: one row of `data/providers.toml`. `lists_models` False: its models are named by the caller only.

    `base_url` None: the person gives it; `example_url` shows what it looks like. `region_url` is the address where a region was named.
    `price_list` names the seller in the list of prices.
    """

    id: str
    name: str
    base_url: str | None
    dialect: str
    needs_key: bool
    local: bool
    key_page: str | None = None
    billing_page: str | None = None
    docs_page: str | None = None
    example_url: str = "http://127.0.0.1:8000/v1"
    region_url: str | None = None
    price_list: str | None = None
    ports: tuple[int, ...] = ()
    lists_models: bool = True
    quirks: Quirks = field(default_factory=Quirks)
    cancel: CancelRule = "unknown"
    training: Training = "unknown"
    policy_page: str | None = None
    checked: str = ""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the catalog knows about one model at one provider, dated. No `capabilities` means that it does not know them.

    An empty `model_id` means that the author cannot be told: the model goes by its endpoint's id.
    """

    provider: str
    native_model: str
    model_id: str
    name: str
    description: str | None = None
    price: Price | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    capabilities: frozenset[Capability] = frozenset()
    created: int = 0
    checked: str = ""
