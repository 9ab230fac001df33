"""The cells of a domain on which a difference is largest, kept while a search goes by."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
from flint import fmpq

from exactrev.arrangement.exact_cell import ExactCell
from exactrev.arrangement.forms import Floats
from exactrev.equivalence.ground import Point

#: A cell by its signs, the numbers of its rows, and a point inside or near it.
Cell = tuple[tuple[int, ...], tuple[int, ...], tuple[fmpq, ...]]


@dataclass(frozen=True)
class Carrier:
    """A cell on which both networks are affine: ``inside`` is in it, in the domain's space.

    The largest absolute value of an output of the difference on the closed cell is that of
    ``output``: ``deviation``, attained at the point ``at``.
    """

    inside: Point
    output: int
    deviation: fmpq
    at: Point


@dataclass
class Heaviest:
    """Some of the cells seen with the largest values, as floats have them."""

    size: int
    _heap: list[tuple[float, Cell]] = field(default_factory=list)

    def offer(self, heights: Floats) -> list[int]:
        """The numbers of those cells, of some with these largest values, that are worth keeping."""
        least = self._heap[0][0] if len(self._heap) == self.size else -np.inf
        best = np.argsort(-heights, kind="stable")[: self.size]
        return [k for k in best.tolist() if heights[k] > least]

    def keep(self, height: float, cell: ExactCell) -> None:
        """Take in a cell, perhaps in the place of one with a smaller value."""
        entry = (height, (cell.signs, cell.rows, cell.point))
        if len(self._heap) < self.size:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def merge(self, other: Heaviest) -> None:
        """Take in the cells that another has kept."""
        for height, (signs, rows, point) in sorted(other._heap):
            self.keep(height, ExactCell(signs, rows, (), point))

    def cells(self) -> list[ExactCell]:
        """The cells kept, those with the largest values first."""
        ordered = sorted(self._heap, key=lambda entry: -entry[0])
        return [ExactCell(signs, rows, (), point) for _, (signs, rows, point) in ordered]
