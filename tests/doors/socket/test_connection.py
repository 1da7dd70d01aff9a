"""The socket's rules, without a socket."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.doors.socket.connection import Action, Connection, Hangup, Resume, Say, SignIn, Start, Stop, Target

HELLO = {"type": "hello", "token": "sat_x", "client": {"name": "test", "version": "1"}}


def said(connection: Connection, frame: object, now_s: float = 0.0) -> Action:
    return connection.receive(orjson.dumps(frame).decode(), now_s)


@pytest.fixture
def greeted() -> Connection:
    connection = Connection()
    said(connection, HELLO)
    return connection


def test_hello_comes_first_and_hands_over_the_token() -> None:
    assert said(Connection(), HELLO) == SignIn("sat_x", "test 1")


def test_a_hello_that_is_too_large_is_not_read() -> None:
    assert said(Connection(), {"type": "hello", "token": "x" * 70_000}) == Hangup(4400, "hello may have 65536 characters at the most")


@pytest.mark.parametrize("frame", [{"type": "ping"}, {"type": "generate", "id": "1", "request": {}}, {"token": "sat_x"}, {}])
def test_anything_else_first_is_a_protocol_fault(frame: object) -> None:
    action = said(Connection(), frame)
    assert isinstance(action, Hangup)
    assert action.code == 4400


@pytest.mark.parametrize(
    "message",
    ["", "nonsense", "[]", '"text"', "null", '{"type":"hello"', '{"type":"hello"}', '{"type":"hello","token":7}', b'{"type":"hello"}'],
)
def test_what_is_no_frame_is_a_protocol_fault(message: str | bytes) -> None:
    action = Connection().receive(message, 0.0)
    assert isinstance(action, Hangup)
    assert action.code == 4400


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "hello", "token": "again"},
        {"type": "dance"},
        {"type": 7},
        {"type": "generate", "id": "", "request": {}},
        {"type": "generate", "id": "x" * 65, "request": {}},
        {"type": "generate", "id": "1", "request": []},
        {"type": "generate", "id": "1"},
        {"type": "generate", "id": "1", "request": {}, "origin": 7},
        {"type": "generate", "id": "1", "request": {}, "kind": "poem"},
        {"type": "cancel"},
        {"type": "cancel", "generation": 7},
        {"type": "attach", "generation": "gen_1"},
        {"type": "attach", "generation": "gen_1", "after": -1},
        {"type": "attach", "generation": "gen_1", "after": True},
        {"type": "attach", "generation": "gen_1", "after": 1.5},
        {"type": "ping", "nonce": 7},
    ],
)
def test_frames_of_the_wrong_shape_are_protocol_faults(greeted: Connection, frame: object) -> None:
    action = said(greeted, frame)
    assert isinstance(action, Hangup)
    assert action.code == 4400


def test_each_frame_becomes_its_action(greeted: Connection) -> None:
    request = {"messages": []}
    generate = {"type": "generate", "id": "1", "origin": "https://a.example", "embedder": None, "request": request, "unknown": 1}
    assert said(greeted, generate) == Start("1", request, "https://a.example", None)
    assert said(greeted, {**generate, "kind": "embeddings"}) == Start("1", request, "https://a.example", None, "embeddings")
    assert said(greeted, {"type": "cancel", "generation": "gen_1"}) == Stop(Target("gen_1", None))
    assert said(greeted, {"type": "cancel", "id": "1"}) == Stop(Target(None, "1"))
    assert said(greeted, {"type": "attach", "id": "1", "after": 17}) == Resume(Target(None, "1"), 17)
    assert said(greeted, {"type": "ping", "nonce": "7"}) == Say('{"type":"pong","nonce":"7"}')


def test_more_than_twenty_frames_a_second_close_the_connection_after_a_burst() -> None:
    connection = Connection()
    said(connection, HELLO)
    replies = [said(connection, {"type": "ping"}) for _ in range(119)]
    assert all(isinstance(reply, Say) for reply in replies)
    assert said(connection, {"type": "ping"}) == Hangup(4429, "more than 20 frames a second")


def test_a_steady_pace_is_never_too_much(greeted: Connection) -> None:
    assert all(isinstance(said(greeted, {"type": "ping"}, now_s=i / 20), Say) for i in range(1_000))


def test_json_that_nests_too_deeply_is_refused_whatever_its_size(greeted: Connection) -> None:
    for depth in (65, 900, 100_000):
        action = Connection().receive("[" * depth + "]" * depth, 0.0)
        assert isinstance(action, Hangup)
        assert action.code == 4400


@given(st.text() | st.binary())
def test_no_message_breaks_the_rules(message: str | bytes) -> None:
    connection = Connection()
    assert isinstance(connection.receive(message, 0.0), Hangup | SignIn)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
frames = st.fixed_dictionaries(
    {"type": st.sampled_from(["generate", "cancel", "attach", "ping", "hello", "?"])},
    optional=dict.fromkeys(("id", "generation", "after", "nonce", "request", "origin", "embedder", "token"), json_values),
)


@given(frames)
def test_no_frame_breaks_the_rules(frame: dict[str, object]) -> None:
    connection = Connection()
    said(connection, HELLO)
    assert isinstance(said(connection, frame), Start | Stop | Resume | Say | Hangup)
