"""Usage and stop reasons of Anthropic Messages, normalised.

Counts come in pieces: input with the start of a message, output with its end and cumulative, the input sometimes again; a report without
a count says nothing about it. What was read from or written to the cache stands outside `input_tokens`; thinking is inside the output.
Source: recorded traffic of four hosts and the SDK's types (anthropic 2.12.0), checked 2026-11-23.
"""

from collections.abc import Mapping
from typing import cast

from satchel.domain.chat import Json
from satchel.domain.events import FinishReason
from satchel.domain.usage import Usage

_REASONS = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "pause_turn": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.CONTENT_FILTER,
    "guardrail_intervened": FinishReason.CONTENT_FILTER,
    "content_filtered": FinishReason.CONTENT_FILTER,
    "malformed_model_output": FinishReason.ERROR,
    "malformed_tool_use": FinishReason.ERROR,
}


def finish_reason(native: str, spoke: bool, called_tools: bool) -> FinishReason:
    """Return the normal reason for Anthropic's word, or for one of those that Bedrock adds.

    A tool call that came out makes an ordinary end `tool_calls`; an unknown word is `stop` if anything was said, else `error`.
    """
    reason = _REASONS.get(native)
    if called_tools and reason in (None, FinishReason.STOP):
        return FinishReason.TOOL_CALLS
    return reason or (FinishReason.STOP if spoke else FinishReason.ERROR)


class UsageReport:
    """What the reports of one answer add up to: a newer count replaces an older one, a missing one does not."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def merge(self, report: object) -> None:
        """Take one `usage` object; anything else is passed over."""
        if not isinstance(report, Mapping):
            return
        self._take(cast(Json, report))
        details = report.get("output_tokens_details")
        if isinstance(details, Mapping):
            self._take(cast(Json, details))

    def usage(self) -> Usage | None:
        """Return the usage, no part above its whole; None where nothing was reported."""
        if not self._counts:
            return None
        read = self._counts.get("cache_read_input_tokens", 0)
        write = self._counts.get("cache_creation_input_tokens", 0)
        output = self._counts.get("output_tokens", 0)
        return Usage(
            input_tokens=self._counts.get("input_tokens", 0) + read + write,
            output_tokens=output,
            reasoning_tokens=min(output, self._counts.get("thinking_tokens", 0)),
            cached_tokens=read,
            cache_write_tokens=write,
        )

    def _take(self, counts: Json) -> None:
        for key, value in counts.items():
            if type(value) is int:
                self._counts[key] = max(0, value)
