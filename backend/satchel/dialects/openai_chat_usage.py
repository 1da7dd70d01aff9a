"""Usage and finish reasons of the OpenAI-compatible hosts, normalised.

Source: recorded traffic of fourteen hosts and the SDKs' types, checked 2026-11-23.
"""

from collections.abc import Mapping
from typing import Literal, cast

from satchel.domain.chat import Json
from satchel.domain.events import FinishReason
from satchel.domain.usage import Usage

_REASONS = {
    FinishReason.STOP: ("stop", "eos", "end_turn", "stop_sequence", "STOP"),
    FinishReason.LENGTH: ("length", "model_length", "max_tokens", "model_context_window_exceeded", "MAX_TOKENS"),
    FinishReason.TOOL_CALLS: ("tool_calls", "tool_call", "function_call", "tool_use", "TOOL_CALL"),
    FinishReason.CONTENT_FILTER: ("content_filter", "refusal", "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"),
    FinishReason.ERROR: ("error", "insufficient_system_resource", "abort", "ERROR", "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE"),
}
_NORMAL = {native: reason for reason, natives in _REASONS.items() for native in natives}


def finish_reason(native: str | None, spoke: bool, called_tools: bool) -> FinishReason:
    """Return the normal reason for a host's own word.

    A tool call that came out makes it `tool_calls` whatever the host says (some say `stop`); an unknown word is `stop` if anything was
    said, else `error`.
    """
    reason = _NORMAL.get(native or "")
    if called_tools and reason in (None, FinishReason.STOP, FinishReason.TOOL_CALLS):
        return FinishReason.TOOL_CALLS
    return reason or (FinishReason.STOP if spoke else FinishReason.ERROR)


def read_usage(chunk: Json) -> Json | None:
    """Return the usage report of a chunk or body, wherever the host puts it; None where there is none."""
    usage = chunk.get("usage")
    if usage is None:
        groq = chunk.get("x_groq")
        usage = groq.get("usage") if isinstance(groq, Mapping) else None
    return cast(Json, usage) if isinstance(usage, Mapping) and usage else None


def normal_usage(report: Json, reasoning_tokens: Literal["inside", "outside"]) -> Usage:
    """Return a host's report as `Usage`: cached tokens inside the input, reasoning inside the output, no part above its whole."""
    prompt = _object(report, "prompt_tokens_details")
    completion = _object(report, "completion_tokens_details")
    reasoning = _count(completion, "reasoning_tokens") or _count(report, "reasoning_tokens")
    output = _count(report, "completion_tokens")
    if reasoning_tokens == "outside":
        output += reasoning
    given = _count(report, "prompt_tokens")
    cached = min(given, _count(prompt, "cached_tokens") or _count(report, "prompt_cache_hit_tokens") or _count(report, "cached_tokens"))
    return Usage(
        input_tokens=given,
        output_tokens=output,
        reasoning_tokens=min(reasoning, output),
        cached_tokens=cached,
        cache_write_tokens=min(given - cached, _count(prompt, "cache_write_tokens")),
        image_tokens=min(_count(completion, "image_tokens"), output),
    )


def _object(fields: Json, key: str) -> Json:
    value = fields.get(key)
    return cast(Json, value) if isinstance(value, dict) else {}


def _count(fields: Json, key: str) -> int:
    value = fields.get(key)
    if value is None:
        return 0
    if type(value) is int:
        return value if value > 0 else 0
    return max(0, int(value)) if isinstance(value, int | float) and not isinstance(value, bool) else 0
