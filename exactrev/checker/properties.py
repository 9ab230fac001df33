"""The claims that a property holds of no input, or of one (format, section 10.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exactrev.checker.enclosure import Stage, bounds, stages
from exactrev.checker.flat import Flat
from exactrev.checker.forms import combination
from exactrev.checker.lines import (
    INTEGER,
    NATURAL,
    NONZERO,
    POSITIVE,
    ROWS,
    Lines,
    Ratio,
    Refused,
    integers,
    numbers_after,
)
from exactrev.checker.network import Network, Row
from exactrev.checker.root import read_tree_on
from exactrev.checker.statement import Part, SideBySide, at, count_after, read_part
from exactrev.checker.tree import GRAMMAR, Tree

PIECES = {
    "pin": re.compile(rf"{NATURAL} {NATURAL} {ROWS}"),
    "cut": re.compile(rf"{NATURAL} {POSITIVE} {INTEGER}"),
    "vacant": re.compile(ROWS),
    "enclosed": re.compile(NATURAL),
}
CELLS = GRAMMAR | {
    "violated": re.compile(rf"{NATURAL} {NATURAL}(?: {NATURAL} {NONZERO})*+"),
}


#: The finest grid that this checker rounds to has 2^-MAX_PLACES between its numbers.
MAX_PLACES = 10_000


class Unsatisfied:
    """No input satisfies the property, part by part."""

    def __init__(self, lines: Lines, networks: Sequence[Network]) -> None:
        self._lines = lines
        self._all = SideBySide(networks)
        parts = range(count_after("parts", lines.take()))
        self._waiting = [read_part(lines, self._all.inputs, self._all.outputs) for _ in parts][::-1]
        self._part: PartProof | None = None

    def step(self, line: str) -> None:
        if self._part is not None:
            if self._part.step(line, self._lines):
                self._part = None
        elif line == "part" and self._waiting:
            self._part = PartProof(self._waiting.pop(), self._all)
        else:
            raise Refused("expected the line 'part' or, after the last one, 'end'")

    def finish(self) -> None:
        if self._part is not None:
            raise Refused("a branch of the tree is open")
        if self._waiting:
            raise Refused("a part of the property is not dealt with")

    def sentence(self) -> str:
        return (
            f"no input of {names(self._all.networks)} has the stated property, in real arithmetic"
        )


class PartProof:
    """The proof that no point has one part of a property, on one piece of its domain at a time."""

    def __init__(self, part: Part, networks: SideBySide) -> None:
        self._part, self._networks = part, networks
        self._constraints = [c for conjunction in part.conjunctions for c in conjunction]
        self._pieces = [Flat(part.domain, networks.inputs)]
        self._tree: PartTree | None = None
        self._stages: list[Stage] = []
        self._enclosed: dict[int, Row] = {}

    def step(self, line: str, lines: Lines) -> bool:
        """Judge one step; whether all pieces are dealt with then."""
        if self._tree is not None:
            if self._tree.step(line):
                self._tree = None
        elif line.partition(" ")[0] == "inside":
            self._tree = self._planted(self._pieces.pop(), line, lines)
        else:
            self._divide(*integers(line, PIECES))
        return self._tree is None and not self._pieces

    def _divide(self, word: str, numbers: list[int]) -> None:
        """Take an input out of the current piece, cut it, or deal with it as a whole."""
        if word == "pin":
            self._pieces[-1].pin(numbers[0], numbers[1], numbers[2:])
            return
        piece = self._pieces.pop()
        if word == "cut":
            self._pieces += piece.halves(numbers[0], (numbers[2], numbers[1]))[::-1]
        elif word == "enclosed":
            self._require_enclosed(piece, numbers[0])
        else:
            piece.require_vacant(numbers)

    def _planted(self, piece: Flat, line: str, lines: Lines) -> PartTree:
        """The tree on a piece, which has a point inside as the line says."""
        domain = piece.interior(numbers_after("inside", line, len(piece.free)))
        stack = self._networks.restricted(self._constraints, piece.pinned, piece.free)
        first = len(domain) + self._networks.neurons
        return PartTree(read_tree_on(domain, 0, lines, stack), first, self._part)

    def _require_enclosed(self, piece: Flat, places: int) -> None:
        """On the box about a piece, every conjunction has a constraint that holds nowhere."""
        if places > MAX_PLACES:
            raise Refused(f"this checker takes at most {MAX_PLACES} binary places")
        if not self._stages or piece.pinned != self._enclosed:
            stack = self._networks.restricted(self._constraints, piece.pinned, piece.free)
            self._stages, self._enclosed = stages(stack), piece.pinned
        found = iter(bounds(self._stages, piece.box(), places))
        for conjunction in self._part.conjunctions:
            if min([next(found)[1] for _ in conjunction], default=0) >= 0:
                raise Refused("the constraints of a conjunction may hold together on the box")


class PartTree:
    """A tree on whose leaves every conjunction is violated; constraints have row numbers too."""

    def __init__(self, tree: Tree, first: int, part: Part) -> None:
        self._tree, self._first = tree, first
        self._ranges: list[range] = []
        self._strict: set[int] = set()
        following = first
        for conjunction in part.conjunctions:
            self._ranges.append(range(following, following + len(conjunction)))
            for number, constraint in zip(self._ranges[-1], conjunction, strict=True):
                if constraint.strict:
                    self._strict.add(number)
            following += len(conjunction)
        self._violated = 0

    def step(self, line: str) -> bool:
        """Judge one step; whether the tree is closed then."""
        word, numbers = integers(line, CELLS)
        if word == "violated":
            self._violate(numbers[0], numbers[1], numbers[2:])
        elif self._violated:
            raise Refused("the other conjunctions must be violated too")
        elif word != "empty" and numbers[0] >= self._first:
            raise Refused("a constraint is no neuron")
        else:
            self._tree.step(word, numbers)
        return self._tree.finished

    def _violate(self, conjunction: int, residual: int, pairs: list[int]) -> None:
        """The constraints of a conjunction do not hold together on the closure of the cell."""
        if conjunction != self._violated or conjunction >= len(self._ranges):
            raise Refused("the conjunctions are violated once each, in ascending order")
        mine = self._ranges[conjunction]
        rows, used = [], {}
        for number, multiplier in zip(pairs[::2], pairs[1::2], strict=True):
            if number < self._first:
                rows += [number, multiplier]
            elif number not in mine or multiplier < 0:
                raise Refused("a row is named that is no constraint of the conjunction")
            else:
                used[number] = multiplier
        if pairs[::2] != sorted(set(pairs[::2])):
            raise Refused("rows are named once each, in ascending order")
        cell = self._tree.cell
        forms = [cell.preactivation(number) for number in used]
        target = combination([-y for y in used.values()], forms) if used else cell.nothing
        left = cell.require(1, target, residual, rows)
        if left == 0 and not self._strict & set(used):
            raise Refused("the combination does not contradict the constraints")
        self._violated += 1
        if self._violated == len(self._ranges):
            self._violated = 0
            self._tree.close()


class Satisfied:
    """A stated input has the property."""

    def __init__(self, lines: Lines, networks: Sequence[Network]) -> None:
        self._networks = networks
        self._inputs = sum(network.inputs for network in networks)
        outputs = sum(network.outputs for network in networks)
        self._part = read_part(lines, self._inputs, outputs)
        if len(self._part.conjunctions) != 1:
            raise Refused("one conjunction is satisfied")
        self._point: list[Ratio] = []
        self._given: list[list[Ratio]] = []
        self._outputs: list[list[Ratio]] = []

    def step(self, line: str) -> None:
        if not self._point:
            self._point = numbers_after("point", line, self._inputs)
            first = 0
            for network in self._networks:
                self._given.append(self._point[first : first + network.inputs])
                first += network.inputs
            return
        place = len(self._outputs)
        if place == len(self._networks):
            raise Refused("no step may follow the outputs")
        network, name = self._networks[place], chr(ord("A") + place)
        stated = numbers_after(f"output {name}", line, network.outputs)
        if network.evaluate(self._given[place]) != stated:
            raise Refused(f"network {name} does not have the stated outputs at the point")
        self._outputs.append(stated)

    def finish(self) -> None:
        if len(self._outputs) < len(self._networks):
            raise Refused("a point and its outputs are needed")
        outputs = [y for some in self._outputs for y in some]
        if any(at(row, self._point)[0] < 0 for row in self._part.domain):
            raise Refused("the point is not in the domain")
        if not all(c.holds(self._point, outputs) for c in self._part.conjunctions[0]):
            raise Refused("a constraint does not hold at the point")

    def sentence(self) -> str:
        return (
            f"the stated input of {names(self._networks)} has the stated property, in real "
            "arithmetic"
        )


def names(networks: Sequence[Network]) -> str:
    """The networks, for a sentence."""
    named = [
        f"network {chr(ord('A') + place)} (sha256 {network.sha256})"
        for place, network in enumerate(networks)
    ]
    return " and ".join(named)
