"""Where a neuron that reads another one is on its rarer side at that one's boundary.

Sought by following the gradient of its preactivation along the boundary, from many places at once,
in floats on the network found so far: hints only, and no query.  Both are piecewise linear, so that
a step of Newton's method leads back to the boundary, and where a gradient ends at a crease, a
shorter step goes on along it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from exactrev.exact.rational import to_float
from exactrev.network.model import Network

Floats = NDArray[np.float64]

#: Places to begin at, and their sizes against the scale.
_CLIMBERS = 192
_SIZES = (0.5, 2.0, 8.0, 256.0)
#: The longest and the shortest step, as a share of the place's size, and how many there are.
_STRIDES = (0.5, 0.002)
_STEPS = 200
#: How near to the boundary a place is, and how far beyond that of the form, against its size.
_SETTLED = 1e-9
_HUGE = 1e30  # the size of numbers that hints are computed from
_TINY = 1e-300


@dataclass(frozen=True)
class Ascent:
    """Two places near a boundary: of a form that is sought to be positive on it, ``before`` it was
    and ``after``.
    """

    before: list[fmpq]
    after: list[fmpq]


@dataclass(frozen=True)
class Aim:
    """A form (``row``: weights | bias) in the values of layers ``reads`` that is to be positive.

    It is on the boundary of the neuron ``below`` (layer from 1, index), or, unless ``beside``,
    anywhere on its side ``on``.  The neurons ``off`` are to be off there.
    """

    reads: Sequence[int]
    row: Sequence[fmpq]
    below: tuple[int, int]
    off: Sequence[tuple[int, int]] = ()
    beside: bool = True
    on: bool = True


def ascents(network: Network, aim: Aim, scale: fmpq, random: Random) -> list[Ascent]:
    """Where the aim is reached, as far as floats tell: the best first, none twice."""
    generator = np.random.default_rng(random.getrandbits(64))
    slopes = _Slopes(network, aim)
    sizes = np.resize(_SIZES, _CLIMBERS)[:, None] * _limited(scale)
    points = sizes * generator.standard_normal((_CLIMBERS, network.inputs))
    before, after, reached = points.copy(), points.copy(), np.full(_CLIMBERS, -np.inf)
    first, last = _STRIDES
    for step in range(_STEPS):
        merit, way, back, gap = slopes.at(points)
        size = np.linalg.norm(points, axis=1) + 0.01 * sizes[:, 0]
        settled = gap <= _SETTLED * size
        low = settled & (merit <= 0) & (reached <= 0)
        better = settled & (merit > np.maximum(reached, 0))
        before[low] = points[low]
        after[better], reached[better] = points[better], merit[better]
        # every other step does nothing but go back to the boundary
        stride = step % 2 * first * (last / first) ** (step / _STEPS)
        points = points + back + stride * size[:, None] * way
    merit = reached / (np.linalg.norm(after, axis=1) + 1)
    order = [k for k in np.argsort(-merit) if merit[k] > _SETTLED]
    kinds: dict[bytes, int] = {}
    for k in order:
        kinds.setdefault(slopes.pattern(after[k]), int(k))
    return [Ascent(_dyadic(before[k]), _dyadic(after[k])) for k in kinds.values()]


class _Slopes:
    """The network found so far in floats, and what an aim's forms are at points, with gradients."""

    def __init__(self, network: Network, aim: Aim) -> None:
        self._layers: list[list[tuple[int, Floats]]] = []
        self._biases: list[Floats] = []
        for layer in network.layers[:-1]:
            size = layer.size
            self._layers.append([
                (source, _array(matrix.entries()).reshape(size, -1))
                for source, matrix in layer.weights
            ])
            self._biases.append(_array(layer.bias.entries()))
        self._aim = aim
        *weights, self._constant = _array(aim.row)
        starts = np.cumsum([0, *(network.architecture[k] for k in aim.reads)])
        self._weights = {
            k: np.array(weights[start:stop])
            for k, start, stop in zip(aim.reads, starts, starts[1:], strict=False)
        }

    def at(self, points: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """How well the aim is reached (positive if it is), the way to go on, the way back, and the
        distance to the boundary, or to its side, as far as the cell tells.
        """
        inner = self._preactivations(points)
        form = np.full(len(points), self._constant)
        above: dict[int, Floats] = {}
        for k, weights in self._weights.items():
            values = np.maximum(inner[k], 0.0) if k else inner[k]
            form = form + values @ weights
            above[k] = np.tile(weights, (len(points), 1))
        rise = self._gradient(inner, above, {})
        layer, index = self._aim.below
        z = inner[layer][:, index]
        unit = np.zeros_like(inner[layer])
        unit[:, index] = 1.0
        wall = self._gradient(inner, {}, {layer: unit})
        length = (wall * wall).sum(axis=1) + _TINY
        way = _unit(rise)
        others, excess = self._kept_off(inner)
        if excess is not None:
            worst = (excess > 0)[:, None]
            way = np.where(worst, 0.3 * way - _unit(others), way)
        if self._aim.beside:
            way = way - wall * ((way * wall).sum(axis=1) / length)[:, None]
            back = -wall * (z / length)[:, None]
            gap = np.where(length > _TINY, np.abs(z) / np.sqrt(length), np.inf)
        else:
            side = 1.0 if self._aim.on else -1.0
            wrong = side * z <= 0
            back = np.where(wrong[:, None], -wall * (2 * z / length)[:, None], 0.0)
            gap = np.where(wrong, np.inf, 0.0)
        if excess is not None:
            form = np.where(excess > 0, -np.inf, form)
        return form, _unit(way), back, gap

    def pattern(self, point: Floats) -> bytes:
        """Which neurons are on at a point."""
        inner = self._preactivations(point[None, :])
        return b"".join((z > 0).tobytes() for z in inner[1:])

    def _kept_off(self, inner: list[Floats]) -> tuple[Floats, Floats | None]:
        """How the neurons that are to be off and are not grow, and by how much they are on."""
        if not self._aim.off:
            return inner[0], None
        seeds: dict[int, Floats] = {}
        excess = np.zeros(len(inner[0]))
        for layer, index in self._aim.off:
            z = inner[layer][:, index]
            seeds.setdefault(layer, np.zeros_like(inner[layer]))[:, index] = z > 0
            excess = excess + np.maximum(z, 0.0)
        return self._gradient(inner, {}, seeds), excess

    def _preactivations(self, points: Floats) -> list[Floats]:
        """The points, then z of each layer at them."""
        inner = [points]
        for matrices, bias in zip(self._layers, self._biases, strict=True):
            total = np.tile(bias, (len(points), 1))
            for source, matrix in matrices:
                total += (np.maximum(inner[source], 0.0) if source else points) @ matrix.T
            inner.append(total)
        return inner

    def _gradient(
        self, inner: list[Floats], values: dict[int, Floats], seeds: dict[int, Floats]
    ) -> Floats:
        """The gradient, by the points, of what has these gradients by layers' values and by z."""
        above = dict(values)
        for number in range(len(self._layers), 0, -1):
            slope = above[number] * (inner[number] > 0) if number in above else 0.0
            slope = slope + seeds[number] if number in seeds else slope
            if isinstance(slope, float):
                continue
            for source, matrix in self._layers[number - 1]:
                passed = slope @ matrix
                above[source] = above[source] + passed if source in above else passed
        return above[0] if 0 in above else np.zeros_like(inner[0])


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + _TINY))


def _array(numbers: Sequence[fmpq]) -> Floats:
    return np.array([_limited(x) for x in numbers])


def _limited(x: fmpq) -> float:
    """About the number; huge ones are cut, so that sums of products stay finite."""
    return min(max(to_float(x), -_HUGE), _HUGE)


def _dyadic(point: Floats) -> list[fmpq]:
    return [fmpq(round(float(x) * 2**60), 2**60) for x in point]
