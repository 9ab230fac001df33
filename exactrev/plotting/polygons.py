"""Convex polygons with exact vertices: cut by half-planes, measured.

>>> square = rectangle((fmpq(0), fmpq(0)), (fmpq(1), fmpq(1)))
>>> corner = clipped(square, (fmpq(1), fmpq(1), fmpq(-3, 2)))      # x + y >= 3/2
>>> [tuple(map(str, p)) for p in corner], str(area(corner))
([('1', '1/2'), ('1', '1'), ('1/2', '1')], '1/8')
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from exactrev.lp.polyhedron import Form, value

Vertex = tuple[fmpq, fmpq]

#: Vertices counterclockwise, no three in a row on one line.
Polygon = tuple[Vertex, ...]


def rectangle(low: Vertex, high: Vertex) -> Polygon:
    """The points between two corners."""
    return (low, (high[0], low[1]), high, (low[0], high[1]))


def clipped(polygon: Polygon, form: Form) -> Polygon:
    """The part of a convex polygon where the form is not negative.

    Empty where this is at most an edge.
    """
    worth = [value(form, vertex) for vertex in polygon]
    if all(x >= 0 for x in worth):
        return polygon
    if all(x <= 0 for x in worth):
        return ()
    kept: list[Vertex] = []
    for k, (vertex, here) in enumerate(zip(polygon, worth, strict=True)):
        if here >= 0:
            kept.append(vertex)
        following, there = polygon[(k + 1) % len(polygon)], worth[(k + 1) % len(polygon)]
        if here * there < 0:
            kept.append(_between(vertex, following, here / (here - there)))
    return tuple(kept)


def _between(start: Vertex, end: Vertex, share: fmpq) -> Vertex:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def area(polygon: Sequence[Vertex]) -> fmpq:
    """The exact area: positive, as the vertices run counterclockwise."""
    twice = fmpq(0)
    for (x, y), (u, v) in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
        twice = twice + x * v - u * y
    return twice / 2
