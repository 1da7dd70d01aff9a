"""Replay of recorded answers through a decoder, and what came out of it, picked by name."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import pytest

from satchel.domain.catalog import Endpoint
from satchel.domain.errors import SatchelError
from satchel.domain.events import Event, Finished, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.transport import AnswerDecoder

from .cases import FOLDER, MISSING, Case, splits


class DecoderType(Protocol):
    """A dialect's decoder class."""

    def __call__(self, endpoint: Endpoint, mint: Callable[[], str]) -> AnswerDecoder: ...


def cases_of(*surfaces: str) -> list[Case]:
    """Return the recorded cases of some surfaces; none where the folder is absent."""
    found = (path for surface in surfaces for path in sorted((FOLDER / surface).glob("*.json")))
    return [Case(f"{path.parent.name}/{path.stem}", path.parent.name, json.loads(path.read_text("utf-8"))) for path in found]


def each(cases: list[Case]) -> pytest.MarkDecorator:
    """Run a test once a case, or say that there are none."""
    marks = [pytest.param(case, id=case.id) for case in cases]
    return pytest.mark.parametrize("case", marks or [pytest.param(None, marks=pytest.mark.skip(reason=MISSING))])


def endpoint(**changes: Any) -> Endpoint:
    fields: dict[str, Any] = {"id": "x:m", "model_id": "x:m", "provider": "x", "native_model": "m", "base_url": "https://x.example"}
    return Endpoint(**{**fields, "name": "M", "provider_name": "X", "key_id": "key_1", **changes})


def decode(kind: DecoderType, case: Case, pieces: list[bytes] | None = None) -> tuple[list[Event], SatchelError | None]:
    """Return the events, neighbouring deltas of one part joined, and the error at the end. A body that is no stream is decoded whole."""
    numbers = itertools.count(1)
    decoder = kind(endpoint(), lambda: f"minted_{next(numbers)}")
    events: list[Event] = []
    try:
        if not case.is_stream:
            return joined(decoder.decode_json(case.body)), None
        for piece in [case.body] if pieces is None else pieces:
            events += decoder.feed(piece)
        events += decoder.close()
    except SatchelError as error:
        return joined(events), error
    return joined(events), None


def joined(events: list[Event]) -> list[Event]:
    """Join neighbouring deltas of one part."""
    result: list[Event] = []
    for event in events:
        match (result[-1] if result else None, event):
            case (TextDelta() as last, TextDelta()) if last.index == event.index:
                result[-1] = replace(last, text=last.text + event.text)
            case (ReasoningDelta() as last, ReasoningDelta()) if last.index == event.index:
                result[-1] = replace(last, text=last.text + event.text, details=last.details + event.details)
            case (ToolCallDelta() as last, ToolCallDelta()) if (last.index, last.call) == (event.index, event.call):
                result[-1] = replace(last, arguments=last.arguments + event.arguments)
            case _:
                result.append(event)
    return result


@dataclass
class Told:
    """What an answer says: from events, or from a second and simpler reading of the body."""

    text: str = ""
    reasoning: str = ""
    opaque: list[Any] = field(default_factory=list)
    calls: list[list[Any]] = field(default_factory=list)
    """Each tool call: the id that was given, or None; the name; the arguments, read."""


def told_by(events: list[Event]) -> Told:
    """Return what events say, after checking that they come in order: one start, one end, every call with an id of its own."""
    assert isinstance(events[0], Started)
    assert [event for event in events if isinstance(event, Finished)] == events[-1:]
    told, calls = Told(), dict[int, ToolCallDelta]()
    for event in events:
        match event:
            case TextDelta(text=text):
                told.text += text
            case ReasoningDelta(text=text, details=details):
                told.reasoning += text
                told.opaque += [detail["data"] for detail in details]
            case ToolCallDelta(call=call):
                so_far = calls.get(call)
                calls[call] = replace(so_far, arguments=so_far.arguments + event.arguments) if so_far else event
    ids = [call.id for call in calls.values()]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    told.calls = [[_given(call.id), call.name, json.loads(call.arguments)] for call in calls.values()]
    return told


def _given(call_id: str | None) -> str | None:
    return None if call_id is None or call_id.startswith("minted_") else call_id


def end_of(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def check_every_split(kind: DecoderType, case: Case) -> None:
    """Check that a stream gives the same events however it is cut."""
    events, error = decode(kind, case)
    for name, pieces in splits(case):
        assert b"".join(pieces) == case.body
        again, other = decode(kind, case, pieces)
        assert again == events, name
        assert (type(other), str(other)) == (type(error), str(error)), name
