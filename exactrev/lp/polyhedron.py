"""Polyhedra with rational faces: the input domains that questions are asked on.

>>> square = Polyhedron.box(0, "1/2", 2)
>>> len(square.rows), square.contains([0, "1/3"]), square.contains([0, 1])
(4, True, False)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from exactrev.errors import InputError
from exactrev.exact.rational import to_rational

#: The affine form a.x + b as (a_1, ..., a_n, b).
Form = tuple[fmpq, ...]


def value(form: Sequence[fmpq], point: Sequence[fmpq]) -> fmpq:
    """The value of an affine form at a point."""
    total = form[-1]
    for a, x in zip(form[:-1], point, strict=True):
        total = total + a * x
    return total


@dataclass(frozen=True)
class Polyhedron:
    """The points x of R^n with a.x + b >= 0 for every row (a, b); no rows: all of R^n."""

    dimension: int
    rows: tuple[Form, ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != self.dimension + 1 for row in self.rows):
            raise InputError(f"a row needs {self.dimension} coefficients and a constant")

    @staticmethod
    def of(dimension: int, rows: Iterable[Iterable[Any]]) -> Polyhedron:
        """A polyhedron from rows (a_1, ..., a_n, b) of any exact numbers, a.x + b >= 0."""
        return Polyhedron(dimension, tuple(tuple(to_rational(x) for x in row) for row in rows))

    @staticmethod
    def box(low: Any, high: Any, dimension: int) -> Polyhedron:
        """The box [low, high]^n; its rows are x_1 - low, high - x_1, x_2 - low, ..."""
        lowest, highest = to_rational(low), to_rational(high)
        zero, rows = fmpq(0), []
        for j in range(dimension):
            unit = [zero] * dimension
            unit[j] = fmpq(1)
            rows.append((*unit, -lowest))
            rows.append((*(-u for u in unit), highest))
        return Polyhedron(dimension, tuple(rows))

    def contains(self, point: Sequence[Any]) -> bool:
        """Whether the point satisfies every row."""
        exact = [to_rational(x) for x in point]
        return all(value(row, exact) >= 0 for row in self.rows)
