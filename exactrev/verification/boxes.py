"""A box cut into smaller ones until bounds over each show that no point has the property.

Where few neurons are left with both signs, the tree of their cells takes over, which always ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import frexp
from typing import Any

from flint import fmpq

from exactrev.arrangement.leaves import Point
from exactrev.bounds.intervals import ratios
from exactrev.bounds.pieces import Cuts
from exactrev.bounds.stages import network_stages
from exactrev.bounds.zonotope import Enclosed, FloatStages
from exactrev.checker.enclosure import bounds
from exactrev.domain.boxes import Box, bounding_box
from exactrev.domain.flatten import Flat
from exactrev.lp import Form, Polyhedron
from exactrev.network.model import Network
from exactrev.verification.instance import Part
from exactrev.verification.search import PartSearch

_FEW = 12  # neurons with both signs, whose cells are gone through one by one
_DECIDED = 600  # neurons that a tree may decide: that many in all, over those with both signs
_DEEPEST = 100  # cuts on the way to a box
_INPUTS = 12  # boxes of more inputs are not cut: there would be too many
_PLACES = 64  # binary places beyond the first of a bound


@dataclass(frozen=True)
class _Piece:
    """A box inside that of the part, its bounds, and the rows by which it was cut out."""

    box: Box
    found: Enclosed
    cuts: tuple[Form, ...] = ()

    @property
    def middle(self) -> Point:
        return tuple(fmpq(1, 2) * (low + high) for low, high in self.box)

    def halves(
        self, place: int, value: fmpq, both: Sequence[tuple[Box, Enclosed]]
    ) -> list[_Piece]:
        """The halves with these bounds, the upper one first."""
        unit = [fmpq(int(j == place)) for j in range(len(self.box))]
        rows = (*unit, -value), (*(-a for a in unit), value)
        return [_Piece(*half, (*self.cuts, row)) for half, row in zip(both, rows, strict=True)]


class BoxSearch:
    """A search for a proof that no point of a part's box has the property, or for a point."""

    def __init__(
        self, network: Network, part: Part, flat: Flat, stop: Callable[[], bool] = lambda: False
    ) -> None:
        """``network`` is that of the part's constraints, restricted to its flat domain."""
        self._network, self._part, self._flat, self._stop = network, part, flat, stop
        self._stages = network_stages(network)
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
        if box is None:
            yield from self._plant(self._flat)
            return
        floats = FloatStages(self._stages, len(box))
        cuts = Cuts(floats, box, self._amiss)
        pending = [_Piece(tuple(box), cuts.bounds([tuple(box)])[0])]
        while pending and not self.open_branches and self.witness is None:
            piece = pending.pop()
            if self._stop():
                self.open_branches += 1
                return
            line = self._enclosed(piece)
            if line:
                self._cells += 1
                yield line
            elif self._is_for_a_tree(piece):
                yield from self._plant(self._within(piece))
            else:
                if self._is_witness(piece.middle):
                    self.witness = self._flat.lifted(piece.middle)
                place, value, both = cuts.best(piece.box, self._amiss(piece.found))
                pending += piece.halves(place, value, both)[::-1]
                yield f"cut {self._flat.free[place]} {value.q} {value.p}"

    def _enclosed(self, piece: _Piece) -> str:
        """The line that a piece is enclosed, if it is."""
        amiss = self._amiss(piece.found)
        if amiss >= 0:
            return ""
        _, exponent = frexp(amiss)
        places = max(0, _PLACES - exponent)
        exact = [high for _, high in bounds(self._stages, ratios(piece.box), places)]
        return f"enclosed {places}" if max(self._lowest_bounds(exact)) < 0 else ""

    def _is_for_a_tree(self, piece: _Piece) -> bool:
        neurons = sum(layer.size for layer in self._network.hidden)
        few = min(_FEW, _DECIDED // max(neurons, 1))
        deep = len(piece.cuts) >= _DEEPEST or len(piece.box) > _INPUTS
        return piece.found.unstable <= few or deep

    def _amiss(self, found: Enclosed) -> float:
        """An upper bound of what all constraints of some conjunction are at least."""
        return float(max(self._lowest_bounds(found.highest.tolist())))

    def _lowest_bounds(self, highest: Sequence[Any]) -> list[Any]:
        """The lowest of the constraints' upper bounds, for each conjunction."""
        first, lowest = 0, []
        for conjunction in self._part.conjunctions:
            lowest.append(min(highest[first : first + len(conjunction)]))
            first += len(conjunction)
        return lowest

    def _is_witness(self, point: Sequence[fmpq]) -> bool:
        values, first = self._network(point), 0
        for conjunction in self._part.conjunctions:
            mine = zip(conjunction, values[first : first + len(conjunction)], strict=True)
            if all(x > 0 if bound.strict else x >= 0 for bound, x in mine):
                return True
            first += len(conjunction)
        return False

    def _within(self, piece: _Piece) -> Flat:
        """The part of the domain that is in a piece."""
        domain = Polyhedron(self._flat.domain.dimension, (*self._flat.domain.rows, *piece.cuts))
        return replace(self._flat, domain=domain, inside=piece.middle)

    def _plant(self, flat: Flat) -> Iterator[str]:
        """The tree of the cells of a piece."""
        tree = self._tree = PartSearch(self._network, self._part, flat, self._stopped)
        yield from tree.steps()
        self.witness = self.witness or tree.witness
        self.open_branches += tree.found.open_branches
        self._cells, self._tree = self.cells, None

    def _stopped(self) -> bool:
        return self.witness is not None or self._stop()

