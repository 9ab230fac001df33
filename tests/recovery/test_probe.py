"""Both probes read the affine piece of the very region, whatever the numbers look like."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

import pytest
from flint import fmpq_mat, fmpz

from exactrev.errors import RecoveryError
from exactrev.recovery.oracle import Oracle
from exactrev.recovery.points import DyadicPoint
from exactrev.recovery.probe import PackedProbe, PlainProbe
from tests.recovery import reference

SIZES = ((1, 3, 1), (3, 4, 2), (2, 3, 3, 1), (5, 4, 3, 3), (4, 1))
KINDS = ("dyadic", "integer", "decimal", "tiny")


def true_piece(layers: reference.Plain, point: list[Fraction]) -> list[list[Fraction]]:
    """The forms of f on the region of a point that lies on no boundary."""
    forms = reference.coordinates(len(point))
    for depth, (rows, biases) in enumerate(layers):
        forms = reference.next_forms(rows, biases, forms)
        if depth < len(layers) - 1:
            zero = [Fraction(0)] * len(forms[0])
            forms = [form if reference.at(form, point) > 0 else zero for form in forms]
    return forms


def place(random: Random, inputs: int, exponent: int) -> tuple[DyadicPoint, list[Fraction]]:
    numerators = [int(random.gauss(0, 1) * (1 << exponent)) | 1 for _ in range(inputs)]
    point = DyadicPoint(tuple(fmpz(x) for x in numerators), exponent)
    return point, [Fraction(x, 1 << exponent) for x in numerators]


def as_fractions(piece: fmpq_mat) -> list[list[Fraction]]:
    height, width = piece.nrows(), piece.ncols()
    return [
        [reference.fraction(piece[i, j]) for j in range(width)]
        for i in range(height)
    ]


@pytest.mark.parametrize("probe_type", [PackedProbe, PlainProbe])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", SIZES)
def test_the_piece_is_that_of_the_region(
    probe_type: type, kind: str, sizes: tuple[int, ...]
) -> None:
    random = Random(f"{kind} {sizes}")
    for _ in range(4):
        layers = reference.random_plain(random, sizes, kind)
        if random.random() < 0.5:
            layers[0][0][-1] = [Fraction(0)] * sizes[0]
        probe = probe_type(Oracle.of_network(reference.network(layers)))
        for exponent in (30, 80):
            point, exact = place(random, sizes[0], exponent)
            assert as_fractions(probe.piece(point)) == true_piece(layers, exact)


@pytest.mark.parametrize("kind", KINDS)
def test_a_packed_piece_is_one_query_once_the_digits_are_long_enough(kind: str) -> None:
    random = Random(kind)
    layers = reference.random_plain(random, (5, 6, 4, 2), kind)
    oracle = Oracle.of_network(reference.network(layers))
    probe = PackedProbe(oracle)
    for _ in range(20):
        probe.piece(place(random, 5, 60)[0])
    before = oracle.queries
    for _ in range(20):
        point, exact = place(random, 5, 60)
        assert as_fractions(probe.piece(point)) == true_piece(layers, exact)
    assert oracle.queries - before == 20


def test_short_digits_are_noticed_and_lengthened() -> None:
    layers = reference.random_plain(Random(3), (4, 5, 5, 2), "dyadic")
    probe = PackedProbe(Oracle.of_network(reference.network(layers)), digit_bits=128)
    point, exact = place(Random(4), 4, 40)
    assert as_fractions(probe.piece(point)) == true_piece(layers, exact)


def test_a_plain_piece_is_one_query_more_than_there_are_inputs() -> None:
    layers = reference.random_plain(Random(5), (6, 4, 1), "decimal")
    oracle = Oracle.of_network(reference.network(layers))
    PlainProbe(oracle).piece(place(Random(6), 6, 50)[0])
    assert oracle.queries == 7


def test_a_packed_point_right_beside_a_boundary_shows_one_of_its_two_sides() -> None:
    """At distance 0 of a boundary there are two pieces; never is a mixture of both read."""
    one, zero = Fraction(1), Fraction(0)
    layers = [([[one, one]], [zero]), ([[Fraction(2, 3)]], [Fraction(1, 7)])]
    probe = PackedProbe(Oracle.of_network(reference.network(layers)))
    piece = as_fractions(probe.piece(DyadicPoint((fmpz(1), fmpz(-1)), 0)))
    off = [[zero, zero, Fraction(1, 7)]]
    on = [[Fraction(2, 3), Fraction(2, 3), Fraction(1, 7)]]
    assert piece in (off, on)


def test_answers_that_are_no_piecewise_affine_map_are_refused() -> None:
    def square(point: Sequence[Fraction]) -> list[Fraction]:
        return [point[0] * point[0]]

    probe = PackedProbe(Oracle.of_callable(square, 1))
    with pytest.raises(RecoveryError):
        probe.piece(DyadicPoint((fmpz(3),), 2))
