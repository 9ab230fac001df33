"""Products of intervals: domains that are some, exactly and in floats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq

from exactrev.bounds.zonotope import Floats
from exactrev.checker.lines import Ratio
from exactrev.exact.rational import to_float
from exactrev.lp import Polyhedron

Interval = tuple[fmpq, fmpq]
Box = tuple[Interval, ...]


def bounding_box(domain: Polyhedron) -> list[Interval] | None:
    """The intervals that a domain is the product of; None if it is no product of intervals."""
    low: dict[int, fmpq] = {}
    high: dict[int, fmpq] = {}
    for row in domain.rows:
        places = [j for j, a in enumerate(row[:-1]) if a]
        if len(places) != 1:
            return None
        (j,) = places
        end = -row[-1] / row[j]
        if row[j] > 0:
            low[j] = max(low.get(j, end), end)
        else:
            high[j] = min(high.get(j, end), end)
    if not len(low) == len(high) == domain.dimension:
        return None
    return [(low[j], high[j]) for j in range(domain.dimension)]


def halves(box: Box, place: int) -> tuple[Box, Box, fmpq]:
    """The two halves by an input, the upper one first, and where they meet."""
    low, high = box[place]
    middle = fmpq(1, 2) * (low + high)
    upper, lower = (
        (*box[:place], interval, *box[place + 1 :]) for interval in ((middle, high), (low, middle))
    )
    return upper, lower, middle


def middle_and_radius(box: Sequence[Interval]) -> tuple[Floats, Floats]:
    """A box in floats."""
    middle = np.array([to_float(fmpq(1, 2) * (low + high)) for low, high in box])
    radius = np.array([to_float(fmpq(1, 2) * (high - low)) for low, high in box])
    return middle, radius


def ratios(box: Sequence[Interval]) -> list[tuple[Ratio, Ratio]]:
    """A box as the checker has it."""
    return [((int(a.p), int(a.q)), (int(b.p), int(b.q))) for a, b in box]
