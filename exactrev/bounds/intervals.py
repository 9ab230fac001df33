"""Products of intervals, exactly and in floats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq

from exactrev.bounds.zonotope import Floats
from exactrev.checker.lines import Ratio
from exactrev.domain.boxes import Box, Interval
from exactrev.exact.rational import to_float


def halves(box: Box, place: int) -> tuple[Box, Box, fmpq]:
    """The two halves by an input, the upper one first, and where they meet."""
    low, high = box[place]
    middle = fmpq(1, 2) * (low + high)
    return *parted(box, place, middle), middle


def parted(box: Box, place: int, value: fmpq) -> tuple[Box, Box]:
    """The parts where an input is >= a value, and where it is <= it."""
    low, high = box[place]
    upper, lower = (
        (*box[:place], interval, *box[place + 1 :]) for interval in ((value, high), (low, value))
    )
    return upper, lower


def middle_and_radius(box: Sequence[Interval]) -> tuple[Floats, Floats]:
    """A box in floats."""
    middle = np.array([to_float(fmpq(1, 2) * (low + high)) for low, high in box])
    radius = np.array([to_float(fmpq(1, 2) * (high - low)) for low, high in box])
    return middle, radius


def ratios(box: Sequence[Interval]) -> list[tuple[Ratio, Ratio]]:
    """A box as the checker has it."""
    return [((int(a.p), int(a.q)), (int(b.p), int(b.q))) for a, b in box]
