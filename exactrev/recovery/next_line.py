"""Which line is scanned next: at random, or where a neuron that was missed would show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flint import fmpq

from exactrev.network.model import Network
from exactrev.recovery.assembly import hidden_part
from exactrev.recovery.explore import telling_places, unlike_place
from exactrev.recovery.geometry import rationals
from exactrev.recovery.local import combined, unit_scale
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.survey import Survey

#: Lines scanned at random before others are aimed.
_FIRST = 2
#: How far beside two places a line passes that is to pass by both, as a share of their distance.
_ASIDE = fmpq(1, 1 << 8)


class NextLine:
    """Chooses and scans lines; what they show joins the survey."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._telling: tuple[Network, Iterator[list[fmpq]]] | None = None

    def begin(self) -> None:
        """Scan the lines that every recovery begins with, but for those scanned already."""
        while len(self.survey.lines) < _FIRST:
            self.survey.scan_random_line()

    def scan(self, known: Prefix) -> None:
        """Scan one more line, over the layers known (all oriented)."""
        if known.depth == 0 or len(self.survey.lines) <= _FIRST:
            self.survey.scan_random_line()
            return
        hidden = hidden_part(known)
        if self._telling is None or self._telling[0] != hidden:
            places = (
                place
                for depth in range(len(hidden.hidden), 0, -1)
                for place in telling_places(hidden, depth, self.survey.scale, self.survey.random)
            )
            self._telling = (hidden, places)
        place = next(self._telling[1], None) if len(self.survey.lines) % 2 == 0 else None
        self.through(place or self._unlike(hidden))

    def _unlike(self, hidden: Network) -> list[fmpq]:
        """A place where a next layer would be given what no scanned line gave it."""
        seen = [rationals(kink.point) for kink in self.survey.kinks]
        seen += [
            scanned.line.at(end)
            for scanned in self.survey.lines
            for end in (scanned.line.start, scanned.line.stop)
        ]
        depth = len(hidden.hidden)
        return unlike_place(hidden, depth, seen, self.survey.scale, self.survey.random)

    def through(self, place: Sequence[fmpq]) -> None:
        """Scan the line from a place through the midst of the boundaries."""
        way = [b - a for a, b in zip(place, self.survey.random_point(), strict=True)]
        self.survey.scan_line(self.survey.line(list(place), way))

    def between(self, here: Sequence[fmpq], there: Sequence[fmpq]) -> None:
        """Scan a line that passes close by two places.

        Through the places themselves it might lie all along a boundary that both are right beside.
        """
        way = combined(there, fmpq(-1), here)
        size = _ASIDE * unit_scale(way) ** -1
        start, stop = (
            combined(place, size, self.survey.random_vector()) for place in (here, there)
        )
        self.survey.scan_line(self.survey.line(start, combined(stop, fmpq(-1), start)))
