"""The claim ``regions``: how many regions, and lower faces, A has (format, section 10)."""

from __future__ import annotations

import re

from exactrev.checker.lines import INTEGER, NATURAL, POSITIVE, Lines, Refused, integers
from exactrev.checker.network import Network
from exactrev.checker.root import read_tree
from exactrev.checker.tree import GRAMMAR

_GRAMMAR = GRAMMAR | {
    "cell": re.compile(rf"{POSITIVE}(?: {INTEGER})++"),
    "open": re.compile(rf"{POSITIVE}(?: {INTEGER})++"),
    "count": re.compile(rf"{NATURAL}(?: {NATURAL})*+"),
}


class Regions:
    """The regions of A that meet the interior of a domain, and its faces down to some dimension."""

    def __init__(self, lines: Lines, network: Network) -> None:
        """Read what stands before ``proof``."""
        self._sha256 = network.sha256
        self._tree = read_tree(lines, network)
        self._found = [0] * (self._tree.depth + 1)
        self._open = [0, 0]
        self._counted = False

    @property
    def depth(self) -> int:
        """The codimension down to which faces are listed."""
        return self._tree.depth

    @property
    def domain_rows(self) -> int:
        """The row number of the first hidden neuron."""
        return len(self._tree.cell.domain)

    def face(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The signs of all neurons on the current cell, and its walls' row numbers."""
        cell = self._tree.cell
        if self._tree.finished or not cell.complete:
            raise Refused("a neuron is undecided on the cell")
        return cell.signs(), tuple(sorted(cell.walls))

    def step(self, line: str) -> None:
        if self._counted:
            raise Refused("nothing but 'end' may follow 'count'")
        if line == "open":
            self._leave_open([])
            return
        word, numbers = integers(line, _GRAMMAR)
        if word == "cell":
            self._cell(numbers[0], numbers[1:])
        elif word == "open":
            self._leave_open(numbers)
        elif word == "count":
            self._count(numbers)
        else:
            self._tree.step(word, numbers)

    def _cell(self, denominator: int, numerators: list[int]) -> None:
        """A leaf that is not empty, for the point is in it, and has a sign of every neuron."""
        self._tree.require_open()
        if not self._tree.cell.complete:
            raise Refused("a neuron is undecided on the cell")
        self._tree.require_point(denominator, numerators)
        self._found[len(self._tree.cell.walls)] += 1
        self._tree.close()

    def _leave_open(self, point: list[int]) -> None:
        """A leaf of which nothing is known but, if a point is given, that the point lies in it."""
        self._tree.require_open()
        self._open[0] += 1
        if point:
            self._tree.require_point(point[0], point[1:])
            self._open[1] += not self._tree.cell.walls
        self._tree.close()

    def _count(self, counts: list[int]) -> None:
        if not self._tree.finished:
            raise Refused("a branch of the tree is open")
        if counts != self._found:
            raise Refused(f"the cells found are {' '.join(map(str, self._found))}")
        self._counted = True

    def finish(self) -> None:
        if not self._counted:
            raise Refused("the 'count' line is missing")

    def sentence(self) -> str:
        regions, *faces = self._found
        where = "the interior of the stated domain" if self._tree.cell.domain else "the input space"
        lower = "".join(f", {count} faces of codimension {k}" for k, count in enumerate(faces, 1))
        open_leaves, regions_there = self._open
        much = f"(with {open_leaves} branches left open) at least" if open_leaves else "exactly"
        return (
            f"network A (sha256 {self._sha256}) has {much} {regions + regions_there} activation "
            f"regions{lower} in {where}, in real arithmetic"
        )
