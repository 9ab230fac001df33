"""The claim ``regions`` (format, section 10) as a script."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exactrev.checker.lines import INTEGER, NATURAL, POSITIVE, Lines, Refused, integers
from exactrev.checker.network import Network
from exactrev.checker.statement import count_after
from exactrev.checker.tree import GRAMMAR
from exactrev.smtlib.preliminaries import declare_inputs, pass_over_norm, point_of, read_domain
from exactrev.smtlib.script import Script
from exactrev.smtlib.tree import TreeScript

_POINT = re.compile(rf"{POSITIVE}(?: {INTEGER})++")
_REGIONS = GRAMMAR | {
    "cell": _POINT,
    "open": _POINT,
    "count": re.compile(rf"{NATURAL}(?: {NATURAL})*+"),
}


class RegionsScript:
    """Each leaf ``cell`` has the stated point in it; each other step holds on its cell."""

    def __init__(self, lines: Lines, networks: Sequence[Network], script: Script) -> None:
        (network,) = networks
        self._script, self._inputs = script, network.inputs
        declare_inputs(script, network.inputs)
        domain = read_domain(lines, network.inputs)
        depth = count_after("depth", lines.take())
        pass_over_norm(lines)
        self._tree = TreeScript(script, network, domain, depth)
        self._found = [0] * (depth + 1)
        self._counted = False

    def step(self, line: str, why: str) -> None:
        """Write one step."""
        if self._counted:
            raise Refused("nothing but 'end' may follow 'count'")
        if line == "open":
            self._script.comment(f"{why}: nothing is known of this cell")
            self._tree.leaf()
            return
        word, numbers = integers(line, _REGIONS)
        if word == "count":
            if not self._tree.finished or numbers != self._found:
                raise Refused("the count is not that of the leaves, or a branch is open")
            self._counted = True
            self._script.comment(f"{why}: so many leaves 'cell' of codimension 0, 1, ...")
        elif word in ("cell", "open"):
            if word == "cell" and not self._tree.complete:
                raise Refused("a neuron is undecided on the cell")
            self._tree.require_point(point_of(numbers, self._inputs), f"{why}: the point is in it")
            if word == "cell":
                self._found[self._tree.codimension] += 1
            self._tree.leaf()
        else:
            self._tree.step(word, numbers[0], why)

    def finish(self) -> None:
        """Refused unless the proof is whole."""
        if not self._counted:
            raise Refused("the 'count' line is missing")
