"""Where a boundary leaves the hyperplane it was followed in, and what it does there.

A boundary bends exactly where it meets an earlier neuron's (R&K, T1).  Around the place where two
meet, boundaries leave it like rays.  If the other one goes straight through, this one bends
there, is deeper than it, and a point of an earlier boundary is now known.  If only two rays are
left it is one boundary, bending at one that f hides.  Three rays may be read either way: the one
that ends at the other two is earlier than they are, and nothing local says which it is.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpz

from exactrev.recovery.geometry import Form, Kink, form_key, rationals, rounded
from exactrev.recovery.lines import Line
from exactrev.recovery.local import (
    GRID,
    NEAR,
    along,
    bend_at,
    combined,
    normal,
    onto_both,
    unit_scale,
)
from exactrev.recovery.survey import Survey

#: How far beside the boundary the way is scanned.
_BESIDE = fmpq(1, fmpz(1) << 48)
#: A look before the place where another boundary is met, as a share of the way to it.
_BEFORE = 1 - fmpq(1, fmpz(1) << 30)


Key = tuple[fmpq, ...]


@dataclass(frozen=True)
class Departure:
    """The boundary is not in its hyperplane any more.

    ``kink``: a point, next to the place, of the boundary it meets there; without it the place was
    not found.  ``rays``: the hyperplanes (as ``form_key``) of all that leaves the place.
    """

    turns: bool
    kink: Kink | None
    rays: tuple[Key, ...] = ()

    def turns_at(self, straight: Container[Key], own: Form) -> bool:
        """Whether the boundary certainly bends, given hyperplanes known to be whole boundaries."""
        return self.turns or any(ray in straight and ray != form_key(own) for ray in self.rays)


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
            around = rays(survey, form, met.form, place)
            through = around.count(form_key(met.form)) == 2
            return Departure(through or len(around) == 2, met, around)
    return Departure(turns=False, kink=None)


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


def rays(survey: Survey, form: Form, met: Form, near: Sequence[fmpq]) -> tuple[Key, ...]:
    """The hyperplanes met on a tiny square round the place where two cross, close to ``near``.

    The square lies in the plane of the two forms' normals.  Empty if they are parallel.
    """
    place = onto_both(form, met, near)
    if place is None:
        return ()
    v = normal(form)
    across = along(form, normal(met))
    tiny = fmpq(1, fmpz(1) << NEAR)
    a, b = ([tiny * unit_scale(side) * x for x in side] for side in (v, across))
    corners = [
        combined(combined(place, fmpq(s), a), fmpq(t), b)
        for s, t in ((-1, -1), (-1, 1), (1, 1), (1, -1))
    ]
    kinks: list[Kink] = []
    for corner, following in zip(corners, corners[1:] + corners[:1], strict=True):
        way = combined(following, fmpq(-1), corner)
        side = Line(tuple(corner), tuple(way), fmpq(0), fmpq(1))
        kinks += survey.scan_segment(side)
    return tuple(form_key(kink.form) for kink in kinks)


def _rounded(vector: Sequence[fmpq]) -> list[fmpq]:
    return rationals(rounded(vector, GRID))
