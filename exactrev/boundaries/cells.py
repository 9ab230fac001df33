"""The cells of the boundaries of a network as bare polyhedra: no neuron, no layer, no value of f.

>>> half = BoundaryCell.of([2, -4, 6], [[0, 5, -5]], [1, 2])
>>> half.hyperplane, half.rows
((1, -2, 3), ((0, 1, -1),))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import fmpq

from exactrev.errors import InputError
from exactrev.exact.rational import to_rational
from exactrev.lp.polyhedron import Form, value


@dataclass(frozen=True)
class BoundaryCell:
    """A facet between two regions across which f bends, as a polyhedron of dimension n-1.

    - ``hyperplane``: the affine form that vanishes on the cell; its first nonzero entry is 1.
    - ``rows``: forms that are >= 0 on the cell and vanish on one of its ridges each.  They do not
      use the coordinate of the hyperplane's first nonzero entry, and their own first nonzero entry
      is 1 or -1, so that equal ridges have equal rows up to sign.  In ascending order.
    - ``point``: a point of the hyperplane where every row is positive.

    Cells are face to face: the ridges of two cells have disjoint relative interiors or are equal.
    """

    hyperplane: Form
    rows: tuple[Form, ...]
    point: tuple[fmpq, ...]

    @staticmethod
    def of(
        hyperplane: Iterable[Any], rows: Iterable[Iterable[Any]], point: Iterable[Any]
    ) -> BoundaryCell:
        """The cell of these forms (any exact numbers), brought to the one form described above.

        Raises InputError unless ``point`` lies on the hyperplane and strictly inside every row.
        """
        plane = tuple(to_rational(x) for x in hyperplane)
        place = tuple(to_rational(x) for x in point)
        pivot = next((j for j, x in enumerate(plane[:-1]) if x), None)
        if pivot is None or len(place) != len(plane) - 1:
            raise InputError("a boundary cell needs a hyperplane, and a point of its dimension")
        plane = tuple(x / plane[pivot] for x in plane)
        exact = (tuple(to_rational(x) for x in row) for row in rows)
        reduced = tuple(sorted({_within(row, plane, pivot) for row in exact}))
        if value(plane, place) != 0 or any(value(row, place) <= 0 for row in reduced):
            raise InputError("the point of a boundary cell is not in its relative interior")
        return BoundaryCell(plane, reduced, place)

    @property
    def dimension(self) -> int:
        """The number of inputs, one more than the cell's own dimension."""
        return len(self.point)

    @cached_property
    def pivot(self) -> int:
        """The coordinate that the hyperplane gives as a function of the others."""
        return next(j for j, x in enumerate(self.hyperplane) if x)

    def holds(self, point: Sequence[fmpq]) -> bool:
        """Whether the closed cell contains a point."""
        on = value(self.hyperplane, point) == 0
        return on and all(value(row, point) >= 0 for row in self.rows)


def _within(row: Form, plane: Form, pivot: int) -> Form:
    """The row up to a positive scale and up to multiples of the plane."""
    if len(row) != len(plane):
        raise InputError("the rows of a boundary cell need as many entries as its hyperplane")
    factor = row[pivot]
    rest = tuple(a - factor * h for a, h in zip(row, plane, strict=True)) if factor else row
    lead = next((x for x in rest if x), None)
    if lead is None:
        raise InputError("a row of a boundary cell vanishes on the whole cell")
    return tuple(x / abs(lead) for x in rest)
