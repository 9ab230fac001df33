"""Exact points inside finished cells, as short as the cell is roomy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpq_mat

from exactrev.arrangement.cells import Cells, signed_rows
from exactrev.arrangement.forms import UNIT, Floats, Forms, NetworkRows
from exactrev.exact.rational import from_floats, to_float
from exactrev.lp.polyhedron import Form, value

Point = tuple[fmpq, ...]


def inner_points(
    arrangement: NetworkRows, cells: Cells, forms: Forms
) -> tuple[Floats, np.ndarray]:
    """Points (K x n) with few digits inside full-dimensional cells, and whether each is certain."""
    rows, _ = signed_rows(arrangement, cells, forms, np.arange(len(cells)))
    short = _shortened(cells.points, _room(rows, cells.points))
    certain = _inside(rows, short)
    points = np.where(certain[:, None], short, cells.points)
    return points, certain | _inside(rows, cells.points)


def _room(rows: Forms, points: Floats) -> Floats:
    """How far each point may be moved in every coordinate without leaving its rows (nearly)."""
    sizes = np.abs(rows.values[..., :-1]).sum(axis=-1)
    with np.errstate(all="ignore"):
        slack = rows.at(points[:, None, :])[0] / sizes
    room = np.where(sizes > 0, slack, np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isfinite(room), room, 1.0)


def _shortened(points: Floats, room: Floats) -> Floats:
    """The points rounded to a power of two within their room; as they are where that fails."""
    with np.errstate(all="ignore"):
        step = np.exp2(np.floor(np.log2(room)))[:, None]
        rounded = np.rint(points / step) * step
    return np.where(np.isfinite(rounded), rounded, points) + 0.0


def _inside(rows: Forms, points: Floats) -> np.ndarray:
    """Whether every row is certainly positive at each point."""
    with np.errstate(all="ignore"):
        value, error = rows.at(points[:, None, :])
        return np.asarray((value > error).all(axis=1))


def wall_points(
    arrangement: NetworkRows, cells: Cells, forms: Forms
) -> tuple[Floats, np.ndarray, np.ndarray]:
    """Short points (K x n) beside facets, the coordinate to move them along onto the facet, and
    whether every row is certainly positive at the point then reached."""
    rows, walls = signed_rows(arrangement, cells, forms, np.arange(len(cells)))
    wall, wall_error = walls.values[:, 0], walls.errors[:, 0]
    pivot = np.abs(wall[:, :-1]).argmax(axis=1)
    at = np.arange(len(cells))
    near = _shortened(cells.points, _room(rows, cells.points) / 2)
    with np.errstate(all="ignore"):
        near[at, pivot] = 0.0
        exact_part, exact_error = Forms(wall, wall_error).at(near)
        steepness = np.abs(wall[at, pivot]) - wall_error  # of the exact form, at least
        slope = wall[at, pivot]
        moved = -exact_part / slope
        doubt = exact_error + np.abs(moved) * (wall_error + UNIT * np.abs(slope))
        doubt /= steepness
        near[at, pivot] = moved
        value, error = rows.at(near[:, None, :])
        change = np.abs(rows.values[at, :, pivot]) + rows.errors
        inside = (value - error > change * doubt[:, None] * (1 + 1e-9)).all(axis=1)
    return near, pivot, inside & (steepness > 0)


def onto_wall(near: Sequence[float], pivot: int, wall: Form) -> Point:
    """The point on the wall that differs from ``near`` in one coordinate alone."""
    point = list(from_floats(near))
    point[pivot] = fmpq(0)
    point[pivot] = -value(wall, point) / wall[pivot]
    return tuple(point)


def point_line(word: str, coordinates: Sequence[float], arrangement: NetworkRows) -> str:
    """The line ``cell q p_1 ... p_n`` (or another word) of a point of the slice, in floats."""
    ratios = [x.as_integer_ratio() for x in coordinates]
    common = max(q for _, q in ratios)  # powers of two
    numerators = ["0"] * arrangement.network.inputs
    for j, (p, q) in zip(arrangement.coordinates, ratios, strict=True):
        numerators[j] = str(p * (common // q))
    return " ".join([word, str(common), *numerators])


def exact_point_line(word: str, point: Sequence[fmpq]) -> str:
    """The same for a rational point."""
    numerators, common = fmpq_mat(1, len(point), list(point)).numer_denom()
    return " ".join([word, str(common), *map(str, numerators.entries())])


def point_on_walls(near: Point, walls: Sequence[Form]) -> Point | None:
    """An exact point beside ``near`` on every wall; None if the walls' equations are dependent."""
    if not walls:
        return near
    n, k = len(near), len(walls)
    pivots = _pivots([[abs(to_float(a)) for a in wall[:n]] for wall in walls])
    if len(pivots) < k:
        return None
    point = list(near)
    for j in pivots:
        point[j] = fmpq(0)
    matrix = fmpq_mat(k, k, [wall[j] for wall in walls for j in pivots])
    right = fmpq_mat(k, 1, [-value(wall, point) for wall in walls])
    try:
        solution = matrix.solve(right)
    except ZeroDivisionError:
        return None
    for place, j in enumerate(pivots):
        point[j] = solution[place, 0]
    return tuple(point)


def _pivots(sizes: list[list[float]]) -> list[int]:
    """One column for each row, large in it and unused so far (Gaussian elimination in floats)."""
    matrix = np.array(sizes, dtype=float)
    chosen: list[int] = []
    for row in range(len(matrix)):
        order = np.argsort(-matrix[row], kind="stable")
        free = [int(j) for j in order if int(j) not in chosen and matrix[row, j] > 0]
        if not free:
            return []
        chosen.append(free[0])
    return chosen
