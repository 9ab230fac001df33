"""Whether a candidate network is f, and where it is not: what boundary it lacks.

It is tested at places that no part of it was made from.  Every place asked is kept with f's piece
and is tried again, at no cost, on the next candidate.  But for a few, none is asked where the
candidate's neurons are all on the sides where they were at another one: it would tell little more
of a candidate that lacks no neuron.  In two inputs it is tested at all corners of the candidate's
regions in the end.

Between a place where the two agree and one where they do not, f has a kink that the candidate has
not.  Halving the candidate's own cells on the way leads to it with few queries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from exactrev.exact.linear import matrix_rows, row_vector
from exactrev.network.evaluation import Pattern, activation_pattern, map_at
from exactrev.network.model import Layer, Network
from exactrev.recovery.assembly import prefix_of
from exactrev.recovery.corners import corners
from exactrev.recovery.explore import extreme_places, telling_places
from exactrev.recovery.extreme_rays import extreme_rays
from exactrev.recovery.geometry import Kink, form_key, rationals, rounded
from exactrev.recovery.lines import Line
from exactrev.recovery.local import combined, dot
from exactrev.recovery.probe import Piece
from exactrev.recovery.survey import Survey

#: Random places at which a result is tested: one for so many parameters, within bounds; as many as
#: the fewest are asked whatever the candidate's neurons do there, and as many as the most if it is
#: deep with fewer parameters than ``_SMALL``: that is often a wrong account of a shallower network.
_PARAMETERS_A_PLACE = 2
_RANDOM_PLACES = (24, 200)
#: How often telling places are sought over where there is a direct connection.
_REPEATS = 3
#: Extreme places are sought so often, as long as queries a parameter are fewer than that, and than
#: this with so many hidden layers: neurons of the last one may be on in far corners alone.
_EXTREMES, _QUERIES_A_PARAMETER, _DEEP, _QUERIES_IF_DEEP = 6, 4, 3, 8
_SMALL = 80
_GRID = 64

Vector = Sequence[fmpq]


@dataclass(frozen=True)
class Disagreement:
    """A place where f's piece is not the candidate's, and one, if any is known, where it is."""

    place: Vector
    agreeing: Vector | None


class Agreement:
    """Tests candidates; the places asked, and f's pieces there, serve for all of them."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._random: list[list[fmpq]] = []
        # what was sought over the layers with which it was sought last
        self._sought: dict[tuple[str, int, int], tuple[tuple[Layer, ...], list[list[fmpq]]]] = {}
        self._extreme: tuple[tuple[Layer, ...], list[list[list[fmpq]]]] | None = None
        self._asked: list[tuple[list[fmpq], Piece]] = []

    def disagreement(self, candidate: Network) -> Disagreement | None:
        """Where the candidate is not f, or None if no such place is found."""
        agreed: dict[Pattern, list[fmpq]] = {}
        for place, piece in self._places(candidate, agreed):
            pattern, mine = _piece_at(candidate, place)
            if mine != piece:
                return Disagreement(place, _nearest(place, list(agreed.values())))
            agreed.setdefault(pattern, place)
        return None

    def _places(
        self, candidate: Network, agreed: dict[Pattern, list[fmpq]]
    ) -> Iterator[tuple[list[fmpq], Piece]]:
        """Places with f's pieces: those known already, and others off the ``agreed`` patterns."""
        yield from list(self._asked)
        # each random place is kept, so that its id tells it from the others
        asked, always = {id(place) for place, _ in self._asked}, _always(candidate)
        for number, place in enumerate(self._fresh(candidate)):
            first = number < always and id(place) not in asked
            if first or activation_pattern(candidate, place) not in agreed:
                self._asked.append((place, self.survey.probe.piece(rounded(place, _GRID))))
                yield self._asked[-1]
        if candidate.inputs == 2 and len(candidate.hidden) > 1:
            yield from self._at_corners(candidate)

    def _at_corners(self, candidate: Network) -> Iterator[tuple[list[fmpq], Piece]]:
        """Beside corners of the candidate's regions, and far out; they are not kept."""
        probe = self.survey.probe
        for corner in corners(candidate, self.survey.scale, probe.oracle.check_time):
            # a corner itself may be on the grid: then no region holds it
            beside = [x + fmpq(2 * k + 3, 1 << (_GRID - 2)) for k, x in enumerate(corner)]
            place = rounded(beside, _GRID)
            yield rationals(place), probe.piece(place)

    def _fresh(self, candidate: Network) -> Iterator[list[fmpq]]:
        count = min(candidate.parameters // _PARAMETERS_A_PLACE, _RANDOM_PLACES[1])
        for k in range(max(count, _always(candidate))):
            if k == len(self._random):
                size = self.survey.scale * fmpq(4) ** (k % 4 - 1)
                place = [size * x for x in self.survey.random_vector()]
                self._random.append(rationals(rounded(place, _GRID)))
            yield self._random[k]
        for depth in range(len(candidate.hidden), 0, -1):
            yield from self._telling_at(candidate, depth, 0)
        top = len(candidate.hidden) - 1
        for depth in range(top, max(top - 2, 0), -1):
            yield from self._rays_at(candidate, depth)
        deep = len(candidate.hidden) >= _DEEP
        most = (_QUERIES_IF_DEEP if deep else _QUERIES_A_PARAMETER) * candidate.parameters
        for repeat in range(_EXTREMES if len(candidate.hidden) > 1 else 0):
            if self.survey.probe.oracle.queries < most:
                yield from self._extreme_at(candidate, top, repeat)
        # a direct connection may be the part of a neuron that is nearly always on
        direct = len(candidate.layers[-1].weights) > 1
        for repeat in range(1, _REPEATS if direct else 1):
            yield from self._telling_at(candidate, top, repeat)

    def _telling_at(self, candidate: Network, depth: int, repeat: int) -> list[list[fmpq]]:
        if depth == 0:
            return []
        scale, random = self.survey.scale, self.survey.random
        found = telling_places(candidate, depth, scale, random)
        return self._kept(("telling", depth, repeat), candidate.layers[:depth], found)

    def _extreme_at(self, candidate: Network, depth: int, repeat: int) -> list[list[fmpq]]:
        below = candidate.layers[:depth]
        if self._extreme is None or self._extreme[0] != below:
            self._extreme = (below, [])
        known = self._extreme[1]
        if repeat == len(known):
            found = extreme_places(candidate, depth, self.survey.scale, self.survey.random)
            known.append([rationals(rounded(place, _GRID)) for place in found])
        return known[repeat]

    def _rays_at(self, candidate: Network, depth: int) -> list[list[fmpq]]:
        found = extreme_rays(candidate, depth, self.survey.scale)
        return self._kept(("rays", depth, 0), candidate.layers[:depth], found)

    def _kept(
        self,
        key: tuple[str, int, int],
        below: tuple[Layer, ...],
        found: Iterator[list[fmpq]],
    ) -> list[list[fmpq]]:
        """The places that are found, or were before over the very same layers: then none is sought.
        """
        known = self._sought.get(key)
        if known is None or known[0] != below:
            known = (below, [rationals(rounded(place, _GRID)) for place in found])
            self._sought[key] = known
        return known[1]

    def missed(self, candidate: Network, where: Disagreement) -> list[Kink]:
        """Kinks of f on a short part of the way between the two places, one of them missed."""
        if where.agreeing is None:
            return []
        way = combined(where.place, fmpq(-1), where.agreeing)
        line = Line(tuple(where.agreeing), tuple(way), fmpq(0), fmpq(1))
        cells = prefix_of(candidate).path(line)
        stations = [fmpq(0), *((cell.start + cell.stop) / 2 for cell in cells), fmpq(1)]
        low, high = 0, len(stations) - 1
        while high - low > 1:
            middle = (low + high) // 2
            place = rationals(rounded(line.at(stations[middle]), 2 * _GRID))
            _, mine = _piece_at(candidate, place)
            if mine == self.survey.probe.piece(rounded(place, 2 * _GRID)):
                low = middle
            else:
                high = middle
        part = Line(line.base, line.direction, stations[low], stations[high])
        return self.survey.scan_segment(part)


def _always(candidate: Network) -> int:
    """How many random places are asked wherever they are."""
    small = candidate.parameters < _SMALL and len(candidate.hidden) >= _DEEP
    return _RANDOM_PLACES[small]


def agrees_at(candidate: Network, place: Vector, piece: Piece) -> bool:
    """Whether a piece of f is the candidate's at a place."""
    return bool(_piece_at(candidate, place)[1] == piece)


def bends_at(candidate: Network, kink: Kink) -> bool:
    """Whether a boundary of one of the candidate's neurons is behind a kink."""
    forms = prefix_of(candidate).cell(rationals(kink.point)).forms
    key = kink.key
    rows = (row for matrix in forms for row in matrix_rows(matrix))
    return any(any(row[:-1]) and form_key(row_vector(row)) == key for row in rows)


def _piece_at(network: Network, place: Vector) -> tuple[Pattern, Piece]:
    """Which of a network's neurons are on at a place, and its piece there."""
    pattern, mine = map_at(network, place)
    rows = zip(matrix_rows(mine.linear), mine.constant.entries(), strict=True)
    return pattern, fmpq_mat([[*row, last] for row, last in rows])


def _nearest(place: Vector, others: Sequence[Vector]) -> Vector | None:
    def distance(other: Vector) -> fmpq:
        way = combined(place, fmpq(-1), other)
        return dot(way, way)

    return min(others, key=distance, default=None)
