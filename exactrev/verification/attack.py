"""Inputs that may have a property, found by climbing in floats; what counts is exact.

From a point inside the domain, steps go up the gradient of the bound that holds least, in the
metric of the domain's barrier (Dikin's ellipsoids), so that they stay inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import numpy as np
from flint import fmpq

from exactrev.arrangement.float_range import floats_hold
from exactrev.arrangement.forms import Floats, float_matrix
from exactrev.arrangement.leaves import Point
from exactrev.domain.flatten import Flat
from exactrev.exact.rational import from_floats, to_float
from exactrev.network.model import Network
from exactrev.verification.instance import Bound, Part
from exactrev.verification.restriction import restricted

_STARTS, _STEPS = 4, 20
#: How far a step goes, as shares of the way to the border of the domain.
_SHARES = np.array([1 / 16, 1 / 4, 1 / 2, 7 / 8, 63 / 64])
_FAR = 2.0**10  # the way to a border that is not there
_DIGITS = (4, 8, 16, 32)  # binary places of the points that are tried
_LARGEST = 1000  # inputs
_DAMPING = 1e-6  # what the metric has in directions without a border


def find_satisfying(
    joint: Network,
    part: Part,
    flat: Flat,
    seed: int = 0,
    stop: Callable[[], bool] = lambda: False,
) -> Point | None:
    """An exact input at which a conjunction of the part holds, or None if none was found.

    None means that there is none where the domain is a single point.
    """
    inside = flat.lifted(flat.inside)
    values = (*inside, *joint(inside))
    if any(all(bound.holds(values) for bound in bounds) for bounds in part.conjunctions):
        return inside
    if not 0 < len(flat.free) <= _LARGEST:
        return None
    network = restricted(joint, part, flat)
    if not floats_hold(network, chain.from_iterable(flat.domain.rows), flat.inside):
        return None
    climber = _Climber(network, flat, np.random.default_rng(seed))
    first = 0
    for bounds in part.conjunctions:
        outputs = range(first, first + len(bounds))
        first = outputs.stop
        for near in climber.climbs(outputs):
            for point in _exact_points(near):
                if stop():
                    return None
                if flat.domain.contains(point) and _hold(bounds, network(point)[outputs.start :]):
                    return flat.lifted(point)
            if stop():
                return None
    return None


def _hold(bounds: Sequence[Bound], values: Sequence[fmpq]) -> bool:
    pairs = zip(bounds, values, strict=False)
    return all(value > 0 if bound.strict else value >= 0 for bound, value in pairs)


def _exact_points(near: Floats) -> Iterator[Point]:
    """Points with few digits beside a point, then the point."""
    for digits in _DIGITS:
        yield tuple(fmpq(round(x * 2**digits), 2**digits) for x in near.tolist())
    yield from_floats(near.tolist())


class _Climber:
    """Climbs from points inside a domain, whose rows are ``matrix`` x + ``constants`` >= 0."""

    def __init__(self, network: Network, flat: Flat, random: np.random.Generator) -> None:
        rows, _ = float_matrix(flat.domain.rows, network.inputs + 1)
        sizes = np.abs(rows[:, :-1]).max(axis=1, initial=0.0)[:, None]
        self._matrix, self._constants = (rows / sizes)[:, :-1], (rows / sizes)[:, -1]
        self._is_box = int((self._matrix != 0).sum(axis=1).max(initial=0)) <= 1
        self._network, self._random = _FloatNetwork(network), random
        self._middle = np.array([to_float(x) for x in flat.inside])

    def climbs(self, outputs: range) -> Iterator[Floats]:
        """Points at which all of these outputs may well be >= 0."""
        for start in range(_STARTS):
            here = self._middle
            if start:
                direction = self._inward(here, self._random.normal(size=len(here)))
                here = here + self._random.uniform(0.3, 0.95) * self._way(here, direction)
            best = self._least(here, outputs)
            if not outputs or best >= 0:
                yield here
            for _ in range(_STEPS if outputs else 0):
                values = self._network.values(here[None, :])
                worst = outputs[int(values[-1][0, outputs.start : outputs.stop].argmin())]
                direction = self._inward(here, self._network.gradient(values, worst))
                steps = here + _SHARES[:, None] * self._way(here, direction)
                found = np.array([self._least(step, outputs) for step in steps])
                if not found.max() > best:
                    break
                here, best = steps[int(found.argmax())], found.max()
                if best >= 0:
                    yield here
                    break

    def _least(self, point: Floats, outputs: range) -> float:
        values = self._network.values(point[None, :])[-1][0, outputs.start : outputs.stop]
        return float(values.min(initial=np.inf))

    def _inward(self, point: Floats, gradient: Floats) -> Floats:
        """The gradient in the metric of the rows' logarithmic barrier at a point."""
        with np.errstate(all="ignore"):
            scaled = self._matrix / (self._matrix @ point + self._constants)[:, None]
        if not np.isfinite(scaled).all():  # the point is on the border, as floats see it
            return np.zeros_like(point)
        if self._is_box:
            direction = gradient / ((scaled**2).sum(axis=0) + _DAMPING)
        else:
            hessian = scaled.T @ scaled + _DAMPING * np.eye(len(point))
            direction = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        size = np.abs(direction).max(initial=0.0)
        return np.asarray(direction / size if size > 0 else direction)

    def _way(self, point: Floats, direction: Floats) -> Floats:
        """The way from a point in a direction to the border of the domain."""
        slopes, slack = self._matrix @ direction, self._matrix @ point + self._constants
        with np.errstate(all="ignore"):
            times = np.where(slopes < 0, slack / -slopes, np.inf)
        return direction * min(float(times.min(initial=np.inf)), _FAR)


class _FloatNetwork:
    """A network in floats."""

    def __init__(self, network: Network) -> None:
        self._layers = []
        for layer in network.layers:
            blocks = [
                (source, float_matrix(matrix.tolist(), matrix.ncols())[0])
                for source, matrix in layer.weights
            ]
            self._layers.append((blocks, np.array([to_float(b) for b in layer.bias.entries()])))
        self._inputs = network.inputs

    def values(self, points: Floats) -> list[Floats]:
        """z of every layer at points (K x n), the outputs last."""
        active, found = [points], []
        for blocks, bias in self._layers:
            z = np.tile(bias, (len(points), 1))
            for source, weight in blocks:
                z += active[source] @ weight.T
            found.append(z)
            active.append(np.maximum(z, 0.0))
        return found

    def gradient(self, values: list[Floats], output: int) -> Floats:
        """The gradient of an output at a single point where the layers have these values."""
        slopes = [np.zeros(self._inputs), *(np.zeros(z.shape[1]) for z in values)]
        slopes[-1][output] = 1.0
        for number in range(len(values), 0, -1):
            slope = slopes[number]
            if number < len(values):
                slope = slope * (values[number - 1][0] > 0)
            for source, weight in self._layers[number - 1][0]:
                slopes[source] = slopes[source] + slope @ weight
        return np.asarray(slopes[0])
