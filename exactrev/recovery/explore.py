"""Places where a neuron that the lines missed would most likely show.

A neuron that is nearly always off (or on) reads the layer below with nearly all weights of one
sign; it differs where a few of the layer's activations are large and the others are small.  Such
places are sought by float hill climbing on the network found so far: hints only, and no query.
Another kind of place is one where the activations point to where they do on no line scanned so
far.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from exactrev.exact.rational import to_float
from exactrev.network.model import Network

_SAMPLES = 2000
_CLIMBERS = 64
_STEPS = 12
_SIZES = (0.5, 1.5, 4.0, 256.0)
_AGAINST = 0.6
#: Directions in which places are sought by gradients, starts for each, and steps of each.
_EXTREMES, _STARTS, _STRIDES = 128, 12, 100
#: The longest and the shortest of these steps, as shares of a place's size.
_LONGEST, _SHORTEST = 0.5, 0.005
#: From this cosine on two places tell the same.
_ALIKE = 0.98
_HUGE = 1e30  # the size of numbers that hints are computed from

Floats = NDArray[np.float64]

#: A layer's matrices, with what each of them reads; and its biases, too.
Matrices = list[tuple[int, Floats]]
_Weights = tuple[Matrices, Floats]


def telling_places(
    network: Network, depth: int, scale: fmpq, random: Random
) -> Iterator[list[fmpq]]:
    """Points at which the activations of hidden layer ``depth`` (from 1) are as lopsided as they
    get, one by one.
    """
    generator = np.random.default_rng(random.getrandbits(64))
    weights = [layer_in_floats(network, number) for number in range(1, depth + 1)]
    for size, goal in _goals(network.architecture[depth], generator):
        yield _climb(weights, goal, network.inputs, _size(scale) * size, generator)


def extreme_places(
    network: Network, depth: int, scale: fmpq, random: Random
) -> list[list[fmpq]]:
    """Points at which the activations of hidden layer ``depth`` (from 1) point as far as they do in
    one of many random directions, climbed to along gradients; none that tells the same as another.
    """
    generator = np.random.default_rng(random.getrandbits(64))
    weights = [layer_in_floats(network, number) for number in range(1, depth + 1)]
    width = network.architecture[depth]
    few = [goal for _, goal in islice(_goals(width, generator), _EXTREMES // 2)]
    goals = np.vstack([few, generator.standard_normal((_EXTREMES - len(few), width))])
    goals = np.repeat(goals, _STARTS, axis=0)
    sizes = np.resize(_SIZES, len(goals))[:, None] * _size(scale)
    points = sizes * generator.standard_normal((len(goals), network.inputs))
    best, found = np.full(len(goals), -np.inf), points.copy()
    for step in range(_STRIDES):
        inner = _preactivations(weights, points)
        values = np.maximum(inner[-1], 0.0)
        length = np.sqrt((values * values).sum(axis=1) + 1.0)
        merit = (values * goals).sum(axis=1) / length
        better = merit > best
        best[better], found[better] = merit[better], points[better]
        way = goals - values * (merit / length)[:, None]
        way = _pulled_back(weights, inner, way)
        stride = _LONGEST * (_SHORTEST / _LONGEST) ** (step / _STRIDES)
        length = np.linalg.norm(way, axis=1, keepdims=True) + 1e-300
        points = points + stride * (np.linalg.norm(points, axis=1, keepdims=True) + sizes) * (
            way / length
        )
    winners = best.reshape(-1, _STARTS).argmax(axis=1) + _STARTS * np.arange(len(goals) // _STARTS)
    return [_dyadic(point) for point in _unlike(weights, found[winners])]


def _pulled_back(weights: list[_Weights], inner: list[Floats], slope: Floats) -> Floats:
    """The gradient by the points of what has this gradient by the last layer's values."""
    above = {len(weights): slope}
    for number in range(len(weights), 0, -1):
        if number in above:
            passed = above[number] * (inner[number] > 0)
            for source, matrix in weights[number - 1][0]:
                above[source] = above.get(source, 0.0) + passed @ matrix
    return above[0]


