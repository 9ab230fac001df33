"""The first known boundary that a ray meets inside a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpz

from exactrev.recovery.geometry import homogeneous, homogeneous_direction
from exactrev.recovery.prefix import Cell


@dataclass(frozen=True)
class Crossing:
    """A neuron (``layer`` counted from 0) whose boundary a ray meets after ``distance``
    directions.
    """

    layer: int
    neuron: int
    distance: fmpq


def first_crossing(
    cell: Cell, point: Sequence[fmpq], direction: Sequence[fmpq]
) -> Crossing | None:
    """The first boundary of the cell's neurons that a ray meets, or None.

    The distances -z / rate are compared as quotients of integers: over common denominators of the
    point and of the direction they all have the same factor.
    """
    start, start_unit = homogeneous(point).numer_denom()
    way, way_unit = homogeneous_direction(direction).numer_denom()
    best: tuple[int, int] | None = None
    nearest, fastest = fmpz(0), fmpz(0)
    for layer, forms in enumerate(cell.walls):
        ahead = zip((forms * start).entries(), (forms * way).entries(), strict=True)
        for neuron, (z, rate) in enumerate(ahead):
            if z > 0 > rate:
                z, rate = -z, -rate
            elif not z < 0 < rate:
                continue
            # now z < 0 < rate, as for the best so far
            if best is None or z * fastest > nearest * rate:
                best, nearest, fastest = (layer, neuron), z, rate
    if best is None:
        return None
    return Crossing(*best, fmpq(-nearest * way_unit, fastest * start_unit))
