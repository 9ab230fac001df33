"""How far A and B are apart on a domain: not at all, within bounds, or without (format, 11)."""

from __future__ import annotations

import re

from exactrev.checker.difference import Pair, read_pair
from exactrev.checker.lines import (
    INTEGER,
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
from exactrev.checker.ranges import Key, Ranges
from exactrev.checker.reduced import ReducedTree
from exactrev.checker.tree import GRAMMAR
from exactrev.checker.vanishing import Vanishing

_BOUND = re.compile(rf"{NATURAL} {POSITIVE} {NATURAL}(?: {NATURAL} {NONZERO})*+")
BOUNDS = GRAMMAR | {
    "lower": _BOUND,
    "upper": _BOUND,
    "attained": re.compile(rf"{NATURAL} {POSITIVE}(?: {INTEGER})++"),
}


class EqualOn:
    """A and B have the same outputs at every point of a domain."""

    def __init__(self, lines: Lines, a: Network, b: Network) -> None:
        self._pair = read_pair(lines, a, b)
        self._outputs = range(a.outputs)
        self._proof = ReducedTree(lines, self._pair.difference())
        self._vanishing: Vanishing | None = None

    def step(self, line: str) -> None:
        word, *operands = line.split(" ")
        if self._vanishing is not None:
            self._vanishing.step(line)
            if self._vanishing.closed:
                self._vanishing = None
                self._proof.tree.close()
            return
        if line == "vanishes":
            self._vanishing = self._proof.vanishing()
            return
        if word == "cancels":
            self._proof.require_cancelled(operands)
            self._proof.tree.close()
            return
        if line != "same":
            self._proof.tree.step(*integers(line, GRAMMAR))
            return
        if any(any(self._proof.output(i)) for i in self._outputs):
            raise Refused("the outputs differ on the cell")
        self._proof.tree.close()

    def finish(self) -> None:
        if self._vanishing is not None or not self._proof.tree.finished:
            raise Refused("a branch of the tree is open")

    def sentence(self) -> str:
        return (
            f"{self._pair.names()} have the same outputs at every point of {self._proof.where()}, "
            "in real arithmetic"
        )


class Within:
    """A less B lies between stated bounds, output by output, at every point of a domain."""

    def __init__(self, lines: Lines, pair: Pair) -> None:
        self._proof = ReducedTree(lines, pair.difference())
        self._ranges = Ranges(pair)
        self._here: dict[Key, Ratio] = {}

    def step(self, line: str) -> None:
        if line == "bounded":
            self._bounded()
            return
        if line.startswith("bounds "):
            if not self._proof.tree.finished:
                raise Refused("a branch of the tree is open")
            self._ranges.state(numbers_after("bounds", line, len(self._ranges.keys)))
            return
        word, numbers = integers(line, BOUNDS)
        if word in ("lower", "upper"):
            self._bound((numbers[0], word), numbers[1], numbers[2], numbers[3:])
        elif self._here:
            raise Refused("only bounds and 'bounded' may follow a bound")
        elif word == "attained":
            output, denominator, *numerators = numbers
            self._proof.require_closed(denominator, numerators)
            self._ranges.attain(output, [(p, denominator) for p in numerators])
        else:
            self._proof.tree.step(word, numbers)

    def _bound(self, key: Key, factor: int, residual: int, pairs: list[int]) -> None:
        """A bound of an output on the cell: what the combination leaves, over the factor."""
        if key not in self._ranges.keys or key in self._here:
            raise Refused("there is no such output, or it has this bound already")
        output, sign = self._proof.output(key[0]), 1 if key[1] == "lower" else -1
        cell = self._proof.tree.cell
        rest = cell.rest(sign * factor, output, residual, pairs)
        self._here[key] = (sign * rest, factor * cell.scale)

    def _bounded(self) -> None:
        """A leaf with bounds of every output; the tree's are the widest of them."""
        if len(self._here) < len(self._ranges.keys):
            raise Refused("an output has no bound on the cell")
        for key, bound in self._here.items():
            self._ranges.widen(key, bound)
        self._here = {}
        self._proof.tree.close()

    def finish(self) -> None:
        self._ranges.finish()

    def sentence(self) -> str:
        return self._ranges.sentence(self._proof.where())
