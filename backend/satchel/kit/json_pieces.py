"""JSON objects one after another: an array that comes in pieces, or one object a line, however the bytes are cut."""

import re

from satchel.kit.sse import MAX_EVENT_BYTES, EventTooLarge

_TOKEN = re.compile(rb'["\\{}]')
_QUOTE, _BACKSLASH, _OPEN, _CLOSE = b'"\\{}'


class JsonPieces:
    """Cut the objects out of an array `[{…},{…}]` as they become whole. What stands between them is passed over."""

    __slots__ = ("_depth", "_escaped", "_held", "_in_string", "_max_bytes")

    def __init__(self, max_piece_bytes: int = MAX_EVENT_BYTES) -> None:
        self._held = bytearray()
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._max_bytes = max_piece_bytes

    def feed(self, data: bytes) -> list[bytes]:
        """Return the objects that `data` completes, in order.

        Raises:
            EventTooLarge: an object does not end within the limit.
        """
        pieces: list[bytes] = []
        start, at = 0, 1 if self._escaped and data else 0
        self._escaped = self._escaped and not data
        while (found := _TOKEN.search(data, at)) is not None:
            at = found.end()
            token = data[at - 1]
            if self._in_string:
                self._in_string = token != _QUOTE
                if token == _BACKSLASH:
                    self._escaped = at == len(data)
                    at += 1
            elif token == _QUOTE:
                self._in_string = self._depth > 0
            elif token == _OPEN:
                start = start if self._depth else at - 1
                self._depth += 1
            elif token == _CLOSE and self._depth:
                self._depth -= 1
                if not self._depth:
                    pieces.append(bytes(self._held) + data[start:at])
                    self._held.clear()
        if self._depth:
            self._held += data[start:]
            if len(self._held) > self._max_bytes:
                raise EventTooLarge(f"an object is over {self._max_bytes} bytes")
        return pieces

    def close(self) -> list[bytes]:
        """Return the beginning of the object that the end of input cut off, if any."""
        return [bytes(self._held)] if self._depth else []


class JsonLines:
    """Cut one text a line out of a stream (NDJSON). Blank lines are passed over."""

    __slots__ = ("_max_bytes", "_rest")

    def __init__(self, max_line_bytes: int = MAX_EVENT_BYTES) -> None:
        self._rest = b""
        self._max_bytes = max_line_bytes

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that `data` completes, in order.

        Raises:
            EventTooLarge: a line does not end within the limit.
        """
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > self._max_bytes:
            raise EventTooLarge(f"a line is over {self._max_bytes} bytes")
        return [line for line in lines if line.strip()]

    def close(self) -> list[bytes]:
        """Return the last line, where no line feed ended it."""
        rest, self._rest = self._rest, b""
        return [rest] if rest.strip() else []
