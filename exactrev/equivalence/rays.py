"""Where along a ray a network is affine from then on.

>>> from exactrev import Network
>>> tent = Network.dense([([[1], [1]], [-1, -3]), ([[1, -2]], [0]), ([[1]], [0])])
>>> [str(x) for x in last_stretch(tent, (fmpq(0),), (fmpq(1),))]    # it bends at 1, at 3 and at 5
['5']
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpq_mat

from exactrev.network.model import Network

Point = tuple[fmpq, ...]


def last_stretch(network: Network, point: Point, direction: Point) -> Point:
    """A point of the ray from ``point`` beyond which no hidden neuron changes its sign."""
    while step := _next_change(network, point, direction):
        point = tuple(x + step * d for x, d in zip(point, direction, strict=True))
    return point


def _next_change(network: Network, point: Point, direction: Point) -> fmpq:
    """How far to go until the lowest layer with neurons that change their signs has no more; 0 if
    none has any."""
    starts, slopes = [_column(point)], [_column(direction)]
    for layer in network.hidden:
        z, drift = layer.bias, _column([fmpq(0)] * layer.size)
        for source, matrix in layer.weights:
            z, drift = z + matrix * starts[source], drift + matrix * slopes[source]
        pairs = list(zip(z.entries(), drift.entries(), strict=True))
        steps = [-p / s for p, s in pairs if min(p, s) < 0 < max(p, s)]
        if steps:
            return max(steps)
        kept = [pair if max(pair) > 0 else (fmpq(0), fmpq(0)) for pair in pairs]
        starts.append(_column([p for p, _ in kept]))
        slopes.append(_column([s for _, s in kept]))
    return fmpq(0)


def _column(entries: Sequence[fmpq]) -> fmpq_mat:
    return fmpq_mat(len(entries), 1, list(entries))
