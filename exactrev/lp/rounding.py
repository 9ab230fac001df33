"""A short dyadic point near a long one that satisfies the same conditions.

A row r with |coefficients| < 2^s changes by less than n 2^s d when every coordinate changes by at
most d: so the values at the point say how coarse the grid may be.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpz, fmpz_mat

from exactrev.lp.basis import Basis
from exactrev.lp.program import Program, Row, pins_at, row_size, shifted

#: With equalities, rounding moves a point along them by more than the grid: finer grids to try.
_FINER = (0, 8, 24, 64)


class Judge:
    """Decides whether points satisfy integer rows, and shortens those that do."""

    def __init__(
        self, dimension: int, strict: Sequence[Row], rows: Sequence[Row], equalities: Sequence[Row]
    ) -> None:
        self._dimension = dimension
        self._strict = len(strict)
        self._inequalities = len(strict) + len(rows)
        self._equalities = tuple(equalities)
        everything = [*strict, *rows, *equalities]
        self._sizes = [row_size(row) for row in everything]
        entries = [entry for row in everything for entry in row]
        self._matrix = fmpz_mat(len(everything), dimension + 1, entries)

    def accepts(self, point: Sequence[fmpq]) -> bool:
        """Whether the point satisfies all rows."""
        return self._passes(self._values(point)[0])

    def shortened(self, point: Sequence[fmpq]) -> tuple[fmpq, ...] | None:
        """A point of few digits that satisfies all rows; None where none was found.

        Looks near the given point, which need not satisfy them.
        """
        settled = self._settled(point)
        values, denominator = self._values(settled)
        if not self._passes(values):
            return tuple(point) if self._equalities and self.accepts(point) else None
        grid = self._grid(values, denominator)
        if grid is None:
            return tuple(settled)
        for finer in _FINER if self._equalities else (0,):
            candidate = self._settled([_rounded(x, grid - finer) for x in settled])
            if self.accepts(candidate):
                return tuple(candidate)
        return tuple(settled)

    def _settled(self, point: Sequence[fmpq]) -> Sequence[fmpq]:
        """A point that satisfies the equalities (if any does) and shares coordinates with this."""
        if not self._equalities or not self._dimension:
            return point
        pins = pins_at(point, self._dimension)
        program = Program((), self._equalities, pins, (fmpz(0),) * self._dimension)
        return Basis.of(program, program.independent()).vertex.entries

    def _values(self, point: Sequence[fmpq]) -> tuple[list[fmpz], fmpz]:
        """The values of all rows at the point, over a common denominator."""
        common = fmpz(1)
        for x in point:
            common = common.lcm(x.q)
        column = [*(x.p * (common // x.q) for x in point), common]
        return (self._matrix * fmpz_mat(len(column), 1, column)).entries(), common

    def _passes(self, values: Sequence[fmpz]) -> bool:
        return (
            all(v > 0 for v in values[: self._strict])
            and all(v >= 0 for v in values[self._strict : self._inequalities])
            and not any(values[self._inequalities :])
        )

    def _grid(self, values: Sequence[fmpz], denominator: fmpz) -> int | None:
        """The exponent of a grid whose nearest point violates no inequality."""
        least: int | None = 0
        room = self._dimension.bit_length()
        for value, size in zip(values[: self._inequalities], self._sizes, strict=False):
            if size:
                if not value:
                    return None
                # value / denominator > 2^(bits - 1 - bits of the denominator); half a grid step
                bound = value.bit_length() - denominator.bit_length() - size - room
                least = bound if least is None else min(least, bound)
        return least


def _rounded(x: fmpq, exponent: int) -> fmpq:
    """The multiple of 2^exponent nearest to x."""
    return shifted(fmpq((shifted(x, -exponent) + fmpq(1, 2)).floor()), exponent)
