"""Which of the hyperplanes seen on the lines are boundaries of first-layer neurons.

A first-layer boundary is a whole hyperplane; any deeper one bends where it meets an earlier
neuron's boundary (R&K, T1).  So a hyperplane along which f bends at both far ends of a line inside
it belongs to the first layer: a deeper boundary would have had to cross every first-layer boundary
on the way without bending.  Where a far end shows nothing, the boundary is followed to the place
where it stops: it may turn off there (deeper).  One that is seen on several lines and never turns
is taken for a first-layer boundary that f hides in places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flint import fmpq

from exactrev.recovery.departure import departure
from exactrev.recovery.doubtful import Doubtful
from exactrev.recovery.geometry import Form, Kink, form_at, form_key, rationals
from exactrev.recovery.junction import Key
from exactrev.recovery.local import along, bend_at, combined, onto
from exactrev.recovery.survey import Survey

#: How far the ends are, against the distance of what was seen.
_FAR = 1 << 10
_DIRECTIONS = 4
#: Places where a boundary ends without showing whether it bends, before the search for one stops.
_DOUBTS = 2
#: Lines on which a hyperplane is seen often enough to be followed, wherever that is.
_OFTEN = 3


@dataclass(frozen=True)
class _Candidate:
    """A hyperplane, the kinks seen on it, and on how many of the lines."""

    form: Form
    kinks: tuple[Kink, ...]
    lines: int

    @property
    def evidence(self) -> int:
        """How often it was seen apart: on lines, and once beside them; 3 is enough."""
        return min(3, self.lines + (len(self.kinks) > self.lines))

    @property
    def home(self) -> list[fmpq]:
        """A place on it where f bends."""
        return rationals(self.kinks[0].point)


class FirstLayer:
    """Tells first-layer hyperplanes among all seen; what was decided once is not asked again."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._accepted: dict[Key, Form] = {}
        self._judged_with: dict[Key, int] = {}
        self._doubtful = Doubtful()
        self._followed: set[Key] = set()
        self._deeper: set[Key] = set()

    def forms(self, explained: Callable[[Kink], bool] = lambda kink: False) -> list[Form]:
        """The hyperplanes of first-layer neurons, each once, in order of discovery.

        Kinks ``explained`` by a deeper neuron are passed over, unless most of what is known of
        the first layer is doubtful.
        """
        unclear = []
        for key, candidate in self._candidates():
            if not self.mostly_doubtful and all(explained(kink) for kink in candidate.kinks):
                continue
            # a hyperplane refused when it had been seen once is worth another look when seen again
            again = self._judged_with.get(key, 0) < candidate.evidence
            self._judged_with[key] = candidate.evidence
            if again and self._reaches_both_ends(candidate):
                self._accept(key, candidate)
            elif key not in self._followed:
                unclear.append((key, candidate))
        for key, candidate in unclear:
            if key in self._deeper or not self._may_be_whole(candidate):
                continue
            self._followed.add(key)
            if not self._bends(candidate):
                self._doubtful.add(key, candidate.form, preferred=self._crosses(candidate))
        self._doubtful.drop(self._deeper)
        return [*self._accepted.values(), *self._doubtful.chosen.values()]

    def believe(self, forms: Iterable[Form]) -> None:
        """Take hyperplanes for first-layer boundaries that are known to be such."""
        self._accepted.update((form_key(form), form) for form in forms)

    @property
    def mostly_doubtful(self) -> bool:
        """Whether more hyperplanes are doubtful than certain."""
        return len(self._doubtful.forms) > len(self._accepted)

    def reconsider(self) -> bool:
        """Choose other doubtful hyperplanes than ever before; whether there are such."""
        return self._doubtful.reconsider(self.survey.random)

    def _accept(self, key: Key, candidate: _Candidate) -> None:
        self._accepted[key] = candidate.form
        self._doubtful.drop([key])
        self._deeper.update(self._doubtful.rivals(key))
        self.survey.report(f"layer 1: {len(self._accepted)} neurons")

    def _candidates(self) -> list[tuple[Key, _Candidate]]:
        groups: dict[Key, list[Kink]] = {}
        for kink in self.survey.kinks:
            groups.setdefault(kink.key, []).append(kink)
        seen_on = Counter(
            key
            for scanned in self.survey.lines
            for key in {kink.key for kink in scanned.kinks}
        )
        return [
            (key, _Candidate(group[0].form, tuple(group), seen_on[key]))
            for key, group in groups.items()
            if key not in self._accepted and key not in self._deeper
        ]

    def _ends(self, candidate: _Candidate) -> list[list[fmpq]]:
        """Both far ends of a random line through a place of the hyperplane, inside it."""
        home = candidate.home
        far = _FAR * max(self.survey.scale, *(abs(x) for x in home))
        way = along(candidate.form, self.survey.random_vector())
        return [onto(candidate.form, combined(home, s * far, way)) for s in (-1, 1)]

    def _reaches_both_ends(self, candidate: _Candidate) -> bool:
        if self.survey.probe.oracle.inputs == 1:
            return True  # boundaries are points: nothing can bend, and the layer shows nowhere
        for _ in range(_DIRECTIONS if len(candidate.kinks) > 1 else 1):
            ends = self._ends(candidate)
            if all(bend_at(self.survey.probe, candidate.form, end) is not None for end in ends):
                return True
        return False

    def _may_be_whole(self, candidate: _Candidate) -> bool:
        """Whether enough was seen of the hyperplane to follow it."""
        return candidate.evidence > 1 and (
            not self._accepted or candidate.lines >= _OFTEN or self._crosses(candidate)
        )

    def _crosses(self, candidate: _Candidate) -> bool:
        """Whether kinks in the hyperplane lie on both sides of a boundary that is certain.

        A deeper boundary that reads a neuron bends at its boundary, so that kinks in one
        hyperplane lie on one side of it.
        """
        places = [rationals(kink.point) for kink in candidate.kinks]
        return any(
            len({form_at(form, place) > 0 for place in places}) == 2
            for form in self._accepted.values()
        )

    def _bends(self, candidate: _Candidate) -> bool:
        """Whether the boundary is seen to turn off its hyperplane somewhere."""
        doubtful = 0
        for _ in range(_DIRECTIONS):
            for end in self._ends(candidate):
                left = departure(self.survey, candidate.form, candidate.home, end)
                if left is None:
                    continue
                self._deeper.update(left.around.bent)
                if left.turns and left.met is not None:
                    self.survey.extra.append(left.met)
                if left.turns_at(self._accepted):
                    return True
                if left.around.straight is None:
                    self._doubtful.set_against(ray.key for ray in left.around.rays)
                doubtful += 1
                if doubtful == _DOUBTS:
                    return False
        return False
