"""The tree of cells that covers a domain, in preorder (format, section 9).

The steps here split a cell, decide a neuron on it or show that it is empty; what any other leaf
must show is the claim's affair, which then calls :meth:`Tree.close`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exactrev.checker.cell import Cell, Side
from exactrev.checker.forms import Form, at
from exactrev.checker.lines import NATURAL, NONZERO, POSITIVE, Refused

_SIGN = re.compile(rf"{NATURAL} {POSITIVE} {NATURAL}(?: {NATURAL} {NONZERO})*+")

#: What follows the words that :meth:`Tree.step` knows.
GRAMMAR = {
    "on": _SIGN,
    "off": _SIGN,
    "zero": re.compile(NATURAL),
    "split": re.compile(NATURAL),
    "empty": re.compile(rf"{NATURAL}(?: {NATURAL} {NONZERO})*+"),
}


@dataclass
class _Split:
    """A split on the way to the current node: its neuron and the children that are to come."""

    neuron: int
    form: Form
    decisions_before: int
    pending: list[Side]


class Tree:
    """Where the proof stands in the tree: the current cell and the splits that lead to it.

    Cells are polyhedra in the slice where all inputs but the ``coordinates`` are 0.
    """

    def __init__(self, cell: Cell, depth: int, inputs: int, coordinates: Sequence[int]) -> None:
        self.cell, self.depth = cell, depth
        self.finished = False
        self.coordinates = coordinates
        self._absent = sorted(set(range(inputs)) - set(coordinates))
        self._splits: list[_Split] = []

    def step(self, word: str, numbers: list[int]) -> None:
        """Judge one step, whose numbers are spelt as GRAMMAR says; refused if it does not hold."""
        self.require_open()
        if word == "split":
            self._split(numbers[0])
        elif word == "zero":
            self._zero(numbers[0])
        elif word == "empty":
            self._empty(numbers[0], numbers[1:])
        else:
            self._sign(Side(word), numbers[0], numbers[1], numbers[2], numbers[3:])

    def require_open(self) -> None:
        """Refused if every branch is closed."""
        if self.finished:
            raise Refused("no branch of the tree is open")

    def _sign(self, side: Side, neuron: int, factor: int, residual: int, pairs: list[int]) -> None:
        """The neuron is never negative (positive) on the cell, and not identically zero."""
        form = self.cell.preactivation(neuron)
        if not any(self.cell.span.reduced(form)):
            raise Refused("the neuron is identically zero on the cell")
        self.cell.require(factor if side is Side.ON else -factor, form, residual, pairs)
        self.cell.decide(neuron, form, side)

    def _zero(self, neuron: int) -> None:
        form = self.cell.preactivation(neuron)
        if any(self.cell.span.reduced(form)):
            raise Refused("the neuron is not identically zero on the cell")
        self.cell.decide(neuron, form, Side.ZERO)

    def _empty(self, residual: int, pairs: list[int]) -> None:
        """A sum of rows, one of them positive or with a constant left over, would be at most 0."""
        left = self.cell.require(0, self.cell.nothing, residual, pairs)
        if left == 0 and all(number in self.cell.walls for number in pairs[::2]):
            raise Refused("the combination does not contradict itself")
        self.close()

    def _split(self, neuron: int) -> None:
        form = self.cell.preactivation(neuron)
        if not any(self.cell.span.reduced(form)[:-1]):
            raise Refused("the neuron does not cut the cell: its sign is constant there")
        pending = [Side.OFF, Side.ON]
        if len(self.cell.span) < self.depth:
            pending.append(Side.WALL)
        self._splits.append(_Split(neuron, form, self.cell.decisions, pending))
        self._next_child()

    def close(self) -> None:
        """The current node is a leaf: go on to the next one, or finish."""
        while self._splits and not self._splits[-1].pending:
            self._splits.pop()
        if self._splits:
            self._next_child()
        else:
            self.finished = True

    def _next_child(self) -> None:
        split = self._splits[-1]
        self.cell.undo(split.decisions_before)
        self.cell.decide(split.neuron, split.form, split.pending.pop())

    def require_point(self, denominator: int, numerators: Sequence[int]) -> None:
        """Refused unless this point, with a positive denominator, is in the current cell.

        The rows of neurons that were decided without a split follow from the others.
        """
        point = self._in_slice(denominator, numerators)
        if any(at(form, point) <= 0 for form in self.cell.domain):
            raise Refused("the point is not in the interior of the domain")
        for split in self._splits:
            at_point = at(self.cell.row(split.neuron), point)
            if at_point != 0 if split.neuron in self.cell.walls else at_point <= 0:
                raise Refused(f"the point is not on the cell's side of row {split.neuron}")

    def require_closed(self, denominator: int, numerators: Sequence[int]) -> None:
        """Refused unless this point, with a positive denominator, is in the closed domain."""
        point = self._in_slice(denominator, numerators)
        if any(at(form, point) < 0 for form in self.cell.domain):
            raise Refused("the point is not in the domain")

    def _in_slice(self, denominator: int, numerators: Sequence[int]) -> list[int]:
        """The coordinates that forms have on the slice, then the denominator."""
        inputs = len(self.coordinates) + len(self._absent)
        if len(numerators) != inputs:
            raise Refused(f"the point needs {inputs} coordinates")
        if any(numerators[j] for j in self._absent):
            raise Refused("the point is not in the slice")
        return [*(numerators[j] for j in self.coordinates), denominator]
