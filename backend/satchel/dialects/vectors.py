"""Answers that hold vectors, whatever the dialect: as many vectors as there were inputs, and how much was read."""

from collections.abc import Callable, Sequence

from satchel.dialects.whole_answer import Refused, WholeAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.events import Embedding, Event, Finished, FinishReason, Started
from satchel.domain.usage import Usage

_LARGEST = 3.4028234e38
"""What a 32-bit float holds: callers may want such."""

Read = Callable[[Json], tuple[Sequence[object], Usage | None]]
"""Return the vectors of a body in the order of the inputs, and its usage where it says one."""


class VectorDecoder(WholeAnswer):
    """Decode one answer of `count` vectors. `read` knows the dialect's body."""

    def __init__(self, endpoint: Endpoint, count: int, read: Read, refused: Refused | None = None) -> None:
        super().__init__(endpoint, refused)
        self._count = count
        self._read = read

    def _events(self, answer: Json) -> list[Event]:
        vectors, usage = self._read(answer)
        if len(vectors) != self._count:
            raise self._garbled(f"{len(vectors)} vectors for {self._count} inputs")
        events: list[Event] = [Started(self._endpoint.native_model)]
        events += [Embedding(self._numbers(vector), index) for index, vector in enumerate(vectors)]
        return [*events, Finished(FinishReason.STOP, usage=usage)]

    def _numbers(self, vector: object) -> tuple[float, ...]:
        try:
            numbers = tuple(map(float, vector)) if isinstance(vector, list) else ()
        except (TypeError, ValueError, OverflowError) as error:
            raise self._garbled("a vector that is none") from error
        if not numbers or not max(map(abs, numbers)) <= _LARGEST:
            raise self._garbled("a vector that is none")
        return numbers
