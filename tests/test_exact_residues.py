"""Rows modulo a prime: what they exclude is excluded, and nearly all that may be is."""

from __future__ import annotations

from random import Random

import pytest
from flint import fmpq, fmpq_mat

from exactrev.exact.linear import LinearSystem
from exactrev.exact.residues import Residues

PRIME = (1 << 61) - 1


def number(random: Random) -> fmpq:
    return fmpq(random.randint(-9, 9), random.choice((1, 1, 2, 3, 10, 2**80)))


def row(random: Random, width: int) -> list[fmpq]:
    return [number(random) for _ in range(width)]


def independent(random: Random, count: int, width: int) -> list[list[fmpq]]:
    rows: list[list[fmpq]] = []
    while len(rows) < count:
        more = [*rows, row(random, width)]
        if fmpq_mat(more).rank() == len(more):
            rows = more
    return rows


@pytest.mark.parametrize("seed", range(20))
def test_combinations_are_never_excluded_and_others_are(seed: int) -> None:
    random = Random(seed)
    width = random.randint(2, 9)
    rows = independent(random, random.randint(1, width), width)
    span = Residues(width)
    for each in rows:
        span.add(each)
    for _ in range(10):
        factors = row(random, len(rows))
        combination = (fmpq_mat([factors]) * fmpq_mat(rows)).entries()
        assert not span.excludes(combination)
        other = row(random, width)
        assert span.excludes(other) == (fmpq_mat([*rows, other]).rank() > len(rows))


def test_nothing_is_excluded_where_the_prime_divides_a_denominator() -> None:
    span = Residues(2)
    span.add([fmpq(1), fmpq(1, 2)])
    assert span.excludes([fmpq(1), fmpq(1)])
    assert not span.excludes([fmpq(1, PRIME), fmpq(1)])
    span.add([fmpq(1), fmpq(1, PRIME)])
    assert not span.excludes([fmpq(1), fmpq(1)])


def test_nothing_is_excluded_after_rows_that_depend_on_each_other_modulo_the_prime() -> None:
    span = Residues(2)
    span.add([fmpq(1), fmpq(1)])
    span.add([fmpq(1), fmpq(PRIME + 1)])
    # the two span everything, but modulo the prime only the multiples of (1, 1)
    assert not span.excludes([fmpq(1), fmpq(2)])


@pytest.mark.parametrize("seed", range(3))
def test_a_large_system_tells_what_a_small_one_would(seed: int) -> None:
    """Above a number of equations the residues are looked at first: the answers stay the same."""
    random = Random(seed)
    width = 24
    truth = row(random, width)
    system = LinearSystem(width)
    rows = independent(random, 22, width)
    for count, each in enumerate(rows, 1):
        value = sum((a * b for a, b in zip(each, truth, strict=True)), fmpq(0))
        assert system.add(each, value)
        other = row(random, width)
        assert system.value(each) == value
        told = fmpq_mat([*rows[:count], other]).rank() == count
        assert (system.value(other) is not None) == told
    assert not system.add(rows[0], 10**9)
