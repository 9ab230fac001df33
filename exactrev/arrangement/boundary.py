"""The set of region boundaries, without labels: what part (a) of the theorem starts from.

>>> from exactrev import Network
>>> from exactrev.arrangement import regions
>>> bent = Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [0])])
>>> cells = boundary_cells(Boundaries.of(regions(bent, depth=2)))
>>> sorted({str(cell.hyperplane) for cell in cells}), [len(cell.rows) for cell in cells]
(['(0, 1, 0)', '(1, 0, 0)'], [1, 1, 1, 1])
"""

from __future__ import annotations

from exactrev.arrangement.boundary_sets import Boundaries
from exactrev.arrangement.exactly import ExactCells
from exactrev.arrangement.forms import ON, NetworkRows
from exactrev.boundaries import BoundaryCell
from exactrev.errors import InputError
from exactrev.lp.polyhedron import Form


class NoBoundaryCells(InputError):
    """The boundaries of this network are no cells of the kind that is known."""


def boundary_cells(boundaries: Boundaries) -> list[BoundaryCell]:
    """Every facet across which f bends, as a bare polyhedron: its hyperplane and its ridges.

    The cells come in the order of their points, which tells nothing of neurons.  Raises InputError
    unless the arrangement was searched to codimension 2 (1 in one dimension), NoBoundaryCells where
    some direction changes nothing, so that cells are cylinders.
    """
    complex_ = boundaries.cells
    if complex_.depth < min(2, complex_.dimension):
        raise InputError("boundary cells need the faces of codimension 2 too")
    found = complex_.found
    rows = NetworkRows(found.network, found.domain)
    if rows.n < found.network.inputs and any(facet.visible for facet in boundaries.facets):
        raise NoBoundaryCells(
            "boundary cells need a first layer that sees every direction of the input, and here "
            f"its neurons see {rows.n} of {found.network.inputs}"
        )
    exact = ExactCells(rows)
    signs, ridge_signs = found.face_signs(1), complex_.signs[-1]
    cells = []
    for number, facet in enumerate(boundaries.facets):
        if not facet.visible:
            continue
        state = signs[number].tolist()
        plane = exact.form(state, facet.neuron)
        bounds: list[Form] = [row for row in found.domain.rows if any(_beside(row, plane))]
        for ridge in complex_.facets_of[1][number] if complex_.depth > 1 else ():
            vanishing = (ridge_signs[ridge] == 0) & (complex_.signs[1][number] != 0)
            neuron = int(vanishing.argmax())
            form = exact.form(state, neuron)
            bounds.append(form if state[neuron] == ON else tuple(-x for x in form))
        cells.append(BoundaryCell.of(plane, bounds, facet.point))
    return sorted(cells, key=lambda cell: cell.point)


def _beside(row: Form, plane: Form) -> Form:
    """The row less the multiple of the plane that makes it vanish at the plane's first entry."""
    pivot = next(j for j, x in enumerate(plane) if x)
    factor = row[pivot] / plane[pivot]
    return tuple(a - factor * h for a, h in zip(row, plane, strict=True))[:-1]
