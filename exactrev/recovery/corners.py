"""In a plane: the corners of a candidate's regions, where a boundary that it lacks would show.

A boundary of f that the candidate lacks is straight inside a region, as far as it bends at the
candidate's own boundaries only.  It cuts off a corner of the region, or, where that is unbounded,
one of its ends.  There f is not the candidate, in whichever of the regions round the corner it is
looked at, because both are continuous.

The regions are cut out of a large square, neuron by neuron, as convex polygons.  Their corners are
exact: integers (X, Y, W), W > 0, stand for the point (X/W, Y/W).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from flint import fmpq, fmpz, fmpz_mat

from exactrev.network.model import Network
from exactrev.recovery.assembly import prefix_of
from exactrev.recovery.cells import Cell

#: With more regions than this not all are listed.
_REGIONS = 10_000
#: What is unbounded is looked at up to a square of this size, in units of the scale.
_FAR = fmpq(1 << 20)

_Corner = tuple[fmpz, fmpz, fmpz]
#: The corners of a convex polygon, in order.
_Polygon = list[_Corner]


def corners(
    candidate: Network, scale: fmpq, go_on: Callable[[], None] = lambda: None
) -> Iterator[list[fmpq]]:
    """The corners of a candidate's regions inside a large square, each once, and on its sides.

    Two inputs.  Only those found first if there are very many.  ``go_on`` is called for every
    region, and may raise what ends the search.
    """
    layers = prefix_of(candidate).layers
    size = scale * _FAR
    square = [(x * size.p, y * size.p, size.q) for x, y in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    open_cells: list[tuple[Cell, _Polygon]] = [(Cell((), (), ()), square)]
    listed: set[tuple[int, ...]] = set()
    regions = 0
    while open_cells and regions < _REGIONS:
        cell, polygon = open_cells.pop()
        depth = len(cell.signs)
        if depth < len(layers):
            forms, walls = layers[depth].forms_on(cell)
            open_cells += [
                (cell.extended(forms, walls, bits), part) for bits, part in _cut(polygon, walls)
            ]
            continue
        go_on()
        regions += 1
        for corner in polygon:
            key = tuple(map(int, corner))
            if key not in listed:
                listed.add(key)
                yield [fmpq(corner[0], corner[2]), fmpq(corner[1], corner[2])]


def _cut(polygon: _Polygon, walls: fmpz_mat) -> list[tuple[list[bool], _Polygon]]:
    """The parts into which the zero sets of forms cut a polygon, and which forms are > 0 on it."""
    parts, whole = [polygon], []
    while parts:
        part = parts.pop()
        values = _values(walls, part)
        crossed = next((row for row in values if min(row) < 0 < max(row)), None)
        if crossed is None:
            whole.append(([max(row) > 0 for row in values], part))
        else:
            parts += _halves(part, crossed)
    return whole


def _values(walls: fmpz_mat, polygon: _Polygon) -> list[list[fmpz]]:
    """Each form at all corners, times the positive last number of each."""
    count = len(polygon)
    columns = fmpz_mat(3, count, [corner[k] for k in range(3) for corner in polygon])
    entries = (walls * columns).entries()
    return [entries[i : i + count] for i in range(0, len(entries), count)]


def _halves(polygon: _Polygon, values: Sequence[fmpz]) -> list[_Polygon]:
    """The parts of a polygon where a form, with these values at its corners, is >= 0 and <= 0."""
    above: _Polygon = []
    below: _Polygon = []
    around = [*zip(polygon, values, strict=True), (polygon[0], values[0])]
    for (here, z), (there, ahead) in pairwise(around):
        if z >= 0:
            above.append(here)
        if z <= 0:
            below.append(here)
        if z * ahead < 0:
            met = _between(here, abs(ahead), there, abs(z))
            above.append(met)
            below.append(met)
    return [above, below]


def _between(a: _Corner, share: fmpz, b: _Corner, other: fmpz) -> _Corner:
    """The point of two corners' sum with these factors, in least integers."""
    x, y, w = (share * p + other * q for p, q in zip(a, b, strict=True))
    common = x.gcd(y).gcd(w)
    return x // common, y // common, w // common
