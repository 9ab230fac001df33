"""Rays along which two networks move apart for ever, looked for before any cell is.

Past its last bend a ray lies in one cell, where the difference has a slope: if that is not 0, the
deviation is infinite, however many cells there are.  Nearly every ray shows it if it is so.

>>> from exactrev.equivalence.comparison import Comparison
>>> relu, line = Network.dense([([[1]], [0]), ([[1]], [0])]), Network.dense([([["1/2"]], [3])])
>>> ray = moving_apart(Comparison.of(relu, line), Ground.of(1, None))
>>> ray is not None and ray.output
0
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from flint import fmpq, fmpq_mat

from exactrev.equivalence.comparison import Comparison
from exactrev.equivalence.ground import Ground, Point
from exactrev.lp import Motzkin, interior_point
from exactrev.lp.polyhedron import Polyhedron
from exactrev.network.model import Network

#: Directions tried along one input, and as many others.
_DIRECTIONS = 16
#: Coordinates of these are at most so large.
_LARGEST = 9


@dataclass(frozen=True)
class Escape:
    """A ray from a point of the domain along which one output of the difference is unbounded."""

    point: Point
    direction: Point
    output: int


def moving_apart(comparison: Comparison, ground: Ground) -> Escape | None:
    """A ray of the domain along which an output of the difference is unbounded, if one is met."""
    begin = interior_point(ground.domain.dimension, ground.domain.rows)
    if isinstance(begin, Motzkin):
        return None
    start = ground.lifted(begin.coordinates)
    for direction in _directions(ground.stated):
        found = _past_its_bends(comparison.stacked, start, direction)
        if found is not None:
            return found
    return None


def _directions(domain: Polyhedron) -> Iterator[Point]:
    """Some of the directions in which a domain has no end."""
    inputs = domain.dimension
    slopes = [[(j, a) for j, a in enumerate(row[:-1]) if a] for row in domain.rows]
    barred = {(j, 1 if a < 0 else -1) for row in slopes for j, a in row}
    free = [(j, s) for j in range(inputs) for s in (1, -1) if (j, s) not in barred]
    for j, sign in free[:_DIRECTIONS]:
        yield tuple(fmpq(sign * (i == j)) for i in range(inputs))
    random = Random(0)
    for _ in range(_DIRECTIONS):
        way = tuple(fmpq(random.randint(-_LARGEST, _LARGEST)) for _ in range(inputs))
        if all(sum((a * way[j] for j, a in row), fmpq(0)) >= 0 for row in slopes):
            yield way


def _past_its_bends(network: Network, start: Point, direction: Point) -> Escape | None:
    """The part of a ray past all bends, if an output has a slope there."""
    here = start
    while True:
        bend, slopes = _followed(network, here, direction)
        if bend is None:
            output = next((i for i, slope in enumerate(slopes) if slope), None)
            return None if output is None else Escape(here, direction, output)
        here = tuple(x + (bend + 1) * d for x, d in zip(here, direction, strict=True))


def _followed(
    network: Network, point: Sequence[fmpq], direction: Sequence[fmpq]
) -> tuple[fmpq | None, list[fmpq]]:
    """How far the first neuron that changes its sign on a ray does so; or the outputs' slopes.

    It is of the first layer in which there is one, and the last of that layer to do so.
    """
    columns = fmpq_mat(list(map(list, zip(point, direction, strict=True))))
    values = [columns]
    for layer in network.layers:
        z = fmpq_mat([[x, 0] for x in layer.bias.entries()])
        for source, weight in layer.weights:
            z += weight * values[source]
        pairs = z.tolist()
        if len(values) == len(network.layers):
            return None, [slope for _, slope in pairs]
        bends = [-value / slope for value, slope in pairs if value * slope < 0]
        if bends:
            return max(bends), []
        kept = [[v, s] if max(v, s) > 0 else [fmpq(0), fmpq(0)] for v, s in pairs]
        values.append(fmpq_mat(kept) if kept else fmpq_mat(0, 2))
    raise AssertionError("a network has an output layer")
