"""In two inputs a boundary is a curve, which is followed both ways to its ends.

Inside a cell it is straight, so that it passes every cell at most once.  When it went off to
infinity, came back to where it began, or is lost where f hides it, this part of it has met all that
it meets: no walk elsewhere on it can show more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flint import fmpq

from exactrev.recovery.geometry import slope
from exactrev.recovery.local import normal, unit_scale
from exactrev.recovery.prefix import Signs
from exactrev.recovery.rays import first_crossing
from exactrev.recovery.surface import Surface, Waypoint

if TYPE_CHECKING:
    from exactrev.recovery.walk import Tally, Walker


def is_curve(surface: Surface) -> bool:
    """Whether a boundary is a curve."""
    return surface.prefix.inputs == 2


def follow_curve(walker: Walker, surface: Surface, passed: set[Signs], tally: Tally) -> bool:
    """Follow every part of a boundary that has a waypoint, both ways; whether any cell was new.

    Cells that were ``passed`` are not gone past again; those met join them and get a waypoint each.
    It ends where the boundary is seen to turn at anything but the prefix, or contradicts itself.
    """
    before = len(passed)
    for start in list(surface.waypoints):
        if start.cell.signs in passed:
            continue
        passed.add(start.cell.signs)
        for way in _both_ways(start):
            _go_on(walker, surface, start, way, passed, tally)
            if tally.turned or not surface.consistent:
                return True
    return len(passed) > before


def _go_on(
    walker: Walker,
    surface: Surface,
    start: Waypoint,
    way: Sequence[fmpq],
    passed: set[Signs],
    tally: Tally,
) -> None:
    known = {place.cell.signs for place in surface.waypoints}
    here = start
    while True:
        walker.survey.probe.oracle.check_time()
        crossing = first_crossing(here.cell, here.point, way)
        there = crossing and walker.cross(surface, here, way, crossing, tally)
        if not there or there.cell.signs in passed:
            return
        here = there
        passed.add(here.cell.signs)
        if here.cell.signs not in known:
            surface.waypoints.append(here)
        assert here.passage is not None
        inward = here.passage.side
        way = next(w for w in _both_ways(here) if inward * slope(here.passage.wall, w) > 0)


def _both_ways(here: Waypoint) -> list[list[fmpq]]:
    """The two directions of the boundary at a waypoint."""
    a, b = normal(here.form)
    scale = unit_scale([a, b])
    return [[-b * scale, a * scale], [b * scale, -a * scale]]
