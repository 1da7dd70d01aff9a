"""JSON from strangers."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.kit.strict_json import JsonInvalid, parse

values = st.recursive(st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(values)
def test_what_is_not_deep_is_read_as_it_is(value: object) -> None:
    assert parse(orjson.dumps(value)) == value


@pytest.mark.parametrize("depth", [1, 64])
def test_the_depth_allowed_is_exact(depth: int) -> None:
    parse("[" * depth + "]" * depth)
    parse(b'{"a":' * depth + b"1" + b"}" * depth)


@pytest.mark.parametrize("depth", [65, 1_500, 500_000])
def test_deeper_is_refused(depth: int) -> None:
    with pytest.raises(JsonInvalid):
        parse("[" * depth + "]" * depth)
    with pytest.raises(JsonInvalid):
        parse(b'{"a":' * depth + b"1" + b"}" * depth)


def test_brackets_in_texts_are_not_depth() -> None:
    assert parse(orjson.dumps("[" * 1_000)) == "[" * 1_000


def test_a_wide_value_is_not_deep() -> None:
    assert parse("[" + ",".join(["[]"] * 1_000) + "]") == [[]] * 1_000
