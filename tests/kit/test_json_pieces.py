import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.kit.json_pieces import JsonLines, JsonPieces
from satchel.kit.sse import EventTooLarge

VALUES = st.dictionaries(
    st.text(max_size=4), st.recursive(st.text('{}[]"\\ä', max_size=6) | st.integers(0, 9), lambda inner: st.lists(inner, max_size=2))
)


def cut(body: bytes, places: set[int]) -> list[bytes]:
    cuts = sorted(places)
    return [body[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(body)], strict=True)]


@given(st.lists(VALUES, max_size=4), st.data())
def test_an_array_comes_apart_into_its_objects_however_it_is_cut(values: list[dict[str, object]], data: st.DataObject) -> None:
    body = b"[" + b"\n,\r\n".join(orjson.dumps(value, option=orjson.OPT_INDENT_2) for value in values) + b"]"
    subject = JsonPieces()
    found = [piece for part in cut(body, data.draw(st.sets(st.integers(0, len(body)), max_size=8))) for piece in subject.feed(part)]
    assert [orjson.loads(piece) for piece in found] == values
    assert subject.close() == []


@given(st.lists(VALUES, max_size=4), st.data())
def test_lines_come_apart_however_they_are_cut(values: list[dict[str, object]], data: st.DataObject) -> None:
    body = b"\n".join(orjson.dumps(value) for value in values)
    subject = JsonLines()
    found = [line for part in cut(body, data.draw(st.sets(st.integers(0, len(body)), max_size=8))) for line in subject.feed(part)]
    assert [orjson.loads(line) for line in found + subject.close()] == values


def test_what_is_cut_off_comes_out_at_the_end() -> None:
    pieces, lines = JsonPieces(), JsonLines()
    assert (pieces.feed(b'}[{"a":1},{"b'), pieces.close()) == ([b'{"a":1}'], [b'{"b'])
    assert (lines.feed(b'{"a":1}\n\n \n{"b'), lines.close(), lines.close()) == ([b'{"a":1}'], [b'{"b'], [])


@pytest.mark.parametrize("subject", [JsonPieces(8), JsonLines(8)])
def test_what_never_ends_is_refused(subject: JsonPieces | JsonLines) -> None:
    subject.feed(b'{"a":1')
    with pytest.raises(EventTooLarge):
        subject.feed(b"234567")
