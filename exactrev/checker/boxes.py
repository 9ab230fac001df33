"""The claim ``within``, proved by bounds over the pieces of a domain (format, section 11)."""

from __future__ import annotations

import re

from exactrev.checker.difference import Pair
from exactrev.checker.enclosure import bounds
from exactrev.checker.flat import Flat
from exactrev.checker.lines import (
    INTEGER,
    NATURAL,
    POSITIVE,
    ROWS,
    Lines,
    Refused,
    integers,
    numbers_after,
)
from exactrev.checker.paired import paired_stages, read_partners
from exactrev.checker.properties import MAX_PLACES
from exactrev.checker.ranges import Ranges
from exactrev.checker.statement import at, read_domain

_POINT = re.compile(rf"{NATURAL} {POSITIVE}(?: {INTEGER})++")
STEPS = {
    "sum": re.compile(ROWS),
    "cut": re.compile(rf"{NATURAL} {POSITIVE} {INTEGER}"),
    "vacant": re.compile(ROWS),
    "enclosed": re.compile(NATURAL),
    "attained": _POINT,
    "reached": _POINT,
}


class WithinBoxes:
    """A less B lies between stated bounds, output by output, at every point of a domain."""

    def __init__(self, lines: Lines, pair: Pair) -> None:
        self._stages = paired_stages(pair, read_partners(lines, pair))
        self._inputs = pair.a.inputs
        self._domain = read_domain(lines, self._inputs)
        self._pieces = [Flat(self._domain, self._inputs)]
        self._ranges = Ranges(pair)

    def step(self, line: str) -> None:
        if line.startswith("bounds "):
            if self._pieces:
                raise Refused("a piece of the domain is not dealt with")
            self._ranges.state(numbers_after("bounds", line, len(self._ranges.keys)))
            return
        word, numbers = integers(line, STEPS)
        if word in ("attained", "reached"):
            self._evaluate(word, numbers[0], numbers[1], numbers[2:])
            return
        if not self._pieces:
            raise Refused("every piece of the domain is dealt with")
        piece = self._pieces.pop()
        if word == "sum":
            piece.add_sum(numbers)
            self._pieces.append(piece)
        elif word == "vacant":
            piece.require_vacant(numbers)
        elif word == "cut":
            self._pieces += piece.halves(numbers[0], (numbers[2], numbers[1]))[::-1]
        else:
            self._enclose(piece, numbers[0])

    def _enclose(self, piece: Flat, places: int) -> None:
        """Bounds over the box about a piece."""
        if places > MAX_PLACES:
            raise Refused(f"this checker takes at most {MAX_PLACES} binary places")
        found = bounds(self._stages, piece.box(), places)
        for key, bound in zip(self._ranges.keys, (x for ends in found for x in ends), strict=True):
            self._ranges.widen(key, (bound, 1 << places))

    def _evaluate(self, word: str, output: int, denominator: int, numerators: list[int]) -> None:
        point = [(p, denominator) for p in numerators]
        if len(point) != self._inputs or any(at(row, point)[0] < 0 for row in self._domain):
            raise Refused("the point is not in the domain")
        if word == "attained":
            self._ranges.attain(output, point)
        else:
            self._ranges.reach(output, point)

    def finish(self) -> None:
        self._ranges.finish()

    def sentence(self) -> str:
        return self._ranges.sentence("the stated domain")
