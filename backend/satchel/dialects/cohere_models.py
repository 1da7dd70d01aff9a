"""Cohere's list of models, `GET /v1/models`. Pure. Source: cohere 7.3.1, checked 2026-11-23."""

from collections.abc import Mapping
from typing import cast

from satchel.dialects.json_fields import children, count, text
from satchel.domain.catalog import Capability
from satchel.domain.chat import Json
from satchel.domain.endpoints import ASSUMED, ListedModel

_FEATURES: Mapping[str, Capability] = {"tools": "tools", "vision": "images", "json_schema": "json_schema", "reasoning": "reasoning"}


def parse_models(body: object) -> list[ListedModel] | None:
    """Return the models of one page that chat or embed; None if `body` is no list of models."""
    if not isinstance(body, Mapping) or not isinstance(body.get("models"), list):
        return None
    return [_model(item) for item in children(cast(Json, body), "models") if _chats(item) or _embeds(item)]


def next_page(body: object) -> str | None:
    """Return the token of the page after this one, None for the last."""
    return text(cast(Json, body), "next_page_token") or None if isinstance(body, Mapping) else None


def _chats(item: Json) -> bool:
    return _serves(item, "chat")


def _embeds(item: Json) -> bool:
    return _serves(item, "embed")


def _serves(item: Json, use: str) -> bool:
    uses = item.get("endpoints")
    return bool(text(item, "name")) and isinstance(uses, list) and use in uses and item.get("is_deprecated") is not True


def _model(item: Json) -> ListedModel:
    return ListedModel(
        native_model=text(item, "name"),
        context_tokens=count(item, "context_length") or None,
        owned_by="cohere",
        capabilities=_abilities(item) if _chats(item) else frozenset({"embeddings"}),
    )


def _abilities(item: Json) -> frozenset[Capability]:
    features = item.get("features")
    named: frozenset[Capability] = frozenset()
    if isinstance(features, list):
        named = frozenset(_FEATURES[name] for name in features if isinstance(name, str) and name in _FEATURES)
    return named | {"chat"} if isinstance(features, list) else ASSUMED
