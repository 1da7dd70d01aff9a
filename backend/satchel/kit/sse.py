"""Server-sent events: bytes to events, by the whole grammar of the HTML standard, however the bytes are cut.

What the data means is the dialect's business. Nothing here decodes UTF-8 inside data, so a cut inside a character does no harm.
Source: https://html.spec.whatwg.org/multipage/server-sent-events.html, read 2026-11-23.
"""

from typing import NamedTuple

_BOM = b"\xef\xbb\xbf"
MAX_EVENT_BYTES = 32 * 1024 * 1024


class EventTooLarge(ValueError):
    """One event grew past the limit without ending."""


class SseEvent(NamedTuple):
    """One event: its type (`message` where none was named) and its data, several `data:` lines joined by line feeds."""

    event: str
    data: bytes


class SseParser:
    """Turn pieces of a stream into events. Comments, ids, retry times and unknown fields are passed over."""

    __slots__ = ("_after_cr", "_begun", "_max_bytes", "_rest")

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._rest = b""
        self._begun = False
        self._after_cr = False
        self._max_bytes = max_event_bytes

    def feed(self, data: bytes) -> list[SseEvent]:
        """Return the events that `data` completes, in order.

        Raises:
            EventTooLarge: an event does not end within the limit.
        """
        if self._after_cr or b"\r" in data:
            data = self._only_line_feeds(data)
        buffer = self._rest + data if self._rest else data
        if not self._begun:
            if len(buffer) < len(_BOM) and _BOM.startswith(buffer):
                self._rest = buffer
                return []
            self._begun = True
            buffer = buffer.removeprefix(_BOM)
        blocks = buffer.split(b"\n\n")
        self._rest = blocks.pop()
        if len(self._rest) > self._max_bytes:
            raise EventTooLarge(f"an event is over {self._max_bytes} bytes")
        events = []
        for block in blocks:
            if block.startswith(b"data: ") and b"\n" not in block:
                events.append(SseEvent("message", block[6:]))
            elif (event := _event(block)) is not None:
                events.append(event)
        return events

    def close(self) -> list[SseEvent]:
        """Return the event that the end of input cut off before its blank line, if any.

        The standard drops it; servers exist that forget their last blank line, so the caller decides what half an event is worth.
        """
        event = _event(self._rest)
        self._rest = b""
        return [] if event is None else [event]

    def _only_line_feeds(self, data: bytes) -> bytes:
        """Write CRLF and CR as LF. A CR at the very end counts at once; the LF that may follow it in the next piece is swallowed."""
        if not data:
            return data
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
            self._after_cr = False
            if not data:
                return data
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _event(block: bytes) -> SseEvent | None:
    """Read the lines of one block; None where it holds no data (a comment, a blank line, a lone `event:`)."""
    kind = b""
    data: list[bytes] = []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            kind = value
        elif not line and not data:
            kind = b""
    if not data:
        return None
    return SseEvent(kind.decode("utf-8", "replace") or "message", b"\n".join(data))
