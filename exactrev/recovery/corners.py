"""In a plane: the corners of a candidate's regions, where a boundary that it lacks would show.

A boundary of f that the candidate lacks is straight inside a region, as far as it bends at the
candidate's own boundaries only.  It cuts off a corner of the region, or, where that is unbounded,
one of its ends.  There f is not the candidate, in whichever of the regions round the corner it is
looked at, because both are continuous.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from flint import fmpq

from exactrev.arrangement import Exploration
from exactrev.network.model import Network
from exactrev.recovery.assembly import prefix_of
from exactrev.recovery.lines import Line

#: With more regions, edges and corners than this not all are listed.
_FACES = 40_000
#: The ends of unbounded regions are looked at on a square of this size, in units of the scale.
_FAR = fmpq(1 << 20)


def corners(
    candidate: Network, scale: fmpq, go_on: Callable[[], None] = lambda: None
) -> Iterator[list[fmpq]]:
    """The corners of a candidate's regions, and a point far out between any two of its ends.

    Two inputs.  Only those found first if there are very many.  ``go_on`` is called now and then
    while they are sought, and may raise what ends the search.
    """
    search: Exploration = Exploration(
        candidate, None, 2, lambda: sum(search.found.counts) > _FACES
    )
    for _ in search.lines():
        go_on()
    for point in search.result().face_points(2):
        yield list(point)
    yield from _ends(candidate, scale * _FAR)


def _ends(candidate: Network, size: fmpq) -> Iterator[list[fmpq]]:
    prefix = prefix_of(candidate)
    turns = [(size, size), (-size, size), (-size, -size), (size, -size), (size, size)]
    for start, stop in pairwise(turns):
        way = (stop[0] - start[0], stop[1] - start[1])
        side = Line(start, way, fmpq(0), fmpq(1))
        for part in prefix.path(side, keep=False):
            yield side.at(part.start)
