"""Points of a box that are outside a domain, moved straight towards a point inside it."""

from __future__ import annotations

import numpy as np
from flint import fmpq

from exactrev.bounds.zonotope import Floats
from exactrev.exact.rational import to_float
from exactrev.lp.polyhedron import Polyhedron, value

_PLACES = 30  # binary places of how far a point is moved


class Inside:
    """A convex domain and a point of it; points to be moved satisfy the rows of one input."""

    def __init__(self, domain: Polyhedron, centre: tuple[fmpq, ...]) -> None:
        self.centre = centre
        self._rows = [row for row in domain.rows if len([a for a in row[:-1] if a]) > 1]
        table = np.array([[to_float(a) for a in row] for row in self._rows])
        table = table.reshape(len(self._rows), domain.dimension + 1)
        self.linear, self.constant = table[:, :-1], table[:, -1]
        self._middle = np.array([to_float(x) for x in centre])

    def pulled(self, points: Floats) -> Floats:
        """Points (any shape x inputs), moved where floats see them outside."""
        if not self._rows:
            return points
        there = points @ self.linear.T + self.constant
        here = self.linear @ self._middle + self.constant
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(there < 0, here / (here - there), 1.0).min(axis=-1).clip(0.0, 1.0)
        return np.asarray(self._middle + shares[..., None] * (points - self._middle))

    def moved(self, point: tuple[fmpq, ...]) -> tuple[fmpq, ...]:
        """A point of the box, moved where it is outside: exactly a point of the domain."""
        share = fmpq(1)
        for row in self._rows:
            here, there = value(row, self.centre), value(row, point)
            if there < 0:
                share = min(share, here / (here - there))
        if share == 1:
            return point
        share = fmpq((share * (1 << _PLACES)).floor(), 1 << _PLACES)
        pairs = zip(self.centre, point, strict=True)
        return tuple(middle + share * (x - middle) for middle, x in pairs)
