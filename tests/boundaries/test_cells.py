"""Boundary cells are written in one way only, and refuse what is not a cell."""

from __future__ import annotations

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from exactrev.boundaries import BoundaryCell
from exactrev.errors import InputError
from exactrev.lp.polyhedron import value

small = st.integers(-4, 4).map(fmpq)
positive = st.integers(1, 9).map(fmpq)


@st.composite
def descriptions(draw: st.DrawFn) -> tuple[list[fmpq], list[list[fmpq]], list[fmpq]]:
    """A hyperplane, rows and a point strictly inside, by choosing the constants last."""
    n = draw(st.integers(1, 4))
    point = [draw(small) for _ in range(n)]
    normal = draw(st.lists(small, min_size=n, max_size=n).filter(any))
    plane = [*normal, -sum((a * x for a, x in zip(normal, point, strict=True)), fmpq(0))]
    rows = []
    for _ in range(draw(st.integers(0, 4))):
        slope = [draw(small) for _ in range(n)]
        inner = sum((a * x for a, x in zip(slope, point, strict=True)), fmpq(0))
        if any(slope[i] * normal[j] != slope[j] * normal[i] for i in range(n) for j in range(i)):
            rows.append([*slope, draw(positive) - inner])
    return plane, rows, point


@given(descriptions(), st.data())
def test_the_same_cell_however_it_is_written(
    description: tuple[list[fmpq], list[list[fmpq]], list[fmpq]], data: st.DataObject
) -> None:
    plane, rows, point = description
    cell = BoundaryCell.of(plane, rows, point)
    factor = data.draw(small.filter(bool))
    rewritten = [
        [scale * a + shift * h for a, h in zip(row, plane, strict=True)]
        for row in data.draw(st.permutations(rows))
        for scale, shift in [(data.draw(positive), data.draw(small))]
    ]
    assert BoundaryCell.of([factor * x for x in plane], rewritten, point) == cell


@given(descriptions(), st.data())
def test_holds_the_points_that_the_description_holds(
    description: tuple[list[fmpq], list[list[fmpq]], list[fmpq]], data: st.DataObject
) -> None:
    plane, rows, point = description
    cell = BoundaryCell.of(plane, rows, point)
    other = [data.draw(small) for _ in point]
    inside = value(plane, other) == 0 and all(value(row, other) >= 0 for row in rows)
    assert cell.holds(other) == inside
    assert cell.holds(point)


@pytest.mark.parametrize(
    ("plane", "rows", "point"),
    [
        ([0, 0, 1], [], [0, 0]),  # no hyperplane
        ([1, 0, 0], [], [1, 0]),  # the point is not on it
        ([1, 0, 0], [[0, 1, 0]], [0, 0]),  # the point is on a row
        ([1, 0, 0], [[0, 1, 0]], [0, -1]),  # the point is outside a row
        ([1, 0, 0], [[2, 0, 0]], [0, 0]),  # the row vanishes on the whole hyperplane
        ([1, 0, 0], [[1, 1]], [0, 0]),  # a row of another length
        ([1, 0, 0], [], [0, 0, 0]),  # a point of another dimension
        ([1, 0, float("nan")], [], [0, 0]),
    ],
)
def test_refuses_what_is_no_cell(plane: list, rows: list, point: list) -> None:
    with pytest.raises(InputError):
        BoundaryCell.of(plane, rows, point)
