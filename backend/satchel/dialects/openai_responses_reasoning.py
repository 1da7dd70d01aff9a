"""Reasoning items of the Responses API between answers and requests: the encrypted part is opaque and goes back unchanged.

It travels as a `reasoning_details` object, the way OpenRouter writes it; `format` says whose it is, since nobody else can open it.
Source: recorded answers of six hosts and OpenRouter's reasoning page, checked 2026-11-23.
"""

from collections.abc import Iterable, Iterator

from satchel.dialects.json_fields import children, text
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json, Part, ReasoningPart

_FORMATS = {"xai": "xai-responses-v1", "azure-openai": "azure-openai-responses-v1"}
OPENAI_FORMAT = "openai-responses-v1"
"""Whose reasoning nobody but OpenAI can open."""
_PASSES_ON = "openrouter"


def encrypted_detail(item: Json, endpoint: Endpoint) -> Json | None:
    """Return the detail that carries an item's encrypted part to the caller and back; None where it has none."""
    encrypted = text(item, "encrypted_content")
    if not encrypted:
        return None
    whose = text(item, "format") or _FORMATS.get(endpoint.provider, OPENAI_FORMAT)
    return {"type": "reasoning.encrypted", "data": encrypted, "id": text(item, "id") or None, "format": whose, "index": 0}


def words_of(item: Json) -> str:
    """Return what a whole reasoning item says: its summary by paragraphs, then its open text."""
    summary = "\n\n".join(text(part, "text") for part in children(item, "summary"))
    return summary + "".join(text(part, "text") for part in children(item, "content"))


def replayed(parts: Iterable[Part], endpoint: Endpoint) -> Iterator[dict[str, object]]:
    """Yield the reasoning items that an earlier answer's parts make: words belong to the encrypted part that follows them.

    Words alone go back only to hosts that want them (`Quirks.reasoning_replay`).
    """
    words = ""
    for part in parts:
        if not isinstance(part, ReasoningPart):
            continue
        words += part.text
        if encrypted := _encrypted(part, endpoint):
            summary = [{"type": "summary_text", "text": words}] if words else []
            yield {"type": "reasoning", "summary": summary, "encrypted_content": encrypted}
            words = ""
    if words and endpoint.quirks.reasoning_replay != "none":
        yield {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": words}]}


def _encrypted(part: ReasoningPart, endpoint: Endpoint) -> str:
    if part.detail is None:
        return part.encrypted or ""
    whose = part.detail.get("format")
    ours = _FORMATS.get(endpoint.provider, OPENAI_FORMAT)
    mine = whose in (None, ours) or (endpoint.provider == _PASSES_ON and isinstance(whose, str) and whose.endswith("-responses-v1"))
    return text(part.detail, "data") if mine else ""
