"""A box cut into smaller ones until bounds over each show that no point has the property.

Where few neurons are left with both signs, the tree of their cells takes over, which always ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, takewhile
from math import frexp
from typing import Any

from flint import fmpq

from exactrev.arrangement.float_range import floats_hold
from exactrev.arrangement.leaves import Point
from exactrev.bounds.intervals import parted, ratios
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
_CLOSED = "closed"  # what is recorded after a tree
_PLACES = 64  # binary places beyond the first of a bound


@dataclass(frozen=True)
class _Piece:
    """A box inside that of the part, its bounds, and the rows by which it was cut out.

    It has no bounds where an earlier search has dealt with it.
    """

    box: Box
    found: Enclosed | None
    cuts: tuple[Form, ...] = ()

    @property
    def middle(self) -> Point:
        return tuple(fmpq(1, 2) * (low + high) for low, high in self.box)

    def halves(
        self, place: int, value: fmpq, both: Sequence[tuple[Box, Enclosed | None]]
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
        self.record: Callable[[str], object] = _nothing
        self._tree: PartSearch | None = None
        self.witness: Point | None = None
        self.open_branches = 0

    @property
    def cells(self) -> int:
        """How many pieces have been dealt with."""
        return self._cells + (self._tree.cells if self._tree else 0)

    def steps(self, before: Iterable[str] = ()) -> Iterator[str]:
        """The part's proof after the steps ``pin``; none if branches are left open at the end.

        ``record`` is told them, and where trees end.  With what another search told, it goes on
        where that one was stopped.
        """
        for step in self._steps(iter(before)):
            self.record(step)
            yield step

    def _steps(self, before: Iterator[str]) -> Iterator[str]:
        box = bounding_box(self._flat.domain)
        if box is None or not floats_hold(self._network, inputs=chain.from_iterable(box)):
            yield from self._plant(self._flat, _tree_of(before))
            return
        cuts = Cuts(FloatStages(self._stages, len(box)), box, self._amiss)
        pending = [_Piece(tuple(box), None)]
        while pending and not self.open_branches and self.witness is None:
            piece = pending.pop()
            known = next(before, "")
            if known:
                yield from self._again(piece, known, before, pending)
            elif self._stop():
                self.open_branches += 1
            else:
                found = piece.found or cuts.bounds([piece.box])[0]
                yield from self._deal_with(replace(piece, found=found), found, cuts, pending)

    def _deal_with(
        self, piece: _Piece, found: Enclosed, cuts: Cuts, pending: list[_Piece]
    ) -> Iterator[str]:
        """The step of a piece; what it is cut into goes to what is pending."""
        amiss = self._amiss(found)
        line = self._enclosed(piece, amiss)
        if line:
            self._cells += 1
            yield line
        elif self._is_for_a_tree(piece, found):
            yield from self._plant(self._within(piece))
        else:
            if self._is_witness(piece.middle):
                self.witness = self._flat.lifted(piece.middle)
            place, value, both = cuts.best(piece.box, amiss)
            pending += piece.halves(place, value, both)[::-1]
            yield f"cut {self._flat.free[place]} {value.q} {value.p}"

    def _again(
        self, piece: _Piece, known: str, before: Iterator[str], pending: list[_Piece]
    ) -> Iterator[str]:
        """The step that an earlier search took, or the tree that it had begun."""
        word, *numbers = known.split()
        if word == "inside":
            yield from self._plant(self._within(piece), [known, *_tree_of(before)])
            return
        if word == "cut":
            place, value = self._flat.free.index(int(numbers[0])), fmpq(*map(int, numbers[:0:-1]))
            both = [(box, None) for box in parted(piece.box, place, value)]
            pending += piece.halves(place, value, both)[::-1]
        yield known

    def _enclosed(self, piece: _Piece, amiss: float) -> str:
        """The line that a piece is enclosed, if it is."""
        if amiss >= 0:
            return ""
        _, exponent = frexp(amiss)
        places = max(0, _PLACES - exponent)
        exact = [high for _, high in bounds(self._stages, ratios(piece.box), places)]
        return f"enclosed {places}" if max(self._lowest_bounds(exact)) < 0 else ""

    def _is_for_a_tree(self, piece: _Piece, found: Enclosed) -> bool:
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

    def _within(self, piece: _Piece) -> Flat:
        """The part of the domain that is in a piece."""
        domain = Polyhedron(self._flat.domain.dimension, (*self._flat.domain.rows, *piece.cuts))
        return replace(self._flat, domain=domain, inside=piece.middle)

    def _plant(self, flat: Flat, unfinished: Sequence[str] = ()) -> Iterator[str]:
        """The tree of the cells of a piece."""
        tree = self._tree = PartSearch(self._network, self._part, flat, self._stopped)
        yield from tree.steps(unfinished)
        self.record(_CLOSED)
        self.witness = self.witness or tree.witness
        self.open_branches += tree.found.open_branches
        self._cells, self._tree = self.cells, None

    def _stopped(self) -> bool:
        return self.witness is not None or self._stop()


def _nothing(step: str) -> None:
    pass


def _tree_of(before: Iterator[str]) -> list[str]:
    """The steps of an earlier search up to the end of a tree."""
    return list(takewhile(lambda step: step != _CLOSED, before))
