"""The primal simplex method over Q: from a feasible vertex to an optimal one, or to a ray.

Steepest multipliers leave first; after a number of pivots R. Bland's rule (1977) makes it finite.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from flint import fmpq, fmpz, fmpz_mat

from exactrev.lp.basis import Basis, Rational


@dataclass(frozen=True)
class Descent:
    """A feasible point and a direction that never leaves the program and lowers the objective."""

    point: tuple[fmpq, ...]
    ray: tuple[fmpq, ...]


def primal_simplex(basis: Basis) -> Iterator[Basis | Descent]:
    """Bases whose vertices are feasible, as the given one's must be, each no worse than the last.

    The final one yielded is optimal, or a descent without end.  The caller may stop at any of them.
    """
    patience = 4 * len(basis.program.rows)
    for pivots in count():
        yield basis
        position = _leaving(basis, by_number=pivots >= patience)
        if position is None:
            return
        direction = _downhill(basis, position)
        entering = _first_blocking(basis, direction)
        if entering is None:
            yield Descent(basis.vertex.entries, direction.entries)
            return
        basis = Basis.of(basis.program, basis.with_member(position, entering))


def _leaving(basis: Basis, by_number: bool) -> int | None:
    """A member that the objective falls by leaving: pins first, they may leave either way."""
    candidates: list[tuple[int, fmpq, int]] = []
    for position, (k, y) in enumerate(zip(basis.members, basis.multipliers, strict=True)):
        if y and basis.program.is_pin(k):
            return position
        if y < 0 and basis.program.is_inequality(k):
            candidates.append((k, y, position))
    if not candidates:
        return None
    return min(candidates, key=lambda c: c[0] if by_number else c[1])[2]


def _downhill(basis: Basis, position: int) -> Rational:
    """The direction along which only the member at ``position`` changes and the objective falls."""
    up = basis.direction(position)
    if basis.multipliers[position] < 0:
        return up
    return Rational([-d for d in up.numerators], up.denominator)


def _first_blocking(basis: Basis, direction: Rational) -> int | None:
    """The constraint that is met first (ties: least number); an equality gives no way at all."""
    program, values = basis.program, basis.values
    column = [*direction.numerators, fmpz(0)]
    rates = (program.matrix * fmpz_mat(len(column), 1, column)).entries()
    first = len(program.inequalities)
    best: tuple[fmpq, int] | None = None
    for k in range(first + len(program.equalities)):
        if rates[k] < 0 or (rates[k] and k >= first):
            candidate = (fmpq(values[k], -rates[k]), k)
            if best is None or candidate < best:
                best = candidate
    return None if best is None else best[1]
