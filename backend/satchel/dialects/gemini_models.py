"""Gemini's list of models, `GET /v1beta/models`. Pure.

Source: the API's reference and google-genai 3.4.0, checked 2026-11-23.
"""

from collections.abc import Mapping
from typing import cast

from satchel.dialects.json_fields import children, count, text
from satchel.domain.catalog import Capability
from satchel.domain.chat import Json
from satchel.domain.endpoints import ASSUMED, ListedModel

_PREFIX = "models/"
_ALSO: frozenset[Capability] = frozenset({"audio", "files"})


def parse_models(body: object) -> list[ListedModel] | None:
    """Return the models of one page that chat, embed or draw; None if `body` is no list of models."""
    if not isinstance(body, Mapping) or not isinstance(body.get("models"), list):
        return None
    return [_model(item) for item in children(cast(Json, body), "models") if _abilities(item) and text(item, "name")]


def next_page(body: object) -> str | None:
    """Return the token of the page after this one, None for the last."""
    return text(cast(Json, body), "nextPageToken") or None if isinstance(body, Mapping) else None


def _can(item: Json, method: str) -> bool:
    methods = item.get("supportedGenerationMethods")
    return isinstance(methods, list) and method in methods


def _model(item: Json) -> ListedModel:
    return ListedModel(
        native_model=text(item, "name").removeprefix(_PREFIX),
        name=text(item, "displayName") or None,
        description=text(item, "description") or None,
        context_tokens=count(item, "inputTokenLimit") or None,
        max_output_tokens=count(item, "outputTokenLimit") or None,
        owned_by="google",
        capabilities=_abilities(item),
    )


def _abilities(item: Json) -> frozenset[Capability]:
    """Return what a model can do. The list does not say which draw or speak; their names do."""
    draws: frozenset[Capability] = frozenset({"image_output"}) if "image" in text(item, "name") else frozenset()
    if _can(item, "generateContent") and "tts" in text(item, "name"):
        return frozenset({"speech"})
    if _can(item, "generateContent"):
        thinks: frozenset[Capability] = frozenset({"reasoning"}) if item.get("thinking") is True else frozenset()
        return ASSUMED | _ALSO | thinks | draws
    if _can(item, "embedContent"):
        return frozenset({"embeddings"})
    return draws if _can(item, "predict") else frozenset()
