"""A literal is the number it denotes, and nothing else is a number."""

from __future__ import annotations

import decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st

from exactrev.errors import InputError
from exactrev.exact.rational import parse_rational, to_rational
from tests.recovery.reference import fraction


@settings(deadline=None)
@given(st.fractions())
def test_fractions_come_back(x: Fraction) -> None:
    literal = f"{x.numerator}/{x.denominator}"
    assert fraction(parse_rational(literal)) == fraction(to_rational(x)) == x


@settings(deadline=None)
@given(
    st.sampled_from(["", "+", "-"]),
    st.builds(
        "{}{}{}".format,
        st.integers(0, 10**30),
        st.sampled_from(["", "."]),
        st.sampled_from(["", "0", "00100", "31415926535897932384626433832795"]),
    ),
    st.one_of(st.none(), st.integers(-400, 400)),
    st.sampled_from("eE"),
)
def test_decimals_are_the_decimals_they_are(
    sign: str, digits: str, exponent: int | None, letter: str
) -> None:
    literal = sign + digits + ("" if exponent is None else f"{letter}{exponent}")
    assert fraction(parse_rational(literal)) == Fraction(decimal.Decimal(literal))


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_its_dyadic_value(x: float) -> None:
    assert fraction(to_rational(x)) == Fraction(*x.as_integer_ratio())
    assert to_rational(np.float64(x)) == to_rational(x)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.longdouble])
def test_numpy_floats_of_any_width(kind: Any) -> None:
    for value in (0, 1, -3, 0.1):
        assert fraction(to_rational(kind(value))) == Fraction(*kind(value).as_integer_ratio())


@pytest.mark.parametrize("kind", [np.int8, np.uint64])
def test_numpy_integers(kind: Any) -> None:
    assert [to_rational(kind(value)) for value in (0, 1)] == [0, 1]
    top = np.iinfo(kind).max
    assert to_rational(kind(top)) == int(top)


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (" 1/3\n", Fraction(1, 3)),
        ("-2/4", Fraction(-1, 2)),
        ("+7/7", Fraction(1)),
        ("1e3", Fraction(1000)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("-0", Fraction(0)),
        ("007", Fraction(7)),
        ("1e-100000", Fraction(1, 10**100000)),
    ],
)
def test_literals(literal: str, value: Fraction) -> None:
    assert fraction(parse_rational(literal)) == value
    assert to_rational(literal) == parse_rational(literal)


@pytest.mark.parametrize(
    "literal",
    [
        "", " ", ".", "-", "+-1", "--1", "1 / 3", "1/-3", "1/3/5", "1/2.5", "0.1/3", "1e", "1e1.5",
        "e5", "1_000", "1,5", "0x10", "nan", "inf", "-Infinity", "½", "\u0661", "1/\u0663",
        "1e\u0663", "1j", "1/0", "0/0", "1/00", "1e100001", "1e-100001",
        "1e999999999", "1e+0000000000", "1\x00", "one" * 1000, "x\ny",
    ],
)
def test_what_is_not_an_exact_number_is_refused_in_one_short_line(literal: str) -> None:
    with pytest.raises(InputError) as refusal:
        parse_rational(literal)
    assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), np.float32("nan"), np.float64("-inf"), None, [1], {}, object(),
     1j, b"1", np.array([1.0, 2.0]), decimal.Decimal("NaN")],
)
def test_other_things_are_refused(value: Any) -> None:
    with pytest.raises(InputError) as refusal:
        to_rational(value)
    assert "\n" not in str(refusal.value)


def test_exact_kinds() -> None:
    assert to_rational(True) == to_rational(fmpz(1)) == to_rational(np.int64(1)) == fmpq(1)
    sympy = pytest.importorskip("sympy")
    assert to_rational(sympy.Rational(2, 7)) == fmpq(2, 7)
    assert to_rational(sympy.Integer(-3)) == fmpq(-3)
