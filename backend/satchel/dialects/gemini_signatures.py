"""Thought signatures of Gemini between answers and requests: opaque, and bound to the part they came on.

They travel as `reasoning_details` objects, the way OpenRouter writes them: `id` is the tool call that the signature belongs to, absent
where it belongs to text. Source: recorded answers of gemini-2.5 and 3.x, OpenRouter's reasoning page, checked 2026-11-23.
"""

from collections.abc import Mapping, Sequence

from satchel.domain.chat import Json, Part, ReasoningPart

_FORMAT = "google-gemini-v1"


def signature_detail(signature: str, call_id: str | None) -> Json:
    """Return the detail that carries a part's signature to the caller and back."""
    detail: dict[str, object] = {"type": "reasoning.encrypted", "data": signature, "format": _FORMAT, "index": 0}
    return detail if call_id is None else {**detail, "id": call_id}


def signatures_in(parts: Sequence[Part]) -> Mapping[str | None, str]:
    """Return the signatures an assistant turn gives back: by the tool call they belong to, None for the text."""
    found: dict[str | None, str] = {}
    for part in parts:
        detail = part.detail if isinstance(part, ReasoningPart) and part.detail else {}
        data, call_id = detail.get("data"), detail.get("id")
        if detail.get("format") == _FORMAT and isinstance(data, str) and data:
            found[call_id if isinstance(call_id, str) else None] = data
    return found
