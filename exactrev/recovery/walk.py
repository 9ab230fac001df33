"""Walking along a boundary from cell to cell until its neuron's weights are determined.

From a waypoint the walk goes straight, inside the boundary, to the first known boundary on its
way.  If the jump of the form there is already determined it walks on unasked; otherwise two
queries read it.  What is a curve (two inputs) is followed to its ends instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.recovery.curve import follow_curve, is_curve
from exactrev.recovery.geometry import Kink, rationals
from exactrev.recovery.local import bend_past, combined
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Signs
from exactrev.recovery.rays import Crossing, first_crossing
from exactrev.recovery.reach import Reach
from exactrev.recovery.steps import NEARLY, cell_past, downhill, passage_of, step_in
from exactrev.recovery.surface import Surface, Waypoint, distance
from exactrev.recovery.survey import Survey
from exactrev.recovery.turns import turned

_MAX_STEPS = 40
_ROUNDS = 5
#: Waypoints among which the best start of a walk is chosen.
_COMPARED = 12
#: Boundaries missing of a surface at most for each to be sought.
_FEW = 3
#: Misses beyond sightings after which a boundary is given up.
_PATIENCE = 3


@dataclass
class Tally:
    """How often the boundary was found where it had to be past a crossing, and how often not."""

    #: known neurons of the boundary's own layer, at which it must not turn
    peers: Sequence[Neuron] = ()
    seen: int = 0
    missed: int = 0
    #: it turned at a boundary that is not known: it is of a deeper layer than that one
    turned: bool = False


class Walker:
    """Completes surfaces."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.reach = Reach(survey)

    def complete(
        self, surface: Surface, others: Sequence[Kink] = (), peers: Sequence[Neuron] = ()
    ) -> Tally:
        """Walk until every weight is determined, or the walks no longer find or reach anything.

        ``others`` are kinks that may lie on another part of the same boundary; ``peers`` are known
        neurons of the surface's own layer, at which it must not turn.  The work ends where the
        boundary is seen to turn at anything but the prefix.
        """
        tally = Tally(peers)
        if is_curve(surface):
            self._complete_curve(surface, others, tally)
            return tally
        for attempt in range(_ROUNDS):
            open_before = len(surface.missing())
            if attempt:
                absorb(surface, others)
            for neuron in surface.missing():
                if surface.weight(neuron) is None:
                    self._try(surface, neuron, tally, relocate=attempt > 0)
                if not surface.consistent or tally.turned or tally.missed > tally.seen + _PATIENCE:
                    return tally
            if not surface.missing() or (attempt and len(surface.missing()) == open_before):
                break
        return tally

    def seek(self, surface: Surface, peers: Sequence[Neuron]) -> bool:
        """Cross those boundaries that a surface meets in few places, each of which is sought once.

        Whether what was seen there leaves the surface of the layer.  A surface that many are
        missing of lies apart from them: there it would cost much and find little.
        """
        tally = Tally(peers)
        if len(surface.missing()) > _FEW:
            return True
        for neuron in surface.missing():
            if neuron in surface.sought or surface.weight(neuron) is not None:
                continue
            surface.sought.add(neuron)
            self.survey.probe.oracle.check_time()
            place = self.reach.climbed(surface, neuron)
            if place is not None:
                surface.waypoints.append(place)
                self.walk(surface, place, surface.prefix.values[neuron], tally)
            if not surface.consistent or tally.turned:
                return False
        return True

    def _complete_curve(self, surface: Surface, others: Sequence[Kink], tally: Tally) -> None:
        """Follow what is a curve to its ends, and other parts of it on which kinks lie.

        Where it was lost before its end, it is sought elsewhere, as far as its weights are known.
        """
        passed: set[Signs] = set()
        while follow_curve(self, surface, passed, tally):
            if not surface.consistent or tally.turned or tally.missed > tally.seen + _PATIENCE:
                return
            # what lies in cells gone past is this part, or is not of this boundary
            others = [kink for kink in others if _signs(surface, kink) not in passed]
            absorb(surface, others)
            for value in surface.missing() if tally.missed else ():
                place = self.reach.towards(surface, value)
                if place is not None and place.cell.signs not in passed:
                    surface.waypoints.append(place)

    def _try(self, surface: Surface, neuron: int, tally: Tally, *, relocate: bool) -> None:
        self.survey.probe.oracle.check_time()
        if not surface.waypoints:
            return
        start = self.nearest(surface, surface.prefix.values[neuron])
        if relocate:
            place = self.reach.towards(surface, neuron)
            if place is not None:
                surface.waypoints.append(place)
                start = place
        self.walk(surface, start, surface.prefix.values[neuron], tally)

    def nearest(self, surface: Surface, target: tuple[int, int]) -> Waypoint:
        """The nearest to a neuron's boundary of a few waypoints."""
        some = surface.waypoints
        if len(some) > _COMPARED:
            some = self.survey.random.sample(some, _COMPARED)
        return min(some, key=lambda place: distance(place, target))

    def walk(
        self, surface: Surface, start: Waypoint, target: tuple[int, int], tally: Tally
    ) -> None:
        """Walk towards the boundary of the neuron ``target`` (layer from 1, index) and cross it."""
        here = start
        layer, neuron = target
        for _ in range(_MAX_STEPS):
            direction = downhill(self.survey, here, here.cell.form(layer - 1, neuron))
            crossing = first_crossing(here.cell, here.point, direction)
            if crossing is None:
                return
            there = self.cross(surface, here, direction, crossing, tally)
            if there is None:
                return
            here = there
            surface.waypoints.append(here)
            if (crossing.layer, crossing.neuron) == (layer - 1, neuron):
                return

    def cross(
        self,
        surface: Surface,
        here: Waypoint,
        direction: Sequence[fmpq],
        crossing: Crossing,
        tally: Tally,
    ) -> Waypoint | None:
        """The waypoint past a crossing, or None if the boundary is not seen there."""
        passage = passage_of(here, direction, crossing)
        after = cell_past(surface.prefix, here.cell, passage)
        if after is None or not surface.prefix.certain(after):
            return None
        equation = surface.jump(here.cell, after, crossing.layer, crossing.neuron)
        jump = surface.system.value(equation)
        asked = jump is None
        if jump is None:
            jump = bend_past(
                self.survey.probe, here.form, passage.wall, passage.place, passage.side
            )
            if jump is None:
                tally.missed += 1
                stop = combined(here.point, crossing.distance * NEARLY, direction)
                tally.turned |= turned(self.survey, surface, tally.peers, here, stop)
                return None
            tally.seen += 1
            if not surface.learn(equation, jump):
                return None
        form = here.form + passage.wall * jump
        if not any(form.entries()[:-1]):
            return None
        there = step_in(self.survey, here, passage, after, form)
        if asked:
            surface.seen += [here] if there is None else [here, there]
        return there


def _signs(surface: Surface, kink: Kink) -> Signs:
    return surface.prefix.cell(rationals(kink.point)).signs


def absorb(surface: Surface, kinks: Sequence[Kink]) -> None:
    """Let a surface take in kinks of its neuron while weights are missing."""
    missing = bool(surface.missing())
    for kink in kinks:
        if missing and surface.absorb(kink):
            missing = bool(surface.missing())
