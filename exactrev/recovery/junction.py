"""What leaves the place where two boundaries meet, and which of it goes straight through.

Round such a place, with nothing else near, f = affine + c relu(z) + C relu(p + w relu(z)), z being
the earlier of the two.  Boundaries leave it like rays.  Mostly there are four: the earlier one
straight through, and the other, which bends if w is not 0.  Three are left where f hides half of
the earlier boundary, because c = 0 or c + C w = 0.  Then f bends by C across both parts of the
later boundary and by C w across the earlier one: if not all three bend the same way, upwards or
downwards, the one that differs is the earlier one.  If they do, nothing near the place tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat, fmpz

from exactrev.recovery.geometry import (
    Bend,
    Form,
    Kink,
    bend_between,
    form_at,
    form_key,
    rounded,
)
from exactrev.recovery.lines import Line
from exactrev.recovery.local import (
    GRID,
    NEAR,
    along,
    bend_across,
    bend_at,
    combined,
    normal,
    onto_both,
    unit_scale,
)
from exactrev.recovery.probe import Piece
from exactrev.recovery.survey import Survey

#: How far from its place a ray is looked at.
_OUT = fmpq(1, fmpz(1) << (NEAR - 30))

#: A hyperplane, as ``form_key`` writes it.
Key = tuple[fmpq, ...]


@dataclass(frozen=True)
class Junction:
    """The boundaries seen to leave a place, one kink on each."""

    rays: tuple[Kink, ...] = ()

    def times(self, form: Form) -> int:
        """How many of the rays lie in the form's hyperplane: 2 if it goes straight through."""
        return self._counted[form_key(form)]

    @property
    def straight(self) -> Kink | None:
        """A ray of the one boundary that certainly does not bend here, while another one does."""
        twice = [ray for ray in self.rays if self.times(ray.form) == 2]
        if len(self.rays) == 4 and len(twice) == 2:
            return twice[0]
        if len(self.rays) == len(self._counted) == 3:
            first, *rest = (_same_way(self.rays[0], ray) for ray in self.rays)
            if rest == [not first, not first]:
                return self.rays[0]
            if rest[0] != rest[1]:
                return self.rays[1 if not rest[0] else 2]
        return None

    @property
    def bent(self) -> tuple[Key, ...]:
        """The hyperplanes of boundaries that certainly bend here: of no first-layer neuron."""
        straight = self.straight
        if straight is None:
            return ()
        return tuple(key for key in self._counted if key != form_key(straight.form))

    @property
    def _counted(self) -> Counter[Key]:
        return Counter(ray.key for ray in self.rays)


def _same_way(a: Kink, b: Kink) -> bool:
    """Whether f bends across both upwards, or across both downwards, in an output that shows it."""
    product: fmpq_mat = a.bend.jump.transpose() * b.bend.jump
    return bool(product[0, 0] > 0)


def junction(survey: Survey, form: Form, met: Form, near: Sequence[fmpq]) -> Junction:
    """What is met on a tiny square round the place where two hyperplanes cross, close to ``near``.

    The square lies in the plane of the two forms' normals.  No rays if they are parallel.
    """
    place = onto_both(form, met, near)
    if place is None:
        return Junction()
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
    return Junction(tuple(kinks))


def end_junction(
    survey: Survey,
    form: Form,
    met: Form,
    place: Sequence[fmpq],
    way: Sequence[fmpq],
    before: tuple[Piece, Piece],
    after: tuple[Piece, Piece],
) -> Junction:
    """What leaves a place of ``met = 0`` where the boundary ``form = 0`` ends on its way.

    ``before`` and ``after`` are the pieces on its lower and upper side up to the place and past it.
    They nearly tell what leaves it; a few looks decide.  If nothing fits, a square round the place
    is scanned.
    """
    own = bend_across(form, *before)
    v = normal(form)
    fans: list[tuple[Kink, ...] | None] = [None, None]
    if own is not None and after[0] == after[1]:
        direct = [bend_between(piece, after[0]) for piece in before]
        known = [met, *(bend.form for bend in direct if bend is not None)]
        for k, (s, piece) in enumerate(zip((-1, 1), before, strict=True)):
            first = [bend.form for bend in direct[k : k + 1] if bend is not None]
            forms = [other for other in first + known if form_key(other) != form_key(form)]
            fans[k] = _fan(survey, forms, place, ([s * x for x in v], way), piece, after[0])
    if own is None or fans[0] is None or fans[1] is None:
        return junction(survey, form, met, place)
    return Junction((_kink(own, place, [-x for x in way]), *fans[0], *fans[1]))


def _fan(
    survey: Survey,
    forms: Sequence[Form],
    place: Sequence[fmpq],
    sector: tuple[Sequence[fmpq], Sequence[fmpq]],
    first: Piece,
    last: Piece,
) -> tuple[Kink, ...] | None:
    """The rays on one side of the way, from its piece before the place to that past it, or None.

    ``sector`` holds the directions to that side and on along the way.  There are no more than two
    rays, and one of them lies in one of the hyperplanes ``forms``.
    """
    if first == last:
        return ()
    outward, way = sector
    for form in forms:
        ray = _ray(survey, form, place, outward)
        if ray is None:
            continue
        sign = -1 if form_at(ray.form, combined(place, -_OUT, way)) > 0 else 1
        beyond = first + sign * ray.bend.jump * ray.form
        if beyond == last:
            return (ray,)
        bend = bend_between(beyond, last)
        other = None if bend is None else _ray(survey, bend.form, place, outward)
        if other is not None:
            return ray, other
    return None


def _ray(
    survey: Survey, form: Form, place: Sequence[fmpq], outward: Sequence[fmpq]
) -> Kink | None:
    """The kink in a hyperplane a little outward from a place of it, if f bends there."""
    way = along(form, outward)
    if not any(way):
        return None
    point = combined(place, _OUT * unit_scale(way), way)
    bend = bend_at(survey.probe, form, point)
    return None if bend is None else Kink(rounded(point, GRID), bend, fmpq(0))


def _kink(bend: Bend, place: Sequence[fmpq], outward: Sequence[fmpq]) -> Kink:
    way = along(bend.form, outward)
    return Kink(rounded(combined(place, _OUT * unit_scale(way), way), GRID), bend, fmpq(0))
