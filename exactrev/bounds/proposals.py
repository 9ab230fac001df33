"""Points at which two networks may be further apart: by random steps, and by integer programs.

Random steps cost little and find most of what there is.  They see nothing of a deviation that only
a tiny part of the domain has, with nothing round it that leads there; a mixed-integer program may,
but can take any time for nothing.  So it gets a share of the effort, measured in what depends on
no clock, which grows where it pays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from exactrev.bounds.climbing import largest_outputs, rounded
from exactrev.bounds.incumbent import Side, incumbent
from exactrev.bounds.inside import Inside
from exactrev.bounds.intervals import middle_and_radius
from exactrev.bounds.pieces import Piece, Pieces
from exactrev.bounds.zonotope import Floats, FloatStages
from exactrev.equivalence.ground import Point

_FEW = 100  # undecided neurons that a program is made for: with 130, nothing came of it
_TRIES = 4  # programs for a side of a piece, each with more nodes than the one before
_NODES = 250  # of the first program
_FIRST = 150  # steps of the simplex method that it is guessed to take for an undecided neuron
_STEPS = 25  # such steps take as long as a cut
_SHARE = 0.1  # of the effort, the least
_MOST = 0.5  # where programs pay


class Proposals:
    """Proposes points of a domain; ``seed`` is that of the random steps."""

    def __init__(self, stages: FloatStages, inside: Inside, seed: int) -> None:
        self._stages, self._inside, self._seed = stages, inside, seed
        self._tries: Counter[tuple[Piece, Side]] = Counter()
        self._final: set[tuple[Piece, Side]] = set()
        self._nodes, self._share = _NODES, _SHARE
        self._pieces = 1  # when the last program was asked
        self._steps = 0  # that the next program is expected to take

    def climbed(self, piece: Piece) -> Point:
        """Where the deviation is large in a piece, as random steps find it, or near the piece."""
        return self._exact(self._climbers(piece)[0], piece)

    def in_turn(self, pieces: Pieces, least: float, stop: Callable[[], bool]) -> Point | None:
        """What the next program finds, once the search has gone on for so long that it is due."""
        chosen = next(self._open(pieces, least), None)
        if chosen is None:
            return None
        effort = (len(pieces) - self._pieces) * _STEPS * self._share
        if effort < (self._steps or _FIRST * chosen[0].found.unstable):
            return None
        return self.programmed(pieces, least, stop)

    def programmed(self, pieces: Pieces, least: float, stop: Callable[[], bool]) -> Point | None:
        """Where a deviation is that is larger than ``least``, as the next program finds it.

        None if it finds none, or no program is left to ask.
        """
        chosen = next(self._open(pieces, least), None)
        if chosen is None:
            return None
        self._pieces = len(pieces)
        piece, side = chosen
        start = max(self._climbers(piece), key=lambda point: self._value(side, point))
        found = incumbent(
            self._stages, piece.box, self._inside, side, least, start, self._nodes, stop
        )
        self._tries[chosen] += 1
        if found is None or found.is_final:
            self._final.add(chosen)
        if found is None:
            return None
        better = found.point is not None and self._value(side, found.point) > least
        self._learn(found.steps, better, found.is_final)
        return self._exact(found.point, piece) if found.point is not None and better else None

    def _open(self, pieces: Pieces, least: float) -> Iterator[tuple[Piece, Side]]:
        """The pieces about the worst one, the largest first, with a side each to ask for.

        That is the one which was asked for least, and of those the one with the largest bound.
        """
        final: set[Side] = set()
        for piece in pieces.about_worst():
            final |= {side for side in _sides(piece) if (piece, side) in self._final}
            left = [
                side
                for side in _sides(piece)
                if side not in final
                and side.bound(piece.found) > least
                and self._tries[piece, side] < _TRIES
            ]
            if left and piece.found.unstable <= _FEW:
                yield piece, min(
                    left, key=lambda side: (self._tries[piece, side], -side.bound(piece.found))
                )

    def _learn(self, steps: int, better: bool, final: bool) -> None:
        """Give programs more effort, or less."""
        if better:
            self._share = min(2 * self._share, _MOST)
        else:
            self._share = max(self._share / 2, _SHARE)
        factor = 1 if better or final else 2
        self._nodes *= factor
        self._steps = max(factor * steps, 1)

    def _climbers(self, piece: Piece) -> Floats:
        middle, radius = middle_and_radius(piece.box)
        ends = middle - radius, middle + radius
        return largest_outputs(self._stages, *ends, self._inside, self._seed)

    def _value(self, side: Side, point: Floats) -> float:
        return side.sign * float(self._stages.values(point[None])[0, side.output])

    def _exact(self, point: Floats, piece: Piece) -> Point:
        return self._inside.moved(rounded(point, list(piece.box)))


def _sides(piece: Piece) -> list[Side]:
    outputs = range(len(piece.found.lowest))
    return [Side(output, sign) for output in outputs for sign in (1, -1)]
