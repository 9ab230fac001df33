"""Orienting the last known layer: boundaries are followed until they tell which way it points."""

from __future__ import annotations

from exactrev.recovery.geometry import Kink, rationals
from exactrev.recovery.orientation import Contradiction, orientation
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.proportions import by_depth
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.walk import Walker

#: Boundaries followed at most in one attempt.
_ORIENTING = 6


def orient(
    survey: Survey, walker: Walker, prefix: Prefix, kinks: list[Kink]
) -> tuple[Prefix, list[Surface]] | None:
    """The prefix with its last layer oriented by the boundaries through these kinks.

    With it come the boundaries that were followed on the way, already over that prefix.  None if
    the boundaries do not tell.
    """
    kinks = [
        kink
        for group in by_depth(kinks)
        for kink in group
        if prefix.certain(prefix.cell(rationals(kink.point)))
    ]
    surfaces = [Surface(prefix, kink, oriented=False) for kink in kinks]
    surfaces = [surface for surface in surfaces if surface.consistent]
    flips = _agreed(surfaces, prefix.width)
    walked: list[Surface] = []
    for surface in surfaces[:_ORIENTING]:
        if flips is not None:
            break
        tally = walker.complete(surface)
        if surface.consistent and not tally.turned:
            walked.append(surface)
            flips = _agreed([surface], prefix.width) or _agreed(walked, prefix.width)
            survey.report(f"layer {prefix.depth}: orienting, {len(walked)} boundaries followed")
    if flips is None:
        return None
    oriented = prefix.oriented(flips)
    return oriented, [surface.reoriented(oriented) for surface in walked]


def _agreed(surfaces: list[Surface], width: int) -> list[bool] | None:
    try:
        return orientation(surfaces, width)
    except Contradiction:
        return None
