"""All kinks of f on a segment of a line, with the exact hyperplane behind each.

Between two positions whose pieces differ, the two pieces meet on one hyperplane if a single
boundary lies between.  The hyperplane's position is tested by the pieces just before and just
after it; if they are the two known ones it is the only kink (for generic f), and otherwise the
segment splits there.  Source: R&K section 3.2, with exact pieces in place of fitted ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from flint import fmpq, fmpz

from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.recovery.geometry import Bend, Form, Kink, bend_between, form_at, rounded, slope
from exactrev.recovery.points import DyadicPoint
from exactrev.recovery.probe import Piece, Probe

#: Kinks are told apart down to this fraction of their segment, as a power of two.
_CLOSENESS = 48
#: Kinks are rounded to multiples of 2 to minus this power, finer on short lines.
_KINK_GRID = 256
#: Kinks closer than 2 to this power are not told apart: they coincide, and the place is left out.
_FINEST = -2000


@dataclass(frozen=True, eq=False)
class Line:
    """The points base + t direction with start <= t <= stop.

    Each is its own: what is kept of a line is looked up often, and to compare numbers is slow.
    """

    base: tuple[fmpq, ...]
    direction: tuple[fmpq, ...]
    start: fmpq
    stop: fmpq

    def at(self, t: fmpq) -> list[fmpq]:
        """The point at parameter t."""
        return [b + t * d for b, d in zip(self.base, self.direction, strict=True)]

    def crossing(self, form: Form) -> fmpq | None:
        """The parameter where a form vanishes, or None where it does not change along the line."""
        rate = slope(form, self.direction)
        return -form_at(form, self.base) / rate if rate else None


@dataclass(frozen=True)
class Station:
    """A probed position."""

    t: fmpq
    piece: Piece


def scan(
    probe: Probe,
    line: Line,
    stations: Sequence[fmpq],
    random: Random,
    found: Callable[[int], None] = lambda count: None,
) -> list[Kink]:
    """The kinks between the line's ends, in order; ``stations`` (ascending) are probed first.

    A bump of f between two neighbouring stations with equal pieces is not seen; more stations see
    more.  ``found`` is told the number of kinks so far.
    """
    scanner = Scanner(probe, line, random, found)
    probed = [
        scanner.station(t, line.stop - line.start) for t in (line.start, *stations, line.stop)
    ]
    for left, right in pairwise(probed):
        scanner.search(left, right)
    return sorted(scanner.kinks, key=lambda kink: kink.position)


class Scanner:
    """A scan under way: ``kinks`` are those found so far, ``stations`` the positions probed."""

    def __init__(
        self, probe: Probe, line: Line, random: Random, found: Callable[[int], None]
    ) -> None:
        self.probe = probe
        self.line = line
        self.random = random
        self.found = found
        self.kinks: list[Kink] = []
        self.stations: list[Station] = []
        # a parameter step of 2^-k moves a point by about 2^(stretch - k)
        self.stretch = max((_magnitude(d) for d in line.direction if d), default=0)

    def station(self, t: fmpq, width: fmpq) -> Station:
        """The position t, probed; its point is rounded far below ``width``."""
        self.stations.append(Station(t, self.probe.piece(self.point(t, width))))
        return self.stations[-1]

    def point(self, t: fmpq, width: fmpq) -> DyadicPoint:
        """The point at t, rounded far below a segment's width."""
        fine = max(0, -_magnitude(width))
        return rounded(self.line.at(t), fine + 2 * _CLOSENESS + 32 + abs(self.stretch))

    def search(self, left: Station, right: Station) -> None:
        """Find every kink between two stations (depth first, without recursion)."""
        open_segments = [(left, right)]
        while open_segments:
            left, right = open_segments.pop()
            if left.piece != right.piece:
                open_segments += reversed(self.step(left, right))

    def split(self, left: Station, right: Station) -> Station:
        """A station inside, at a random place so that nothing lies in wait there."""
        share = fmpq(self.random.randrange(3 << 16, 5 << 16), 8 << 16)
        t = left.t + (right.t - left.t) * share
        return self.near(t, right.t - left.t)

    def near(self, t: fmpq, width: fmpq) -> Station:
        """A position at t, rounded far below ``width``, probed."""
        fine = max(0, -_magnitude(width)) + _CLOSENESS + 16
        return self.station(fmpq(fmpz((t.p << fine) // t.q), fmpz(1) << fine), width)

    def step(self, left: Station, right: Station) -> list[tuple[Station, Station]]:
        """Settle the only kink between two stations, or return the segments that remain."""
        width = right.t - left.t
        if _magnitude(width) < _FINEST:
            return []
        t = self.meeting(left, right)
        if t is None:
            middle = self.split(left, right)
            return [(left, middle), (middle, right)]
        margin = fmpq(1, fmpz(1) << (max(0, -_magnitude(width)) + _CLOSENESS))
        margin = min(margin, (t - left.t) / 2, (right.t - t) / 2)
        before = self.near(t - margin, margin)
        if before.piece != left.piece:
            return [(left, before), (before, right)]
        after = self.near(t + margin, margin)
        if after.piece != right.piece:
            return [(before, after), (after, right)]
        bend = self.bend(left, right)
        if bend is None:
            return [(before, after)]
        place = rounded(self.line.at(t), _KINK_GRID + max(0, -self.stretch))
        self.kinks.append(Kink(place, bend, t, (left.piece, right.piece)))
        self.found(len(self.kinks))
        return []

    def bend(self, left: Station, right: Station) -> Bend | None:
        """The only boundary between two stations, if their pieces allow for just one."""
        bend = bend_between(left.piece, right.piece)
        if bend is not None and slope(bend.form, self.line.direction) < 0:
            return Bend(bend.form, -bend.jump)  # the right piece is the lower one
        return bend

    def meeting(self, left: Station, right: Station) -> fmpq | None:
        """Where two pieces meet strictly between their stations, in the first output that does."""
        for row in matrix_rows(right.piece - left.piece):
            if any(row):
                t = self.line.crossing(row_vector(row))
                if t is not None and left.t < t < right.t:
                    return t
        return None


def _magnitude(x: fmpq) -> int:
    """The k with 2^(k-1) < |x| < 2^(k+1)."""
    return int(abs(x).p.bit_length() - x.q.bit_length())
