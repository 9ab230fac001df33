"""The oracle counts each point once, keeps to its limits and takes exact numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.errors import InputError, QueryBudgetExceeded, TimeLimitExceeded
from exactrev.network import Network
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.points import DyadicPoint
from tests.recovery import reference


def dyadic(exponent: int, *numerators: int) -> DyadicPoint:
    return DyadicPoint(tuple(fmpz(x) for x in numerators), exponent)


def total(point: Sequence[Fraction]) -> list[Fraction]:
    return [sum(point, Fraction(0))]


def test_the_same_point_is_counted_once_however_it_is_written() -> None:
    asked = []

    def function(point: Sequence[Fraction]) -> list[Fraction]:
        asked.append(tuple(point))
        return total(point)

    oracle = Oracle.of_callable(function, 2)
    answers = [
        oracle.ask(point)
        for point in (dyadic(1, 3, 4), dyadic(1, 3, 4), dyadic(5, 48, 64), dyadic(2, 6, 8))
    ]
    assert answers == [(fmpq(7, 2),)] * 4
    assert oracle.queries == len(asked) == 1
    assert oracle.ask(dyadic(1, -3, 4)) == (fmpq(1, 2),)
    assert oracle.ask(dyadic(2, 3, 4)) == (fmpq(7, 4),)
    assert oracle.queries == 3


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5), st.integers(0, 3)), max_size=30))
def test_queries_are_the_distinct_points(points: list[tuple[int, int, int]]) -> None:
    oracle = Oracle.of_callable(total, 2)
    distinct = set()
    for a, b, exponent in points:
        exact = (Fraction(a, 1 << exponent), Fraction(b, 1 << exponent))
        assert oracle.ask(dyadic(exponent, a, b)) == (reference.rational(sum(exact)),)
        distinct.add(exact)
    assert oracle.queries == len(distinct)


def test_bit_lengths_are_those_of_the_longest_and_of_all_coordinates() -> None:
    oracle = Oracle.of_callable(total, 2)
    oracle.ask(dyadic(0, 5, -9))  # 3 and 4 bits
    assert (oracle.query_bits, oracle.total_query_bits) == (4, 7)
    oracle.ask(dyadic(10, 1, 0))  # the denominator 1024 is the longest
    assert (oracle.query_bits, oracle.total_query_bits) == (10, 8)
    oracle.ask(dyadic(10, 1, 0))
    assert (oracle.query_bits, oracle.total_query_bits) == (10, 8)


def test_a_network_answers_exactly() -> None:
    net = Network.dense([([["1/3", -1]], ["0.1"]), ([[3], [-1]], [0, "1/7"])])
    answer = Oracle.of_network(net).ask(dyadic(1, 7, 1))
    hidden = Fraction(7, 6) - Fraction(1, 2) + Fraction(1, 10)
    assert [reference.fraction(y) for y in answer] == [3 * hidden, Fraction(1, 7) - hidden]


def test_the_budget_stops_new_points_only() -> None:
    oracle = Oracle.of_callable(total, 1, max_queries=2)
    for numerator in (1, 2, 1, 2):
        oracle.ask(dyadic(0, numerator))
    with pytest.raises(QueryBudgetExceeded, match="2 queries"):
        oracle.ask(dyadic(0, 3))
    assert oracle.ask(dyadic(0, 2)) == (fmpq(2),)
    assert oracle.queries == 2


def test_no_budget_at_all_is_a_budget_of_none() -> None:
    with pytest.raises(QueryBudgetExceeded):
        Oracle.of_callable(total, 1, max_queries=0).ask(dyadic(0, 1))


def test_the_time_limit_stops_new_points_only() -> None:
    oracle = Oracle.of_callable(total, 1, timeout=1e9)
    assert oracle.ask(dyadic(0, 1)) == (fmpq(1),)
    late = Oracle.of_callable(total, 1, timeout=-1.0)
    with pytest.raises(TimeLimitExceeded, match="seconds"):
        late.ask(dyadic(0, 1))
    assert late.queries == 0


@pytest.mark.parametrize(
    "value", [Fraction(1, 3), 5, "1/3", "0.1", fmpq(2, 7), fmpz(4), np.int64(3), True]
)
def test_exact_answers_are_taken(value: Any) -> None:
    answer = Oracle.of_callable(lambda point: [value], 1).ask(dyadic(0, 1))
    exact = fmpq(int(value)) if isinstance(value, (int, fmpz, np.int64)) else value
    if isinstance(value, (Fraction, str)):
        exact = reference.rational(Fraction(value))
    assert answer == (exact,)


@pytest.mark.parametrize(
    "value",
    [0.5, np.float64(0.5), float("nan"), None, "half", "1/0", 1j, [1]],
)
def test_inexact_answers_are_refused(value: Any) -> None:
    with pytest.raises(InputError) as refusal:
        Oracle.of_callable(lambda point: [value], 1).ask(dyadic(0, 1))
    assert "\n" not in str(refusal.value)
