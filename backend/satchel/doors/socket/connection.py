"""The socket's rules without a socket: a message in, one action out. No I/O, no clock, no tasks; `pump.py` does what it says.

The rules are `docs/reference/socket-protocol.md`. What a frame *asks for* (a model, a generation) is not judged here, only its shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from satchel.doors.socket.encoding import pong
from satchel.kit.strict_json import JsonInvalid, parse

FAULT = 4400
UNAUTHENTICATED = 4401
TOO_SLOW_TO_SAY_HELLO = 4408
TOO_MUCH = 4429
RESTARTING = 1012
MAX_MESSAGE_BYTES = 10 * 1024 * 1024
MAX_HELLO_CHARACTERS = 65_536
MAX_ID_CHARACTERS = 64
KINDS = ("chat", "embeddings", "images", "speech", "transcriptions")

_FRAMES_PER_S = 20.0
_FRAMES_BURST = 120.0  # a hello, and all that an extension's connection carries taken up again and stopped


@dataclass(frozen=True, slots=True)
class SignIn:
    """Check this token, then welcome or hang up."""

    token: str
    program: str | None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Which generation a frame means: by its id, or by the client's own."""

    generation: str | None
    id: str | None

    @property
    def name(self) -> str:
        """Return the id that the client used."""
        return self.generation or self.id or ""


@dataclass(frozen=True, slots=True)
class Start:
    """Start a generation, or attach to the one that this client id started before."""

    id: str
    body: Mapping[str, object]
    origin: str | None
    embedder: str | None
    kind: str = "chat"


@dataclass(frozen=True, slots=True)
class Stop:
    """Cancel a generation."""

    target: Target


@dataclass(frozen=True, slots=True)
class Resume:
    """Send a generation's frames above `after`, then live ones."""

    target: Target
    after: int


@dataclass(frozen=True, slots=True)
class Say:
    """Send this frame."""

    frame: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """Close the connection."""

    code: int
    reason: str


Action = SignIn | Start | Stop | Resume | Say | Hangup


class _Fault(Exception):
    """The client broke the protocol; the message becomes the close reason."""


class Connection:
    """One connection's state: whether it said hello, and how fast it talks."""

    def __init__(self) -> None:
        self._has_said_hello = False
        self._allowance = _FRAMES_BURST
        self._heard_at_s: float | None = None

    def receive(self, message: str | bytes, now_s: float) -> Action:
        """Return what to do about a message. `now_s` never runs backwards.

        After a `Hangup` nothing more may be received.
        """
        if not self._may_talk(now_s):
            return Hangup(TOO_MUCH, f"more than {_FRAMES_PER_S:.0f} frames a second")
        if isinstance(message, bytes):
            return Hangup(FAULT, "frames are text messages, not binary ones")
        if not self._has_said_hello and len(message) > MAX_HELLO_CHARACTERS:
            return Hangup(FAULT, f"hello may have {MAX_HELLO_CHARACTERS} characters at the most")
        try:
            return self._action(_record(parse(message), "a frame"))
        except (JsonInvalid, _Fault) as fault:
            return Hangup(FAULT, str(fault))

    def _may_talk(self, now_s: float) -> bool:
        if self._heard_at_s is not None:
            self._allowance = min(_FRAMES_BURST, self._allowance + (now_s - self._heard_at_s) * _FRAMES_PER_S)
        self._heard_at_s = now_s
        self._allowance -= 1
        return self._allowance >= 0

    def _action(self, frame: Mapping[str, object]) -> Action:
        kind = frame.get("type")
        if not self._has_said_hello:
            if kind != "hello":
                raise _Fault("the first frame must be hello")
            self._has_said_hello = True
            return SignIn(_text(frame, "token"), _program(frame.get("client")), _text_or_none(frame, "proof"))
        match kind:
            case "generate":
                body = _record(frame.get("request"), "request")
                origin, embedder = _text_or_none(frame, "origin"), _text_or_none(frame, "embedder")
                return Start(_id(frame, "id"), body, origin, embedder, _kind(frame))
            case "cancel":
                return Stop(_target(frame))
            case "attach":
                return Resume(_target(frame), _count(frame, "after"))
            case "ping":
                return Say(pong(_text_or_none(frame, "nonce")))
            case "hello":
                raise _Fault("hello was said already")
            case _:
                raise _Fault(f"there is no frame type {str(kind)[:40]!r}")


def _record(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _Fault(f"{name} must be a JSON object")
    return value


def _text(frame: Mapping[str, object], name: str) -> str:
    value = frame.get(name)
    if not isinstance(value, str):
        raise _Fault(f"{name} must be a text")
    return value


def _text_or_none(frame: Mapping[str, object], name: str) -> str | None:
    return None if frame.get(name) is None else _text(frame, name)


def _id(frame: Mapping[str, object], name: str) -> str:
    value = _text(frame, name)
    if not 1 <= len(value) <= MAX_ID_CHARACTERS:
        raise _Fault(f"{name} must have 1 to {MAX_ID_CHARACTERS} characters")
    return value


def _kind(frame: Mapping[str, object]) -> str:
    kind = _text_or_none(frame, "kind") or "chat"
    if kind not in KINDS:
        raise _Fault(f"kind must be one of {', '.join(KINDS)}")
    return kind


def _count(frame: Mapping[str, object], name: str) -> int:
    value = frame.get(name)
    if type(value) is not int or value < 0:
        raise _Fault(f"{name} must be a whole number from 0 on")
    return value


def _target(frame: Mapping[str, object]) -> Target:
    generation = _id(frame, "generation") if frame.get("generation") is not None else None
    own = _id(frame, "id") if frame.get("id") is not None else None
    if generation is None and own is None:
        raise _Fault("generation or id must name the generation")
    return Target(generation, own)


def _program(client: object) -> str | None:
    if not isinstance(client, dict):
        return None
    words = (client.get("name"), client.get("version"))
    return " ".join(word[:40] for word in words if isinstance(word, str)) or None
