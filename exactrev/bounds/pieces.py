"""A box cut into pieces, the one with the weakest bounds first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappush, nsmallest

import numpy as np
from flint import fmpq

from exactrev.arrangement.local import Pairs
from exactrev.bounds.intervals import halves, middle_and_radius, parted
from exactrev.bounds.zonotope import Enclosed, FloatStages
from exactrev.domain.boxes import Box, Interval
from exactrev.errors import InputError
from exactrev.exact.rational import to_float

_TRIED = 8  # inputs that are tried for a cut, the widest of them
_FORM = 32  # how many coefficients take as long as what else is done with a form
_GAIN = 0.999  # a cut that leaves a larger share of the bound than that is no gain


#: An input, 1 where it is >= a value and -1 where it is <= it, and the value.
Side = tuple[int, int, fmpq]


@dataclass(eq=False)
class Piece:
    """A box with bounds in floats, and, once they are asked for, exact ones times 2^places.

    ``sides`` are those of the cuts that it comes from; rows in ``vacant`` show that no point of the
    domain is in it.
    """

    box: Box
    found: Enclosed
    sides: tuple[Side, ...] = ()
    vacant: Pairs | None = None
    cut: tuple[int, fmpq] | None = None
    halves: tuple[Piece, ...] = ()  # the upper one, then the lower one
    exact: tuple[tuple[int, int], ...] = ()
    places: int = 0

    @property
    def size(self) -> float:
        """The largest absolute bound."""
        return largest_bound(self.found)

    @property
    def load(self) -> int:
        """How long exact bounds take, in an unknown unit."""
        return _FORM + len(self.box) + self.found.unstable

    def is_within(self, size: fmpq) -> bool:
        """Whether the exact bounds, which it has, are no larger than that."""
        limit = size * (1 << self.places)
        return all(-limit <= low and high <= limit for low, high in self.exact)

    def leaves(self) -> Iterator[Piece]:
        """The pieces with points that were not cut, in the order of a certificate."""
        for piece in self.walk():
            if piece.cut is None and piece.vacant is None:
                yield piece

    def walk(self) -> Iterator[Piece]:
        """All pieces, the upper half of each before the lower one."""
        pending = [self]
        while pending:
            piece = pending.pop()
            yield piece
            pending += piece.halves[::-1]


#: An input, the place to cut by, and the halves with their bounds, the upper one first.
Cut = tuple[int, fmpq, list[tuple[Box, Enclosed]]]


class Cuts:
    """Where to cut boxes, given how much is amiss over a box: what is to become small."""

    def __init__(
        self, stages: FloatStages, box: Sequence[Interval], amiss: Callable[[Enclosed], float]
    ) -> None:
        """``box`` is the whole, whose widths are what those of pieces are compared with."""
        self._stages, self._amiss = stages, amiss
        self._widths = [to_float(high - low) or 1.0 for low, high in box]

    def bounds(self, boxes: Sequence[Box]) -> list[Enclosed]:
        """The bounds over boxes."""
        ends = [middle_and_radius(box) for box in boxes]
        return self._stages.over(*(np.array(some) for some in zip(*ends, strict=True)))

    def best(self, box: Box, now: float) -> Cut:
        """The input and the place to cut a box by, and the halves, the upper one first.

        Each of the widest inputs is tried; the widest is taken where none makes the halves better
        than the box, over which so much is amiss ``now``.
        """
        shares = [
            to_float(high - low) / whole
            for (low, high), whole in zip(box, self._widths, strict=True)
        ]
        order = sorted(range(len(shares)), key=lambda j: -shares[j])[:_TRIED]
        cuts = [(place, *halves(box, place)) for place in order]
        found = iter(self.bounds([half for _, *both, _ in cuts for half in both]))
        tried = []
        for place, upper, lower, middle in cuts:
            both = [(upper, next(found)), (lower, next(found))]
            small, large = sorted(self._amiss(bounds) for _, bounds in both)
            tried.append((small + 2 * large, (place, middle, both)))
        best = min(tried, key=lambda entry: entry[0])
        return best[1] if best[0] < 3 * _GAIN * now else tried[0][1]


class Pieces:
    """The pieces of a box, of which those with the largest bounds are cut next.

    ``vacancy`` gives the rows that show that a piece has no point, or None. ``load`` is that of all
    pieces together.
    """

    def __init__(
        self,
        cuts: Cuts,
        box: Sequence[Interval],
        vacancy: Callable[[Piece], Pairs | None] = lambda piece: None,
    ) -> None:
        self._cuts, self._vacancy = cuts, vacancy
        self.root = Piece(tuple(box), self._cuts.bounds([tuple(box)])[0])
        self._queue: list[tuple[float, int, Piece]] = []
        self._pushed = 0
        self.load = 0
        self._push(self.root)

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def worst(self) -> Piece:
        """The piece to be cut next."""
        return self._queue[0][2]

    def about_worst(self) -> Iterator[Piece]:
        """The pieces that the worst one is part of, from the whole down to itself."""
        piece = self.root
        yield piece
        for _, sign, _ in self.worst.sides:
            piece = piece.halves[0 if sign > 0 else 1]
            yield piece

    def worst_ones(self, count: int, limit: float) -> list[Piece]:
        """The worst piece, and the next ones, ``count`` in all, whose bounds are above a limit."""
        entries = nsmallest(count, self._queue)
        return [entry[2] for k, entry in enumerate(entries) if k == 0 or -entry[0] > limit]

    def ranges(self) -> list[tuple[fmpq, fmpq]]:
        """The exact bounds of every output, where all pieces have them."""
        leaves = list(self.root.leaves())
        assert all(leaf.exact for leaf in leaves)
        found = []
        for i in range(len(leaves[0].exact)):
            lows = [fmpq(leaf.exact[i][0], 1 << leaf.places) for leaf in leaves]
            highs = [fmpq(leaf.exact[i][1], 1 << leaf.places) for leaf in leaves]
            found.append((min(lows), max(highs)))
        return found

    def divide(self, pieces: Sequence[Piece], cuts: Iterable[Cut]) -> None:
        """Cut these pieces so."""
        chosen = set(pieces)
        self._queue = [entry for entry in self._queue if entry[2] not in chosen]
        heapify(self._queue)
        for piece, cut in zip(pieces, cuts, strict=True):
            self._cut(piece, cut)

    def restore(self, cuts: Iterable[tuple[int, fmpq] | None]) -> None:
        """Cut the whole as it was before: the cut of every piece, None for the leaves, in the order
        of :meth:`Piece.walk`.  What is missing at the end was not cut.

        Raises InputError where a piece has no such cut.
        """
        pending = [self.root]
        for cut in cuts:
            if not pending:
                raise InputError("there is no such piece")
            piece = pending.pop()
            if cut is not None and piece.vacant is None:
                self._part(piece, *cut)
                pending += piece.halves[::-1]
        self._queue, self.load = [], 0
        for leaf in self.root.leaves():
            self._push(leaf)

    def _part(self, piece: Piece, place: int, value: fmpq) -> None:
        if place >= len(piece.box) or not piece.box[place][0] <= value <= piece.box[place][1]:
            raise InputError("a piece is cut outside")
        both = parted(piece.box, place, value)
        self._halve(piece, (place, value, list(zip(both, self._cuts.bounds(both), strict=True))))

    def _cut(self, piece: Piece, cut: Cut) -> None:
        self.load -= piece.load
        self._halve(piece, cut)
        for half in piece.halves:
            if half.vacant is None:
                self._push(half)

    def _halve(self, piece: Piece, cut: Cut) -> None:
        place, value, both = cut
        piece.cut, piece.exact = (place, value), ()
        piece.halves = tuple(
            Piece(*half, (*piece.sides, (place, sign, value)))
            for half, sign in zip(both, (1, -1), strict=True)
        )
        for half in piece.halves:
            half.vacant = self._vacancy(half)

    def _push(self, piece: Piece) -> None:
        self._pushed += 1
        self.load += piece.load
        heappush(self._queue, (-piece.size, self._pushed, piece))


def largest_bound(found: Enclosed) -> float:
    """The largest absolute bound of an output."""
    return float(max(np.abs(found.lowest).max(), np.abs(found.highest).max()))
