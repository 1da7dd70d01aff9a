"""Server frames say what the schema says."""

import types
from typing import Any, Literal, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.domain.accounts import Account, Principal
from satchel.domain.errors import ProviderUnavailable
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.tokens import SCOPES
from satchel.domain.usage import Cost, Usage
from satchel.doors.socket import frames as schema
from satchel.doors.socket.encoding import GenerationFrames, draining, pong, push, refused, welcome
from satchel.kit.clock import SystemClock

FRAMES = GenerationFrames("gen_1")
SERVER = {get_args(get_type_hints(kind)["type"])[0]: kind for kind in get_args(schema.ServerFrame)}


def check(frame: str | None) -> dict[str, Any]:
    """Hold a frame against the type of its name; return it."""
    assert frame is not None
    value = orjson.loads(frame)
    conform(value, SERVER[value["type"]], value["type"])
    assert isinstance(value, dict)
    return value


def conform(value: object, hint: Any, at: str) -> None:
    if is_typeddict(hint):
        assert isinstance(value, dict), at
        fields = get_type_hints(hint, include_extras=True)
        assert value.keys() <= fields.keys(), at
        for name, field in fields.items():
            if get_origin(field) is NotRequired:
                if name in value:
                    conform(value[name], get_args(field)[0], f"{at}.{name}")
            else:
                assert name in value, f"{at}.{name}"
                conform(value[name], field, f"{at}.{name}")
    elif get_origin(hint) is Literal:
        assert value in get_args(hint), at
    elif get_origin(hint) is types.UnionType:
        assert any(fits(value, part, at) for part in get_args(hint)), at
    elif hint is float:
        assert isinstance(value, float | int), at
    elif get_origin(hint) is dict:
        assert isinstance(value, dict), at
    else:
        assert isinstance(value, hint), at


def fits(value: object, hint: Any, at: str) -> bool:
    try:
        conform(value, hint, at)
    except AssertionError:
        return False
    return True


USAGE = Usage(12, 40, estimated=True)
EVENTS: list[Event] = [
    TextDelta("Hel"),
    ReasoningDelta("hm"),
    ToolCallDelta(0, '{"a"', id="call_1", name="f"),
    ToolCallDelta(0, ":1}"),
    Finished(FinishReason.CANCELLED, "cancelled", USAGE, Cost(7, known=False), "author/slug", "acme"),
    Finished(FinishReason.STOP),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_conforms_to_its_frame(event: Event) -> None:
    frame = check(FRAMES.event(3, event))
    assert frame["seq"] == 3
    assert frame["generation"] == "gen_1"


def test_started_events_have_no_frame_of_their_own() -> None:
    assert FRAMES.event(0, Started("native")) is None


def test_all_other_frames_conform_too() -> None:
    account = Account("acct_1", "me@here.example", SystemClock().now())
    error = ProviderUnavailable("acme: away", details={"provider": "acme"})
    for who in (Principal("acct_1", "tok_1", SCOPES), Principal("acct_1", "tok_1", SCOPES, origin="https://a.example")):
        check(welcome("0.1.0", account, "a/b", {"message_bytes": 1, "generations": 2, "resume_s": 3}, to=who))
    check(FRAMES.started(None, "a/b"))
    check(FRAMES.failed(error, client_id="1", seq=3, usage=USAGE, cost=Cost(1)))
    assert check(refused(error, "mine", None)).keys() == {"type", "id", "error", "usage", "cost"}
    assert check(refused(error, None, "gen_1"))["generation"] == "gen_1"
    check(push("model_changed", {"model": "a/b"}))
    check(draining(5.0))
    check(pong(None))


@given(st.text(alphabet=st.characters(codec=None)), st.integers(1, 2**40))
def test_any_text_arrives_as_it_was_but_for_lone_surrogates(text: str, seq: int) -> None:
    frame = check(FRAMES.event(seq, TextDelta(text)))
    assert frame["text"] == text.encode("utf-8", "replace").decode()
    assert frame["seq"] == seq
