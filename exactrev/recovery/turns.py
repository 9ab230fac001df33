"""Whether a boundary that is not where it should be turned off, and so is of a deeper layer."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from exactrev.recovery.departure import departure
from exactrev.recovery.geometry import Form, form_at
from exactrev.recovery.local import bend_at, bend_past, combined
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.steps import NEARLY
from exactrev.recovery.surface import Surface, Waypoint
from exactrev.recovery.survey import Survey


def turned(
    survey: Survey,
    surface: Surface,
    peers: Sequence[Neuron],
    here: Waypoint,
    stop: Sequence[fmpq],
) -> bool:
    """Whether the boundary, missed at ``stop`` straight on from ``here``, turned off before.

    The walk is gone back to where the boundary was last seen.  ``peers`` are known neurons at
    which one of their layer does not turn.  A boundary met at the turn joins the survey's kinks;
    waypoints that prove to be off the boundary leave the surface.
    """
    if any(_crosses(surface.prefix, peer, here, stop) for peer in peers):
        return True
    if bend_at(survey.probe, here.form, here.point) is not None:
        return _left(survey, here.form, here.point, stop)
    if here in surface.waypoints:
        surface.waypoints.remove(here)
    origin, passage = here.origin, here.passage
    if origin is None or passage is None:
        return False
    before = combined(origin.point, NEARLY, combined(passage.place, fmpq(-1), origin.point))
    if bend_at(survey.probe, origin.form, before) is None:
        return turned(survey, surface, peers, origin, before)
    jump = bend_past(survey.probe, origin.form, passage.wall, passage.place, passage.side)
    if jump is None:
        return False
    if origin.form + passage.wall * jump != here.form:
        return True
    past = combined(passage.place, 1 - NEARLY, combined(here.point, fmpq(-1), passage.place))
    return _left(survey, here.form, past, here.point)


def _crosses(prefix: Prefix, peer: Neuron, here: Waypoint, stop: Sequence[fmpq]) -> bool:
    """Whether a peer's boundary lies between a waypoint and a point of the same cell."""
    if not peer.known_on(prefix, here.cell):
        return False
    form = prefix.local_form(here.cell, peer.row)
    return bool(form_at(form, here.point) * form_at(form, stop) < 0)


def _left(survey: Survey, form: Form, start: Sequence[fmpq], stop: Sequence[fmpq]) -> bool:
    left = departure(survey, form, start, stop)
    if left is None or not left.turns:
        return False
    if left.met is not None:
        survey.extra.append(left.met)
    return True
