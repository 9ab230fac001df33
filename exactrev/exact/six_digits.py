"""Rationals in a few decimal digits, for a person to read, whatever their size.

>>> six_digits(fmpq(-5, 4)), six_digits(fmpq(3, 10**9)), six_digits(fmpq(10) ** 400)
('-1.25', '3e-9', '1e400')
"""

from __future__ import annotations

from flint import fmpq

from exactrev.exact.rational import to_float


def six_digits(x: fmpq) -> str:
    """A number in six significant digits or fewer."""
    if not x:
        return "0"
    power = power_of_ten_below(abs(x))
    if fmpq(1, 10**4) <= power < 10**5:
        return f"{to_float(x):.6g}"
    leading = x / power
    exponent = len(str(power.p)) - len(str(power.q))
    return f"{to_float(leading):.6g}e{exponent}"


def power_of_ten_below(x: fmpq) -> fmpq:
    """The largest power of ten that is not above a positive number."""
    power = fmpq(10) ** (len(str(x.p)) - len(str(x.q)))
    return power if power <= x else power / 10
