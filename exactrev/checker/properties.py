"""The claims that a property holds of no input, or of one (format, section 13)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exactrev.checker.flat import Flat
from exactrev.checker.forms import combination
from exactrev.checker.lines import (
    NATURAL,
    NONZERO,
    POSITIVE,
    Lines,
    Ratio,
    Refused,
    integers,
    numbers_after,
)
from exactrev.checker.network import Network
from exactrev.checker.root import read_tree_on
from exactrev.checker.statement import Part, SideBySide, at, count_after, read_part
from exactrev.checker.tree import GRAMMAR, Tree

_ROWS = rf"{NATURAL} {POSITIVE}(?: {NATURAL} {POSITIVE})*+"
_FLAT = {"pin": re.compile(rf"{NATURAL} {NATURAL} {_ROWS}"), "vacant": re.compile(_ROWS)}
_TREE = GRAMMAR | {
    "violated": re.compile(rf"{NATURAL} {NATURAL}(?: {NATURAL} {NONZERO})*+"),
}


class Unsatisfied:
    """No input satisfies the property, part by part."""

    def __init__(self, lines: Lines, networks: Sequence[Network]) -> None:
        self._lines = lines
        self._all = SideBySide(networks)
        parts = range(count_after("parts", lines.take()))
        self._waiting = [read_part(lines, self._all.inputs, self._all.outputs) for _ in parts][::-1]
        self._flat: FlatPart | None = None
        self._tree: PartTree | None = None

    def step(self, line: str) -> None:
        if self._tree is not None:
            if self._tree.step(line):
                self._tree = None
        elif self._flat is not None:
            self._flatten(self._flat, line)
        elif line == "part" and self._waiting:
            self._flat = FlatPart(self._waiting.pop(), self._all)
        else:
            raise Refused("expected the line 'part' or, after the last one, 'end'")

    def _flatten(self, flat: FlatPart, line: str) -> None:
        if line.partition(" ")[0] == "inside":
            self._tree, self._flat = flat.tree(line, self._lines), None
        elif flat.step(line):
            self._flat = None

    def finish(self) -> None:
        if self._tree is not None or self._flat is not None:
            raise Refused("a branch of the tree is open")
        if self._waiting:
            raise Refused("a part of the property is not dealt with")

    def sentence(self) -> str:
        return f"no input of {names(self._all.networks)} has the stated property, in real arithmetic"


class FlatPart:
    """One part of a property, before its tree."""

    def __init__(self, part: Part, networks: SideBySide) -> None:
        self._part, self._networks = part, networks
        self._flat = Flat(part.domain, networks.inputs)

    def step(self, line: str) -> bool:
        """Take an input out, or show that there is nothing to do; whether it was the latter."""
        word, numbers = integers(line, _FLAT)
        if word == "pin":
            self._flat.pin(numbers[0], numbers[1], numbers[2:])
            return False
        self._flat.require_vacant(numbers)
        return True

    def tree(self, line: str, lines: Lines) -> PartTree:
        """The tree on the domain, which has a point inside as the line says."""
        free = self._flat.free
        domain = self._flat.interior(numbers_after("inside", line, len(free)))
        constraints = [c for conjunction in self._part.conjunctions for c in conjunction]
        stack = self._networks.restricted(constraints, self._flat.pinned, free)
        first = len(domain) + self._networks.neurons
        return PartTree(read_tree_on(domain, 0, lines, stack), first, self._part)


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
        word, numbers = integers(line, _TREE)
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
