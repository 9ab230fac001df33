"""How far A and B are apart on a domain: not at all, within bounds, or without (format, 11)."""

from __future__ import annotations

import re

from exactrev.checker.difference import ReducedTree, read_pair
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
from exactrev.checker.tree import GRAMMAR

_BOUND = re.compile(rf"{NATURAL} {POSITIVE} {NATURAL}(?: {NATURAL} {NONZERO})*+")
_BOUNDS = GRAMMAR | {
    "lower": _BOUND,
    "upper": _BOUND,
    "attained": re.compile(rf"{NATURAL} {POSITIVE}(?: {INTEGER})++"),
}

#: An output and one of its sides, ``lower`` or ``upper``.
Key = tuple[int, str]


class EqualOn:
    """A and B have the same outputs at every point of a domain."""

    def __init__(self, lines: Lines, a: Network, b: Network) -> None:
        self._pair = read_pair(lines, a, b)
        self._outputs = range(a.outputs)
        self._proof = ReducedTree(lines, self._pair.difference())

    def step(self, line: str) -> None:
        if line != "same":
            self._proof.tree.step(*integers(line, GRAMMAR))
            return
        if any(any(self._proof.output(i)) for i in self._outputs):
            raise Refused("the outputs differ on the cell")
        self._proof.tree.close()

    def finish(self) -> None:
        if not self._proof.tree.finished:
            raise Refused("a branch of the tree is open")

    def sentence(self) -> str:
        return (
            f"{self._pair.names()} have the same outputs at every point of {self._proof.where()}, "
            "in real arithmetic"
        )


class Within:
    """A less B lies between stated bounds, output by output, at every point of a domain."""

    def __init__(self, lines: Lines, a: Network, b: Network) -> None:
        self._pair = read_pair(lines, a, b)
        self._proof = ReducedTree(lines, self._pair.difference())
        self._keys = [(i, side) for i in range(a.outputs) for side in ("lower", "upper")]
        self._here: dict[Key, Ratio] = {}
        self._proved: dict[Key, Ratio] = {}
        self._stated: dict[Key, Ratio] = {}
        self._attained: set[Key] = set()

    def step(self, line: str) -> None:
        if line == "bounded":
            self._bounded()
            return
        if line.startswith("bounds "):
            self._state(numbers_after("bounds", line, len(self._keys)))
            return
        word, numbers = integers(line, _BOUNDS)
        if word in ("lower", "upper"):
            self._bound((numbers[0], word), numbers[1], numbers[2], numbers[3:])
        elif self._here:
            raise Refused("only bounds and 'bounded' may follow a bound")
        elif word == "attained":
            self._attain(numbers[0], numbers[1], numbers[2:])
        else:
            self._proof.tree.step(word, numbers)

    def _bound(self, key: Key, factor: int, residual: int, pairs: list[int]) -> None:
        """A bound of an output on the cell: what the combination leaves, over the factor."""
        if key not in self._keys or key in self._here:
            raise Refused("there is no such output, or it has this bound already")
        output, sign = self._proof.output(key[0]), 1 if key[1] == "lower" else -1
        cell = self._proof.tree.cell
        rest = cell.rest(sign * factor, output, residual, pairs)
        self._here[key] = (sign * rest, factor * cell.scale)

    def _bounded(self) -> None:
        """A leaf with bounds of every output; the tree's are the widest of them."""
        if len(self._here) < len(self._keys):
            raise Refused("an output has no bound on the cell")
        for key, bound in self._here.items():
            if key not in self._proved or _beyond(key, bound, self._proved[key]):
                self._proved[key] = bound
        self._here = {}
        self._proof.tree.close()

    def _state(self, bounds: list[Ratio]) -> None:
        if not self._proof.tree.finished or self._stated:
            raise Refused("a branch of the tree is open, or there are bounds already")
        self._stated = dict(zip(self._keys, bounds, strict=True))
        for key, proved in self._proved.items():
            if _beyond(key, proved, self._stated[key]):
                raise Refused(f"the {key[1]} bound of output {key[0]} is not proved")

    def _attain(self, output: int, denominator: int, numerators: list[int]) -> None:
        """At a point of the closed domain an output has one of the bounds stated for it."""
        if not self._stated or (output, "lower") not in self._stated:
            raise Refused("no bounds of this output are stated")
        self._proof.tree.require_closed(denominator, numerators)
        found = self._pair.differences([(p, denominator) for p in numerators])[output]
        here = {(output, side) for side in ("lower", "upper")}
        attained = {key for key in here if self._stated[key] == found}
        if not attained:
            raise Refused("the output has neither of its bounds at the point")
        self._attained |= attained

    def finish(self) -> None:
        if not self._stated:
            raise Refused("the 'bounds' line is missing")

    def sentence(self) -> str:
        exact = " (which are attained)" if len(self._attained) == len(self._keys) else ""
        stated = [f"{p}/{q}" if q > 1 else str(p) for p, q in self._stated.values()]
        bounds = f": {' '.join(stated)}" if sum(map(len, stated)) < 200 else ""
        return (
            f"the outputs of {self._pair.names()} differ, first less second, by no less than the "
            f"stated lower and no more than the stated upper bounds{exact} at every point of "
            f"{self._proof.where()}, in real arithmetic{bounds}"
        )


def _beyond(key: Key, one: Ratio, other: Ratio) -> bool:
    """Whether the first bound is weaker than the second: lower or, if upper ones, higher."""
    difference = one[0] * other[1] - other[0] * one[1]
    return difference < 0 if key[1] == "lower" else difference > 0
