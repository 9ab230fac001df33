"""Walking along a boundary from cell to cell until its neuron's weights are determined.

From a waypoint the walk goes straight, inside the boundary, to the first known boundary on its way.  If
the jump of the form there is already determined it walks on unasked; otherwise two queries read
it.  Directions are floats and only hints: where a step leads is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat, fmpz

from exactrev.recovery.departure import departure, rays
from exactrev.recovery.geometry import Kink, form_at, form_key, rationals, rounded
from exactrev.recovery.lines import Line
from exactrev.recovery.local import GRID, along, bend_at, bend_past, combined, normal, unit_scale
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Cell, Prefix
from exactrev.recovery.rays import Crossing, first_crossing, rate_column
from exactrev.recovery.reach import Reach
from exactrev.recovery.surface import Passage, Surface, Waypoint
from exactrev.recovery.survey import Survey

_MAX_STEPS = 40
_ROUNDS = 5
#: Waypoints among which the best start of a walk is chosen.
_COMPARED = 12
#: Misses beyond sightings after which a boundary is given up.
_PATIENCE = 3
#: Random walks, and steps of each, that a believed boundary must stand.
_TRIALS = 3
_TRIAL_STEPS = 3
#: A look just before a wall, as a share of the way to it.
_NEARLY = 1 - fmpq(1, fmpz(1) << 40)
_HINT_GRID = 1 << 24


@dataclass
class Tally:
    """How often the boundary was found where it had to be past a crossing, and how often not."""

    seen: int = 0
    missed: int = 0
    #: it turned at a boundary that is not known: it is of a deeper layer than that one
    turned: bool = False


class Walker:
    """Completes surfaces."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.reach = Reach(survey)
        self._peers: Sequence[Neuron] = ()

    def complete(
        self, surface: Surface, others: Sequence[Kink] = (), peers: Sequence[Neuron] = ()
    ) -> Tally:
        """Walk until every weight is determined, or the walks no longer find or reach anything.

        ``others`` are kinks that may lie on another part of the same boundary; ``peers`` are known
        neurons of the surface's own layer, at which it must not turn.  The work ends where the
        boundary is seen to turn at anything but the prefix.
        """
        self._peers = peers
        tally = Tally()
        for attempt in range(_ROUNDS):
            open_before = len(surface.missing())
            if attempt:
                for kink in others:
                    if surface.missing():
                        surface.absorb(kink)
            for neuron in surface.missing():
                if surface.weight(neuron) is None:
                    self._try(surface, neuron, tally, relocate=attempt > 0)
                if not surface.consistent or tally.turned or tally.missed > tally.seen + _PATIENCE:
                    return tally
            if not surface.missing() or (attempt and len(surface.missing()) == open_before):
                break
        return tally

    def holds(self, surface: Surface, peers: Sequence[Neuron]) -> bool:
        """Whether the boundary, followed at random, is where its weights say, or hidden there.

        False as soon as it turns at anything but the prefix: then it is of a deeper layer.
        """
        self._peers = peers
        seen = missed = 0
        for _ in range(_TRIALS):
            if not surface.waypoints:
                return False
            here = self.survey.random.choice(surface.waypoints)
            for _ in range(_TRIAL_STEPS):
                direction = along(here.form, self.survey.random_vector())
                crossing = first_crossing(here.cell, here.point, direction)
                if crossing is None:
                    crossing = Crossing(0, 0, self.survey.scale * (1 << 10))
                stop = combined(here.point, crossing.distance * _NEARLY, direction)
                if bend_at(self.survey.probe, here.form, stop) is None:
                    if self._turned(surface, here, stop):
                        return False
                    missed += 1
                    break
                seen += 1
                there = self._known_step(surface, here, direction, crossing)
                if there is None:
                    break
                here = there
        return seen > missed

    def straight_across(self, surface: Surface, peer: Neuron) -> bool:
        """False if the boundary certainly bends at the ``peer``'s, where the two meet.

        Then its neuron reads the peer and is of a deeper layer.  Where they meet is found without
        queries; a look before and a look past it take two each.
        """
        prefix = surface.prefix
        here = self.survey.random.choice(surface.waypoints)
        for _ in range(_MAX_STEPS):
            if any(here.cell.top_signs[i] for i in peer.unknown):
                return True
            other = prefix.local_form(here.cell, peer.row)
            if not any(other.entries()[:-1]):
                return True
            direction = self._downhill(here, other)
            crossing = first_crossing(here.cell, here.point, direction)
            meeting = Line(here.point, tuple(direction), fmpq(0), fmpq(1)).crossing(other)
            if meeting is not None and meeting > 0:
                if crossing is None or meeting < crossing.distance:
                    end = 2 * meeting if crossing is None else crossing.distance
                    return self._passes(here, direction, meeting, (meeting + end) / 2, other)
            there = None if crossing is None else self._known_step(
                surface, here, direction, crossing
            )
            if there is None:
                return True
            here = there
        return True

    def _passes(
        self,
        here: Waypoint,
        direction: Sequence[fmpq],
        meeting: fmpq,
        past: fmpq,
        other: fmpq_mat,
    ) -> bool:
        probe = self.survey.probe
        before = combined(here.point, meeting * _NEARLY, direction)
        if bend_at(probe, here.form, combined(here.point, past, direction)) is not None:
            return True
        if bend_at(probe, here.form, before) is None:
            return True
        place = combined(here.point, meeting, direction)
        seen = rays(self.survey, here.form, other, place)
        return seen.count(form_key(other)) < 2 or seen.count(form_key(here.form)) == 2

    def _known_step(
        self,
        surface: Surface,
        here: Waypoint,
        direction: Sequence[fmpq],
        crossing: Crossing,
    ) -> Waypoint | None:
        """The waypoint past a crossing as the known weights say, or None where they do not."""
        wall = here.cell.form(crossing.layer, crossing.neuron)
        place = combined(here.point, crossing.distance, direction)
        side = -1 if here.cell.signs[crossing.layer][crossing.neuron] else 1
        after = _beyond(surface.prefix.cell, place, wall, side)
        form = surface.form_on(after)
        if form is None or not any(form.entries()[:-1]):
            return None
        return self._step_in(here, Passage(tuple(place), wall, side), after, form)

    def _try(self, surface: Surface, neuron: int, tally: Tally, *, relocate: bool) -> None:
        self.survey.probe.oracle.check_time()
        if not surface.waypoints:
            return
        some = surface.waypoints
        if len(some) > _COMPARED:
            some = self.survey.random.sample(some, _COMPARED)
        start = min(some, key=lambda place: surface.distance(place, neuron))
        if relocate:
            place = self.reach.towards(surface, neuron)
            if place is not None:
                surface.waypoints.append(place)
                start = place
        self.walk(surface, start, neuron, tally)

    def walk(self, surface: Surface, start: Waypoint, target: int, tally: Tally) -> None:
        """Walk towards the boundary of ``target`` (a neuron of the last layer) and cross it."""
        here = start
        for _ in range(_MAX_STEPS):
            direction = self._direction(here, target)
            crossing = first_crossing(here.cell, here.point, direction)
            if crossing is None:
                return
            there = self._cross(surface, here, direction, crossing, tally)
            if there is None:
                return
            here = there
            surface.waypoints.append(here)
            if crossing.layer == len(here.cell.forms) - 1 and crossing.neuron == target:
                return

    def _direction(self, here: Waypoint, target: int) -> list[fmpq]:
        """Down the target's preactivation inside the boundary, with some noise."""
        return self._downhill(here, here.cell.form(len(here.cell.forms) - 1, target))

    def _downhill(self, here: Waypoint, form: fmpq_mat) -> list[fmpq]:
        downhill = normal(form)
        if form_at(form, here.point) > 0:
            downhill = [-x for x in downhill]
        noise = self.survey.random_vector()
        amount = self.survey.random.choice((0.0, 0.1, 0.3, 1.0))
        return along(here.form, _blend(downhill, noise, amount))

    def _cross(
        self,
        surface: Surface,
        here: Waypoint,
        direction: Sequence[fmpq],
        crossing: Crossing,
        tally: Tally,
    ) -> Waypoint | None:
        """The waypoint past a crossing, or None if the boundary is not seen there."""
        wall = here.cell.form(crossing.layer, crossing.neuron)
        place = combined(here.point, crossing.distance, direction)
        side = -1 if here.cell.signs[crossing.layer][crossing.neuron] else 1
        after = _beyond(surface.prefix.cell, place, wall, side)
        equation = surface.jump(here.cell, after, crossing.layer, crossing.neuron)
        jump = surface.system.value(equation)
        if jump is None:
            jump = bend_past(self.survey.probe, here.form, wall, place, side)
            if jump is None:
                tally.missed += 1
                stop = combined(here.point, crossing.distance * _NEARLY, direction)
                tally.turned |= self._turned(surface, here, stop)
                return None
            tally.seen += 1
            if not surface.learn(equation, jump):
                return None
        form = here.form + wall * jump
        if not any(form.entries()[:-1]):
            return None
        return self._step_in(here, Passage(tuple(place), wall, side), after, form)

    def _step_in(
        self, origin: Waypoint, passage: Passage, cell: Cell, form: fmpq_mat
    ) -> Waypoint | None:
        """A waypoint inside the new cell: half-way to the next boundary, or some scale on."""
        inward = [passage.side * x for x in normal(passage.wall)]
        noise = self.survey.random_vector()
        for amount in (0.5, 0.0):
            direction = along(form, _blend(inward, noise, amount))
            if passage.side * (passage.wall * rate_column(direction))[0, 0] <= 0:
                continue
            start = combined(passage.place, fmpq(1, fmpz(1) << 200), direction)
            ahead = first_crossing(cell, start, direction)
            stride = 4 * self.survey.scale
            if ahead is not None:
                stride = min(ahead.distance / 2, stride)
            point = tuple(rationals(rounded(combined(start, stride, direction), GRID)))
            return Waypoint(point, cell, form, origin, passage)
        return None

    # -- when the boundary is not where it should be ---------------------------------------------

    def _turned(self, surface: Surface, here: Waypoint, stop: Sequence[fmpq]) -> bool:
        """Whether the boundary, missed at ``stop`` straight on from ``here``, turned off before."""
        if any(self._crosses(surface.prefix, peer, here, stop) for peer in self._peers):
            return True
        if bend_at(self.survey.probe, here.form, here.point) is not None:
            return self._left(here.form, here.point, stop)
        if here in surface.waypoints:
            surface.waypoints.remove(here)
        origin, passage = here.origin, here.passage
        if origin is None or passage is None:
            return False
        before = combined(origin.point, _NEARLY, combined(passage.place, fmpq(-1), origin.point))
        if bend_at(self.survey.probe, origin.form, before) is None:
            return self._turned(surface, origin, before)
        jump = bend_past(
            self.survey.probe, origin.form, passage.wall, passage.place, passage.side
        )
        if jump is None:
            return False
        if origin.form + passage.wall * jump != here.form:
            return True
        past = combined(passage.place, 1 - _NEARLY, combined(here.point, fmpq(-1), passage.place))
        return self._left(here.form, past, here.point)

    def _crosses(
        self, prefix: Prefix, peer: Neuron, here: Waypoint, stop: Sequence[fmpq]
    ) -> bool:
        if any(here.cell.top_signs[i] for i in peer.unknown):
            return False
        form = prefix.local_form(here.cell, peer.row)
        return bool(form_at(form, here.point) * form_at(form, stop) < 0)

    def _left(self, form: fmpq_mat, start: Sequence[fmpq], stop: Sequence[fmpq]) -> bool:
        left = departure(self.survey, form, start, stop)
        if left is None or not left.turns:
            return False
        if left.kink is not None:
            self.survey.extra.append(left.kink)
        return True


def _blend(main: Sequence[fmpq], noise: Sequence[fmpq], amount: float) -> list[fmpq]:
    """main/|main| + amount noise/|noise|, rounded: a hint."""
    a, b = _floats(main), _floats(noise)
    return [fmpq(int((x + amount * y) * _HINT_GRID), _HINT_GRID) for x, y in zip(a, b, strict=True)]


def _floats(vector: Sequence[fmpq]) -> list[float]:
    scale = unit_scale(vector) if any(vector) else fmpq(1)
    values = [float(x * scale) for x in vector]
    length = sum(x * x for x in values) ** 0.5 or 1.0
    return [x / length for x in values]


def _beyond(locate: Callable[[Sequence[fmpq]], Cell], place: Sequence[fmpq], wall: fmpq_mat, side: int) -> Cell:
    """The cell just past a wall."""
    v = normal(wall)
    step = side * unit_scale(v) * fmpq(1, fmpz(1) << 200)
    return locate(combined(place, step, v))
