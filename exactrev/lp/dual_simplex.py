"""The dual simplex method over Q: from any dual feasible basis, always to the end.

Most violated rows enter first, which is fast; after a number of pivots the row of the least number
does (R. Bland, 1977), which is finite.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from flint import fmpq

from exactrev.lp.basis import Basis


@dataclass(frozen=True)
class Infeasible:
    """Multipliers by row number whose combination of rows is a constant < 0."""

    multipliers: dict[int, fmpq]


def dual_simplex(basis: Basis) -> Iterator[Basis | Infeasible]:
    """Dual feasible bases of a program, the first one given, each bounding the optimum better.

    The last one yielded is optimal, or Infeasible says that the program has no point.  The caller
    may stop at any of them: each one's multipliers are a proof of its bound.
    """
    patience = 4 * len(basis.program.rows)
    for pivots in count():
        yield basis
        entering = _entering(basis, by_number=pivots >= patience)
        if entering is None:
            return
        following = _pivot(basis, entering)
        if isinstance(following, Infeasible):
            yield following
            return
        basis = following


def _entering(basis: Basis, by_number: bool) -> int | None:
    """A row that the vertex violates."""
    program, values = basis.program, basis.values
    first = len(program.inequalities)
    last = first + len(program.equalities)
    violated = [k for k in range(last) if values[k] and (values[k] < 0 or k >= first)]
    if not violated or by_number:
        return violated[0] if violated else None
    # by the distance in units of the row's largest coefficient, on a power of two
    return max(violated, key=lambda k: (abs(values[k]) >> program.sizes[k], -k))


def _pivot(basis: Basis, entering: int) -> Basis | Infeasible:
    """Take the row in, and out the member whose multiplier is first to vanish."""
    sign = -1 if basis.values[entering] > 0 else 1  # only an equality can be positive
    alpha = [sign * a for a in basis.coefficients(entering)]
    leaving = _leaving(basis, alpha)
    if leaving is None:
        return _refutation(basis, entering, sign, alpha)
    theta = basis.multipliers[leaving] / alpha[leaving]
    multipliers = [y - theta * a if a else y for y, a in zip(basis.multipliers, alpha, strict=True)]
    multipliers[leaving] = sign * theta
    return Basis(basis.program, basis.with_member(leaving, entering), tuple(multipliers))


def _leaving(basis: Basis, alpha: list[fmpq]) -> int | None:
    """The position of a pin, or of the inequality with the least ratio (ties: least number)."""
    program = basis.program
    best: tuple[fmpq, int, int] | None = None
    for position, (k, a) in enumerate(zip(basis.members, alpha, strict=True)):
        if a and program.is_pin(k):
            return position
        if a > 0 and program.is_inequality(k):
            candidate = (basis.multipliers[position] / a, k, position)
            if best is None or candidate < best:
                best = candidate
    return None if best is None else best[2]


def _refutation(basis: Basis, entering: int, sign: int, alpha: list[fmpq]) -> Infeasible:
    """The entering row is negative at the vertex, and no member in it can make up for that."""
    multipliers = {k: -a for k, a in zip(basis.members, alpha, strict=True) if a}
    multipliers[entering] = fmpq(sign)
    return Infeasible(multipliers)
