"""Ids: prefixed, fair, never twice, and in order where that is asked for."""

import re
from datetime import UTC, datetime, timedelta

from satchel.kit.ids import Ids

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def counting() -> Ids:
    """Return ids whose randomness only counts."""
    calls = iter(range(1, 1_000_000))
    return Ids(lambda size_bytes: bytes(next(calls) % 256 for _ in range(size_bytes)))


def test_an_id_is_its_prefix_and_nineteen_characters_and_never_comes_twice() -> None:
    ids = Ids()
    made = [ids.new("key") for _ in range(5_000)] + [ids.in_order("key", NOW) for _ in range(5_000)]
    assert all(re.fullmatch(r"key_[0-9A-Za-z]{19}", one) for one in made)
    assert len(set(made)) == 10_000


def test_the_same_randomness_makes_the_same_ids() -> None:
    first, second = counting(), counting()
    assert [first.new("a") for _ in range(200)] == [second.new("a") for _ in range(200)]


def test_every_character_is_as_likely_as_the_others() -> None:
    ids = Ids(lambda size_bytes: bytes(number % 256 for number in range(size_bytes)))
    digits = "".join(ids.new("a")[2:] for _ in range(62 * 16))
    counts = {digit: digits.count(digit) for digit in set(digits)}
    assert len(counts) == 62
    assert max(counts.values()) - min(counts.values()) <= 2


def test_ids_in_order_sort_by_their_moment_to_the_millisecond_and_for_decades() -> None:
    ids = Ids()
    moments = [NOW + timedelta(milliseconds=step) for step in range(500)] + [NOW + timedelta(days=365 * years) for years in (1, 9, 50)]
    made = [ids.in_order("gen", moment) for moment in moments]
    assert made == sorted(made)
    assert {len(one) for one in made} == {len(ids.new("gen"))}
