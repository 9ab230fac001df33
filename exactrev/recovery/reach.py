"""Where a half-known boundary meets the boundary of a known neuron: found without any query.

The weights known so far give the half-known neuron's preactivation wherever the unknown ones do
not matter.  Between two points of the known boundary where it has opposite signs, the two
boundaries meet or come close; that is where the walk goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flint import fmpq, fmpq_mat, fmpz

from exactrev.exact.linear import row_vector
from exactrev.recovery.ascent import Aim, ascents
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.geometry import Form, form_at, form_key, rationals, rounded
from exactrev.recovery.lines import Line
from exactrev.recovery.local import GRID, along, combined, normal, onto, unit_scale
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.rays import first_crossing
from exactrev.recovery.surface import Surface, Waypoint, distance
from exactrev.recovery.survey import Survey

_SAMPLE_LINES = 12
#: Wandering along a boundary stops at this many points on it.
_ENOUGH_POINTS = 60
_PAIRS = 4
#: A line between two points is followed this much past both, in units of their distance.
_OVERHANG = 1
#: How far beside a boundary its two sides are looked at.
_ASIDE = fmpq(1, fmpz(1) << 200)


class Reach:
    """Points on the boundaries of the last known layer, and ways from there to half-known ones."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._points: dict[tuple[int, int], tuple[Prefix, list[list[fmpq]]]] = {}

    def boundary_points(
        self, prefix: Prefix, neuron: int, enough: int = _ENOUGH_POINTS
    ) -> list[list[fmpq]]:
        """Points on the boundary of a neuron of the last layer, ``enough`` if it has any."""
        known = self._points.get((id(prefix), neuron))
        if known is not None and (not known[1] or len(known[1]) >= enough):
            return known[1]
        assert prefix.below is not None
        row = prefix.row(neuron)
        lines = [scanned.line for scanned in self.survey.lines]
        lines += [self.survey.random_line() for _ in range(_SAMPLE_LINES)]
        points = [
            rationals(rounded(line.at(t), GRID))
            for line in lines
            for t, _ in prefix.below.crossings(line, row, prefix.dormant_rows(neuron))
        ]
        points += [
            place
            for kink in self.survey.extra
            if on_boundary(prefix.below, row, kink.form, place := rationals(kink.point))
        ]
        index = 0
        while len(points) < enough and index < len(points):
            self.survey.probe.oracle.check_time()
            points += wander(self.survey, prefix.below, row, points[index])
            index += 1
        # the prefix is kept beside its points so that its id stays its own
        self._points[(id(prefix), neuron)] = (prefix, points)
        return points

    def towards(self, surface: Surface, neuron: int) -> Waypoint | None:
        """A place on the surface, as far as it is known, near the boundary of the neuron that is
        this value of its prefix; or None.
        """
        below: list[list[fmpq]] = []
        above: list[list[fmpq]] = []
        layer, index = surface.prefix.values[neuron]
        for point in self.boundary_points(surface.prefix.layers[layer - 1], index):
            value = _value(surface, layer - 1, index, point)
            if value is not None:
                (above if value > 0 else below).append(point)
        self.survey.random.shuffle(below)
        self.survey.random.shuffle(above)
        return _nearest(surface, neuron, zip(below[:_PAIRS], above[:_PAIRS], strict=False))

    def climbed(self, surface: Surface, neuron: int) -> Waypoint | None:
        """As ``towards``, where the two boundaries meet in few places: such are climbed to.

        The last layer is oriented.
        """
        layer, index = surface.prefix.values[neuron]
        own = surface.prefix.layers[layer - 1]
        assert own.below is not None
        row = row_vector(surface.system.solution())
        hidden = hidden_part(surface.prefix)
        others = [surface.prefix.values[v] for v in surface.missing() if v != neuron]
        pairs: list[tuple[list[fmpq], list[fmpq]]] = []
        for sign in (1, -1):
            aim = Aim(surface.prefix.reads, (row * sign).entries(), (layer, index), others)
            found = ascents(hidden, aim, self.survey.scale, self.survey.random)
            if not found:
                return None
            pairs += [(ascent.before, ascent.after) for ascent in found[:_PAIRS]]
        pairs += [(a, b) for (_, a), (_, b) in zip(pairs, reversed(pairs), strict=True)]
        moved = [[settled(own.below, own.row(index), place) for place in pair] for pair in pairs]
        opposite = (
            (a, b)
            for a, b in moved
            if a is not None and b is not None and self._differ(surface, layer - 1, index, a, b)
        )
        return _nearest(surface, neuron, opposite)

    def _differ(
        self, surface: Surface, layer: int, index: int, a: Sequence[fmpq], b: Sequence[fmpq]
    ) -> bool:
        """Whether the surface's neuron is known to be on at just one of two points."""
        here, there = (_value(surface, layer, index, point) for point in (a, b))
        return here is not None and there is not None and here * there < 0


