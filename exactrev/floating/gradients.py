"""The gradient of the affine piece around a point, each direction on as wide a base as it has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exactrev.floating.oracle import FloatOracle, Floats

_NARROWEST = 1e-9  # of 1 + |x|
_MANY = 50


@dataclass(frozen=True)
class Gradient:
    """The gradient (n) of the mixture at a point, each entry known up to ``doubt`` (n)."""

    point: Floats
    value: float
    entries: Floats
    doubt: Floats


def gradient(oracle: FloatOracle, point: Floats, room: float) -> Gradient | None:
    """The gradient at a point whose piece reaches ``room`` in some direction.

    None where the piece is too narrow in another one.
    """
    n = len(point)
    entries, doubt = np.zeros(n), np.full(n, np.inf)
    bases = np.full(n, room / (1 if n < _MANY else 8))  # a failure costs more than a narrow base
    (value,) = oracle.value(point[None, :])
    left = np.arange(n)
    while len(left):
        step = np.zeros((len(left), n))
        step[np.arange(len(left)), left] = bases[left]
        points = np.concatenate([point - step, point + step])
        low, high = np.split(oracle.value(points), 2)
        noise = oracle.doubt(points).max()
        affine = np.abs(low + high - 2 * value) <= 4 * noise
        settled = left[affine]
        entries[settled] = ((high - low) / 2)[affine] / bases[settled]
        doubt[settled] = noise / bases[settled]
        left = left[~affine]
        bases[left] /= 4
        if len(left) and bases[left].min() < _NARROWEST * (1 + np.abs(point).max()):
            return None
    return Gradient(point, float(value), entries, doubt)
