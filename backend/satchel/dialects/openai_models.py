"""Lists of models, `GET /models`, in the shapes that OpenAI-compatible servers give them. Pure.

Source: OpenAI, OpenRouter, Together, Mistral, llama.cpp, vLLM, LM Studio and Ollama, checked 2026-11-23.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import cast

from satchel.domain.catalog import Capability
from satchel.domain.chat import Json
from satchel.domain.endpoints import ASSUMED, ListedModel, abilities_of
from satchel.domain.usage import Price

_MTOK = 1_000_000
_OTHER_KINDS = ("rerank", "moderation", "video")
_OTHER_NAMES = ("moderation", "rerank", "sora-", "text-to-image")


def parse_models(body: object, today: date) -> list[ListedModel] | None:
    """Return the models of a list that do what we can ask for, in its order; None if `body` is none. Some servers send a bare array."""
    items = body.get("data", body.get("models")) if isinstance(body, Mapping) else body
    if not isinstance(items, list):
        return None
    listed = [model for item in items if isinstance(item, Mapping) and (model := _model(cast(Json, item), today)) is not None]
    return list({model.native_model: model for model in listed}.values())


def _model(item: Json, today: date) -> ListedModel | None:
    native = item.get("id") or item.get("key") or item.get("name") or item.get("model")
    kind = str(item.get("type") or "")
    if not isinstance(native, str) or not native or any(word in kind for word in _OTHER_KINDS):
        return None
    if any(word in native.lower() for word in _OTHER_NAMES):
        return None
    top = _object(item, "top_provider")
    meta = _object(item, "meta")
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
            (meta, "n_ctx"),
        ),
        max_output_tokens=_first_integer((top, "max_completion_tokens"), (item, "max_completion_tokens")),
        price=_price(_object(item, "pricing"), today),
        created=_first_integer((item, "created")) or 0,
        owned_by=_text(item, "owned_by"),
        capabilities=_capabilities(item, native),
    )


def _capabilities(item: Json, native: str) -> frozenset[Capability]:
    """Read abilities where the list names them (OpenRouter, LM Studio), else assume the usual ones."""
    if "embed" in str(item.get("type") or ""):
        return frozenset({"embeddings"})
    if item.get("type") == "image":
        return frozenset({"image_output"})
    if item.get("type") in ("audio", "transcribe"):
        spoken: frozenset[Capability] = frozenset({"speech"} if item["type"] == "audio" else {"transcription"})
        return spoken if (named := abilities_of(native)) is ASSUMED else named
    parameters = item.get("supported_parameters")
    if not isinstance(parameters, list):
        return ASSUMED - {"images"} if item.get("type") == "llm" else abilities_of(native)
    inputs = _object(item, "architecture").get("input_modalities")
    found: set[Capability] = {"chat"}
    found.update(["tools"] if "tools" in parameters else [])
    found.update(["json_schema"] if "structured_outputs" in parameters else [])
    found.update(["reasoning"] if "reasoning" in parameters else [])
    outputs = _object(item, "architecture").get("output_modalities")
    found.update(["image_output"] if isinstance(outputs, list) and "image" in outputs else [])
    found.update(["images"] if isinstance(inputs, list) and "image" in inputs else [])
    return frozenset(found)


def _price(pricing: Json, today: date) -> Price | None:
    """Read OpenRouter's prices: US dollars per token in texts. A negative one means "it depends"."""
    try:
        given = {key: Decimal(str(pricing[key])) * _MTOK for key in ("prompt", "completion") if key in pricing}
        cached = Decimal(str(pricing["input_cache_read"])) * _MTOK if "input_cache_read" in pricing else None
        write = Decimal(str(pricing["input_cache_write"])) * _MTOK if "input_cache_write" in pricing else None
        drawn = Decimal(str(pricing["image_output"])) * _MTOK if "image_output" in pricing else None
    except InvalidOperation:
        return None
    if len(given) != 2 or min(given.values()) < 0:
        return None
    return Price(given["prompt"], given["completion"], today, cached, write, image_usd=drawn)


def _object(fields: Json, key: str) -> Json:
    value = fields.get(key)
    return cast(Json, value) if isinstance(value, Mapping) else {}


def _text(fields: Json, key: str) -> str | None:
    value = fields.get(key)
    return value if isinstance(value, str) and value else None


def _first_integer(*places: tuple[Json, str]) -> int | None:
    values = (fields.get(key) for fields, key in places)
    return next((value for value in values if isinstance(value, int) and not isinstance(value, bool) and value > 0), None)
