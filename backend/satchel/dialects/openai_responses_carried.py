"""Reasoning between our events and the reasoning items of our own Responses door, and back: nothing of it is lost on the way.

An item has one place for what is opaque, `encrypted_content`, and every client gives that back. What OpenAI's models encrypt stands there
as it came; of any other maker's `reasoning_details` object all but its words stands there, packed. The words are the item's summary.
Source: openai 3.54.0 and @openrouter/sdk 1.3.19, checked 2026-11-28.
"""

from satchel.dialects.carried_reasoning import is_packed, packed, unpacked
from satchel.dialects.json_fields import text
from satchel.dialects.openai_responses_reasoning import OPENAI_FORMAT, words_of
from satchel.domain.chat import Json, ReasoningPart

_WORDS = ("text", "summary")


def without_words(detail: Json) -> dict[str, object]:
    """Return what a `reasoning_details` object holds beside its words."""
    return {key: value for key, value in detail.items() if key not in _WORDS and value is not None}


def opaque(detail: Json) -> str:
    """Return the `encrypted_content` that carries a detail without its words."""
    data = detail.get("data")
    if detail.get("format") == OPENAI_FORMAT and isinstance(data, str):
        return data
    return packed(detail)


def reasoning_parts(item: Json) -> tuple[ReasoningPart, ...]:
    """Return the parts that a reasoning item of an earlier answer stands for, ours or OpenAI's own."""
    words = words_of(item)
    plain = (ReasoningPart(words),) if words else ()
    detail = _detail(item)
    if not detail:
        return plain
    if data := text(detail, "data"):
        return (*plain, ReasoningPart("", encrypted=data, detail=detail))
    key = "summary" if detail.get("type") == "reasoning.summary" else "text"
    return (ReasoningPart(words, text(detail, "signature") or None, detail={**detail, key: words}),)


def _detail(item: Json) -> Json:
    given = text(item, "encrypted_content")
    if given and not is_packed(given):
        return {"type": "reasoning.encrypted", "data": given, "format": text(item, "format") or OPENAI_FORMAT}
    return unpacked(given)
