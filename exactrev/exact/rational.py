"""Exact numbers in and out: what a number a caller hands us *is*, as an element of Q.

>>> to_rational("0.1")
1/10
>>> to_rational(0.1) == to_rational("0.1")      # the float is a dyadic rational near 1/10
False
>>> to_rational(0.5)
1/2
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from numbers import Integral, Rational, Real
from typing import Any

from flint import fmpq, fmpz

from exactrev.errors import InputError

_LITERAL = re.compile(r"[+-]?(\d+/\d+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)")
_MAX_EXPONENT = 100_000  # 1e999999999 is a denial of service, not a weight


def parse_rational(text: str) -> fmpq:
    """The rational that a literal ``p``, ``p/q`` or a decimal (``-1.5e-3``) denotes, exactly.

    Raises InputError for anything else, for a zero denominator and for absurd exponents.
    """
    literal = text.strip()
    if not _LITERAL.fullmatch(literal) or not literal.isascii():
        raise InputError(f"not an exact number: {text[:40]!r}")
    if "/" in literal:
        p, q = literal.split("/")
        if not q.strip("0"):
            raise InputError(f"zero denominator: {text[:40]!r}")
        return fmpq(fmpz(p.lstrip("+")), fmpz(q))
    mantissa, _, exponent = literal.lower().partition("e")
    if len(exponent) > 7 or abs(int(exponent or 0)) > _MAX_EXPONENT:
        raise InputError(f"exponent out of range: {text[:40]!r}")
    whole, _, decimals = mantissa.partition(".")
    shift = int(exponent or 0) - len(decimals)
    digits = fmpz((whole + decimals).lstrip("+"))
    return fmpq(digits * fmpz(10) ** shift) if shift >= 0 else fmpq(digits, fmpz(10) ** -shift)


def to_rational(value: Any) -> fmpq:
    """``value`` as an exact rational: int, Fraction, str literal, float (its dyadic value), numpy
    scalar, sympy Rational or flint number.

    Raises InputError for nan, infinities and anything that is not a number.
    """
    if isinstance(value, fmpq):
        return value
    if isinstance(value, (int, fmpz)):
        return fmpq(value)
    if isinstance(value, str):
        return parse_rational(value)
    if isinstance(value, float):
        return _from_float(value)
    if isinstance(value, Integral):
        return fmpq(int(value))
    if isinstance(value, Rational):
        return fmpq(int(value.numerator), int(value.denominator))
    if getattr(value, "is_Rational", False):  # sympy, without importing it
        return fmpq(int(value.p), int(value.q))
    if isinstance(value, Real) or hasattr(value, "dtype"):  # numpy floats of any width
        return _from_float(value)
    raise InputError(f"not an exact number: {str(value)[:40]!r}")


def _from_float(value: Any) -> fmpq:
    try:
        if not math.isfinite(value):
            raise InputError(f"not a finite number: {value}")
        numerator, denominator = value.as_integer_ratio()
    except (TypeError, AttributeError):
        raise InputError(f"not a real number: {str(value)[:40]!r}") from None
    return fmpq(int(numerator), int(denominator))


def from_floats(values: Iterable[float]) -> tuple[fmpq, ...]:
    """The dyadic rationals that finite doubles are; faster than :func:`to_rational` one by one.

    Raises OverflowError or ValueError for infinities and nan.
    """
    return tuple(fmpq(*value.as_integer_ratio()) for value in values)


def to_float(x: fmpq) -> float:
    """The nearest double, an infinity beyond their range."""
    try:
        return int(x.p) / int(x.q)
    except OverflowError:
        return math.inf if x > 0 else -math.inf


def magnitude(x: fmpq) -> int:
    """The least exponent e with abs(x) < 2^e, for x other than 0."""
    exponent = int(x.p.bit_length() - x.q.bit_length())
    return exponent + (abs(x) >= fmpq(2) ** exponent)


def rounded(x: fmpq, bits: int) -> fmpq:
    """x rounded to so many significant bits, however large or small it is.

    >>> rounded(fmpq(10, 3), 4)
    13/4
    """
    if not x:
        return x
    unit = fmpq(2) ** (magnitude(x) - bits)
    return fmpq((x / unit + fmpq(1, 2)).floor()) * unit
