"""Where a boundary leaves the hyperplane it was followed in, and what it does there.

A boundary bends exactly where it meets an earlier neuron's (R&K, T1).  So if it turns off, the boundary it
meets there is of an earlier layer, and a point of that one is now known; if it ends instead, f hides it from
there on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpz

from exactrev.recovery.geometry import Form, Kink, rationals, rounded
from exactrev.recovery.lines import Line
from exactrev.recovery.local import GRID, bend_at, combined, normal, unit_scale
from exactrev.recovery.survey import Survey

#: How far beside the boundary the way is scanned, and how far past the departure it is looked for.
_BESIDE = fmpq(1, fmpz(1) << 110)
_PAST = fmpq(1, fmpz(1) << 60)
_WIDE = 1 << 20


@dataclass(frozen=True)
class Departure:
    """The boundary is not in its hyperplane any more: it ``turns`` at ``kink`` or ends there."""

    turns: bool
    kink: Kink | None


def departure(
    survey: Survey, form: Form, start: Sequence[fmpq], stop: Sequence[fmpq]
) -> Departure | None:
    """What becomes of the boundary ``form = 0`` on the straight way between two points of it.

    f bends across the form at ``start``.  None if it still does at ``stop``.  The way is scanned
    right beside the boundary: on the other side of it too where one side shows nothing, since an
    earlier neuron may be seen through this boundary's own neuron alone.
    """
    if bend_at(survey.probe, form, stop) is not None:
        return None
    v = normal(form)
    way = _rounded(combined(stop, fmpq(-1), start))
    crossed: list[Kink] = []
    for side in (1, -1):
        base = _rounded(combined(start, side * _BESIDE * unit_scale(v), v))
        crossed += survey.scan_segment(Line(tuple(base), tuple(way), fmpq(0), fmpq(1)))
        if crossed:
            break
    low, high = 0, len(crossed)
    while low < high:
        middle = (low + high) // 2
        beyond = crossed[middle + 1].position if middle + 1 < len(crossed) else fmpq(1)
        place = combined(start, (crossed[middle].position + beyond) / 2, way)
        if bend_at(survey.probe, form, place) is not None:
            low = middle + 1
        else:
            high = middle
    if low == len(crossed):
        return Departure(turns=False, kink=None)
    place = combined(start, crossed[low].position + _PAST, way)
    reach = _PAST * _WIDE * unit_scale(v)
    lower, upper = (
        survey.probe.piece(rounded(combined(place, side * reach, v), GRID)) for side in (-1, 1)
    )
    return Departure(turns=bool(lower != upper), kink=crossed[low])


def _rounded(vector: Sequence[fmpq]) -> list[fmpq]:
    return rationals(rounded(vector, GRID))
