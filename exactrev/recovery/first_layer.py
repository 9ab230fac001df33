"""Which of the hyperplanes seen on the lines are boundaries of first-layer neurons.

A first-layer boundary is a whole hyperplane; any deeper one bends where it meets an earlier
neuron's boundary (R&K, T1).  So a hyperplane along which f bends at both far ends of a line inside
it belongs to the first layer: a deeper boundary would have had to cross every first-layer boundary
on the way without bending.  Where a far end shows nothing, the boundary is followed to the place
where it stops: it either turns off there (deeper) or f hides it from there on (still first layer).
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq

from exactrev.recovery.departure import departure
from exactrev.recovery.geometry import Form, Kink, form_key, rationals
from exactrev.recovery.local import along, bend_at, combined, onto
from exactrev.recovery.survey import Survey

_FAR = 1 << 10
_DIRECTIONS = 3


@dataclass(frozen=True)
class _Candidate:
    form: Form
    kinks: tuple[Kink, ...]


class FirstLayer:
    """Tells first-layer hyperplanes among all seen; what was decided once is not asked again."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._accepted: dict[tuple[fmpq, ...], Form] = {}
        self._judged_with: dict[tuple[fmpq, ...], int] = {}

    def forms(self) -> list[Form]:
        """The hyperplanes of first-layer neurons, each once, in order of discovery."""
        groups: dict[tuple[fmpq, ...], list[Kink]] = {}
        for kink in self.survey.kinks:
            groups.setdefault(form_key(kink.form), []).append(kink)
        for key, kinks in groups.items():
            # a hyperplane refused when it had been seen once is worth another look when seen again
            if key in self._accepted or self._judged_with.get(key, 0) >= min(2, len(kinks)):
                continue
            self._judged_with[key] = len(kinks)
            if _is_first_layer(self.survey, _Candidate(kinks[0].form, tuple(kinks))):
                self._accepted[key] = kinks[0].form
                self.survey.report(f"layer 1: {len(self._accepted)} neurons")
        return list(self._accepted.values())


def _is_first_layer(survey: Survey, candidate: _Candidate) -> bool:
    if survey.probe.oracle.inputs == 1:
        return True  # boundaries are points: nothing can bend, and the layer shows nowhere
    repeated = len(candidate.kinks) > 1 or len(survey.lines) == 1
    home = rationals(candidate.kinks[0].point)
    hidden_ends = 0
    for _ in range(_DIRECTIONS if repeated else 1):
        way = along(candidate.form, survey.random_vector())
        ends = [onto(candidate.form, combined(home, survey.scale * s, way)) for s in (-_FAR, _FAR)]
        seen = (bend_at(survey.probe, candidate.form, end) for end in ends)
        missing = next((end for end, bend in zip(ends, seen, strict=True) if bend is None), None)
        if missing is None:
            return True
        left = departure(survey, candidate.form, home, missing) if repeated else None
        if left is None or left.turns:
            return False
        hidden_ends += 1
    return hidden_ends > 0
