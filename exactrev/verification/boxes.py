"""A box cut into smaller ones until bounds over each show that no point has the property.

Where few neurons are left with both signs, the tree of their cells takes over, which always ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from flint import fmpq

from exactrev.arrangement.leaves import Point
from exactrev.exact.rational import to_float
from exactrev.lp import Form, Polyhedron
from exactrev.network.model import Network
from exactrev.verification.enclosing import ExactEnclosure, FloatEnclosure, places_for
from exactrev.verification.flatten import Flat
from exactrev.verification.instance import Part
from exactrev.verification.intervals import Interval, bounding_box
from exactrev.verification.search import PartSearch

_FEW = 12  # neurons with both signs, whose cells are gone through one by one
_DEEPEST = 100  # cuts on the way to a box
_INPUTS = 12  # boxes of more inputs are not cut: there would be too many


@dataclass(frozen=True)
class _Piece:
    """A box inside that of the part, and the rows by which it was cut out."""

    box: tuple[Interval, ...]
    cuts: tuple[Form, ...] = ()

    def halves(self, place: int) -> tuple[_Piece, _Piece, fmpq]:
        """The two halves by an input, the upper one first, and where they meet."""
        low, high = self.box[place]
        middle = fmpq(1, 2) * (low + high)
        unit = [fmpq(int(j == place)) for j in range(len(self.box))]
        rows = (*unit, -middle), (*(-a for a in unit), middle)
        return (
            _Piece(_with(self.box, place, (middle, high)), (*self.cuts, rows[0])),
            _Piece(_with(self.box, place, (low, middle)), (*self.cuts, rows[1])),
            middle,
        )

    @property
    def middle(self) -> Point:
        return tuple(fmpq(1, 2) * (low + high) for low, high in self.box)


class BoxSearch:
    """A search for a proof that no point of a part's box has the property, or for a point."""

    def __init__(
        self, network: Network, part: Part, flat: Flat, stop: Callable[[], bool] = lambda: False
    ) -> None:
        """``network`` is that of the part's constraints, restricted to its flat domain."""
        self._network, self._part, self._flat, self._stop = network, part, flat, stop
        self._floats, self._exact = FloatEnclosure(network), ExactEnclosure(network)
        self._cells = 0
        self._tree: PartSearch | None = None
        self.witness: Point | None = None
        self.open_branches = 0

    @property
    def cells(self) -> int:
        """How many pieces have been dealt with."""
        return self._cells + (self._tree.cells if self._tree else 0)

    def steps(self) -> Iterator[str]:
        """The part's proof after the steps ``pin``; none if branches are left open at the end."""
        box = bounding_box(self._flat.domain)
        pending = [_Piece(tuple(box))] if box else []
        if not box:
            yield from self._plant(_Piece(()))
        while pending and not self.open_branches and self.witness is None:
            piece = pending.pop()
            if self._stop():
                self.open_branches += 1
                return
            line, place = self._look_at(piece)
            if line:
                self._cells += 1
                yield line
            elif place is None:
                yield from self._plant(piece)
            else:
                upper, lower, middle = piece.halves(place)
                pending += [lower, upper]
                yield f"cut {self._flat.free[place]} {middle.q} {middle.p}"

    def _look_at(self, piece: _Piece) -> tuple[str, int | None]:
        """The line that a piece is enclosed, or else the input to cut it by, if any."""
        middle = np.array([to_float(x) for x in piece.middle])
        radius = np.array([to_float(high - low) / 2 for low, high in piece.box])
        found = self._floats.over(middle, radius)
        lowest = self._lowest_bounds(found.highest.tolist())
        if max(lowest) < 0:
            places = places_for(max(lowest))
            if max(self._lowest_bounds(self._exact.over(piece.box, places))) < 0:
                return f"enclosed {places}", None
        if found.unstable <= _FEW or len(piece.cuts) >= _DEEPEST or len(piece.box) > _INPUTS:
            return "", None
        if self.witness is None and self._is_witness(piece.middle):
            self.witness = self._flat.lifted(piece.middle)
        return "", int(found.influence.argmax())

    def _lowest_bounds(self, highest: Sequence[Any]) -> list[Any]:
        """The lowest of the constraints' upper bounds, for each conjunction."""
        first, lowest = 0, []
        for bounds in self._part.conjunctions:
            lowest.append(min(highest[first : first + len(bounds)]))
            first += len(bounds)
        return lowest

    def _is_witness(self, point: Sequence[fmpq]) -> bool:
        values, first = self._network(point), 0
        for bounds in self._part.conjunctions:
            mine = zip(bounds, values[first : first + len(bounds)], strict=True)
            if all(x > 0 if bound.strict else x >= 0 for bound, x in mine):
                return True
            first += len(bounds)
        return False

    def _plant(self, piece: _Piece) -> Iterator[str]:
        """The tree of the cells of a piece."""
        flat = self._flat
        if piece.cuts:
            domain = Polyhedron(flat.domain.dimension, (*flat.domain.rows, *piece.cuts))
            flat = replace(flat, domain=domain, inside=piece.middle)
        tree = self._tree = PartSearch(self._network, self._part, flat, self._stopped)
        yield from tree.steps()
        self.witness = self.witness or tree.witness
        self.open_branches += tree.found.open_branches
        self._cells, self._tree = self.cells, None

    def _stopped(self) -> bool:
        return self.witness is not None or self._stop()


def _with(box: Sequence[Interval], place: int, interval: Interval) -> tuple[Interval, ...]:
    return (*box[:place], interval, *box[place + 1 :])
