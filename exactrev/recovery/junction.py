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

from exactrev.recovery.geometry import Form, Kink, form_key
from exactrev.recovery.lines import Line
from exactrev.recovery.local import NEAR, along, combined, normal, onto_both, unit_scale
from exactrev.recovery.survey import Survey

#: A hyperplane, as ``form_key`` writes it.
Key = tuple[fmpq, ...]


@dataclass(frozen=True)
class Junction:
    """The boundaries seen to leave a place, one kink on each."""

    rays: tuple[Kink, ...]

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
        return Counter(form_key(ray.form) for ray in self.rays)


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
        return Junction(())
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
