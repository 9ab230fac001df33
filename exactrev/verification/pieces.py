"""Boxes cut into smaller ones until bounds over each show that no point has the property.

Where few neurons are left with both signs, the tree of their cells takes over, which always ends.
What is found of a piece depends on nothing but the piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from exactrev.domain.boxes import Box
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
_AT_ONCE = 16  # pieces dealt with at once


@dataclass(frozen=True, eq=False)
class Piece:
    """A box inside that of the part, its bounds, and the rows by which it was cut out.

    It has no bounds where an earlier search has dealt with it.
    """

    box: Box
    found: Enclosed | None
    cuts: tuple[Form, ...] = ()

    @property
    def middle(self) -> Point:
        """The centre of the box."""
        return tuple(fmpq(1, 2) * (low + high) for low, high in self.box)

    def halves(
        self, place: int, value: fmpq, both: Sequence[tuple[Box, Enclosed | None]]
    ) -> list[Piece]:
        """The halves with these bounds, the upper one first."""
        unit = [fmpq(int(j == place)) for j in range(len(self.box))]
        rows = (*unit, -value), (*(-a for a in unit), value)
        return [Piece(*half, (*self.cuts, row)) for half, row in zip(both, rows, strict=True)]


@dataclass(frozen=True)
class Dealt:
    """The steps that deal with a piece, or that cut it; or a witness, and then no proof.

    ``tree`` says that they are those of a tree.
    """

    lines: tuple[str, ...] = ()
    cells: int = 0
    witness: Point | None = None
    open_branches: int = 0
    tree: bool = False


class PieceWork:
    """Deals with the pieces of a part's box."""

    def __init__(
        self, network: Network, part: Part, flat: Flat, box: Box, stop: Callable[[], bool]
    ) -> None:
        """``network`` is that of the part's constraints, restricted to its flat domain."""
        self._network, self._part, self._flat, self._stop = network, part, flat, stop
        self._stages = network_stages(network)
        self._cuts = Cuts(FloatStages(self._stages, len(box)), box, self._amiss)

    def deal(self, piece: Piece) -> list[Piece | Dealt]:
        """Steps and pieces that are left, in order; it ends at a witness or once it is to stop."""
        items: list[Piece | Dealt] = []
        pending = [piece]
        for _ in range(_AT_ONCE):
            if not pending or self._stop():
                break
            dealt, rest = self._deal_with(pending.pop())
            items.append(dealt)
            if dealt.witness is not None or dealt.open_branches:
                return items
            pending += rest[::-1]
        return items + pending[::-1]

    def needs_a_tree(self, piece: Piece) -> bool:
        """Whether a piece is to be dealt with by the tree of its cells."""
        found = self._bounds(piece)
        return self._is_for_a_tree(piece, found) and not self._enclosed(piece, found)

    def within(self, piece: Piece) -> Flat:
        """The part of the domain that is in a piece."""
        domain = Polyhedron(self._flat.domain.dimension, (*self._flat.domain.rows, *piece.cuts))
        return replace(self._flat, domain=domain, inside=piece.middle)

    def _deal_with(self, piece: Piece) -> tuple[Dealt, list[Piece]]:
        """The steps of a piece, and what it is cut into."""
        found = self._bounds(piece)
        line = self._enclosed(piece, found)
        if line:
            return Dealt((line,), 1), []
        if self._is_for_a_tree(piece, found):
            return self._plant(piece), []
        if self._is_witness(piece.middle):
            return Dealt(witness=self._flat.lifted(piece.middle)), []
        place, value, both = self._cuts.best(piece.box, self._amiss(found))
        line = f"cut {self._flat.free[place]} {value.q} {value.p}"
        return Dealt((line,)), piece.halves(place, value, both)

    def _plant(self, piece: Piece) -> Dealt:
        """The tree of the cells of a piece."""
        tree = PartSearch(self._network, self._part, self.within(piece), self._stop)
        lines = tuple(tree.steps())
        return Dealt(lines, tree.cells, tree.witness, tree.found.open_branches, tree=True)

    def _bounds(self, piece: Piece) -> Enclosed:
        return piece.found or self._cuts.bounds([piece.box])[0]

    def _enclosed(self, piece: Piece, found: Enclosed) -> str:
        """The line that a piece is enclosed, if it is."""
        amiss = self._amiss(found)
        if amiss >= 0:
            return ""
        _, exponent = frexp(amiss)
        places = max(0, _PLACES - exponent)
        exact = [high for _, high in bounds(self._stages, ratios(piece.box), places)]
        return f"enclosed {places}" if max(self._lowest_bounds(exact)) < 0 else ""

    def _is_for_a_tree(self, piece: Piece, found: Enclosed) -> bool:
        neurons = sum(layer.size for layer in self._network.hidden)
        few = min(_FEW, _DECIDED // max(neurons, 1))
        deep = len(piece.cuts) >= _DEEPEST or len(piece.box) > _INPUTS
        return found.unstable <= few or deep

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


def deal(work: PieceWork, piece: Piece) -> list[Piece | Dealt]:
    """What :meth:`PieceWork.deal` finds, as a crew does it."""
    return work.deal(piece)
