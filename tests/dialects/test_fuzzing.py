"""The short run of the fuzzer; the long one is `python -m tests.dialects.fuzzing`."""

import random

import pytest

from .fuzzing import SYNTHETIC, feed, mutated, run, seeds


def test_mutated_answers_raise_nothing_but_our_errors() -> None:
    fed, _ = run(chunks=20_000, seconds=5.0)
    assert fed > 100


@pytest.mark.parametrize("position", range(len(SYNTHETIC)))
def test_a_body_that_is_not_mutated_is_understood(position: int) -> None:
    kind, body = SYNTHETIC[position]
    assert feed(kind, body, random.Random(0)) > 0
    assert (kind, body) in seeds()


def test_mutation_changes_a_body_and_the_same_seed_changes_it_alike() -> None:
    body = b"data: {}\n\n" * 20
    changed = [mutated(body, random.Random(seed)) for seed in range(50)]
    assert len(set(changed)) > 25
    assert changed == [mutated(body, random.Random(seed)) for seed in range(50)]
