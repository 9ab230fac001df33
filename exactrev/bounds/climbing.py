"""Points of a box where some output is large, found by random steps in floats."""

from __future__ import annotations

import numpy as np
from flint import fmpq

from exactrev.bounds.inside import Inside
from exactrev.bounds.zonotope import Floats, FloatStages

_SAMPLES = 4096
_CLIMBERS, _STEPS, _ROUNDS = 16, 32, 60
_DIGITS = 40  # binary places of a point, beyond those of the box's size


def largest_outputs(
    stages: FloatStages, low: Floats, high: Floats, inside: Inside, seed: int = 0
) -> Floats:
    """Points (few x inputs) at which the largest absolute output seems to be large.

    They are those of a box, moved into the domain, nearly.  The largest comes first.  The best of
    many random points go on by random steps that get shorter.
    """
    random = np.random.default_rng(seed)
    points = low + (high - low) * random.random((_SAMPLES, len(low)))
    points[0] = (low + high) / 2
    points = inside.pulled(points)
    sizes = _sizes(stages, points)
    best = np.argsort(-sizes)[:_CLIMBERS]
    points, sizes = points[best], sizes[best]
    for turn in range(_ROUNDS):
        share = 0.5 * 0.85**turn
        steps = random.normal(size=(len(points), _STEPS, len(low))) * share * (high - low)
        steps *= random.random(steps.shape) < 0.5
        tried = inside.pulled(np.clip(points[:, None, :] + steps, low, high))
        found = _sizes(stages, tried.reshape(-1, len(low))).reshape(tried.shape[:2])
        place = found.argmax(axis=1)
        rows = np.arange(len(points))
        better = found[rows, place] > sizes
        points[better] = tried[rows, place][better]
        sizes[better] = found[rows, place][better]
    return np.asarray(points[np.argsort(-sizes)])


def rounded(point: Floats, box: list[tuple[fmpq, fmpq]]) -> tuple[fmpq, ...]:
    """A point of the box near this one, with coordinates that are dyadic or ends of the box."""
    found = []
    for x, (low, high) in zip(point.tolist(), box, strict=True):
        near = fmpq(round(x * 2.0**_DIGITS), 1 << _DIGITS)
        found.append(min(max(near, low), high))
    return tuple(found)


def _sizes(stages: FloatStages, points: Floats) -> Floats:
    return np.asarray(np.abs(stages.values(points)).max(axis=1))