def on_boundary(prefix: Prefix, row: fmpq_mat, form: Form, place: Sequence[fmpq]) -> bool:
    """Whether a kink with this form and place lies on the boundary of the neuron with this row."""
    mine = prefix.local_form(prefix.cell(place), row)
    return any(mine.entries()[:-1]) and form_key(mine) == form_key(form)


def wander(
    survey: Survey, prefix: Prefix, row: fmpq_mat, start: Sequence[fmpq], steps: int = 6
) -> list[list[fmpq]]:
    """Points met on a random walk along a known neuron's boundary.  No query is asked."""
    points: list[list[fmpq]] = []
    here: list[fmpq] | None = list(start)
    for _ in range(steps):
        if here is None:
            break
        cell = prefix.cell(here)
        form = prefix.local_form(cell, row)
        if not any(form.entries()[:-1]):
            break
        direction = along(form, survey.random_vector())
        ahead = first_crossing(cell, here, direction)
        reach = 8 * survey.scale
        stride = reach if ahead is None else min(ahead.distance, reach) / 2
        inside = settled(prefix, row, combined(here, stride, direction))
        if inside is None:
            break
        points.append(inside)
        past = combined(here, stride * (2 + fmpq(1, 1 << 20)), direction)
        here = settled(prefix, row, past)
    return points


def settled(prefix: Prefix, row: fmpq_mat, point: Sequence[fmpq]) -> list[fmpq] | None:
    """The point moved onto a neuron's boundary, if its form stays the same on the way."""
    form = prefix.local_form(prefix.cell(point), row)
    if not any(form.entries()[:-1]):
        return None
    moved = rationals(rounded(onto(form, point), GRID))
    there = prefix.local_form(prefix.cell(moved), row)
    return moved if there == form else None


def _value(surface: Surface, layer: int, neuron: int, point: Sequence[fmpq]) -> fmpq | None:
    """The surface's preactivation at a point of a neuron's boundary, if it is determined."""
    prefix = surface.prefix
    cell = prefix.cell(point)
    if layer == prefix.depth - 1:
        cells = [cell.with_top_bit(neuron, on) for on in (False, True)]
    else:
        v = normal(cell.form(layer, neuron))
        steps = (s * _ASIDE * unit_scale(v) for s in (-1, 1))
        cells = [prefix.cell(combined(point, step, v)) for step in steps]
    for beside in cells:
        form = surface.form_on(beside)
        if form is not None:
            return form_at(form, point)
    return None


def _nearest(
    surface: Surface, neuron: int, pairs: Iterable[tuple[Sequence[fmpq], Sequence[fmpq]]]
) -> Waypoint | None:
    """Of the places of a surface between pairs of points that nearest to a neuron's boundary."""
    places = [place for a, b in pairs for place in _between(surface, a, b)]
    target = surface.prefix.values[neuron]
    return min(places, key=lambda place: distance(place, target), default=None)


def _between(surface: Surface, a: Sequence[fmpq], b: Sequence[fmpq]) -> list[Waypoint]:
    way = combined(b, fmpq(-1), a)
    line = Line(tuple(a), tuple(way), fmpq(-_OVERHANG), fmpq(1 + _OVERHANG))
    places = []
    for segment in surface.prefix.path(line, keep=False):
        form = surface.form_on(segment.cell)
        t = None if form is None else line.crossing(form)
        if form is not None and t is not None and segment.start < t < segment.stop:
            point = tuple(rationals(rounded(line.at(t), GRID)))
            places.append(Waypoint(point, segment.cell, form))
    return places
