"""Which models of the list a caller wants to see, and how many at once: OpenRouter's words in the query of `/v1/models`.

Filters that we do not know are passed over, as theirs do. Source: OpenRouter's OpenAPI of 2026-08-22.
"""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from satchel.doors.http.model_schema import ModelSchema

_ALL = "all"
_ORDERS: Mapping[str, Callable[[ModelSchema], float]] = {
    "newest": lambda model: -model.created,
    "pricing-low-to-high": lambda model: _price(model, unknown=float("inf")),
    "pricing-high-to-low": lambda model: -_price(model, unknown=float("-inf")),
    "context-high-to-low": lambda model: -(model.context_length or 0),
}


class ModelFilters(BaseModel):
    """What stands in the query. Several words of one filter have commas between them, and all of them must hold.

    What gives other than text is shown to who asks for it, or for `all`.
    Prices are US dollars per million tokens of input; a model whose price nobody knows passes no filter of prices.
    """

    offset: int = Field(0, ge=0)
    after_id: str = ""
    limit: int | None = Field(None, ge=1, le=1_000)
    q: str = ""
    supported_parameters: str = ""
    input_modalities: str = ""
    output_modalities: str = "text"
    providers: str = ""
    model_authors: str = ""
    context: int | None = Field(None, ge=0)
    min_price: float | None = Field(None, ge=0)
    max_price: float | None = Field(None, ge=0)
    sort: str = ""

    def chosen(self, models: Sequence[ModelSchema]) -> Sequence[ModelSchema]:
        """Return the models that pass, in the order asked for."""
        found = [model for model in models if self._passes(model)]
        return sorted(found, key=_ORDERS[self.sort]) if self.sort in _ORDERS else found

    def page(self, models: Sequence[ModelSchema]) -> Sequence[ModelSchema]:
        """Return the part of them that was asked for."""
        offset = self._begin(models)
        return models[offset:] if self.limit is None else models[offset : offset + self.limit]

    def next_query(self, models: Sequence[ModelSchema]) -> str | None:
        """Return the query of the page after this one, None where there is none."""
        offset = self._begin(models)
        if self.limit is None or offset + self.limit >= len(models):
            return None
        return urlencode({**self.model_dump(exclude_defaults=True, exclude={"after_id"}), "offset": offset + self.limit})

    def _begin(self, models: Sequence[ModelSchema]) -> int:
        """Return where the page begins: after the last model of the one before, where Anthropic's clients name it."""
        return next((place for place, model in enumerate(models, 1) if self.after_id and model.id == self.after_id), self.offset)

    def _passes(self, model: ModelSchema) -> bool:
        words = f"{model.id} {model.name}".lower()
        return (
            all(word in words for word in self.q.lower().split())
            and _holds(self.supported_parameters, model.supported_parameters)
            and _holds(self.input_modalities, model.architecture.input_modalities)
            and _holds(self.output_modalities, model.architecture.output_modalities)
            and _is_one_of(self.providers, (model.owned_by, model.satchel.provider_name, model.satchel.key_label or ""))
            and _is_one_of(self.model_authors, (model.canonical_slug.partition("/")[0],))
            and (self.context is None or (model.context_length or 0) >= self.context)
            and (self.min_price is None or _price(model, unknown=float("-inf")) >= self.min_price)
            and (self.max_price is None or _price(model, unknown=float("inf")) <= self.max_price)
        )


def _price(model: ModelSchema, unknown: float) -> float:
    return float(model.satchel.price.input_usd_per_mtok) if model.satchel.price is not None else unknown


def _holds(wanted: str, there: Sequence[str]) -> bool:
    return all(word in there for word in _words(wanted))


def _is_one_of(wanted: str, names: Sequence[str]) -> bool:
    words = _words(wanted)
    return not words or any(name.lower() in words for name in names)


def _words(given: str) -> set[str]:
    return {word.strip().lower() for word in given.split(",")} - {"", _ALL}
