"""What a search for cells has found so far, also where it breaks off."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from exactrev.arrangement.cells import Cells
from exactrev.arrangement.exact_cell import ExactCell
from exactrev.arrangement.forms import Floats, NetworkRows, Signs
from exactrev.arrangement.leaves import Point, exact_point_line, inner_points, point_line

_CLOSING = 1.0  # seconds for points inside cells that are left open


@dataclass
class Found:
    """The cells found so far, by codimension: signs of all neurons, and a point inside.

    Blocks of signs (K x neurons) go with blocks of points: K x n floats, or K exact points.
    """

    counts: list[int]
    signs: list[list[Signs]]
    points: list[list[Floats | list[Point]]]
    open_branches: int = 0
    #: how many of the open branches certainly hold a region
    open_regions: int = 0

    @staticmethod
    def nothing(depth: int) -> Found:
        """Where a search down to this codimension begins."""
        levels = range(depth + 1)
        return Found([0] * (depth + 1), [[] for _ in levels], [[] for _ in levels])

    def add(self, codimension: int, signs: Signs, points: Floats | list[Point]) -> None:
        """Take in cells of one codimension."""
        self.counts[codimension] += len(signs)
        self.signs[codimension].append(signs)
        self.points[codimension].append(points)

    def merge(self, other: Found) -> None:
        """Take in all that another search found."""
        for k, (signs, points) in enumerate(zip(other.signs, other.points, strict=True)):
            self.counts[k] += other.counts[k]
            self.signs[k] += signs
            self.points[k] += points
        self.open_branches += other.open_branches
        self.open_regions += other.open_regions


@dataclass
class Closing:
    """A clock that starts when a search breaks off: what is nice to have may take a moment only."""

    begun: float | None = None

    def is_late(self) -> bool:
        """Whether the moment has passed; the first question starts the clock."""
        if self.begun is None:
            self.begun = time.monotonic()
        return time.monotonic() - self.begun > _CLOSING


@dataclass
class OpenLeaves:
    """The cells that a search breaks off at: counted, with a point inside where one is at hand."""

    arrangement: NetworkRows
    found: Found
    closing: Closing = field(default_factory=Closing)

    def cells(self, cells: Cells, layers: int) -> list[str]:
        """The lines of cells that are bounded by rows of the first ``layers`` layers."""
        self.found.open_branches += len(cells)
        if cells.codimension or self.closing.is_late():
            return ["open"] * len(cells)
        forms = self.arrangement.neuron_forms(cells.signs, layers)
        points, certain = inner_points(self.arrangement, cells, forms)
        self.found.open_regions += int(certain.sum())
        return [
            point_line("open", point, self.arrangement) if inside else "open"
            for point, inside in zip(points.tolist(), certain.tolist(), strict=True)
        ]

    def exact_cell(self, cell: ExactCell) -> str:
        """The line of a cell of exact arithmetic."""
        self.found.open_branches += 1
        if cell.walls:
            return "open"
        self.found.open_regions += 1
        return exact_point_line("open", self.arrangement.lifted(cell.point))
