"""The first known boundary that a ray meets inside a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.exact.linear import stack
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
    """The first boundary of the cell's neurons that a ray meets, or None."""
    if not cell.forms:
        return None
    forms = stack(cell.forms)
    values = (forms * homogeneous(point)).entries()
    rates = (forms * homogeneous_direction(direction)).entries()
    best: tuple[fmpq, int] | None = None
    for index, (z, rate) in enumerate(zip(values, rates, strict=True)):
        if rate and (t := -z / rate) > 0 and (best is None or t < best[0]):
            best = (t, index)
    if best is None:
        return None
    distance, index = best
    layer = 0
    while index >= cell.forms[layer].nrows():
        index -= cell.forms[layer].nrows()
        layer += 1
    return Crossing(layer, index, distance)
