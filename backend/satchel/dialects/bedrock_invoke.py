"""Claude on Bedrock, as its own format in Bedrock's frames: each frame holds one event of Anthropic Messages in base64. Pure.

Source: recorded streams and the service's model (botocore 1.44.5), checked 2026-11-23.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping

import orjson

from satchel.dialects.anthropic_messages import Decoder as AnthropicDecoder
from satchel.dialects.bedrock_errors import error_from, error_in_stream
from satchel.dialects.bedrock_frames import EXCEPTION, BedrockFrames
from satchel.dialects.json_fields import text
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import SatchelError
from satchel.domain.events import Event


class Decoder(AnthropicDecoder):
    """Decode one answer of InvokeModel or its stream; see `UpstreamAnswer`."""

    def __init__(self, endpoint: Endpoint, mint: Callable[[], str]) -> None:
        super().__init__(endpoint, mint)
        self._frames = BedrockFrames()

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        """Return the error that an answer with another status than 200 means."""
        return error_from(status, headers, body, self._endpoint)

    def _cut(self, data: bytes) -> Iterable[tuple[str, bytes]]:
        yield from self._frames.cut(data)
        if self._frames.fault is not None:
            self._fail(self._garbled(f"a broken stream: {self._frames.fault}"))

    def _remainder(self) -> Iterable[tuple[str, bytes]]:
        return [("", b"")] if self._frames.pending else []

    def _chunk(self, kind: str, chunk: Json, events: list[Event]) -> None:
        """Take one frame."""
        if kind.startswith(EXCEPTION):
            self._fail(error_in_stream(kind, chunk, self._endpoint))
            return
        try:
            event = orjson.loads(b64decode(text(chunk, "bytes")))
        except ValueError as error:
            self._fail(self._garbled("a broken event"), error)
            return
        if isinstance(event, dict):
            super()._chunk(kind, event, events)
