"""Vertices of cells against linear programming, on degenerate cells above all."""

from __future__ import annotations

from itertools import combinations

import pytest
from flint import fmpq, fmpq_mat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exactrev.arrangement.vertices import CellVertices, Vertices
from exactrev.lp import Motzkin, Optimum, System, interior_point, minimise
from exactrev.lp.polyhedron import Form, Polyhedron, value

SMALL = st.integers(-2, 2)


def forms(n: int) -> st.SearchStrategy[Form]:
    """Forms with small integers: parallel, concurrent and equal ones are common."""
    return st.lists(SMALL, min_size=n + 1, max_size=n + 1).map(lambda row: tuple(map(fmpq, row)))


def by_force(rows: list[Form], n: int) -> set[tuple[fmpq, ...]]:
    """The points of a closed cell where n of its rows meet in one point."""
    found = set()
    for some in combinations(rows, n):
        matrix = fmpq_mat(n, n, [x for row in some for x in row[:n]])
        if matrix.rank() == n:
            point = matrix.solve(fmpq_mat(n, 1, [-row[n] for row in some]))
            coordinates = tuple(point.entries())
            if all(value(row, coordinates) >= 0 for row in rows):
                found.add(coordinates)
    return found


def points(vertices: Vertices) -> list[tuple[fmpq, ...]]:
    """The vertices as points."""
    return [tuple(fmpq(p, ray[-1]) for p in ray[:-1]) for ray in vertices.points]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_vertices_and_least_values(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 3))
    box = list(Polyhedron.box(-1, "3/2", n).rows)
    domain = [*box, *data.draw(st.lists(forms(n).filter(lambda row: any(row[:-1])), max_size=2))]
    more = data.draw(st.lists(forms(n).filter(lambda row: any(row[:-1])), max_size=4))
    rows = [*domain, *more]
    numbered = list(enumerate(more, len(domain)))
    found = CellVertices(domain, n).of(numbered)
    if isinstance(interior_point(n, rows), Motzkin):
        assert found is None
        return
    assert found is not None
    assert set(points(found)) == by_force(rows, n) and len(set(points(found))) == len(found)
    assert all(value(row, found.centre()) > 0 for row in rows)
    target = data.draw(forms(n))
    least, system = found.least(target), System(n, rows=tuple(rows))
    optimum = minimise(target, system)
    assert isinstance(optimum, Optimum) and least.value == optimum.value
    multipliers = tuple(least.multipliers.get(k, fmpq(0)) for k in range(len(rows)))
    assert Optimum(least.value, least.point, multipliers).verify(target, system)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_both_sides_of_a_cut(data: st.DataObject) -> None:
    """What is kept of cells met before changes nothing."""
    n = data.draw(st.integers(2, 3))
    box = list(Polyhedron.box(-1, 1, n).rows)
    cells = CellVertices(box, n)
    cut = data.draw(forms(n).filter(lambda row: any(row[:-1])))
    whole = cells.of([(len(box), data.draw(forms(n).filter(lambda row: any(row[:-1]))))])
    assume(whole is not None)
    assert whole is not None
    signs = [value(cut, point) for point in points(whole)]
    above, below = whole.parted(99, cut)
    assert (above is None) == (max(signs) <= 0) and (below is None) == (min(signs) >= 0)
    for part, side in ((above, 1), (below, -1)):
        if part is not None:
            signed = tuple(side * x for x in cut)
            assert all(value(signed, point) >= 0 for point in points(part))
            assert value(signed, part.centre()) > 0
            assert part.least(signed).value == min(value(signed, p) for p in points(part))


def test_slivers() -> None:
    """A slab of the width 2^-200 has its eight corners, and more than doubles could tell apart."""
    box = list(Polyhedron.box(-1, 1, 3).rows)
    thin = fmpq(1, 1 << 200)
    slab = [(6, (fmpq(1), fmpq(1), fmpq(0), fmpq(0))), (7, (fmpq(-1), fmpq(-1), fmpq(0), thin))]
    found = CellVertices(box, 3).of(slab)
    assert found is not None and len(set(points(found))) == len(found) == 8
    assert found.least((fmpq(-1), fmpq(-1), fmpq(0), fmpq(0))).value == -thin


@pytest.mark.parametrize("rows", [[], [[1, 0, 1], [-1, 0, 1], [0, 1, 1]], [[1, 1, 1], [-1, -1, 1]]])
def test_unbounded_domains_have_none(rows: list[list[int]]) -> None:
    assert CellVertices([tuple(map(fmpq, row)) for row in rows], 2).of([]) is None


def test_flat_boxes_have_none() -> None:
    flat = [(1, 0, 0), (-1, 0, 0), (0, 1, 1), (0, -1, 1)]
    assert CellVertices([tuple(map(fmpq, row)) for row in flat], 2).of([]) is None
