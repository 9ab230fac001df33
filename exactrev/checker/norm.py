"""A bound of the inputs by n rows whose linear parts are nearly inverted (format, section 9).

With R the linear parts of the rows, r0 their constants and G the stated matrix, x is
G (r(x) - r0) + (I - G R) x.  If no row of I - G R has an absolute sum above 1/2, that is
|x|_inf <= 2 |G r(x)|_inf + 2 |G r0|_inf.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

from exactrev.checker.forms import Form, combination
from exactrev.checker.lines import Ratio, Refused


@dataclass(frozen=True)
class Norm:
    """|x|_inf <= constant + the sum of factor / divisor times |row|, over the rows named.

    ``factors`` are under row numbers; the constant is scaled as forms are.
    """

    factors: dict[int, int]
    divisor: int
    constant: int


def common_denominator(rows: Sequence[Sequence[Ratio]]) -> int:
    """The least common multiple of the denominators."""
    return lcm(*(q for row in rows for _, q in row))


def proved_norm(
    numbers: Sequence[int], rows: Sequence[Form], inverse: Sequence[Sequence[Ratio]], scale: int
) -> Norm:
    """The bound by these rows; refused unless ``inverse`` is near enough to that of their matrix.

    The scale of the rows is a multiple of the common denominator of ``inverse``.
    """
    divisor = common_denominator(inverse)
    matrix = [[p * (divisor // q) for p, q in row] for row in inverse]
    constant = 0
    for place, line in enumerate(matrix):
        *product, shift = combination(line, rows)
        product[place] -= divisor * scale
        if 2 * sum(map(abs, product)) > divisor * scale:
            raise Refused("the inverse of the norm's rows is not near enough")
        constant = max(constant, 2 * abs(shift) // divisor)
    columns = zip(*matrix, strict=True)
    factors = [2 * max(map(abs, column)) for column in columns]
    return Norm(dict(zip(numbers, factors, strict=True)), divisor, constant)
