"""What Bedrock sends inside its event streams: frames as JSON texts with the names of their events. Pure.

An exception may come instead of an event at any moment; its name begins with `EXCEPTION`.
Source: recorded streams and the service's model (botocore 1.44.5), checked 2026-11-23.
"""

from collections.abc import Iterator

import orjson

from satchel.kit.eventstream import FrameParser

EXCEPTION = "!"


class BedrockFrames:
    """Cut a stream into events. `fault` says what is wrong with the frames once something is."""

    def __init__(self) -> None:
        self._parser = FrameParser()

    @property
    def fault(self) -> str | None:
        """Return what is wrong, to be asked after the last event of a piece."""
        return self._parser.fault

    @property
    def pending(self) -> bool:
        """Tell whether the input ended inside a frame."""
        return self._parser.pending

    def cut(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield name and JSON of the events that `data` completes."""
        for headers, payload in self._parser.feed(data):
            match headers.get(":message-type"):
                case "exception":
                    yield EXCEPTION + headers.get(":exception-type", ""), payload
                case "error":
                    yield EXCEPTION + headers.get(":error-code", ""), orjson.dumps({"message": headers.get(":error-message", "")})
                case _:
                    yield headers.get(":event-type", ""), payload
