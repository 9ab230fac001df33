"""The part of the plane that a picture shows: a rectangle with short exact corners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from exactrev.errors import InputError
from exactrev.exact.rational import to_rational
from exactrev.exact.six_digits import power_of_ten_below
from exactrev.lp.polyhedron import Polyhedron
from exactrev.plotting.polygons import Polygon, Vertex, rectangle

#: How far beyond the outermost vertices a window reaches, as a share of their extent.
_MARGIN = fmpq(1, 6)
_DIGITS = 20


@dataclass(frozen=True)
class Window:
    """All points between the corners ``low`` and ``high``."""

    low: Vertex
    high: Vertex

    def __post_init__(self) -> None:
        if self.low[0] >= self.high[0] or self.low[1] >= self.high[1]:
            raise InputError("the box of a picture must have an interior: LO below HI")

    @staticmethod
    def square(low: Any, high: Any) -> Window:
        """[low, high]^2, of any exact numbers.  Raises InputError unless low < high."""
        lowest, highest = to_rational(low), to_rational(high)
        return Window((lowest, lowest), (highest, highest))

    @property
    def polygon(self) -> Polygon:
        """Its corners, counterclockwise."""
        return rectangle(self.low, self.high)

    @property
    def polyhedron(self) -> Polyhedron:
        """It as a domain."""
        one = fmpq(1)
        unit = [(one, fmpq(0)), (fmpq(0), one)]
        rows = []
        for (a, b), low, high in zip(unit, self.low, self.high, strict=True):
            rows += [(a, b, -low), (-a, -b, high)]
        return Polyhedron(2, tuple(rows))

    @property
    def sides(self) -> tuple[tuple[fmpq, fmpq], tuple[fmpq, fmpq]]:
        """The interval on either axis."""
        return (self.low[0], self.high[0]), (self.low[1], self.high[1])


def around(points: Iterable[Vertex]) -> Window:
    """A window with a margin round the points, at least one; its corners have few decimals."""
    listed = list(points)
    ranges = [(min(axis), max(axis)) for axis in zip(*listed, strict=True)]
    widest = max(high - low for low, high in ranges)
    fallback = widest or max(fmpq(1), *(abs(x) for pair in ranges for x in pair))
    (left, right), (bottom, top) = (_widened(low, high, fallback) for low, high in ranges)
    return Window((left, bottom), (right, top))


def around_most(points: Iterable[Vertex]) -> Window:
    """A window round the middle three quarters of the points (at least one), on either axis."""
    columns = [sorted(axis) for axis in zip(*points, strict=True)]
    cut = len(columns[0]) // 8
    middle = [column[cut : len(column) - cut] for column in columns]
    return around(zip(*middle, strict=True))


def _widened(low: fmpq, high: fmpq, fallback: fmpq) -> tuple[fmpq, fmpq]:
    """The interval with its margins, rounded outwards; of length ``fallback`` if it is a point."""
    extent = high - low
    margin = extent * _MARGIN if extent else fallback / 2
    step = power_of_ten_below((extent + 2 * margin) / _DIGITS)
    return ((low - margin) / step).floor() * step, ((high + margin) / step).ceil() * step
