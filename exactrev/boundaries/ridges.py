"""Which cells meet at which ridge.

A ridge is a face of dimension n-2 of a cell.  Its flat (affine hull) is where the cell's
hyperplane and the row vanish; cells meet there if they have a ridge on the same flat that holds a
point in the relative interior of this one.  A ridge on which no point is found joins nothing, so
that less is known but nothing wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat, fmpz

from exactrev.boundaries.cells import BoundaryCell
from exactrev.exact.linear import LinearSystem, matrix_rows
from exactrev.lp.polyhedron import Form, value

#: Steps towards a ridge before it is given up; each removes most of what is left of the way.
_STEPS = 40
#: How much of the way to the nearest row a step takes.
_STRIDE = fmpq(3, 4)
#: Points and directions on the way are rounded to this many binary places.
_GRID = 300

#: The reduced echelon form of the two forms that vanish on a flat of dimension n-2.
Flat = tuple[fmpq, ...]


@dataclass(frozen=True)
class Ray:
    """One of the cells around a ridge: its index, and the row of it that vanishes there."""

    cell: int
    row: Form


@dataclass(frozen=True)
class Ridge:
    """A ridge's flat, a point in its relative interior, and the cells around it."""

    flat: Flat
    point: tuple[fmpq, ...]
    rays: tuple[Ray, ...]


def ridges(
    cells: Sequence[BoundaryCell], check_time: Callable[[], None] = lambda: None
) -> list[Ridge]:
    """The ridges where at least two of the cells meet; ``check_time`` is called now and then."""
    on_flat: dict[Flat, list[Ray]] = defaultdict(list)
    for index, cell in enumerate(cells):
        for row in cell.rows:
            on_flat[flat_of(cell.hyperplane, row)].append(Ray(index, row))
    found = []
    for flat, rays in on_flat.items():
        check_time()
        found += _on_one_flat(cells, flat, rays)
    return found


def flat_of(plane: Form, row: Form) -> Flat:
    """The flat where both forms vanish, the same value for every pair that vanishes there."""
    return tuple(fmpq_mat([list(plane), list(row)]).rref()[0].entries())


def _on_one_flat(cells: Sequence[BoundaryCell], flat: Flat, rays: list[Ray]) -> list[Ridge]:
    """The ridges on a flat: there may be several, apart from each other."""
    found = []
    while len(rays) > 1:
        first, rays = rays[0], rays[1:]
        point = ridge_point(cells[first.cell], first.row)
        if point is None:
            continue
        here = [ray for ray in rays if cells[ray.cell].holds(point)]
        if here:
            found.append(Ridge(flat, point, (first, *here)))
            rays = [ray for ray in rays if ray not in here]
    return found


def ridge_point(cell: BoundaryCell, row: Form) -> tuple[fmpq, ...] | None:
    """A point of the cell where this row vanishes and all others are positive, or None.

    Affine scaling (Dikin 1967): steepest descent of the row in the metric of the distances to
    all rows, which tends to the relative interior of the face where the row is least.
    """
    rows = [row, *(other for other in cell.rows if other != row)]
    free = [j for j in range(cell.dimension) if j != cell.pivot]
    slopes = [[r[j] for j in free] for r in rows]
    here = [cell.point[j] for j in free]
    for _ in range(_STEPS):
        slack = [_inner(r, here) + full[-1] for r, full in zip(slopes, rows, strict=True)]
        if min(slack) <= 0:
            return None  # rounding left the cell: it is thinner than the grid
        way = _descent(slopes, slack)
        rates = [_inner(r, way) for r in slopes]
        hits = [s / -rate for s, rate in zip(slack, rates, strict=True) if rate < 0]
        nearest = min(hits, default=None)
        if nearest is None:
            return None
        if hits.count(nearest) == 1 and slack[0] == -rates[0] * nearest:
            return _lifted(cell, free, [x + nearest * d for x, d in zip(here, way, strict=True)])
        here = [_short(x + nearest * _STRIDE * d) for x, d in zip(here, way, strict=True)]
    return None


def _descent(slopes: list[list[fmpq]], slack: list[fmpq]) -> list[fmpq]:
    """The direction of steepest descent of the first row, rounded to short dyadics."""
    scaled = fmpq_mat([[a / s for a in row] for row, s in zip(slopes, slack, strict=True)])
    normal_equations = LinearSystem(len(slopes[0]))
    for row, slope in zip(matrix_rows(scaled.transpose() * scaled), slopes[0], strict=True):
        normal_equations.add(row, -slope)
    way = normal_equations.solution()
    size = max(abs(d) for d in way)
    return [_short(d / size) for d in way]


def _inner(a: list[fmpq], b: list[fmpq]) -> fmpq:
    return sum((x * y for x, y in zip(a, b, strict=True)), fmpq(0))


def _short(x: fmpq) -> fmpq:
    """x on a fine grid: what is near enough needs no long digits."""
    return fmpq((x.p << _GRID) // x.q, fmpz(1) << _GRID)


def _lifted(cell: BoundaryCell, free: list[int], here: list[fmpq]) -> tuple[fmpq, ...]:
    """The point of the cell's hyperplane with these free coordinates."""
    point = [fmpq(0)] * cell.dimension
    for j, x in zip(free, here, strict=True):
        point[j] = x
    point[cell.pivot] = -value(cell.hyperplane, point)
    return tuple(point)
