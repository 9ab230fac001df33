"""Where the neurons found do not explain the answers: the way to a neuron that no line met.

A missing neuron that is nearly always on, or nearly always off, is an affine function of the layer
below at most points; the few others stand out of a fit that lets single answers be wrong.
"""

from __future__ import annotations

import numpy as np

from exactrev.floating.lines import Line
from exactrev.floating.oracle import FloatOracle, Floats
from exactrev.floating.prefix import Prefix

_POINTS = 600
_ROUNDS = 30
_ACCURACY = 1e-2  # of what is loose: how well layers are known before the whole is polished
_DEPARTS = 100.0  # times that
_MOST = 0.4  # of the points may depart


def line_to_departure(
    oracle: FloatOracle, prefix: Prefix, random: np.random.Generator
) -> tuple[Line, float] | None:
    """A line, and the length on it, from a point that fits to one that does not.

    None where all points fit, or too few do to tell which.
    """
    radius = random.choice([1.0, 3.0, 10.0], size=(_POINTS, 1))
    points = random.normal(size=(_POINTS, oracle.inputs)) * radius
    doubt = _ACCURACY * oracle.loose * (1 + np.abs(points).max(axis=1))
    distance = np.abs(_rest(_columns(prefix, points), oracle.value(points), doubt))
    departs = distance > _DEPARTS
    if not departs.any() or departs.mean() > _MOST:
        return None
    start = points[random.choice(np.flatnonzero(~departs))]
    step = points[random.choice(np.flatnonzero(departs))] - start
    length = float(np.linalg.norm(step))
    return Line(start, step / length), length


def _columns(prefix: Prefix, points: Floats) -> Floats:
    """What the output may read: the last layer, the layer below it as it is, and 1."""
    last = np.maximum(prefix.values(points)[:, prefix.last], 0)
    below = Prefix(prefix.inputs, prefix.layers[:-1])
    direct = np.maximum(below.values(points)[:, below.last], 0) if below.layers else points
    return np.concatenate([last, direct, np.ones((len(points), 1))], axis=1)


def _rest(columns: Floats, values: Floats, doubt: Floats) -> Floats:
    """What the fit with the least sum of distances leaves, in doubts (reweighted squares)."""
    columns, values = columns / doubt[:, None], values / doubt
    weights = np.ones(len(values))
    rest = values
    for _ in range(_ROUNDS):
        scaled = columns * weights[:, None]
        fit = np.linalg.lstsq(scaled, values * weights, rcond=1e-13)[0]
        rest = values - columns @ fit
        weights = 1 / np.sqrt(np.maximum(np.abs(rest), 1.0))
    return np.asarray(rest)
