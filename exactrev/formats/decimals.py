"""Rationals as decimal literals.

>>> from flint import fmpq
>>> decimal(fmpq(-1, 8)), decimal(fmpq(1, 3))
(('-0.125', True), ('0.3333333333333333', False))
"""

from __future__ import annotations

from flint import fmpq

from exactrev.formats.floats import nearest_float


def decimal(value: fmpq) -> tuple[str, bool]:
    """A decimal literal for a rational, and whether it is exact (it is when one exists)."""
    rest, twos, fives = value.q, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return repr(nearest_float(value)[0]), False
    places = max(twos, fives)
    digits = str(abs(value.p) * 10**places // value.q)
    sign = "-" if value < 0 else ""
    if places == 0:
        significant = digits.rstrip("0")
        zeros = len(digits) - len(significant)
        return sign + (f"{significant}e{zeros}" if zeros > 15 else digits), True
    if places > len(digits) + 6:
        return f"{sign}{digits}e-{places}", True
    digits = digits.rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}", True
