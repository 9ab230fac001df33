"""Ridges against what is known of arrangements, and joining on hand-made fans."""

from __future__ import annotations

from math import comb

import pytest
from flint import fmpq

from exactrev.boundaries.cells import BoundaryCell
from exactrev.boundaries.patches import Patch, patches
from exactrev.boundaries.ridges import ridge_point, ridges
from exactrev.lp.polyhedron import value
from tests.boundaries.cells_by_force import boundary_cells
from tests.boundaries.networks import gaussian


def pieces(hyperplanes: int, dimension: int) -> int:
    """Regions of a generic arrangement (Zaslavsky, Buck)."""
    return sum(comb(hyperplanes, k) for k in range(dimension + 1))


@pytest.mark.parametrize(("inputs", "width"), [(1, 3), (2, 4), (2, 5), (3, 4), (3, 5)])
def test_a_shallow_network_has_the_cells_and_ridges_of_a_generic_arrangement(
    inputs: int, width: int
) -> None:
    cells = boundary_cells(gaussian((inputs, width, 1), 1))
    assert len(cells) == width * pieces(width - 1, inputs - 1)
    met = ridges(cells)
    expected = comb(width, 2) * pieces(width - 2, inputs - 2) if inputs > 1 else 0
    assert len(met) == expected
    assert all(len(ridge.rays) == 4 for ridge in met)


def test_ridge_points_lie_inside_their_ridge_alone() -> None:
    for cell in boundary_cells(gaussian((3, 4, 2, 1), 0)):
        for row in cell.rows:
            point = ridge_point(cell, row)
            assert point is not None
            assert value(cell.hyperplane, point) == 0 == value(row, point)
            assert all(value(other, point) > 0 for other in cell.rows if other != row)


@pytest.mark.parametrize("thin", [fmpq(1, 1 << 60), fmpq(1 << 60)])
def test_ridge_points_of_slivers(thin: fmpq) -> None:
    sides = [[0, 1, 0, 0], [0, -1, 0, thin], [0, 0, 1, 0], [0, 0, -1, 1]]
    cell = BoundaryCell.of([1, 0, 0, 0], sides, [0, thin / 3, fmpq(1, 2)])
    assert all(ridge_point(cell, row) is not None for row in cell.rows)


def test_a_redundant_row_has_no_ridge() -> None:
    cell = BoundaryCell.of([1, 0, 0, 0], [[0, 1, 0, 0], [0, 0, 1, 0], [0, 1, 1, 1]], [0, 1, 1])
    found = {row: ridge_point(cell, row) for row in cell.rows}
    assert [row for row, point in found.items() if point is None] == [(0, 1, 1, 1)]


def fan(*rays: tuple[int, int]) -> list[BoundaryCell]:
    """Cells of the plane that meet at the origin: rays in these directions."""
    return [BoundaryCell.of([-y, x, 0], [[x, y, 0]], [x, y]) for x, y in rays]


def joined(cells: list[BoundaryCell], peers: tuple[int, ...] = ()) -> list[Patch]:
    everything = {index: (cell.hyperplane,) for index, cell in enumerate(cells)}
    fresh = {index: key for index, key in everything.items() if index not in peers}
    return patches(cells, ridges(cells), fresh, peers)


def parts(found: list[Patch]) -> list[tuple[tuple[int, ...], bool]]:
    return sorted((tuple(sorted(patch.cells)), patch.deeper) for patch in found)


def test_the_boundary_that_goes_straight_is_the_earlier_one() -> None:
    assert parts(joined(fan((1, 0), (-1, 0), (1, 2), (1, -1)))) == [((0, 1), False), ((2, 3), True)]


def test_two_boundaries_that_go_straight_say_nothing_of_each_other() -> None:
    found = parts(joined(fan((1, 0), (-1, 0), (1, 2), (-1, -2))))
    assert found == [((0, 1), False), ((2, 3), False)]


def test_where_three_meet_in_a_half_plane_the_middle_one_ends() -> None:
    assert parts(joined(fan((1, 0), (1, 1), (-1, 1)))) == [((0, 2), True), ((1,), False)]


def test_where_three_span_the_plane_it_is_left_open_which_ends() -> None:
    found = joined(fan((1, 0), (0, 1), (-1, -1)))
    assert parts(found) == [((0,), False), ((1,), False), ((2,), False)]
    assert all(patch.forks == 1 for patch in found)


def test_where_one_of_three_is_a_peer_it_ends() -> None:
    assert parts(joined(fan((1, 0), (0, 1), (-1, -1)), peers=(1,))) == [((0, 2), True)]
