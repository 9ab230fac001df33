"""Where a boundary leaves the hyperplane it was followed in, and what it does there.

A boundary bends exactly where it meets an earlier neuron's (R&K, T1).  What leaves the place where
it meets another one often says which of the two is the earlier: see ``junction``.  If it is the
other one, this one bends there, and a point of an earlier boundary is now known.

The place is found from the pieces on the boundary's two sides: between a point where it is seen
and one where it is not, a side's two pieces meet just there if nothing else lies between.  Where
they do not, a line that comes down to the boundary from the side that changes shows what it meets.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from flint import fmpq, fmpz

from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.recovery.geometry import (
    Form,
    Kink,
    form_key,
    rationals,
    rounded,
)
from exactrev.recovery.junction import Junction, Key, end_junction
from exactrev.recovery.lines import Line
from exactrev.recovery.local import (
    GRID,
    bend_across,
    combined,
    normal,
    onto_both,
    sides,
    unit_scale,
)
from exactrev.recovery.probe import Piece, Probe
from exactrev.recovery.survey import Survey

#: A look just before and just past a place, as a share of the way to what is known.
_BESIDE = fmpq(1, fmpz(1) << 30)
#: How high a line that comes down to the boundary begins, as a share of its length.
_HEIGHT = fmpq(1, 1 << 6)
#: Places tried at most.
_TRIES = 40


@dataclass(frozen=True)
class Departure:
    """The boundary ``form = 0`` is not in its hyperplane any more.

    ``around``: what leaves the place, with no rays where it was not found.
    """

    form: Form
    around: Junction = field(default_factory=Junction)

    @property
    def turns(self) -> bool:
        """Whether the boundary certainly bends there."""
        return form_key(self.form) in self.around.bent

    @property
    def met(self) -> Kink | None:
        """A point of the boundary met there: of the earlier one, where that is certain."""
        others = [ray for ray in self.around.rays if ray.key != form_key(self.form)]
        return self.around.straight or (others[0] if others else None)

    def turns_at(self, straight: Container[Key]) -> bool:
        """Whether the boundary certainly bends, given hyperplanes known to be whole boundaries."""
        keys = {ray.key for ray in self.around.rays} - {form_key(self.form)}
        return self.turns or any(key in straight for key in keys)


@dataclass(frozen=True)
class _Look:
    """The pieces on the two sides of a hyperplane, at a share ``t`` of the way."""

    t: fmpq
    lower: Piece
    upper: Piece

    def shows(self, form: Form) -> bool:
        """Whether f bends there across the hyperplane."""
        return bend_across(form, self.lower, self.upper) is not None


@dataclass(frozen=True)
class _End:
    """Looks right before and past a place where the boundary ends, and a form that is 0 there."""

    met: Form
    before: _Look
    after: _Look


def departure(
    survey: Survey, form: Form, start: Sequence[fmpq], stop: Sequence[fmpq]
) -> Departure | None:
    """What becomes of the boundary ``form = 0`` on the straight way between two points of it.

    f bends across the form at ``start``.  None if it still does at ``stop``.
    """
    way = Line(tuple(start), tuple(combined(stop, fmpq(-1), start)), fmpq(0), fmpq(1))
    last = _look(survey.probe, form, way, fmpq(1))
    if last.shows(form):
        return None
    first = _look(survey.probe, form, way, fmpq(0))
    end = _narrowed(survey, form, way, first, last) if first.shows(form) else None
    if end is None:
        return Departure(form)
    place = onto_both(form, end.met, way.at(end.before.t))
    if place is None:
        return Departure(form)
    pieces = (end.before.lower, end.before.upper), (end.after.lower, end.after.upper)
    return Departure(form, end_junction(survey, form, end.met, place, way.direction, *pieces))


def _look(probe: Probe, form: Form, way: Line, t: fmpq) -> _Look:
    return _Look(t, *sides(probe, form, way.at(t)))


def _narrowed(survey: Survey, form: Form, way: Line, before: _Look, after: _Look) -> _End | None:
    """A place where the boundary ceases to be seen, or None."""
    hints = _crossed(way, [kink.form for kink in survey.kinks])
    scanned = False
    for _ in range(_TRIES):
        met = _meeting(way, before, after) or _middle(hints, before, after)
        if met is None and not scanned:
            hints = _crossed(way, _beside(survey, form, way, before, after))
            scanned = True
            continue
        if met is None:
            share = fmpq(survey.random.randrange(3 << 16, 5 << 16), 8 << 16)
            middle = _look(survey.probe, form, way, before.t + share * (after.t - before.t))
            before, after = (middle, after) if middle.shows(form) else (before, middle)
            scanned = False
            continue
        t, other = met
        margin = min(t - before.t, after.t - t) * _BESIDE
        left = _look(survey.probe, form, way, t - margin)
        if not left.shows(form):
            after = left
            continue
        right = _look(survey.probe, form, way, t + margin)
        if not right.shows(form):
            return _End(other, left, right)
        before = right
    return None


def _crossed(way: Line, forms: Iterable[Form]) -> list[tuple[fmpq, Form]]:
    """The forms that vanish inside the way, each with the place, in order."""
    places = ((way.crossing(form), form) for form in forms)
    inside = [(t, form) for t, form in places if t is not None and way.start < t < way.stop]
    return sorted(inside, key=lambda item: item[0])


def _meeting(way: Line, before: _Look, after: _Look) -> tuple[fmpq, Form] | None:
    """Where the pieces on one of the sides meet between two looks, and the form that is 0 there."""
    differences = (after.lower - before.lower, after.upper - before.upper)
    rows = chain.from_iterable(map(matrix_rows, differences))
    crossed = _crossed(way, (row_vector(row) for row in rows if any(row)))
    return _middle(crossed, before, after)


def _middle(
    crossed: Sequence[tuple[fmpq, Form]], before: _Look, after: _Look
) -> tuple[fmpq, Form] | None:
    """The middle one of those between two looks."""
    between = [item for item in crossed if before.t < item[0] < after.t]
    return between[len(between) // 2] if between else None


def _beside(survey: Survey, form: Form, way: Line, before: _Look, after: _Look) -> list[Form]:
    """Hyperplanes met on the side that changes, on a line that comes down to the boundary's."""
    side = 1 if before.lower == after.lower else -1
    v = normal(form)
    length = max(abs(x) for x in way.direction) * (after.t - before.t)
    height = side * unit_scale(v) * length * _HEIGHT
    start = combined(way.at(before.t), height, v)
    stop = combined(way.at(after.t), height * _HEIGHT, v)
    base, end = (rationals(rounded(point, GRID)) for point in (start, stop))
    down = Line(tuple(base), tuple(combined(end, fmpq(-1), base)), fmpq(0), fmpq(1))
    return [kink.form for kink in survey.scan_segment(down)]
