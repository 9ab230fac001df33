"""What a patch of cells says of its neuron: exact linear equations for the weights (R&K, T3)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

from flint import fmpq, fmpq_mat

from exactrev.boundaries.cells import BoundaryCell
from exactrev.boundaries.patches import Patch
from exactrev.exact.linear import row_vector
from exactrev.recovery.geometry import Bend, Kink, rationals, rounded
from exactrev.recovery.local import pencil_parameter
from exactrev.recovery.prefix import Cell, Prefix
from exactrev.recovery.surface import Surface, Waypoint


def pooled(
    prefix: Prefix, cells: Sequence[BoundaryCell], patch: Patch, oriented: bool
) -> Surface | None:
    """The equations of a patch's neuron over the prefix; None where no cell of it is certain.

    The surface turns inconsistent if the patch is of no neuron that reads the prefix alone.
    """
    where = {index: prefix.cell(cells[index].point) for index in patch.cells}
    certain = [index for index in patch.cells if prefix.certain(where[index])]
    if not certain:
        return None
    surface = Surface(prefix, kink_of(cells[certain[0]], prefix), oriented)
    _follow(surface, cells, patch, where, certain[0])
    for index in certain:
        if not _has(surface, cells[index], where[index]):
            surface.absorb(kink_of(cells[index], prefix))
    surface.consistent &= all(_fits(surface, cells[index], where[index]) for index in certain)
    return surface


def kink_of(cell: BoundaryCell, prefix: Prefix) -> Kink:
    """A cell as a kink: its hyperplane, and a dyadic point so near its own that the prefix is the
    same there.
    """
    signs, exponent = prefix.cell(cell.point).signs, 64
    near = rounded(cell.point, exponent)
    while prefix.cell(rationals(near)).signs != signs:
        exponent *= 2
        near = rounded(cell.point, exponent)
    return Kink(near, Bend(row_vector(cell.hyperplane), fmpq_mat(0, 1)), fmpq(0))


def _follow(
    surface: Surface,
    cells: Sequence[BoundaryCell],
    patch: Patch,
    where: dict[int, Cell],
    start: int,
) -> None:
    """Go from cell to cell across ridges, learning a jump at each known boundary on the way."""
    beside: dict[int, list[int]] = defaultdict(list)
    for a, b in patch.joins:
        beside[a].append(b)
        beside[b].append(a)
    reached = {start: surface.waypoints[0]}
    waiting = deque([start])
    while waiting and surface.consistent:
        here = waiting.popleft()
        for there in beside[here]:
            if there in reached or not surface.prefix.certain(where[there]):
                continue
            waypoint = _passed(surface, reached[here], cells[there], where[there])
            if waypoint is not None:
                reached[there] = waypoint
                surface.waypoints.append(waypoint)
                waiting.append(there)


def _passed(
    surface: Surface, here: Waypoint, cell: BoundaryCell, there: Cell
) -> Waypoint | None:
    """The waypoint on the next cell; None where more than one known boundary lies between."""
    walls = [
        (layer, neuron)
        for layer, (old, new) in enumerate(zip(here.cell.signs, there.signs, strict=True))
        for neuron, (a, b) in enumerate(zip(old, new, strict=True))
        if a != b
    ]
    plane = row_vector(cell.hyperplane)
    if not walls:
        return Waypoint(cell.point, there, here.form)
    if len(walls) > 1:
        return None
    wall = here.cell.form(*walls[0])
    mu = pencil_parameter(plane, here.form, wall)
    if mu is None:
        return None
    surface.learn(surface.jump(here.cell, there, *walls[0]), mu)
    return Waypoint(cell.point, there, here.form + wall * mu)


def _has(surface: Surface, cell: BoundaryCell, there: Cell) -> bool:
    """Whether the surface has a waypoint in this cell of the prefix, on this hyperplane."""
    return any(
        place.cell.signs == there.signs and vanishes_on(place.form, cell)
        for place in surface.waypoints
    )


def _fits(surface: Surface, cell: BoundaryCell, there: Cell) -> bool:
    """Whether the surface, where its form is determined, is where the cell is."""
    form = surface.form_on(there)
    return form is None or vanishes_on(form, cell)


def vanishes_on(form: fmpq_mat, cell: BoundaryCell) -> bool:
    """Whether a form is a nonzero multiple of a cell's hyperplane."""
    entries = form.entries()
    factor = entries[cell.pivot]
    return bool(factor) and all(
        x == factor * h for x, h in zip(entries, cell.hyperplane, strict=True)
    )


