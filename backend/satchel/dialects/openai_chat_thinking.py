"""Reasoning inside the text, between `<think>` and `</think>`, wherever the tags are cut.

Only a tag that opens the answer counts: an answer that talks about the tag is text.
"""

_OPEN = "<think>"
_CLOSE = "</think>"


class ThinkSplitter:
    """Split one choice's text into reasoning and text. What may yet turn out to be a tag is held back."""

    __slots__ = ("_held", "_inside", "plain")

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self.plain = False
        """True once no tag can come any more: then text need not pass through here."""

    def feed(self, text: str) -> tuple[str, str]:
        """Return the reasoning and the text that `text` adds, either of them maybe empty."""
        if self.plain:
            return "", text
        held = self._held + text
        if self._inside:
            return self._reasoning(held)
        start = held.lstrip()
        if start.startswith(_OPEN):
            self._inside = True
            return self._reasoning(start[len(_OPEN) :])
        if _OPEN.startswith(start):
            self._held = held
            return "", ""
        self.plain = True
        self._held = ""
        return "", held

    def close(self) -> tuple[str, str]:
        """Return what was held back, at the end of input or before something that is no text."""
        held, self._held = self._held, ""
        return (held, "") if self._inside else ("", held)

    def _reasoning(self, held: str) -> tuple[str, str]:
        reasoning, tag, text = held.partition(_CLOSE)
        if tag:
            self._inside, self.plain, self._held = False, True, ""
            return reasoning, text
        kept = next((n for n in range(min(len(_CLOSE) - 1, len(held)), 0, -1) if held.endswith(_CLOSE[:n])), 0)
        self._held = held[len(held) - kept :]
        return held[: len(held) - kept], ""
