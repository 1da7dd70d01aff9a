"""Lists of models, `GET /models`, in the shapes that OpenAI-compatible servers give them. Pure.

Source: OpenAI, OpenRouter, Together, Mistral, llama.cpp, vLLM, LM Studio and Ollama, checked 2026-11-23.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import cast

from satchel.dialects.json_fields import children
from satchel.dialects.listed_abilities import abilities_in
from satchel.domain.chat import Json
from satchel.domain.endpoints import ListedModel
from satchel.domain.usage import Price

_MTOK = 1_000_000
_OTHER_KINDS = ("rerank", "moderation", "video")
_OTHER_NAMES = ("moderation", "rerank", "sora-", "text-to-image")


def parse_models(body: object, today: date) -> list[ListedModel] | None:
    """Return the models of a list that do what we can ask for, in its order; None if `body` is none. Some servers send a bare array."""
    items = body.get("data", body.get("models")) if isinstance(body, Mapping) else body
    if not isinstance(items, list):
        return None
    beside = _beside(cast(Json, body)) if isinstance(body, Mapping) else {}
    told = [{**beside.get(str(item.get("id")), {}), **item} for item in items if isinstance(item, Mapping)]
    listed = [model for item in told if (model := _model(item, today)) is not None]
    return list({model.native_model: model for model in listed}.values())


def _model(item: Json, today: date) -> ListedModel | None:
    native = item.get("id") or item.get("key") or item.get("name") or item.get("model")
    kind = str(item.get("type") or "")
    if not isinstance(native, str) or not native or any(word in kind for word in _OTHER_KINDS):
        return None
    if any(word in native.lower() for word in _OTHER_NAMES):
        return None
    if not (abilities := abilities_in(item, native)):
        return None
    top, meta, more = _object(item, "top_provider"), _object(item, "meta"), _object(item, "metadata")
    hosts = children(item, "providers")
    return ListedModel(
        native_model=native,
        name=_text(item, "display_name") or (_text(item, "name") if item.get("id") else None),
        description=_text(item, "description"),
        context_tokens=_first_integer(
            (item, "context_length"),
            (item, "context_window"),
            (item, "max_context_length"),
            (item, "max_model_len"),
            (item, "loaded_context_length"),
            (item, "context_size"),
            (more, "context_length"),
            (meta, "n_ctx"),
            *((host, "context_length") for host in hosts),
        ),
        max_output_tokens=_first_integer((top, "max_completion_tokens"), (item, "max_completion_tokens"), (item, "max_output_tokens")),
        price=_price(_object(item, "pricing"), today),
        created=_first_integer((item, "created")) or 0,
        owned_by=_text(item, "owned_by"),
        capabilities=abilities,
    )


def _beside(body: Json) -> dict[str, Json]:
    """Return what llama.cpp tells of a model in a second list: its abilities."""
    told = children(body, "models") if "data" in body else []
    return {str(one.get("name")): {"capabilities": one["capabilities"]} for one in told if "capabilities" in one}


def _price(pricing: Json, today: date) -> Price | None:
    """Read OpenRouter's prices, US dollars per token in texts, or Together's, per million tokens. A negative one means "it depends"."""
    names, unit = (("prompt", "completion"), _MTOK) if "prompt" in pricing else (("input", "output"), 1)
    try:
        given = [Decimal(str(pricing[name])) * unit for name in names if name in pricing]
        cached = Decimal(str(pricing["input_cache_read"])) * _MTOK if "input_cache_read" in pricing else None
        write = Decimal(str(pricing["input_cache_write"])) * _MTOK if "input_cache_write" in pricing else None
        drawn = Decimal(str(pricing["image_output"])) * _MTOK if "image_output" in pricing else None
    except InvalidOperation:
        return None
    free_unsaid = unit == 1 and not any(given)  # Together writes zeros where a model is paid otherwise
    if len(given) != 2 or min(given) < 0 or free_unsaid:
        return None
    return Price(given[0], given[1], today, cached, write, image_usd=drawn)


def _object(fields: Json, key: str) -> Json:
    value = fields.get(key)
    return cast(Json, value) if isinstance(value, Mapping) else {}


def _text(fields: Json, key: str) -> str | None:
    value = fields.get(key)
    return value if isinstance(value, str) and value else None


def _first_integer(*places: tuple[Json, str]) -> int | None:
    values = (fields.get(key) for fields, key in places)
    return next((value for value in values if isinstance(value, int) and not isinstance(value, bool) and value > 0), None)
