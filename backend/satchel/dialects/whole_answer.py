"""Answers of upstream that mean nothing before their end: one JSON body each."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import cast

import orjson

from satchel.dialects.openai_chat_errors import error_from, error_in_stream, upstream_details
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import ProviderGarbled, SatchelError
from satchel.domain.events import Event

Refused = Callable[[int, Mapping[str, str], bytes], SatchelError]


class WholeAnswer(ABC):
    """Decode one body; see `transport.AnswerDecoder`. `refused` is how the dialect tells errors, where it has words of its own."""

    def __init__(self, endpoint: Endpoint, refused: Refused | None = None) -> None:
        self._endpoint = endpoint
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
            UpstreamError: the body is an error, or not what was asked for.
        """
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise self._garbled("broken JSON") from error
        fields = cast(Json, answer) if isinstance(answer, Mapping) else {}
        if fields.get("error"):
            raise error_in_stream(fields, self._endpoint)
        events = self._events(fields)
        self.ended = True
        return events

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        """Return the error that an answer with another status than 200 means."""
        if self._refused is not None:
            return self._refused(status, headers, body)
        return error_from(status, headers, body, self._endpoint)

    @abstractmethod
    def _events(self, answer: Json) -> list[Event]:
        """Return what the body says, from `Started` to `Finished`."""

    def _garbled(self, what: str) -> ProviderGarbled:
        return ProviderGarbled(f"{self._endpoint.provider_name} sent {what}", details=upstream_details(self._endpoint, 200))
