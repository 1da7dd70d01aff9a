"""Lists of models, `GET /v1/models`, as Anthropic gives them. Pure.

Source: the SDK's types (anthropic 2.12.0), checked 2026-11-23; nothing of it was recorded.
"""

from collections.abc import Mapping
from datetime import datetime

from satchel.dialects.json_fields import child, children, count, text
from satchel.domain.catalog import Capability
from satchel.domain.chat import Json
from satchel.domain.endpoints import ASSUMED, ListedModel

_NAMED: Mapping[str, Capability] = {
    "image_input": "images",
    "pdf_input": "files",
    "structured_outputs": "json_schema",
    "thinking": "reasoning",
}


def parse_models(body: object) -> list[ListedModel] | None:
    """Return the models of a list that can still be called, in its order; None if `body` is no list of models."""
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        return None
    return [_model(item) for item in children(body, "data") if text(item, "id") and item.get("lifecycle") != "retired"]


def next_page(body: object) -> str | None:
    """Return the id after which the next page begins, None after the last one."""
    return (text(body, "last_id") or None) if isinstance(body, dict) and body.get("has_more") is True else None


def _model(item: Json) -> ListedModel:
    return ListedModel(
        native_model=text(item, "id"),
        name=text(item, "display_name") or None,
        context_tokens=count(item, "max_input_tokens") or None,
        max_output_tokens=count(item, "max_tokens") or None,
        created=_epoch_s(text(item, "created_at")),
        owned_by="anthropic",
        capabilities=_capabilities(item),
    )


def _capabilities(item: Json) -> frozenset[Capability]:
    """Read what the list says a model can do, else assume the usual. Every Claude calls tools."""
    told = child(item, "capabilities")
    if not told:
        return ASSUMED
    found: set[Capability] = {"chat", "tools"}
    return frozenset(found | {ours for theirs, ours in _NAMED.items() if child(told, theirs).get("supported") is True})


def _epoch_s(moment: str) -> int:
    try:
        return max(0, int(datetime.fromisoformat(moment).timestamp()))
    except ValueError:
        return 0
