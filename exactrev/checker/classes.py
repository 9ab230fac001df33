"""The largest outputs of A and of B: the same class everywhere, or not somewhere (format, 11)."""

from __future__ import annotations

import re

from exactrev.checker.cell import Side
from exactrev.checker.claims import Different
from exactrev.checker.difference import side_by_side
from exactrev.checker.lines import NATURAL, Lines, Ratio, Refused, integers
from exactrev.checker.network import Network, Row
from exactrev.checker.reduced import ReducedTree
from exactrev.checker.rows import add_multiple
from exactrev.checker.stack import Stack
from exactrev.checker.tree import GRAMMAR

_GRAMMAR = GRAMMAR | {"class": re.compile(NATURAL)}


class SameClass:
    """At every point of a domain one and the same output is a largest one of A and of B."""

    def __init__(self, lines: Lines, a: Network, b: Network) -> None:
        if (a.inputs, a.outputs) != (b.inputs, b.outputs):
            raise Refused("the networks differ in their numbers of inputs or outputs")
        self._networks, self._classes = (a, b), range(a.outputs)
        self._pairs = [(i, j) for i in self._classes for j in self._classes if i < j]
        hidden, ours, theirs = side_by_side(a, b)
        outputs = [_less(rows[i], rows[j]) for rows in (ours, theirs) for i, j in self._pairs]
        self._proof = ReducedTree(lines, Stack(a.inputs, [*hidden, outputs]))

    def step(self, line: str) -> None:
        word, numbers = integers(line, _GRAMMAR)
        if word != "class":
            self._proof.tree.step(word, numbers)
            return
        self._proof.tree.require_open()
        if numbers[0] not in self._classes:
            raise Refused("there is no such output")
        self._require_largest(numbers[0])
        self._proof.tree.close()

    def _require_largest(self, chosen: int) -> None:
        """In both networks no other output is larger anywhere on the cell."""
        for place, (i, j) in enumerate(self._pairs * 2, self._proof.first_output):
            if chosen in (i, j):
                side = Side.OFF if chosen == i else Side.ON
                if not self._proof.tree.cell.is_never(side, place):
                    raise Refused(f"output {chosen} is not shown to be a largest one on the cell")

    def finish(self) -> None:
        if not self._proof.tree.finished:
            raise Refused("a branch of the tree is open")

    def sentence(self) -> str:
        a, b = (network.sha256 for network in self._networks)
        return (
            f"at every point of {self._proof.where()} one and the same output is a largest one of "
            f"network A (sha256 {a}) and of network B (sha256 {b}), in real arithmetic"
        )


class OtherClass(Different):
    """At the stated point no output is a largest one both of A and of B."""

    def finish(self) -> None:
        super().finish()
        ours, theirs = map(_largest, self.outputs)
        if ours & theirs:
            raise Refused("some output is a largest one of both")

    def sentence(self) -> str:
        return (
            f"{super().sentence()}; the largest output there is another one in A than in B"
        )


def _less(row: Row, other: Row) -> Row:
    row = dict(row)
    add_multiple(row, (-1, 1), other)
    return row


def _largest(outputs: list[Ratio]) -> set[int]:
    """The numbers of the largest outputs."""
    return {
        i
        for i, (p, q) in enumerate(outputs)
        if all(p * s >= r * q for r, s in outputs)
    }
