"""0/1 solutions of linear systems, against trying all bits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.exact.lattice import binary_solution
from tests.recovery.reference import rank, rational

Equation = tuple[list[Fraction], Fraction]


def solve(equations: Sequence[Equation], unknowns: int) -> tuple[int, ...] | None:
    return binary_solution(
        [([*map(rational, a)], rational(b)) for a, b in equations], unknowns
    )


def satisfies(equations: Sequence[Equation], bits: Sequence[int]) -> bool:
    return all(sum((a * x for a, x in zip(row, bits, strict=True)), Fraction(0)) == value
               for row, value in equations)


def brute(equations: Sequence[Equation], unknowns: int) -> set[tuple[int, ...]]:
    return {bits for bits in product((0, 1), repeat=unknowns) if satisfies(equations, bits)}


def planted(
    random: Random, unknowns: int, count: int, entry: str
) -> tuple[list[Equation], tuple[int, ...]]:
    """Random equations that some bits satisfy, and these bits."""
    bits = tuple(random.randint(0, 1) for _ in range(unknowns))

    def number() -> Fraction:
        if entry == "float":
            return Fraction(random.gauss(0, 1))
        if entry == "small":
            return Fraction(random.randint(-3, 3))
        return Fraction(random.randint(-(10**9), 10**9), random.randint(1, 10**9))

    equations = []
    for _ in range(count):
        row = [number() for _ in range(unknowns)]
        equations.append((row, sum((a * x for a, x in zip(row, bits, strict=True)), Fraction(0))))
    return equations, bits


@pytest.mark.parametrize("entry", ["float", "rational"])
@pytest.mark.parametrize("unknowns", range(1, 12))
def test_one_long_equation_suffices(unknowns: int, entry: str) -> None:
    """Numbers of 50 bits and more tell 2^11 choices apart: the planted one is the only one."""
    random = Random(f"{unknowns} {entry}")
    for _ in range(6):
        equations, bits = planted(random, unknowns, 1, entry)
        assert brute(equations, unknowns) == {bits}
        assert solve(equations, unknowns) == bits


@pytest.mark.parametrize("unknowns", (15, 25, 30))
def test_more_unknowns_with_more_equations(unknowns: int) -> None:
    random = Random(unknowns)
    for count in (4, 8, unknowns):
        equations, bits = planted(random, unknowns, count, "float")
        assert solve(equations, unknowns) == bits


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 7), st.integers(0, 9), st.randoms(use_true_random=False), st.data())
def test_an_answer_is_a_solution_and_full_rank_none_is_a_proof(
    unknowns: int, count: int, random: Random, data: st.DataObject
) -> None:
    """Equations of all kinds: short numbers with many solutions, spoilt ones with none."""
    entry = data.draw(st.sampled_from(["small", "float", "rational"]))
    equations, _ = planted(random, unknowns, count, entry)
    if equations and data.draw(st.booleans()):
        row, value = equations[-1]
        equations[-1] = (row, value + data.draw(st.sampled_from([Fraction(1), Fraction(1, 3)])))
    true = brute(equations, unknowns)
    answer = solve(equations, unknowns)
    if answer is not None:
        assert answer in true
    elif rank([row for row, _ in equations]) == unknowns:
        assert true == set()


def test_full_rank_with_a_solution_that_is_not_of_bits() -> None:
    one, two = Fraction(1), Fraction(2)
    assert solve([([one, one], one), ([one, -one], two)], 2) is None
    assert solve([([one, one], one), ([one, -one], one)], 2) == (1, 0)


def test_contradicting_equations_have_no_solution() -> None:
    one = Fraction(1)
    assert solve([([one, one], one), ([one, one], 2 * one)], 2) is None
    assert solve([([0 * one], one)], 1) is None


def test_no_unknowns() -> None:
    assert solve([], 0) == ()
    assert solve([([], Fraction(0))], 0) == ()
    assert solve([([], Fraction(1))], 0) is None
