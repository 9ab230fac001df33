"""Where a boundary leaves the hyperplane it was followed in, and what it does there.

A boundary bends exactly where it meets an earlier neuron's (R&K, T1).  What leaves the place where
it meets another one often says which of the two is the earlier: see ``junction``.  If it is the
other one, this one bends there, and a point of an earlier boundary is now known.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpz

from exactrev.recovery.geometry import Form, Kink, form_key, rationals, rounded
from exactrev.recovery.junction import Junction, Key, junction
from exactrev.recovery.lines import Line
from exactrev.recovery.local import GRID, bend_at, combined, normal, unit_scale
from exactrev.recovery.survey import Survey

#: How far beside the boundary the way is scanned.
_BESIDE = fmpq(1, fmpz(1) << 48)
#: A look before the place where another boundary is met, as a share of the way to it.
_BEFORE = 1 - fmpq(1, fmpz(1) << 30)

@dataclass(frozen=True)
class Departure:
    """The boundary ``form = 0`` is not in its hyperplane any more.

    ``kink``: a point, next to the place, of the boundary it meets there; without it the place was
    not found.  ``around``: all that leaves the place.
    """

    form: Form
    kink: Kink | None = None
    around: Junction = Junction(())

    @property
    def turns(self) -> bool:
        """Whether the boundary certainly bends there."""
        through = self.kink is not None and self.around.times(self.kink.form) == 2
        return through or form_key(self.form) in self.around.bent

    def turns_at(self, straight: Container[Key]) -> bool:
        """Whether the boundary certainly bends, given hyperplanes known to be whole boundaries."""
        keys = {form_key(ray.form) for ray in self.around.rays} - {form_key(self.form)}
        return self.turns or any(key in straight for key in keys)


def departure(
    survey: Survey, form: Form, start: Sequence[fmpq], stop: Sequence[fmpq]
) -> Departure | None:
    """What becomes of the boundary ``form = 0`` on the straight way between two points of it.

    f bends across the form at ``start``.  None if it still does at ``stop``.  The way is scanned
    right beside the boundary: on the other side of it too where one side does not show the place,
    since an earlier neuron may be seen through this boundary's own neuron alone.
    """
    if bend_at(survey.probe, form, stop) is not None:
        return None
    v = normal(form)
    way = _rounded(combined(stop, fmpq(-1), start))
    for side in (-1, 1):
        base = _rounded(combined(start, side * _BESIDE * unit_scale(v), v))
        crossed = survey.scan_segment(Line(tuple(base), tuple(way), fmpq(0), fmpq(1)))
        met = _last_seen(survey, form, start, way, crossed)
        if met is not None:
            place = combined(start, met.position, way)
            return Departure(form, met, junction(survey, form, met.form, place))
    return Departure(form)


def _last_seen(
    survey: Survey,
    form: Form,
    start: Sequence[fmpq],
    way: Sequence[fmpq],
    crossed: Sequence[Kink],
) -> Kink | None:
    """The kink on the way right up to which the boundary is seen, and not past it."""

    def seen(t: fmpq) -> bool:
        return bend_at(survey.probe, form, combined(start, t, way)) is not None

    low, high = 0, len(crossed)
    while low < high:
        middle = (low + high) // 2
        beyond = crossed[middle + 1].position if middle + 1 < len(crossed) else fmpq(1)
        if seen((crossed[middle].position + beyond) / 2):
            low = middle + 1
        else:
            high = middle
    if low == len(crossed):
        return None
    return crossed[low] if seen(crossed[low].position * _BEFORE) else None


def _rounded(vector: Sequence[fmpq]) -> list[fmpq]:
    return rationals(rounded(vector, GRID))
