"""Trials that a boundary must stand before its neuron is believed to be of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from exactrev.exact.linear import stack
from exactrev.recovery.geometry import Form, Kink, form_at, homogeneous, rationals, slope
from exactrev.recovery.junction import junction
from exactrev.recovery.lines import Line
from exactrev.recovery.local import along, bend_at, bend_past, combined, normal
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.rays import first_crossing
from exactrev.recovery.steps import NEARLY, downhill, known_step
from exactrev.recovery.surface import Surface, Waypoint
from exactrev.recovery.survey import Survey
from exactrev.recovery.turns import turned

#: Peers at whose boundaries a boundary is looked at before it is followed.
_LOOKS = 2
#: Random walks, and steps of each, that a believed boundary must stand.
_TRIALS = 3
_TRIAL_STEPS = 3
#: Steps towards a peer's boundary after which the two are taken not to meet.
_MAX_STEPS = 40


def holds(survey: Survey, surface: Surface, peers: Sequence[Neuron]) -> bool:
    """Whether the boundary, followed at random, is where its weights say, mostly.

    False as soon as it turns at anything but the prefix: then it is of a deeper layer.  It may be
    hidden in places.
    """
    seen = missed = 0
    for _ in range(_TRIALS):
        if not surface.waypoints:
            return False
        here: Waypoint | None = survey.random.choice(surface.waypoints)
        for _ in range(_TRIAL_STEPS):
            if here is None:
                break
            direction = along(here.form, survey.random_vector())
            crossing = first_crossing(here.cell, here.point, direction)
            reach = survey.scale * (1 << 10) if crossing is None else crossing.distance * NEARLY
            stop = combined(here.point, reach, direction)
            if bend_at(survey.probe, here.form, stop) is None:
                if turned(survey, surface, peers, here, stop):
                    return False
                missed += 1
                break
            seen += 1
            if crossing is None:
                break
            here = known_step(survey, surface, here, direction, crossing)
    return seen > missed


def straight_across(survey: Survey, surface: Surface, peer: Neuron) -> bool | None:
    """Whether the boundary goes straight on where it meets the ``peer``'s; None if nothing shows.

    If it bends there its neuron reads the peer and is of a deeper layer.  Where they meet is found
    without queries; a look past it and a look before take two each.
    """
    here: Waypoint | None = survey.random.choice(surface.waypoints) if surface.waypoints else None
    for _ in range(_MAX_STEPS):
        if here is None or not peer.known_on(surface.prefix, here.cell):
            return None
        other = surface.prefix.local_form(here.cell, peer.row)
        if not any(other.entries()[:-1]):
            return None
        direction = downhill(survey, here, other)
        crossing = first_crossing(here.cell, here.point, direction)
        meeting = Line(here.point, tuple(direction), fmpq(0), fmpq(1)).crossing(other)
        ahead = meeting is not None and meeting > 0
        if meeting is not None and ahead and (crossing is None or meeting < crossing.distance):
            end = 2 * meeting if crossing is None else crossing.distance
            return _passes(survey, here, direction, meeting, (meeting + end) / 2, other)
        if crossing is None:
            return None
        here = known_step(survey, surface, here, direction, crossing)
    return None


def bends_at_a_peer(survey: Survey, surface: Surface, peers: Sequence[Neuron]) -> bool:
    """Whether the boundary is seen to bend at that of a peer that it meets in its first cell.

    Then its neuron reads the peer.  Two or four queries say so of most deeper boundaries, where
    many peers are known.
    """
    here = surface.waypoints[0]
    forms = [
        surface.prefix.local_form(here.cell, peer.row)
        for peer in peers
        if peer.known_on(surface.prefix, here.cell)
    ]
    met = [meeting for form in forms if (meeting := _meeting(here, form)) is not None]
    for meeting in sorted(met, key=lambda meeting: meeting.distance)[:_LOOKS]:
        place = combined(here.point, fmpq(1), meeting.way)
        side = -1 if form_at(meeting.other, here.point) > 0 else 1
        if bend_past(survey.probe, here.form, meeting.other, place, side):
            return True
    return False


@dataclass(frozen=True)
class _Meeting:
    """Where a boundary meets another one, ``other``, at the end of a ``way`` inside a cell."""

    other: Form
    way: tuple[fmpq, ...]

    @property
    def distance(self) -> fmpq:
        """The length of the way."""
        return max(abs(x) for x in self.way)


def _meeting(here: Waypoint, other: Form) -> _Meeting | None:
    """Where the straight way from a waypoint leads to another boundary before any wall."""
    if not any(other.entries()[:-1]):
        return None
    direction = along(here.form, normal(other))
    rate = slope(other, direction)
    if not rate:
        return None
    ahead = -form_at(other, here.point) / rate
    way = tuple(x * ahead for x in direction)
    wall = first_crossing(here.cell, here.point, way)
    return _Meeting(other, way) if ahead and (wall is None or wall.distance > 1) else None


def _passes(
    survey: Survey,
    here: Waypoint,
    direction: Sequence[fmpq],
    meeting: fmpq,
    past: fmpq,
    other: Form,
) -> bool | None:
    """Whether the boundary goes straight on where it meets ``other`` on the way."""
    sides = (past, meeting * NEARLY)
    seen = [
        bend_at(survey.probe, here.form, combined(here.point, way, direction)) is not None
        for way in sides
    ]
    if all(seen) or not any(seen):
        return seen[0] or None
    around = junction(survey, here.form, other, combined(here.point, meeting, direction))
    if around.times(here.form) == 2:
        return True
    return False if around.times(other) == 2 else None


def sightings(survey: Survey, prefix: Prefix, neuron: Neuron) -> list[tuple[Kink, Form]]:
    """The kinks of the scanned lines that lie where the neuron's row says, with its form there."""
    found = []
    for scanned in survey.lines:
        for t, form in neuron.crossings(prefix, scanned.line):
            kink = scanned.by_position.get(t)
            if kink is not None and kink.lies_on(form.entries()):
                found.append((kink, form))
    return found


def seen_of_predicted(survey: Survey, prefix: Prefix, neuron: Neuron) -> tuple[int, int]:
    """At how many places of the scanned lines a neuron's row says that f has a kink, and how often
    it has.  That costs nothing.
    """
    predicted = sum(len(neuron.crossings(prefix, scanned.line)) for scanned in survey.lines)
    return len(sightings(survey, prefix, neuron)), predicted


def straight_already(
    survey: Survey, prefix: Prefix, neurons: Sequence[Neuron]
) -> list[frozenset[int]]:
    """For each neuron the peers at which the scanned lines show that its boundary does not bend.

    Kinks of the neuron, all where its row says, then lie on both sides of the peer's boundary.
    """
    if not neurons:
        return []
    found = []
    rows = stack([neuron.row for neuron in neurons])
    for neuron in neurons:
        sides: dict[int, set[bool]] = {}
        for kink, _ in sightings(survey, prefix, neuron):
            point = rationals(kink.point)
            cell = prefix.cell(point)
            values = prefix.local_form(cell, rows) * homogeneous(point)
            for p, (peer, value) in enumerate(zip(neurons, values.entries(), strict=True)):
                if peer is not neuron and peer.known_on(prefix, cell):
                    sides.setdefault(p, set()).add(bool(value > 0))
        found.append(frozenset(p for p, seen in sides.items() if len(seen) == 2))
    return found
