"""Orienting the last known layer: boundaries are followed until they tell which way it points."""

from __future__ import annotations

from exactrev.recovery.geometry import Kink, form_key, rationals
from exactrev.recovery.layer import Key
from exactrev.recovery.orientation import Contradiction, orientation
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.proportions import by_depth
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.walk import Walker

#: Boundaries followed at most in one attempt.
_ORIENTING = 6


class Orienter:
    """Orients last layers one after the other; what was followed for one serves until it is."""

    def __init__(self, survey: Survey, walker: Walker) -> None:
        self.survey = survey
        self.walker = walker
        self._begin(Prefix(survey.probe.oracle.inputs))

    def _begin(self, prefix: Prefix) -> None:
        self._prefix = prefix
        self._walked: list[Surface] = []
        self._begun: set[Key] = set()

    def followed(self, prefix: Prefix) -> list[Surface]:
        """What was followed over this prefix, not oriented, since another one was tried."""
        if not _same(prefix, self._prefix):
            return []
        return [surface for surface in self._walked if surface.consistent]

    def orient(self, prefix: Prefix, kinks: list[Kink]) -> tuple[Prefix, list[Surface]] | None:
        """The prefix with its last layer oriented by the boundaries through these kinks.

        With it come the boundaries that were followed on the way, already over that prefix.  None
        if the boundaries do not tell.
        """
        if not _same(prefix, self._prefix):
            self._begin(prefix)
        prefix = self._prefix
        surfaces = [
            Surface(prefix, kink, oriented=False)
            for group in by_depth(kinks)
            for kink in group
            if prefix.certain(prefix.cell(rationals(kink.point)))
        ]
        surfaces = [surface for surface in surfaces if surface.consistent]
        flips = _agreed(surfaces, prefix.width) or self._followed(surfaces)
        if flips is None:
            return None
        oriented = prefix.oriented(flips)
        return oriented, [surface.reoriented(oriented) for surface in self._walked]

    def _followed(self, surfaces: list[Surface]) -> list[bool] | None:
        """The signs that some boundaries tell together, when a few more of them are followed."""
        if all(surface.kink.key in self._begun for surface in surfaces):
            self._begin(self._prefix)
        waiting = list(surfaces)
        for _ in range(_ORIENTING):
            surface = next((one for one in waiting if self._is_new(one)), None)
            if surface is None:
                break
            self._begun.add(surface.kink.key)
            tally = self.walker.complete(surface)
            if not surface.consistent or tally.turned:
                continue
            self._walked.append(surface)
            flips = _agreed([surface], self._prefix.width)
            flips = flips or _agreed(self._walked, self._prefix.width)
            count = len(self._walked)
            self.survey.report(
                f"layer {self._prefix.depth}: orienting, {count} boundaries followed"
            )
            if flips is not None:
                return flips
        return None

    def _is_new(self, surface: Surface) -> bool:
        """Whether a boundary was not begun, and is not seen to be one that was followed."""
        key = surface.kink.key
        if key in self._begun:
            return False
        forms = (known.form_on(surface.waypoints[0].cell) for known in self._walked)
        return all(form is None or not any(form.entries()[:-1]) or form_key(form) != key
                   for form in forms)


def _same(a: Prefix, b: Prefix) -> bool:
    """Whether two prefixes know the same of their last layer, over the very same one below."""
    return a.below is b.below and a.rows == b.rows and a.open == b.open


def _agreed(surfaces: list[Surface], width: int) -> list[bool] | None:
    try:
        return orientation(surfaces, width)
    except Contradiction:
        return None