def _unlike(weights: list[_Weights], points: Floats) -> list[Floats]:
    """Those of the points at which the activations do not point where they do at one before."""
    directions = _directions(weights, points)
    kept: list[int] = []
    for k, direction in enumerate(directions):
        if all(direction @ directions[other] < _ALIKE for other in kept):
            kept.append(k)
    return [points[k] for k in kept]


def unlike_place(
    network: Network, depth: int, seen: Sequence[Sequence[fmpq]], scale: fmpq, random: Random
) -> list[fmpq]:
    """A point where the activations of hidden layer ``depth`` (from 1) point least to where they
    do at any point ``seen``.
    """
    generator = np.random.default_rng(random.getrandbits(64))
    weights = [layer_in_floats(network, number) for number in range(1, depth + 1)]
    drawn = generator.standard_normal((_SAMPLES, network.inputs))
    points = drawn * (_size(scale) * np.resize(_SIZES, _SAMPLES))[:, None]
    known = np.array([[_size(x) for x in place] for place in seen])
    likeness = _directions(weights, points) @ _directions(weights, known).T
    farthest = points[np.argmin(likeness.max(axis=1))]
    return _dyadic(farthest)


def _goals(width: int, generator: np.random.Generator) -> Iterator[tuple[float, Floats]]:
    """Weights of neurons that would rarely change sign: a few positive, the others negative."""
    for size in _SIZES:
        for i in range(width):
            goal = -_AGAINST * generator.random(width)
            goal[i] = 1.0
            yield size, goal
    for count in (2, 3, 4):
        for _ in range(width):
            goal = -_AGAINST * generator.random(width)
            chosen = generator.permutation(width)[:count]
            goal[chosen] = 0.3 + generator.random(len(chosen))
            yield float(generator.choice(_SIZES)), goal


def layer_in_floats(network: Network, number: int) -> _Weights:
    """About what the matrices and the biases of a layer (from 1) are."""
    layer = network.layers[number - 1]
    bias = np.array([_size(x) for x in layer.bias.entries()])
    matrices = [
        (source, np.array([_size(x) for x in matrix.entries()]).reshape(len(bias), -1))
        for source, matrix in layer.weights
    ]
    return matrices, bias


def _preactivations(layers: list[_Weights], points: Floats) -> list[Floats]:
    """z of all the layers at each point, after the points themselves."""
    inner = [points]
    for matrices, bias in layers:
        total = np.tile(bias, (len(points), 1))
        for source, matrix in matrices:
            total += (np.maximum(inner[source], 0.0) if source else points) @ matrix.T
        inner.append(total)
    return inner


def _size(x: fmpq) -> float:
    """About the number; huge ones are cut, so that sums of products stay finite."""
    return min(max(to_float(x), -_HUGE), _HUGE)


def _climb(
    weights: list[_Weights],
    goal: Floats,
    inputs: int,
    size: float,
    generator: np.random.Generator,
) -> list[fmpq]:
    """A point of about this size where the activations point towards ``goal``."""
    points = size * generator.standard_normal((_SAMPLES, inputs))
    for step in range(_STEPS):
        best = points[np.argsort(-_agreement(weights, points, goal))[:_CLIMBERS]]
        spread = size * 0.7**step
        points = np.concatenate([best, best, best, best])
        points[_CLIMBERS:] += spread * generator.standard_normal(points[_CLIMBERS:].shape)
    return _dyadic(points[np.argmax(_agreement(weights, points, goal))])


def _dyadic(point: Floats) -> list[fmpq]:
    return [fmpq(round(float(x) * 2**30), 2**30) for x in point]


def _directions(weights: list[_Weights], points: Floats) -> Floats:
    """The activations and the constant 1 at each point, scaled to length 1."""
    activations = np.maximum(_preactivations(weights, points)[-1], 0.0)
    values = np.column_stack([activations, np.ones(len(points))])
    return np.asarray(values / np.linalg.norm(values, axis=1, keepdims=True))


def _agreement(weights: list[_Weights], points: Floats, goal: Floats) -> Floats:
    """The cosine between activations and goal at each point."""
    values = np.maximum(_preactivations(weights, points)[-1], 0.0)
    norms = np.linalg.norm(values, axis=1) * np.linalg.norm(goal)
    return np.asarray((values @ goal) / np.where(norms > 0, norms, 1.0))
