"""The catalog's knowledge of models: its own rows first, then a list of dated prices that is read when first needed.

A list holds, for each seller, models with a rule of which names they go by and their prices, oldest first; nothing is ever taken off it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol, cast

from satchel.domain.catalog import ModelFacts
from satchel.domain.chat import Json
from satchel.domain.usage import Price

_MAX_KEPT = 4_000
_CLAUDE = re.compile(r"(claude-[a-z0-9.-]+?)(?:-latest)?(?:[-@]\d{8})?(?:-v\d+(?::\d+)?)?$")
_AUTHORS = {
    "openai": "openai",
    "google": "google",
    "x-ai": "x-ai",
    "mistral": "mistralai",
    "deepseek": "deepseek",
    "cohere": "cohere",
    "perplexity": "perplexity",
    "zai": "z-ai",
    "moonshotai": "moonshotai",
}


class ModelIndex(Protocol):
    """What knows models by provider id and native model."""

    def get(self, key: tuple[str, str], /) -> ModelFacts | None:
        """Return what is known of a model at a provider, None for nothing."""
        ...


class PriceList:
    """A `ModelIndex` over rows of our own and a list of prices.

    `sellers` says under which name a provider's models stand in the list. `read` is called once, at the first look-up that needs it.
    """

    def __init__(
        self,
        own: Mapping[tuple[str, str], ModelFacts],
        sellers: Mapping[str, str],
        read: Callable[[], Json],
        today: Callable[[], date],
    ) -> None:
        self._own = own
        self._sellers = sellers
        self._read = read
        self._today = today
        self._models: Mapping[str, Sequence[Json]] | None = None
        self._kept: dict[tuple[str, str], tuple[date, ModelFacts | None]] = {}

    def get(self, key: tuple[str, str], /) -> ModelFacts | None:
        """Return what is known of a model at a provider, its price as of today."""
        own = self._own.get(key)
        seller = self._sellers.get(key[0])
        if own is not None or seller is None:
            return own
        today = self._today()
        kept = self._kept.get(key)
        if kept is None or kept[0] != today:
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            kept = self._kept[key] = (today, self._find(seller, key, today))
        return kept[1]

    def _find(self, seller: str, key: tuple[str, str], today: date) -> ModelFacts | None:
        if self._models is None:
            self._models = cast(Mapping[str, Sequence[Json]], self._read().get("sellers") or {})
        provider, native = key
        named = native.removeprefix("models/").lower()
        found = next((model for model in self._models.get(seller, ()) if matches(cast(Json, model["match"]), named)), None)
        if found is None:
            return None
        context = found.get("context")
        return ModelFacts(
            provider=provider,
            native_model=native,
            model_id=model_id_of(seller, named),
            name=str(found.get("name") or native),
            price=price_on(cast(Sequence[Json], found["prices"]), today),
            context_tokens=context if isinstance(context, int) else None,
        )


def model_id_of(seller: str, native: str) -> str:
    """Return `author/slug`, the same for one model at several sellers; empty where the author cannot be told."""
    if claude := _CLAUDE.search(native):
        return f"anthropic/{claude[1]}"
    author = _AUTHORS.get(seller)
    return f"{author}/{native}" if author and "/" not in native else ""


def matches(rule: Json, name: str) -> bool:
    """Tell whether a model's rule takes a name, which is in lower case."""
    (kind, value), *_ = rule.items()
    match kind:
        case "or":
            return any(matches(part, name) for part in cast(Sequence[Json], value))
        case "and":
            return all(matches(part, name) for part in cast(Sequence[Json], value))
        case "equals":
            return name == str(value).lower()
        case "starts_with":
            return name.startswith(str(value).lower())
        case "ends_with":
            return name.endswith(str(value).lower())
        case "contains":
            return str(value).lower() in name
        case "regex":
            return re.search(str(value), name) is not None
        case _:
            return False


def price_on(prices: Sequence[Json], day: date) -> Price | None:
    """Return the price that holds on a day: the last whose first day has come."""
    begun = [price for price in prices if str(price.get("since") or "") <= day.isoformat()]
    return _price(begun[-1], day) if begun else None


def _price(fields: Json, day: date) -> Price:
    since = fields.get("since") or fields.get("seen")
    return Price(
        input_usd=_amount(fields, "input") or Decimal(0),
        output_usd=_amount(fields, "output") or Decimal(0),
        as_of=date.fromisoformat(since) if isinstance(since, str) else day,
        cached_usd=_amount(fields, "cached"),
        cache_write_usd=_amount(fields, "written"),
        beyond=tuple(
            (cast(int, tier["above"]), _price({**fields, **tier}, day)) for tier in cast(Sequence[Json], fields.get("tiers") or ())
        )
        if "above" not in fields
        else (),
    )


def _amount(fields: Json, name: str) -> Decimal | None:
    value = fields.get(name)
    return Decimal(str(value)) if isinstance(value, int | float) else None
