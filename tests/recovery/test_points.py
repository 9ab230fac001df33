"""Points keep their value however they are written, and matrices act on them exactly."""

from __future__ import annotations

from fractions import Fraction

from flint import fmpz, fmpz_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.recovery.points import DyadicPoint, PackedPoint

wide = st.integers(-(1 << 90), 1 << 90)
vectors = st.lists(wide, min_size=1, max_size=4)


def dyadic(numerators: list[int], exponent: int) -> DyadicPoint:
    return DyadicPoint(tuple(fmpz(x) for x in numerators), exponent)


@settings(deadline=None)
@given(vectors, st.integers(0, 90), st.integers(0, 20))
def test_a_reduced_point_is_the_same_with_the_least_denominator(
    numerators: list[int], exponent: int, shift: int
) -> None:
    exact = [Fraction(x, 1 << exponent) for x in numerators]
    point = dyadic(numerators, exponent)
    reduced = point.reduced()
    assert [Fraction(int(x), 1 << reduced.exponent) for x in reduced.numerators] == exact
    assert 1 << reduced.exponent == max(x.denominator for x in exact)
    assert dyadic([x << shift for x in numerators], exponent + shift).digest() == point.digest()


@settings(deadline=None)
@given(vectors, vectors, st.integers(0, 3), st.integers(0, 3))
def test_other_points_have_other_digests(
    a: list[int], b: list[int], first: int, second: int
) -> None:
    same = [Fraction(x, 1 << first) for x in a] == [Fraction(x, 1 << second) for x in b]
    assert (dyadic(a, first).digest() == dyadic(b, second).digest()) == same


@settings(deadline=None)
@given(vectors, st.integers(0, 40), st.integers(0, 40), st.sampled_from((8, 64, 256)), st.data())
def test_a_matrix_acts_on_a_packed_point_as_on_its_coordinates(
    numerators: list[int], exponent: int, gap: int, digit_bits: int, data: st.DataObject
) -> None:
    """Also where the matrix entries are longer than the digits."""
    count = len(numerators)
    packed = PackedPoint(dyadic(numerators, exponent), exponent + gap, digit_bits)
    offsets = [Fraction(1, 1 << (exponent + gap + digit_bits * (i + 1))) for i in range(count)]
    exact = [
        Fraction(x, 1 << exponent) + offset
        for x, offset in zip(numerators, offsets, strict=True)
    ]
    assert [Fraction(int(x), 1 << packed.exponent) for x in packed.numerators] == exact
    row = st.lists(wide, min_size=count, max_size=count)
    rows = data.draw(st.lists(row, min_size=1, max_size=3))
    batch = packed.batch()
    product = batch.product(fmpz_mat(rows)).entries()
    assert [Fraction(int(x), int(batch.denominator)) for x in product] == [
        sum((w * x for w, x in zip(entries, exact, strict=True)), Fraction(0)) for entries in rows
    ]
    assert packed.bits >= max(x.bit_length() for x in map(int, packed.numerators))
