"""What the decoders of upstream answers have in common: one start, one end or one failure, and an end of input that ends nothing."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import cast

import orjson

from satchel.dialects.openai_chat_errors import error_from, error_in_stream, upstream_details
from satchel.dialects.upstream_words import quoted
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import ContentFiltered, ProviderGarbled, SatchelError, StreamBroken
from satchel.domain.events import Event, Finished, Started
from satchel.kit.sse import EventTooLarge

_DONE = b"[DONE]"


class UpstreamAnswer(ABC):
    """Decode one answer: feed bytes until the input ends or `ended` is true, then call `close` once.

    `mint` makes tool-call ids where the provider gave none. The events are the same however the bytes are cut. A dialect says how to
    cut bytes into JSON objects and what each of them means.
    """

    def __init__(self, endpoint: Endpoint, mint: Callable[[], str]) -> None:
        self._endpoint = endpoint
        self._mint = mint
        self._model = ""
        self._upstream_id: str | None = None
        self._started = False
        self._fed = False
        self._understood = False
        self._failure: SatchelError | None = None
        self.ended = False
        """True once nothing more need be read: the end was said, or an error."""

    def feed(self, data: bytes) -> list[Event]:
        """Return the events in `data`. Never raises: what is wrong comes out of `close`, after the events before it."""
        events: list[Event] = []
        self._fed = self._fed or bool(data)
        try:
            for kind, payload in self._cut(data):
                if self.ended:
                    break
                self._payload(kind, payload, events)
        except EventTooLarge as error:
            self._fail(self._garbled("an event without end"), error)
        return events

    def close(self) -> list[Event]:
        """Return the last events, `Finished` among them.

        Raises:
            UpstreamError: an error came inside the stream, or it ended without its end (`StreamBroken`), or made no sense.
        """
        events: list[Event] = []
        if not self.ended:
            for kind, payload in self._remainder():
                self._understood = True
                if _is_whole(payload):
                    self._payload(kind, payload, events)
        if self._failure is not None:
            raise self._failure
        if not self._complete():
            raise self._broken()
        self._finish(events)
        return events

    def decode_json(self, body: bytes) -> list[Event]:
        """Return the events of a whole JSON answer, the same as a stream of it would give. Use a fresh decoder for each body.

        Raises:
            UpstreamError: the body is an error or no answer at all.
        """
        events: list[Event] = []
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise self._garbled("broken JSON") from error
        for part in answer if isinstance(answer, list) else [answer]:
            if isinstance(part, Mapping) and self._failure is None:
                self._body(cast(Json, part), events)
        if self._failure is not None:
            raise self._failure
        if not self._complete():
            raise self._garbled("something that is no answer")
        self._finish(events)
        return events

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> SatchelError:
        """Return the error that an answer with another status than 200 means."""
        return error_from(status, headers, body, self._endpoint)

    @abstractmethod
    def _cut(self, data: bytes) -> Iterable[tuple[str, bytes]]:
        """Return the JSON texts that `data` completes, each with the name of its event. May raise `EventTooLarge`."""

    @abstractmethod
    def _remainder(self) -> Iterable[tuple[str, bytes]]:
        """Return the text that the end of input cut off before its end mark, if any."""

    @abstractmethod
    def _chunk(self, kind: str, chunk: Json, events: list[Event]) -> None:
        """Take one object of a stream."""

    @abstractmethod
    def _body(self, body: Json, events: list[Event]) -> None:
        """Take a whole answer."""

    @abstractmethod
    def _complete(self) -> bool:
        """Tell whether the end was said."""

    @abstractmethod
    def _end(self, events: list[Event]) -> Finished:
        """Return the end, after adding to `events` what was held back. May raise `ContentFiltered`."""

    def _payload(self, kind: str, payload: bytes, events: list[Event]) -> None:
        if payload == _DONE:
            self._understood = self.ended = True
            return
        try:
            chunk = orjson.loads(payload)
        except orjson.JSONDecodeError as error:
            self._fail(self._garbled("broken JSON"), error)
            return
        if isinstance(chunk, dict):
            self._understood = True
            self._chunk(kind, chunk, events)

    def _say(self, events: list[Event], event: Event) -> None:
        if not self._started:
            self._start(events)
        events.append(event)

    def _introduce(self, model: object, upstream_id: object) -> None:
        """Note the provider's own names for the model and the answer."""
        if isinstance(model, str) and model:
            self._model = model
        if isinstance(upstream_id, str) and upstream_id:
            self._upstream_id = upstream_id

    def _start(self, events: list[Event]) -> None:
        self._started = True
        events.append(Started(self._model or self._endpoint.native_model, self._upstream_id))

    def _finish(self, events: list[Event]) -> None:
        end = self._end(events)
        if not self._started:
            self._start(events)
        events.append(end)
        self.ended = True

    def _fail(self, error: SatchelError, cause: Exception | None = None) -> None:
        error.__cause__ = cause
        self._failure = error
        self.ended = True

    def _fail_with(self, chunk: Json) -> None:
        """Fail with the error that an object with status 200 holds."""
        self._fail(error_in_stream(chunk, self._endpoint))

    def _broken(self) -> SatchelError:
        if self._fed and not self._understood:
            return self._garbled("something that is no answer")
        return StreamBroken(f"{self._endpoint.provider_name} broke off its answer", details=upstream_details(self._endpoint, 200))

    def _garbled(self, what: str) -> ProviderGarbled:
        return ProviderGarbled(f"{self._endpoint.provider_name} sent {what}", details=upstream_details(self._endpoint, 200))

    def _filtered(self, words: str) -> ContentFiltered:
        said = quoted(words)
        return ContentFiltered(f"{self._endpoint.provider_name}: {said}", details=upstream_details(self._endpoint, 200, said))


def _is_whole(payload: bytes) -> bool:
    try:
        return payload == _DONE or isinstance(orjson.loads(payload), dict)
    except orjson.JSONDecodeError:
        return False
