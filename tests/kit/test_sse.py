import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.yardstick import cost_us

from satchel.kit.sse import EventTooLarge, SseEvent, SseParser


def parsed(*pieces: bytes) -> list[SseEvent]:
    parser = SseParser()
    return [event for piece in pieces for event in parser.feed(piece)]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (b"data: a\n\n", [("message", b"a")]),
        (b"data:a\n\n", [("message", b"a")]),
        (b"data:  a\n\n", [("message", b" a")]),
        (b"data: a\ndata: b\n\n", [("message", b"a\nb")]),
        (b"data\n\n", [("message", b"")]),
        (b"event: error\ndata: {}\n\n", [("error", b"{}")]),
        (b"data: {}\nevent: error\n\n", [("error", b"{}")]),
        (b"event: lost\n\ndata: a\n\n", [("message", b"a")]),
        (b": comment\n\n:\n\ndata: a\n\n", [("message", b"a")]),
        (b"id: 7\nretry: 10\nother: x\ndata: a\n\n", [("message", b"a")]),
        (b"data: a\r\n\r\ndata: b\r\rdata: c\n\n", [("message", b"a"), ("message", b"b"), ("message", b"c")]),
        (b"\n\n\n\ndata: a\n\n\n\n\ndata: b\n\n", [("message", b"a"), ("message", b"b")]),
        (b"\xef\xbb\xbfdata: a\n\n", [("message", b"a")]),
        (b"data: \xef\xbb\xbfa\n\n", [("message", b"\xef\xbb\xbfa")]),
        (b"data: unfinished\n", []),
    ],
)
def test_c5_the_grammar_is_read_whole(text: bytes, events: list[tuple[str, bytes]]) -> None:
    assert parsed(text) == events
    assert parsed(*(bytes([byte]) for byte in text)) == events


LINES = st.sampled_from(
    [b"data: a", b"data:b", "data: é🙂".encode(), b"data: ", b"data", b"event: x", b": comment", b"id: 1", b"", b"", b"", b"\xef\xbb\xbf"]
)


@given(st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r\n", b"\r"])), max_size=20), st.data())
def test_c5_any_split_of_the_bytes_gives_the_same_events(lines: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    text = b"".join(line + end for line, end in lines)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)))))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert parsed(*pieces) == parsed(text)


def test_closing_gives_the_event_whose_last_blank_line_is_missing() -> None:
    parser = SseParser()
    assert parser.feed(b"data: a\n\ndata: b\n") == [("message", b"a")]
    assert parser.close() == [("message", b"b")]
    assert parser.close() == []


def test_an_event_without_end_is_refused() -> None:
    parser = SseParser(max_event_bytes=1000)
    with pytest.raises(EventTooLarge):
        for _ in range(20):
            parser.feed(b"x" * 100)


def test_an_event_costs_microseconds() -> None:
    line = b'data: {"choices":[{"index":0,"delta":{"content":"word"}}]}\n\n'
    parser = SseParser()
    assert cost_us(lambda: parser.feed(line * 100), times=5) / 100 < 10
