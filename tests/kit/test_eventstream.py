import random
import struct
from zlib import crc32

import pytest

from satchel.kit.eventstream import MAX_FRAME_BYTES, Frame, FrameParser


def frame(headers: bytes, payload: bytes) -> bytes:
    head = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    body = head + struct.pack(">I", crc32(head)) + headers + payload
    return body + struct.pack(">I", crc32(body))


def header(name: str, value: bytes, kind: int = 7) -> bytes:
    counted = struct.pack(">H", len(value)) if kind in (6, 7) else b""
    return bytes([len(name)]) + name.encode() + bytes([kind]) + counted + value


EVENT = header(":message-type", b"event")
STREAM = frame(EVENT + header(":event-type", b"a"), "née".encode()) + frame(b"", b"") + frame(EVENT, b"x" * 300)
FRAMES = [
    Frame({":message-type": "event", ":event-type": "a"}, "née".encode()),
    Frame({}, b""),
    Frame({":message-type": "event"}, b"x" * 300),
]


def test_any_split_gives_the_same_frames() -> None:
    assert FrameParser().feed(STREAM) == FRAMES
    subject = FrameParser()
    assert [found for at in range(len(STREAM)) for found in subject.feed(STREAM[at : at + 1])] == FRAMES
    assert not subject.pending
    for seed in range(50):
        places = sorted(random.Random(seed).sample(range(1, len(STREAM)), 9))
        subject = FrameParser()
        pieces = [STREAM[start:end] for start, end in zip([0, *places], [*places, len(STREAM)], strict=True)]
        assert [found for piece in pieces for found in subject.feed(piece)] == FRAMES, seed


def test_a_frame_that_has_begun_is_pending() -> None:
    subject = FrameParser()
    assert subject.feed(STREAM[:-1]) == FRAMES[:2]
    assert subject.pending
    assert subject.fault is None


@pytest.mark.parametrize("kind", [0, 1, 2, 3, 4, 5, 6, 8, 9])
def test_headers_that_are_no_texts_are_passed_over(kind: int) -> None:
    size = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 6: 5, 8: 8, 9: 16}[kind]
    data = frame(header("n", bytes(size), kind) + EVENT, b"p")
    assert FrameParser().feed(data) == [Frame({":message-type": "event"}, b"p")]


@pytest.mark.parametrize("at", [0, 5, 9, 14, 30, -2])
def test_a_changed_byte_is_a_fault_after_the_frames_before_it(at: int) -> None:
    second = bytearray(frame(EVENT, b"payload"))
    second[at] ^= 1
    data = frame(EVENT, b"good") + bytes(second) + frame(EVENT, b"never seen")
    for pieces in ([data], [data[place : place + 1] for place in range(len(data))]):
        subject = FrameParser()
        found = [each.payload for piece in pieces for each in subject.feed(piece)]
        assert found == [b"good"]
        assert subject.fault
        assert subject.feed(STREAM) == []


@pytest.mark.parametrize(
    "headers",
    [b"\x05ab", b"\x01n\x07\x00\x09ab", b"\x01n\x63", b"\x01n\x05ab", b"\x01n\x07\x00"],
    ids=["a name past the end", "a value past the end", "an unknown type", "a number past the end", "half a length"],
)
def test_headers_that_make_no_sense_are_a_fault(headers: bytes) -> None:
    subject = FrameParser()
    assert subject.feed(frame(headers, b"")) == []
    assert subject.fault == "the headers of a frame make no sense"


@pytest.mark.parametrize(("total", "headers"), [(15, 0), (16, 1), (MAX_FRAME_BYTES + 1, 0), (2**32 - 1, 0)])
def test_lengths_that_make_no_sense_are_a_fault_at_once(total: int, headers: int) -> None:
    head = struct.pack(">II", total, headers)
    subject = FrameParser()
    assert subject.feed(head + struct.pack(">I", crc32(head))) == []
    assert subject.fault == "a frame's lengths make no sense"
