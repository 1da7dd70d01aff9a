"""Answers that hold vectors, whole in one JSON body, whatever the dialect: as many vectors as there were inputs, and how much was read."""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import orjson

from satchel.dialects.openai_chat_errors import error_from, error_in_stream, upstream_details
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import ProviderGarbled, SatchelError
from satchel.domain.events import Embedding, Event, Finished, FinishReason, Started
from satchel.domain.usage import Usage

Read = Callable[[Json], tuple[Sequence[object], Usage | None]]
"""Return the vectors of a body in the order of the inputs, and its usage where it says one."""
Refused = Callable[[int, Mapping[str, str], bytes], SatchelError]


class VectorDecoder:
    """Decode one answer of `count` vectors; see `transport.AnswerDecoder`. `read` knows the dialect's body."""

    def __init__(self, endpoint: Endpoint, count: int, read: Read, refused: Refused | None = None) -> None:
        self._endpoint = endpoint
        self._count = count
        self._read = read
        self._refused = refused
        self.ended = False

    def feed(self, data: bytes) -> list[Event]:
        """Do nothing: what is no JSON by its own type is no answer."""
        self.ended = True
        return []

    def close(self) -> list[Event]:
        """Raise `ProviderGarbled`: a body that is JSON goes to `decode_json`."""
        raise self._garbled("something that is no answer")

    def decode_json(self, body: bytes) -> list[Event]:
        """Return the events of a whole body.

        Raises:
            UpstreamError: the body is an error, no vectors, or not as many as were asked for.
        """
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise self._garbled("broken JSON") from error
        fields = cast(Json, answer) if isinstance(answer, Mapping) else {}
        if fields.get("error"):
            raise error_in_stream(fields, self._endpoint)
        vectors, usage = self._read(fields)
        if len(vectors) != self._count:
            raise self._garbled(f"{len(vectors)} vectors for {self._count} inputs")
        events: list[Event] = [Started(self._endpoint.native_model)]
        events += [Embedding(self._numbers(vector), index) for index, vector in enumerate(vectors)]
        self.ended = True
        return [*events, Finished(FinishReason.STOP, usage=usage)]

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        """Return the error that an answer with another status than 200 means."""
        if self._refused is not None:
            return self._refused(status, headers, body)
        return error_from(status, headers, body, self._endpoint)

    def _numbers(self, vector: object) -> tuple[float, ...]:
        try:
            numbers = tuple(map(float, vector)) if isinstance(vector, list) else ()
        except (TypeError, ValueError) as error:
            raise self._garbled("a vector that is none") from error
        if not numbers:
            raise self._garbled("a vector that is none")
        return numbers

    def _garbled(self, what: str) -> ProviderGarbled:
        return ProviderGarbled(f"{self._endpoint.provider_name} sent {what}", details=upstream_details(self._endpoint, 200))
